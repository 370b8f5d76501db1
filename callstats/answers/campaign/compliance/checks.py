"""The dials that offend against a rule, one check each, as rows that name the dial.

A check that the data do not allow leaves a line in ``notes`` instead. Days are
those of the clock the calls carry: the contact's where its zone is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.campaign.compliance.holidays import HOLIDAYS
from callstats.answers.campaign.compliance.rules import Abandonment, Hours, Rule
from callstats.answers.core.scope import Scope, lacking, records
from callstats.dataset.clock import TIME_KEYS

if TYPE_CHECKING:
    import pandas as pd

#: What names a dial in the list of offences, as far as the data have it.
COLUMNS = ("call_id", "contact_id", "list_id", "campaign_id", "agent_id", "local_started_at")
CLOCK = "local_started_at"
#: Offending dials listed for each check; all of them are counted.
MOST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found: dials, their contacts, and the first of them.

    ``kind`` is abandoned, calling_hours, legal_hours, frequency, silence or consent.
    """

    kind: str
    source: str
    dials: int
    contacts: int
    listed: tuple[dict[str, Any], ...] = ()


def outbound(about: Scope, *keys: str) -> nw.LazyFrame:
    """Return the dials of the period."""
    return about.now.table("calls", *keys).filter(nw.col("direction") == "outbound")


def found(about: Scope, kind: str, source: str, offending: nw.LazyFrame) -> Check:
    """Count offending dials and list the first of them."""
    have = [c for c in COLUMNS if about.now.has("calls", c)]
    contacts = nw.col("contact_id").n_unique() if "contact_id" in have else nw.lit(0).max()
    told = records(offending.select(dials=nw.len(), contacts=contacts))[0]
    dials = int(told["dials"])
    if not dials:
        return Check(kind, source, 0, 0)
    order = [c for c in (CLOCK, "call_id") if c in have]
    rows = records(offending.select(*have).sort(*order).head(MOST_LISTED))
    return Check(kind, source, dials, int(told["contacts"]), tuple(rows))


def offences(checks: Iterable[Check]) -> pd.DataFrame:
    """Return the offending dials of several checks: the check, its source, and what names the dial."""
    import pandas as pd

    rows = [{"check": c.kind, "source": c.source, **row} for c in checks for row in c.listed]
    there = [c for c in COLUMNS if any(c in row for row in rows)] or list(COLUMNS)
    return pd.DataFrame(rows, columns=["check", "source", *there])


def check_abandoned(about: Scope, rule: Rule, windows: Sequence[Abandonment]) -> Check:
    """List the abandoned calls of windows above the limit: none of them offends by itself."""
    above = [w for w in windows if w.headroom < 0]
    inside = nw.lit(False)
    for window in above:
        first, last = (int(f"{day:%Y%m%d}") for day in (window.first, window.last))
        inside = inside | ((nw.col("day") >= first) & (nw.col("day") <= last))
    dials = outbound(about, "day").filter(nw.col("abandoned"), inside)
    return found(about, "abandoned", rule.abandon_source, dials)


def check_hours(about: Scope, hours: Hours, kind: str, notes: list[str]) -> Check | None:
    """List the dials outside allowed hours, weekdays and days."""
    _ = about.voice.say
    reason = lacking(about.whole, "hour")
    if reason or not about.now.has("calls", CLOCK):
        why = reason or _("needs {columns}", columns="calls.local_started_at")
        line = _("Calling hours not checked: {why}.", why=why.rstrip("."))
        notes.extend([] if line in notes else [line])
        return None
    clock = nw.col(CLOCK)
    allowed = within(clock, hours.between) & clock.dt.weekday().is_in(list(hours.weekdays))
    if hours.holidays and (closed := _holidays(about, hours.holidays)):
        allowed = allowed & ~TIME_KEYS["day"](clock).is_in(closed)
    return found(about, kind, hours.source, outbound(about).filter(~clock.is_null(), ~allowed))


def within(clock: nw.Expr, between: Iterable[tuple[str, str]]) -> nw.Expr:
    """Return whether a clock is within hours, the end left out."""
    minute = clock.dt.hour() * 60 + clock.dt.minute()
    allowed = nw.lit(False)
    for start, end in between:
        allowed = allowed | ((minute >= minutes(start)) & (minute < minutes(end)))
    return allowed


