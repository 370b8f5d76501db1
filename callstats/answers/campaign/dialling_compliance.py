"""Are the rules kept: abandoned calls, calling hours, contacts dialled too often.

A rule is data. Abandonment is a census of what was dialled, not a sample, so the
exact rate and the headroom are given without an interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.campaign.compliance_rules import RULES, WEEK, AllowedHours, DiallingRule
from callstats.answers.campaign.dialling_compliance_numbers import (
    Abandoned,
    Abandonment,
    Check,
    Forecast,
    Unchecked,
    check_abandoned,
    check_consent,
    check_frequency,
    check_hours,
    check_silence,
    offences,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import Scope, count, lacking, scope
from callstats.answers.core.voice import Voice
from callstats.errors import unknown_name
from callstats.kpis import get
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import TableView

_UNCHECKED = {
    "frequency": mark("Frequency not checked: needs {columns}."),
    "silence": mark("Silence after a refusal not checked: needs {columns}."),
    "consent": mark("Consent not checked: needs {columns}."),
}


@dataclass(frozen=True)
class Compliance(Answer):
    """The findings for a rule. Notes say what could not be checked, and why.

    Attributes
    ----------
    total : Abandonment or None
        Of the period; None if the rule has no limit or it cannot be counted.
    windows : tuple of Abandonment
        The rule's successive periods that overlap the requested one.
    worst_week : Abandonment or None
    forecast : Forecast or None
        For the last window, while it is running.
    checks : tuple of Check
        The checks made dial by dial, with the violations.
    """

    voice: Voice
    rule: DiallingRule
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
        """Whether nothing that could be checked violates the rule."""
        return not any(check.dials for check in self.checks)

    @property
    def offences(self) -> pd.DataFrame:
        """The offending dials: check, source, and the columns that name the dial.

        A check lists at most 10,000 of its dials; all are counted.
        """
        return offences(self.checks)

    def check(self, kind: str) -> Check | None:
        """Return one check by its kind, None if it was not made."""
        return next((check for check in self.checks if check.kind == kind), None)

    @property
    def outside_hours(self) -> int | None:
        """Dials outside the project's own calling hours."""
        check = self.check("calling_hours")
        return None if check is None else check.dials

    @property
    def too_often(self) -> int | None:
        """Dials beyond the number a contact may be dialled."""
        check = self.check("frequency")
        return None if check is None else check.dials

    @property
    def contacts_too_often(self) -> int | None:
        """Their contacts."""
        check = self.check("frequency")
        return None if check is None else check.contacts

    def to_frame(self) -> pd.DataFrame:
        """Return the successive periods: first, last, abandoned, handled, rate, headroom."""
        import pandas as pd

        columns = ["first", "last", "abandoned", "handled", "rate", "headroom"]
        return pd.DataFrame([[getattr(w, c) for c in columns] for w in self.windows], columns=columns)

    def offence_table(self) -> TableView:
        """Return the first offending dials as a table, check by check."""
        return self.telling.offence_table()


def compliance(dataset: Dataset, period: str | Period | None = None, *, rule: str = "us-ftc") -> Compliance:
    """Check the dialling of a period against a rule.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to one campaign: the limit applies to each separately.
    period : str or Period, optional
        The successive periods shown are those that overlap it.
    rule : str
        ``us-ftc``, ``uk-ofcom``, ``uk-ofcom-machines`` (drops that were machines are
        subtracted) or ``fr``. The project's own calling hours are always checked too.

    Returns
    -------
    Compliance
        Exact rates, a census: no interval and no test. ``kept`` says whether the rule
        is kept, ``offences`` lists the dials. If the limit applies by period, all
        abandoned calls of a period above it are listed.

    Raises
    ------
    UsageError
        The rule is unknown, or the period contains no call.

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
    >>> checked = compliance(Dataset({"calls": calls}))
    >>> checked.total.rate, checked.outside_hours
    (0.3333333333333333, 1)
    """
    if rule not in RULES:
        raise unknown_name("rule", rule, RULES)
    about, chosen = scope(dataset, period), RULES[rule]
    abandoned = Abandoned(about, chosen)
    countable = abandoned.countable
    windows = abandoned.windows() if countable else ()
    checked = _checked(about, chosen, windows)
    notes = [*_abandonment_notes(abandoned), *_check_notes(about, checked)]
    return Compliance(
        voice=about.voice,
        rule=chosen,
        period=about.label,
        total=abandoned.total() if countable else None,
        windows=windows,
        worst_week=abandoned.worst_week() if countable else None,
        forecast=abandoned.forecast(windows) if countable else None,
        dials=count(about.now.table("calls").filter(nw.col("direction") == "outbound")),
        hours=dataset.config.calling_hours,
        checks=tuple(check for check in checked if isinstance(check, Check)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _checked(about: Scope, rule: DiallingRule, windows: tuple[Abandonment, ...]) -> list[Check | Unchecked]:
    """Return every check that the rule and the project require, made or not."""
    own = AllowedHours(about.whole.config.calling_hours, WEEK, "", "callstats.toml")
    checked = [
        check_abandoned(about, rule, windows) if windows else None,
        check_hours(about, own, "calling_hours"),
        check_frequency(about, rule),
        check_hours(about, rule.hours, "legal_hours") if rule.hours else None,
        check_silence(about, rule),
        check_consent(about, rule),
    ]
    return [check for check in checked if check is not None]


def _abandonment_notes(abandoned: Abandoned) -> Iterator[str]:
    """State why abandoned calls could not be counted, or that the limit applies to one campaign."""
    voice = abandoned.about.voice
    if abandoned.countable and (n := abandoned.campaigns) > 1:
        yield voice.say(
            "The limit on abandoned calls holds for each campaign by itself; here {n} are counted together.",
            n=n,
        )
    elif abandoned.rule.abandon_limit is not None and abandoned.obstacle:
        yield voice.note(get(abandoned.kpi_name), abandoned.obstacle)


def _check_notes(about: Scope, checked: Iterable[Check | Unchecked]) -> Iterator[str]:
    """Say what could not be checked, and why."""
    _ = about.voice.say
    for check in checked:
        if isinstance(check, Check):
            if check.unknown:
                n = about.voice.form.number(check.unknown)
                yield _("Dials whose consent is unknown, not listed as offending: {n}.", n=n)
        elif check.kind in _UNCHECKED:
            yield _(_UNCHECKED[check.kind], columns=check.columns)
        else:
            why = lacking(about.whole, "hour") or _("needs {columns}", columns=check.columns)
            yield _("Calling hours not checked: {why}.", why=why.rstrip("."))
