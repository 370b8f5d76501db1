"""Are the rules kept: abandoned calls, calling hours, contacts dialled too often.

A rule is data. Abandonment is a census of what was dialled, not a sample: the
exact rate and the headroom are given, and no interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.analyses.result import Result, Voice
from callstats.analyses.rule_counts import (
    KPI_NAME,
    count_abandoned,
    count_outside,
    count_too_often,
    weeks,
    windows,
)
from callstats.analyses.rules import RULES, Abandonment, Rule
from callstats.analyses.scope import count, scope
from callstats.errors import unknown_name
from callstats.kpis import get
from callstats.show.display import Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period


@dataclass(frozen=True)
class Compliance(Result):
    """What was found against a rule. Notes say what could not be checked, and why."""

    voice: Voice
    rule: Rule
    period: str
    total: Abandonment | None
    windows: tuple[Abandonment, ...]
    worst_week: Abandonment | None
    dials: int
    outside_hours: int | None
    hours: tuple[tuple[str, str], ...]
    too_often: int | None
    contacts_too_often: int | None
    notes: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the successive periods: first, last, abandoned, handled, rate, headroom."""
        import pandas as pd

        columns = ["first", "last", "abandoned", "handled", "rate", "headroom"]
        return pd.DataFrame([[getattr(w, c) for c in columns] for w in self.windows], columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Abandonment first, then hours and frequency, as far as they could be checked."""
        found = [self._abandonment(), self._hours(), self._frequency()]
        return tuple(sentence for sentence in found if sentence is not None)

    def _abandonment(self) -> Sentence | None:
        if self.total is None:
            return None
        _, form = self.voice.say, self.voice.form
        said = {
            "period": self.period,
            "rate": form.value(self.total.rate, "%"),
            "limit": form.goal(self.rule.abandon_limit, "%"),
            "n": form.number(abs(self.total.headroom)),
        }
        if self.total.headroom < 0:
            text = _(
                "Abandonment in {period}: {rate}, above the limit of {limit}; {n} abandoned calls too many.",
                **said,
            )
            return Sentence(f"{text} {self._worst()}".strip(), "bad")
        text = _(
            "Abandonment in {period}: {rate}, under the limit of {limit}; {n} more would have fitted.", **said
        )
        return Sentence(text, "good")

    def _worst(self) -> str:
        """Name the week with the highest rate, where there are several."""
        if self.worst_week is None:
            return ""
        form = self.voice.form
        week = self.voice.days(self.worst_week.first, self.worst_week.last)
        return self.voice.say("Worst: {week}, {rate}.", week=week, rate=form.value(self.worst_week.rate, "%"))

    def _hours(self) -> Sentence | None:
        if self.outside_hours is None or not self.dials:
            return None
        _, form = self.voice.say, self.voice.form
        hours = ", ".join(f"{start}–{end}" for start, end in self.hours)
        if not self.outside_hours:
            return Sentence(
                _("Every dial was placed within the calling hours ({hours}).", hours=hours), "good"
            )
        text = _.ngettext(
            "{shown} dial of {dials} was placed outside the calling hours ({hours}).",
            "{shown} dials of {dials} were placed outside the calling hours ({hours}).",
            self.outside_hours,
            shown=form.number(self.outside_hours),
            dials=form.number(self.dials),
            hours=hours,
        )
        return Sentence(text, "bad")

    def _frequency(self) -> Sentence | None:
        if self.too_often is None or not self.dials:
            return None
        _, form = self.voice.say, self.voice.form
        limits = {"most": self.rule.most_dials, "days": self.rule.within_days}
        if not self.too_often:
            return Sentence(
                _("No contact was dialled more than {most} times in {days} days.", **limits), "good"
            )
        text = _.ngettext(
            "{shown} contact was dialled more than {most} times in {days} days ({dials} dials too many).",
            "{shown} contacts were dialled more than {most} times in {days} days ({dials} dials too many).",
            self.contacts_too_often or 0,
            shown=form.number(self.contacts_too_often),
            dials=form.number(self.too_often),
            **limits,
        )
        return Sentence(text, "bad")

    def table(self) -> TableView:
        """Return the successive periods as a table."""
        _, form = self.voice.say, self.voice.form
        heads = [
            _("Live calls"),
            _("Abandoned"),
            get(KPI_NAME).label[self.voice.language],
            _("More that fit"),
        ]
        rows = [
            [
                self.voice.days(window.first, window.last),
                form.number(window.abandoned + window.handled),
                form.number(window.abandoned),
                form.value(window.rate, "%"),
                form.number(window.headroom),
            ]
            for window in self.windows
        ]
        caption = _(
            "Abandoned calls by period of {days} days from the first dial (limit {limit})",
            days=self.rule.window_days,
            limit=form.goal(self.rule.abandon_limit, "%"),
        )
        columns = [Column(_("Period")), *(Column(head, "right") for head in heads)]
        return TableView(caption, columns, rows, (self._legal(),))

    def _legal(self) -> str:
        return self.voice.say(
            "Abandoned calls: {abandon}. Frequency: {dials}. A count of every call, not a sample; "
            "no legal advice.",
            abandon=self.rule.abandon_source,
            dials=self.rule.dials_source,
        )

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table of periods and what could not be checked."""
        shown: list[View] = [self.verdict] if self.sentences else []
        shown += [self.table()] if self.windows else []
        return (*shown, *(Note(note) for note in self.notes))


def compliance(dataset: Dataset, period: str | Period | None = None, *, rule: str = "us-ftc") -> Compliance:
    """Check the dialling of a period against a rule.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to one campaign: the limit holds for each by itself.
    period : str or Period, optional
        The successive periods shown are those that touch it.
    rule : str
        ``us-ftc``.

    Raises
    ------
    UsageError
        The rule is not known, or the period holds no call.

    References
    ----------
    1. Telemarketing Sales Rule, 16 CFR 310.4(b)(4), as amended 2008.
    2. Code de la consommation (France), art. D. 223-9, in force since 2023-03-01.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2", "3"], "direction": "outbound", "contact_id": ["a", "b", "c"],
    ...     "handled": [True, True, False], "abandoned": [False, False, True],
    ...     "local_started_at": pd.to_datetime(["2026-09-01 10:00", "2026-09-01 11:00", "2026-09-01 21:30"]),
    ... })
    >>> found = compliance(Dataset({"calls": calls}))
    >>> found.total.rate, found.outside_hours
    (0.3333333333333333, 1)
    """
    if rule not in RULES:
        raise unknown_name("rule", rule, RULES)
    about, chosen = scope(dataset, period), RULES[rule]
    notes: list[str] = []
    total = count_abandoned(about, chosen, notes)
    by_week = weeks(about, chosen) if total is not None else ()
    dials = count(about.now.table("calls").filter(nw.col("direction") == "outbound"))
    too_often, contacts = count_too_often(about, chosen, notes)
    return Compliance(
        voice=about.voice,
        rule=chosen,
        period=about.label,
        total=total,
        windows=windows(about, chosen) if total is not None else (),
        worst_week=max(by_week, key=lambda week: week.rate) if len(by_week) > 1 else None,
        dials=dials,
        outside_hours=count_outside(about, notes),
        hours=dataset.config.calling_hours,
        too_often=too_often,
        contacts_too_often=contacts,
        notes=tuple(notes),
    )
