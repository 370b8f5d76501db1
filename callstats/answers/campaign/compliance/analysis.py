"""Are the rules kept: abandoned calls, calling hours, contacts dialled too often.

A rule is data. Abandonment is a census of what was dialled, not a sample: the
exact rate and the headroom are given, and no interval.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.campaign.compliance import checks as rows
from callstats.answers.campaign.compliance.checks import Check
from callstats.answers.campaign.compliance.counts import KPI_NAME, Abandoned, Forecast
from callstats.answers.campaign.compliance.rules import RULES, WEEK, Abandonment, Hours, Rule
from callstats.answers.campaign.compliance.words import (
    check_name,
    judged_abandonment,
    told_check,
    told_forecast,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import Scope, count, scope
from callstats.answers.core.voice import Voice
from callstats.errors import unknown_name
from callstats.kpis import get
from callstats.show.display import Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Windows shown in the table (of more, those with the highest rates), and dials of each check.
_MOST_WINDOWS = 12
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Compliance(Answer):
    """What was found against a rule. Notes say what could not be checked, and why.

    Attributes
    ----------
    total : Abandonment or None
        Of the period; None where the rule has no limit or it cannot be counted.
    windows : tuple of Abandonment
        The rule's successive periods that touch the one asked about.
    worst_week : Abandonment or None
    forecast : Forecast or None
        Of the last window, while it lasts.
    checks : tuple of Check
        What was checked dial by dial, with the offending ones.
    """

    voice: Voice
    rule: Rule
    period: str
    total: Abandonment | None
    windows: tuple[Abandonment, ...]
    worst_week: Abandonment | None
    forecast: Forecast | None
    dials: int
    hours: tuple[tuple[str, str], ...]
    checks: tuple[Check, ...] = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether nothing that could be checked offends against the rule."""
        return not any(check.dials for check in self.checks)

    @property
    def offences(self) -> pd.DataFrame:
        """The offending dials: check, source, and the columns that name the dial.

        A check lists at most 10,000 of its dials; all are counted.
        """
        return rows.offences(self.checks)

    def check(self, kind: str) -> Check | None:
        """Return one check by its kind, None where it was not made."""
        return next((check for check in self.checks if check.kind == kind), None)

    @property
    def outside_hours(self) -> int | None:
        """Dials outside the project's own calling hours."""
        found = self.check("calling_hours")
        return None if found is None else found.dials

    @property
    def too_often(self) -> int | None:
        """Dials beyond the number a contact may be dialled."""
        found = self.check("frequency")
        return None if found is None else found.dials

    @property
    def contacts_too_often(self) -> int | None:
        """Their contacts."""
        found = self.check("frequency")
        return None if found is None else found.contacts

    def to_frame(self) -> pd.DataFrame:
        """Return the successive periods: first, last, abandoned, handled, rate, headroom."""
        import pandas as pd

        columns = ["first", "last", "abandoned", "handled", "rate", "headroom"]
        return pd.DataFrame([[getattr(w, c) for c in columns] for w in self.windows], columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Abandonment first, then hours and frequency, as far as they could be checked."""
        found = [judged_abandonment(self.voice, self.period, self.total, self.worst_week)]
        found += [told_check(self, check) for check in self.checks if check.kind != "abandoned"]
        found.append(told_forecast(self.voice, self.forecast, self.rule.abandon_limit))
        return tuple(sentence for sentence in found if sentence is not None)

    def table(self) -> TableView:
        """Return the successive periods as a table."""
        _, form = self.voice.say, self.voice.form
        heads = [
            _("Live calls"),
            _("Abandoned"),
            get(KPI_NAME).label[self.voice.language],
            _("More that fit"),
        ]
        shown = self.windows
        if len(shown) > _MOST_WINDOWS:
            worst = sorted(shown, key=lambda window: -window.rate)[:_MOST_WINDOWS]
            shown = tuple(sorted(worst, key=lambda window: window.first))
        lines = [
            [
                self._named(window),
                form.number(window.abandoned + window.handled),
                form.number(window.abandoned),
                form.value(window.rate, "%"),
                form.number(window.headroom),
            ]
            for window in shown
        ]
        caption = _(
            "Abandoned calls by period of {days} days from the first dial (limit {limit})",
            days=self.rule.window_days,
            limit=form.goal(self.rule.abandon_limit, "%"),
        )
        columns = [Column(_("Period")), *(Column(head, "right") for head in heads)]
        notes = (self._legal(), *self._left_out(len(shown)))
        return TableView(caption, columns, lines, notes)

    def _named(self, window: Abandonment) -> str:
        same = window.first == window.last
        return self.voice.form.date(window.first) if same else self.voice.days(window.first, window.last)

    def _left_out(self, shown: int) -> tuple[str, ...]:
        """Say how many windows there were and how many were above the limit, where some are not shown."""
        if shown == len(self.windows):
            return ()
        above = sum(window.headroom < 0 for window in self.windows)
        text = self.voice.say(
            "The {shown} periods with the highest rates, of {n}; {above} are above the limit.",
            shown=shown,
            n=len(self.windows),
            above=above,
        )
        return (text,)

    def offence_table(self) -> TableView:
        """Return the first offending dials as a table, check by check."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Check")), Column(_("Dial")), Column(_("Contact")), Column(_("When"))]
        listed = [(check, row) for check in self.checks for row in check.listed[:_MOST_SHOWN]]
        lines = [
            [
                check_name(self.voice, check),
                str(row.get("call_id", "")),
                str(row.get("contact_id", "")),
                self._when(row),
            ]
            for check, row in listed
        ]
        total = form.number(sum(check.dials for check in self.checks))
        caption = _("Offending dials, {period}", period=self.period)
        note = _("{n} offending dials in all; the result's offences list them.", n=total)
        return TableView(caption, heads, lines, (note,))

    def _when(self, row: dict[str, object]) -> str:
        at = row.get(rows.CLOCK)
        return "" if at is None else f"{at:%Y-%m-%d %H:%M}"

    def _legal(self) -> str:
        _ = self.voice.say
        text = _(
            "Abandoned calls: {abandon}. Frequency: {dials}. A count of every call, not a sample; "
            "no legal advice.",
            abandon=self.rule.abandon_source,
            dials=self.rule.dials_source,
        )
        return f"{text} {_(self.rule.caution)}" if self.rule.caution else text

    def _sources(self) -> str:
        """Name the texts of a rule that has no table of periods."""
        named = sorted({check.source for check in self.checks if check.source})
        _ = self.voice.say
        return _("Sources: {sources}. No legal advice.", sources=_.joined(named))

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table of periods and what could not be checked."""
        shown: list[View] = [self.verdict] if self.sentences else []
        shown += [self.table()] if self.windows else [Note(self._sources())] if self.checks else []
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
        ``us-ftc``, ``uk-ofcom``, ``uk-ofcom-machines`` (drops that were machines taken
        off) or ``fr``. The project's own calling hours are checked beside each.

    Returns
    -------
    Compliance
        Exact rates, a census: no interval and no test. ``kept`` says whether
        anything was found, ``offences`` lists the dials. Where the limit holds by
        period, all abandoned calls of a period above it are listed.

    Raises
    ------
    UsageError
        The rule is not known, or the period holds no call.

    References
    ----------
    1. Telemarketing Sales Rule, 16 CFR 310.4(b)(4) and (c), as amended 2008.
    2. Ofcom (2010). Revised statement of policy on the persistent misuse of an
       electronic communications network or service; replaced 2017-03-01.
    3. Code de la consommation (France), art. D. 223-9, in force since 2023-03-01, and
       L. 223-1 as of 2026-08-11.

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
    counted = Abandoned(about, chosen)
    total = counted.total(notes)
    windows = counted.windows() if total is not None else ()
    return Compliance(
        voice=about.voice,
        rule=chosen,
        period=about.label,
        total=total,
        windows=windows,
        worst_week=counted.worst_week() if total is not None else None,
        forecast=counted.forecast(windows) if total is not None else None,
        dials=count(about.now.table("calls").filter(nw.col("direction") == "outbound")),
        hours=dataset.config.calling_hours,
        checks=tuple(_checks(about, chosen, windows, notes)),
        notes=tuple(notes),
    )


def _checks(about: Scope, rule: Rule, windows: tuple[Abandonment, ...], notes: list[str]) -> list[Check]:
    """Return every check the rule and the project ask for and the data allow."""
    own = Hours(about.whole.config.calling_hours, WEEK, "", "callstats.toml")
    made = [
        rows.check_abandoned(about, rule, windows) if windows else None,
        rows.check_hours(about, own, "calling_hours", notes),
        rows.check_frequency(about, rule, notes),
        rows.check_hours(about, rule.hours, "legal_hours", notes) if rule.hours else None,
        rows.check_silence(about, rule, notes),
        rows.check_consent(about, rule, notes),
    ]
    return [check for check in made if check is not None]