def _holidays(about: Scope, country: str) -> list[int]:
    window = about.window
    years = range(window.start.year, window.last.year + 1)
    days = (day for year in years for day in HOLIDAYS[country](year))
    return [int(f"{day:%Y%m%d}") for day in days if window.start <= day <= window.last]


def minutes(clock: str) -> int:
    """Return the minutes since midnight.

    Examples
    --------
    >>> minutes("09:30")
    570
    """
    hours, rest = clock.split(":")
    return 60 * int(hours) + int(rest)


def day_number() -> nw.Expr:
    """Return a day's number on the clock: differences are calendar days."""
    return TIME_KEYS["week"](nw.col(CLOCK)) + nw.col(CLOCK).dt.weekday()


def check_frequency(about: Scope, rule: Rule, notes: list[str]) -> Check | None:
    """List the dials beyond the allowed number in any stretch of days.

    A dial is one too many when the dial ``most_dials`` before it, in this period
    or earlier, was placed less than ``within_days`` calendar days before.
    """
    needed = ("contact_id", "attempt_no", CLOCK)
    if not about.now.has("calls", *needed):
        columns = ", ".join(f"calls.{c}" for c in needed if not about.now.has("calls", c))
        notes.append(about.voice.say("Frequency not checked: needs {columns}.", columns=columns))
        return None
    earlier = (
        about.whole.table("calls")
        .filter(nw.col("direction") == "outbound")
        .select("contact_id", attempt_no=nw.col("attempt_no") + rule.most_dials, earlier_at=day_number())
    )
    dials = outbound(about).join(earlier, on=["contact_id", "attempt_no"], how="inner")
    too_often = dials.filter(day_number() - nw.col("earlier_at") < rule.within_days)
    return found(about, "frequency", rule.dials_source, too_often)


def check_silence(about: Scope, rule: Rule, notes: list[str]) -> Check | None:
    """List the dials in the days of silence after a refusal, in this period or earlier."""
    days = rule.silence_days
    if days is None:
        return None
    needed = ("contact_id", "closed_reason", "call_id", CLOCK)
    if not about.now.has("calls", *needed):
        columns = ", ".join(f"calls.{c}" for c in needed if not about.now.has("calls", c))
        notes.append(
            about.voice.say("Silence after a refusal not checked: needs {columns}.", columns=columns)
        )
        return None
    refusals = (
        about.whole.table("calls")
        .filter(nw.col("closed_reason").is_in(["refusal", "do_not_call"]))
        .select("contact_id", refused_at=nw.col(CLOCK), refused_on=day_number())
    )
    after = (
        outbound(about)
        .join(refusals, on="contact_id", how="inner")
        .filter(nw.col(CLOCK) > nw.col("refused_at"), day_number() - nw.col("refused_on") <= days)
        .select("call_id")
        .unique()
    )
    return found(
        about, "silence", rule.silence_source, outbound(about).join(after, on="call_id", how="inner")
    )


def check_consent(about: Scope, rule: Rule, notes: list[str]) -> Check | None:
    """List the dials to contacts who had not agreed, from the day consent is needed."""
    since = rule.consent_from
    if since is None or about.window.last < since:
        return None
    if not (about.now.reaches("calls", "consent") and about.now.has("calls", CLOCK)):
        needs = "contacts.consent" if about.now.has("calls", CLOCK) else f"calls.{CLOCK}"
        notes.append(about.voice.say("Consent not checked: needs {columns}.", columns=needs))
        return None
    late = outbound(about, "consent").filter(TIME_KEYS["day"](nw.col(CLOCK)) >= int(f"{since:%Y%m%d}"))
    unknown = int(records(late.filter(nw.col("consent").is_null()).select(n=nw.len()))[0]["n"])
    if unknown:
        told = about.voice.form.number(unknown)
        notes.append(
            about.voice.say("Consent unknown for {n} dials, which are not listed as offending.", n=told)
        )
    return found(about, "consent", rule.consent_source, late.filter(~nw.col("consent")))
