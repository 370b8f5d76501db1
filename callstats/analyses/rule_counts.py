"""Counting what a rule looks at: abandoned calls, dials outside hours, contacts dialled too often.

Each count that cannot be made leaves a line in ``notes`` instead.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.analyses.rules import Abandonment, Rule
from callstats.analyses.scope import Scope, count, lacking
from callstats.dataset.clock import TIME_KEYS
from callstats.kpis import get
from callstats.kpis.define import Count
from callstats.kpis.predicates import ABANDONED, HANDLED

if TYPE_CHECKING:
    from callstats.dataset import Dataset

KPI_NAME = "abandon_rate_outbound"
#: Weeks with fewer people who answered are not called the worst: their rate is mostly chance.
FEWEST_LIVE = 50
_DAY = timedelta(days=1)


def count_abandoned(about: Scope, rule: Rule, notes: list[str]) -> Abandonment | None:
    """Return the abandoned and handled calls of the period."""
    from callstats.analyses.measure import measure

    row = measure(about.now, [KPI_NAME], interval=False).to_dict("records")[0]
    if row["note"].startswith(("not computable", "undefined")):
        notes.append(about.voice.note(get(KPI_NAME), row["note"]))
        return None
    abandoned, live = int(row["numerator"]), int(row["denominator"])
    window = about.window
    return Abandonment(window.start, window.last, abandoned, live - abandoned, rule.abandon_limit)


def windows(about: Scope, rule: Rule) -> tuple[Abandonment, ...]:
    """Cut the days since the first dial into successive windows, and return those that touch the period.

    The last may be short.
    """
    days = _by_day(about.whole)
    if not days:
        return ()
    first, last, step = min(days), max(days), timedelta(days=rule.window_days)
    starts = (first + n * step for n in range((last - first) // step + 1))
    cut = (_added(days, start, min(start + step - _DAY, last), rule) for start in starts)
    asked = about.window
    return tuple(one for one in cut if one.last >= asked.start and one.first < asked.end)


def weeks(about: Scope, rule: Rule) -> tuple[Abandonment, ...]:
    """Return the calendar weeks of the period in which enough people answered to speak of a rate."""
    days = _by_day(about.now)
    mondays = sorted({day - day.weekday() * _DAY for day in days})
    found = (_added(days, monday, monday + 6 * _DAY, rule) for monday in mondays)
    return tuple(one for one in found if one.abandoned + one.handled >= FEWEST_LIVE)


def _by_day(dataset: Dataset) -> dict[date, tuple[int, int]]:
    """Return abandoned and handled calls by day."""
    from callstats.engine import totals

    terms = (Count(ABANDONED), Count(HANDLED))
    found = totals(dataset, terms, by=["day"]).to_dict("records")
    return {
        date.fromisoformat(row["day"]): (int(row[terms[0].key]), int(row[terms[1].key]))
        for row in found
        if isinstance(row["day"], str)
    }


def _added(days: dict[date, tuple[int, int]], first: date, last: date, rule: Rule) -> Abandonment:
    inside = [counts for day, counts in days.items() if first <= day <= last]
    abandoned, handled = (sum(counts[i] for counts in inside) for i in (0, 1))
    return Abandonment(first, last, abandoned, handled, rule.abandon_limit)


def count_outside(about: Scope, notes: list[str]) -> int | None:
    """Return how many dials began outside the calling hours."""
    _ = about.voice.say
    reason = lacking(about.whole, "hour")
    if reason or not about.now.has("calls", "local_started_at"):
        why = reason or _("needs {columns}", columns="calls.local_started_at")
        notes.append(_("Calling hours not checked: {why}.", why=why.rstrip(".")))
        return None
    clock = nw.col("local_started_at")
    minute = clock.dt.hour() * 60 + clock.dt.minute()
    allowed = nw.lit(False)
    for start, end in about.whole.config.calling_hours:
        allowed = allowed | ((minute >= _minutes(start)) & (minute < _minutes(end)))
    return count(
        about.now.table("calls").filter(nw.col("direction") == "outbound", ~clock.is_null(), ~allowed)
    )


def _minutes(clock: str) -> int:
    """Return the minutes since midnight.

    Examples
    --------
    >>> _minutes("09:30")
    570
    """
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def count_too_often(about: Scope, rule: Rule, notes: list[str]) -> tuple[int | None, int | None]:
    """Return the dials beyond the allowed number in any stretch of days, and their contacts.

    A dial is one too many when the dial ``most_dials`` before it, in this period
    or earlier, was placed less than ``within_days`` calendar days before.
    """
    needed = ("contact_id", "attempt_no", "local_started_at")
    if not about.now.has("calls", *needed):
        columns = ", ".join(f"calls.{c}" for c in needed if not about.now.has("calls", c))
        notes.append(about.voice.say("Frequency not checked: needs {columns}.", columns=columns))
        return None, None
    outbound = nw.col("direction") == "outbound"
    at = (
        TIME_KEYS["week"](nw.col("local_started_at")) + nw.col("local_started_at").dt.weekday()
    )  # a day's number
    dials = about.now.table("calls").filter(outbound).select("contact_id", "attempt_no", at=at)
    earlier = (
        about.whole.table("calls")
        .filter(outbound)
        .select(
            "contact_id",
            attempt_no=nw.col("attempt_no") + rule.most_dials,
            earlier_at=at,
        )
    )
    found = (
        dials.join(earlier, on=["contact_id", "attempt_no"], how="inner")
        .filter(nw.col("at") - nw.col("earlier_at") < rule.within_days)
        .select(nw.len().alias("dials"), nw.col("contact_id").n_unique().alias("contacts"))
        .collect("pandas")
    )
    return int(found["dials"].to_list()[0]), int(found["contacts"].to_list()[0])
