"""How often to call: what each further attempt still reaches and brings, and where to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from callstats.answers.campaign.attempts import words as told
from callstats.answers.campaign.attempts.costs import DialCost, dial_cost
from callstats.answers.campaign.attempts.table import (
    ENDS,
    NEEDED,
    Attempt,
    Row,
    competing_ends,
    counted,
    life_table,
    together,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.stats.incidence import Incidence

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.campaign.attempts.by_group import AttemptsBy
    from callstats.dataset import Dataset, Period

#: Attempts with fewer contacts at risk are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30


@dataclass(frozen=True)
class Attempts(Answer):
    """Attempts in order, with the cost of a dial where costs are known.

    Attributes
    ----------
    attempts : tuple of Attempt
    cost_per_dial : float
        Labour and technical cost of an average dial [money].
    ends : Incidence or None
        Share of contacts that ended as a success, refusal, invalid number or
        do-not-call by each attempt; None where nothing is ever closed.
    """

    voice: Voice
    period: str
    attempts: tuple[Attempt, ...]
    cost_per_dial: float = NAN
    notes: tuple[str, ...] = ()
    ends: Incidence | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return a row an attempt with everything of :class:`Attempt`."""
        import pandas as pd

        names = Attempt.__slots__
        return pd.DataFrame([[getattr(a, n) for n in names] for a in self.attempts], columns=list(names))

    def ends_frame(self) -> pd.DataFrame:
        """Return a row an attempt and end: attempt, end, share, low, high."""
        import pandas as pd

        found = self.ends
        rows = [
            (attempt.number, name, found.estimate[name][i], found.low[name][i], found.high[name][i])
            for i, attempt in enumerate(self.attempts)
            for name in (ENDS if found else ())
            if found is not None
        ]
        return pd.DataFrame(rows, columns=["attempt", "end", "share", "low", "high"])

    @property
    def stop(self) -> int | None:
        """The last attempt before the first that is shown to bring less than it costs; None where none is."""
        for attempt in self.attempts:
            if attempt.profit_high < 0:
                return attempt.number - 1
        return None

    @property
    def paying(self) -> int | None:
        """The last of the attempts from the first on that are all shown to bring more than they cost."""
        last = None
        for attempt in self.attempts:
            if not attempt.profit_low > 0:
                break
            last = attempt.number
        return last

    @property
    def best_stop(self) -> int | None:
        """After which attempt the profit of a contact is largest by the estimates; None where not known."""
        known = [a for a in self.attempts if a.profit_so_far == a.profit_so_far]
        return max(known, key=lambda a: a.profit_so_far).number if known else None

    @property
    def stop_range(self) -> tuple[int, int | None]:
        """The earliest and the latest stop the intervals leave open; the latest is None where it has no end.

        All attempts up to the earliest are shown to pay; the one after the
        latest is shown not to.
        """
        return self.paying or 0, self.stop

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the attempts reach, where to stop, and how contacts end."""
        if not self.attempts:
            return ()
        found = [told.reach(self), *((told.worth(self), told.stopping(self)) if self._priced() else ())]
        return tuple(sentence for sentence in (*found, told.ending(self)) if sentence is not None)

    def _priced(self) -> bool:
        return self.cost_per_dial > 0 and any(a.value > 0 for a in self.attempts)

    def plot(self, ax: Any = None) -> Any:
        """Draw the share reached by attempt, and the share reached so far."""
        from callstats.show.plots import attempt_curve

        return attempt_curve(
            [a.number for a in self.attempts],
            [a.hazard for a in self.attempts],
            [a.low for a in self.attempts],
            [a.high for a in self.attempts],
            formatter=self.voice.form,
            cumulative=[a.cumulative for a in self.attempts],
            at_risk=[a.at_risk for a in self.attempts],
            stop=self.stop if self.stop else None,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _(
            "Share of contacts reached by attempt, among those not reached before, {period}",
            period=self.period,
        )
        return figure(self.plot(), caption, f"{caption.rstrip('.')}. {told.reach(self).text}")

    def table(self) -> TableView:
        """Return the attempts as a table; money only where it is known."""
        _, form = self.voice.say, self.voice.form
        priced = self._priced()
        last = (_("Value per dial"), _("Cost of a dial"), _("Profit per dial, 95% interval"))
        plain = (_("Dials"), _("Successes"))
        heads = [_("Attempt"), _("Contacts at risk"), _("Reached"), _("95% interval")]
        heads += last if priced else plain
        caption = _("What each attempt reaches and brings, {period}", period=self.period)
        cost = form.money(self.cost_per_dial, 2)
        notes = [_("Labour and technical cost of an average dial: {cost}.", cost=cost)] if priced else []
        columns = [Column(head, "right") for head in heads]
        return TableView(caption, columns, [self._line(a, priced) for a in self.attempts], notes)

    def _line(self, a: Attempt, priced: bool) -> list[Cell]:
        form = self.voice.form
        texts = [
            form.number(a.number),
            form.number(a.at_risk),
            form.value(a.hazard, "%", a.low, a.high),
            form.interval(a.low, a.high, "%", value=a.hazard),
        ]
        if priced:
            texts.append(form.value(a.value, "money", a.value_low, a.value_high))
            texts.append(form.money(a.cost, 2))
            texts.append(form.interval(a.profit_low, a.profit_high, "money", change=True))
        else:
            texts += [form.number(a.dials), form.number(a.successes)]
        return [Cell(text) for text in texts]

    def ends_table(self) -> TableView:
        """Return how contacts have ended by each attempt, one end excluding the others."""
        _, form, found = self.voice.say, self.voice.form, self.ends
        heads = [_("Attempt"), *(told.end_name(self, name) for name in ENDS), _("Still in circulation")]
        lines = [
            [
                form.number(attempt.number),
                *(
                    form.value(found.estimate[name][i], "%", found.low[name][i], found.high[name][i])
                    for name in ENDS
                ),
                form.percent(found.left[i]),
            ]
            for i, attempt in enumerate(self.attempts)
            if found is not None
        ]
        caption = _("How contacts have ended by each attempt, {period}", period=self.period)
        note = _("Those not dialled again yet are censored, not counted as open for good.")
        return TableView(caption, [Column(head, "right") for head in heads], lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the curve, the verdict, the tables and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.attempts:
            return notes
        ends = [self.ends_table()] if self.ends is not None else []
        return (self.figure(), self.verdict, self.table(), *ends, *notes)


@overload
def attempts(
    dataset: Dataset, period: str | Period | None = None, *, by: None = None, fewest: int = FEWEST_AT_RISK
) -> Attempts: ...
@overload
def attempts(
    dataset: Dataset, period: str | Period | None = None, *, by: str, fewest: int = FEWEST_AT_RISK
) -> AttemptsBy: ...
def attempts(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    by: str | None = None,
    fewest: int = FEWEST_AT_RISK,
) -> Attempts | AttemptsBy:
    """Return what each further attempt of a period reaches and brings.

    Parameters
    ----------
    dataset : Dataset
        Not narrowed to the period: whether a contact had been reached before is
        read from all that was dialled earlier.
    period : str or Period, optional
        The attempts made in it.
    by : str, optional
        A column (``list_id``): a life table for each of its values, compared at the same attempt.
    fewest : int
        Contacts at risk under which an attempt is not shown, nor any after it.

    Returns
    -------
    Attempts or AttemptsBy
        At risk at attempt k are the contacts that got a k-th dial and had been
        neither reached nor closed; those not dialled so often are censored, so
        a younger list is not punished. The marginal profit of attempt k is the value of
        its successes per dial less the technical cost of a dial and the agents' time
        it takes.

    Raises
    ------
    UsageError
        The period holds no call, or no table has the column.

    References
    ----------
    1. Weinberg CR, Gladen BC (1986). The beta-geometric distribution applied to
       comparative fecundability studies. Biometrics 42:547-560.
    2. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
       Time Data, 2nd ed., sections 1.4 and 8.2.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("12345"), "contact_id": list("aabbc"), "direction": "outbound",
    ...     "attempt_no": [1, 2, 1, 2, 1], "live": [False, True, False, False, True],
    ... })
    >>> [(a.at_risk, a.reached) for a in attempts(Dataset({"calls": calls}), fewest=1).attempts]
    [(3, 1), (2, 1)]
    """
    about = scope(dataset, period)
    if not about.now.has("calls", *NEEDED):
        columns = ", ".join(f"calls.{c}" for c in NEEDED if not about.now.has("calls", c))
        why = about.voice.reason(f"not computable: needs {columns}")
        return Attempts(about.voice, about.label, (), notes=(about.voice.say("By attempt: {why}.", why=why),))
    if by is not None:
        dataset.check_key(by)
        from callstats.answers.campaign.attempts.by_group import attempts_by

        return attempts_by(about, by, fewest)
    found = together(counted(about))
    return table_of(about, found, fewest, dial_cost(about.now, found))


def table_of(about: Scope, found: list[Row], fewest: int, cost: DialCost) -> Attempts:
    """Return the life table of sums by attempt, or a note where there are too few contacts."""
    unknown = sum(row["unknown"] for row in found) / max(sum(row["dials"] for row in found), 1)
    if unknown > about.whole.config.unknown_tolerance:
        why = about.voice.reason(f"not computable: live is unknown for {100 * unknown:.0f} % of dials")
        return Attempts(about.voice, about.label, (), notes=(about.voice.say("By attempt: {why}.", why=why),))
    made = life_table(found, fewest, cost)
    if not made:
        least = about.voice.say(
            "By attempt: too little data, fewer than {n} contacts with a known outcome.", n=fewest
        )
        return Attempts(about.voice, about.label, (), notes=(least,))
    return Attempts(about.voice, about.label, made, cost.average, (), competing_ends(found, fewest))
