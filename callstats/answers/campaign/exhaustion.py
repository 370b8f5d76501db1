"""What is left in a list, when it is done at the present pace, and what the rest is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.outlook import NEEDED, Completion, Deadline, Outlook, outlooks
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.show.display import Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

_MOST_NAMED = 3


@dataclass(frozen=True)
class Exhaustion(Answer):
    """Lists at the end of a day, most contacts still callable first.

    Attributes
    ----------
    day : date or None
        The last day that counts; None where the state of contacts is not known.
    lists : tuple of Outlook
    """

    voice: Voice
    day: date | None
    by: str | None
    lists: tuple[Outlook, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row a list: states, pace, when it is done, completion, what the rest is worth."""
        import pandas as pd

        return pd.DataFrame([{self.by or "list": one.state.group, **one.row()} for one in self.lists])

    def burn_down(self) -> pd.DataFrame:
        """Return list, day and what was left at its end, from the list's first dial on."""
        import pandas as pd

        rows = [(one.state.group, day, left) for one in self.lists for day, left in one.burn_down()]
        return pd.DataFrame(rows, columns=[self.by or "list", "day", "left"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Where the lists with most left stand and when they are done, then what the rest is worth."""
        told = [self._stands(one) for one in self.lists[:_MOST_NAMED] if one.state.callable]
        if self.lists and not told:
            told = [Sentence(self.voice.say("Nothing is left: every contact is closed."))]
        worth = self._worth()
        return (*told, *([worth] if worth else []))

    def _stands(self, one: Outlook) -> Sentence:
        _, form = self.voice.say, self.voice.form
        state = one.state
        text = _(
            "{name}: {left} of {loaded} contacts are still callable "
            "({unused} never dialled, {callbacks} with a call-back due).",
            name=self._name(one),
            left=form.number(state.callable),
            loaded=form.number(state.loaded),
            unused=form.number(state.unused),
            callbacks=form.number(state.callbacks),
        )
        return Sentence(f"{text} {self._done(one)}".strip())

    def _done(self, one: Outlook) -> str:
        _, form = self.voice.say, self.voice.form
        if one.done is None:
            return _("None was closed lately: no pace to say when it is done.")
        pace = form.number(one.pace.mean, 0 if one.pace.mean >= 10 else 1)
        if one.earliest is None:
            return _("At {pace} a day it is done on {day}.", pace=pace, day=form.date(one.done))
        if one.latest is None:
            early = form.date(one.earliest)
            return _("At {pace} a day it is done on {early} at the earliest.", pace=pace, early=early)
        return _(
            "At {pace} a day it is done on {day} ({interval}).",
            pace=pace,
            day=form.date(one.done),
            interval=self.voice.days(one.earliest, one.latest),
        )

    def _worth(self) -> Sentence | None:
        """Say what all that is left is expected to bring."""
        known = [one.prospects for one in self.lists if one.prospects is not None]
        dials = sum(p.dials for p in known)
        if not dials:
            return None
        _, form = self.voice.say, self.voice.form
        expected = sum(p.successes for p in known)
        half = math.sqrt(sum((p.high - p.successes) ** 2 for p in known))
        low = max(expected - half, 0.0)
        text = _(
            "What is left takes {dials} more dials and brings {n} successes ({interval})",
            dials=form.number(dials, 0),
            n=form.value(expected, "n", low, expected + half),
            interval=form.interval(low, expected + half, "n", value=expected),
        )
        value, cost = sum(p.value for p in known), sum(one.cost for one in self.lists)
        if not value > 0:
            return Sentence(f"{text}.")
        worth = _("worth {value}", value=form.money(value, 0))
        if not cost > 0:
            return Sentence(f"{text}, {worth}.")
        spent = _("the dials cost {cost}", cost=form.money(cost, 0))
        return Sentence(_.joined([f"{text}, {worth}", spent]) + ".", "good" if value > cost else "bad")

    def _name(self, one: Outlook) -> str:
        return self.voice.say("All contacts") if self.by is None else self.voice.label(one.state.group)

    def plot(self, ax: Any = None) -> Any:
        """Draw what is still callable by day, and when it is used up."""
        from callstats.show.plots.stock import MOST_LINES, burn_down

        shown = self.lists[:MOST_LINES]
        lines = {self._name(one): _columns(one.burn_down()) for one in shown}
        ends = {self._name(one): (one.done, one.earliest, one.latest) for one in shown if one.done}
        label = self.voice.say("contacts still callable")
        return burn_down(lines, ends=ends, label=label, formatter=self.voice.form, ax=ax)

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say(
            "Contacts still callable by day, and when they are used up at the present pace"
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return the lists side by side."""
        _, form = self.voice.say, self.voice.form
        heads = [
            *(_("Loaded"), _("Never dialled"), _("In circulation"), _("Call-back due"), _("Closed")),
            *(_("Closed a day"), _("Done on"), self._completion_head(), _("Successes to come")),
        ]
        lines = [
            [
                self._name(one),
                *(form.number(n) for n in one.counts()),
                form.number(one.pace.mean, 1),
                form.date(one.done) if one.done else form.number(None),
                form.percent(one.completion.share if one.completion else None),
                self._to_come(one),
            ]
            for one in self.lists
        ]
        caption = _("Lists on {day}", day=form.date(self.day) if self.day else "")
        note = _(
            "Closed a day: mean of the last {n} working days; the lists are done if it stays.", n=self._days()
        )
        return TableView(caption, [Column(_("List")), *(Column(h, "right") for h in heads)], lines, (note,))

    def _completion_head(self) -> str:
        made = [one.completion for one in self.lists if one.completion]
        return made[0].named(self.voice) if made else self.voice.say("Dialled in time")

    def _days(self) -> int:
        return max((one.pace.days for one in self.lists), default=0)

    def _to_come(self, one: Outlook) -> str:
        form = self.voice.form
        if one.prospects is None:
            return form.number(None)
        found = one.prospects
        value = form.value(found.successes, "n", found.low, found.high)
        return f"{value} ({form.interval(found.low, found.high, 'n', value=found.successes)})"

    def views(self) -> tuple[View, ...]:
        """Return the burn-down, the verdict, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, self.table(), *notes) if self.lists else notes


def _columns(points: list[tuple[date, int]]) -> tuple[list[date], list[float]]:
    return [day for day, _ in points], [float(left) for _, left in points]


def exhaustion(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    by: str | None = "list_id",
    deadline: Deadline = None,
    pace_days: int = 10,
) -> Exhaustion:
    """Return what is left of every list at the end of a period, and when it is done.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
        Its last day is the day asked about; all calls until then count, not only the period's.
    by : str, optional
        A column that tells lists apart; None takes all contacts together.
    deadline : str, date or number, optional
        By when contacts should have been dialled once: a day, forecast where it is still
        to come, or hours after loading. The project's ``list_deadline_h`` (8) where left out.
    pace_days : int
        Working days that the present pace is read from.

    Returns
    -------
    Exhaustion
        A contact is unused until its first dial, in circulation (a call-back
        included) until a call closes it. Days until a list is done come from
        the mean of the contacts closed a day, the interval from how the days
        differ: it does not know of lists that tire or of agents who leave.

    Raises
    ------
    UsageError
        The period holds no call, or no table has the column.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("aabc"), "list_id": "x", "direction": "outbound",
    ...     "attempt_no": [1, 2, 1, 1], "closed": [False, True, False, True],
    ...     "local_started_at": pd.to_datetime(["2026-09-01", "2026-09-02", "2026-09-02", "2026-09-02"]),
    ... })
    >>> contacts = pd.DataFrame({"contact_id": list("abcd"), "list_id": "x"})
    >>> found = exhaustion(Dataset({"calls": calls, "contacts": contacts}))
    >>> found.to_frame()[["loaded", "unused", "circulating", "closed"]].iloc[0].tolist()
    [4, 1, 1, 2]
    """
    about = scope(dataset, period)
    if by is not None:
        dataset.check_key(by)
    if not (about.now.has("calls", *NEEDED) and about.now.span()):
        columns = ", ".join(f"calls.{c}" for c in NEEDED if not about.now.has("calls", c))
        why = about.voice.reason(f"not computable: needs {columns}" if columns else "no calls")
        return Exhaustion(about.voice, None, by, (), (about.voice.say("Lists: {why}.", why=why),))
    found, notes = outlooks(about, by, deadline, pace_days)
    order = sorted(found, key=lambda one: (-one.state.callable, str(one.state.group)))
    return Exhaustion(about.voice, about.window.end - timedelta(days=1), by, tuple(order), notes)


__all__ = ["Completion", "Exhaustion", "Outlook", "exhaustion"]
