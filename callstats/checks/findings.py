"""What a reader should know of a data set before trusting its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from callstats.checks.rules import RULES, Frame, Rule

Frames = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold, in how many rows, with an example and what to do."""

    rule: str
    table: str
    rows: int
    example: str
    hint: str


def findings(frames: Frames) -> list[Finding]:
    """Look at canonical tables on any engine and list what does not hold.

    Parameters
    ----------
    frames : mapping of str to frame
        Tables by name; any frame that Narwhals knows, in memory or not.

    Returns
    -------
    list of Finding
        Broken rules first, then what is odd about the whole.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["a", "b"], "talk_s": [10.0, -1.0]})
    >>> [finding.rule for finding in findings({"calls": calls})]
    ['a duration is never negative']
    """
    lazy = {name: nw.from_native(frame).lazy() for name, frame in frames.items()}
    schemas = {name: set(frame.collect_schema().names()) for name, frame in lazy.items()}
    found = []
    for name, frame in lazy.items():
        found.extend(_broken_rules(name, frame, schemas[name], RULES))
    for look, needs in _WHOLE:
        if all(set(columns) <= schemas.get(table, set()) for table, columns in needs.items()):
            found.extend(look(lazy))
    return found


def _broken_rules(name: str, frame: nw.LazyFrame, columns: set[str], rules: Iterable[Rule]) -> list[Finding]:
    asked = [rule for rule in rules if rule.table == name and set(rule.columns) <= columns]
    rows = [rule for rule in asked if rule.broken is not None]
    if not rows:
        return []
    counts = _pandas(
        frame.select(
            *(rule.broken.cast(nw.Int64).sum().alias(f"r{place}") for place, rule in enumerate(rows))
        )
    )
    found = [
        Finding(rule.name, name, int(count), _example(frame, rule), rule.hint)
        for place, rule in enumerate(rows)
        if pd.notna(count := counts[f"r{place}"].iloc[0]) and count > 0
    ]
    return [
        *found,
        *(one for rule in asked if rule.broken is None for one in _repeated_keys(name, frame, rule)),
    ]


def _repeated_keys(name: str, frame: nw.LazyFrame, rule: Rule) -> list[Finding]:
    keys = frame.drop_nulls(list(rule.columns)).group_by(*rule.columns).agg(nw.len().alias("_rows"))
    more = keys.filter(nw.col("_rows") > 1)
    total = _pandas(more.select((nw.col("_rows") - 1).sum().alias("rows")))["rows"].iloc[0]
    if pd.isna(total) or not total:
        return []
    first = _pandas(more.sort(*rule.columns).head(1)).iloc[0]
    example = ", ".join(f"{column}={first[column]}" for column in rule.columns)
    return [Finding(rule.name, name, int(total), example, rule.hint)]


def _example(frame: nw.LazyFrame, rule: Rule) -> str:
    first = _pandas(frame.filter(rule.broken).select(*rule.columns).head(1)).iloc[0]
    return ", ".join(f"{column}={first[column]}" for column in rule.columns)


def _pandas(frame: nw.LazyFrame) -> Frame:
    return frame.collect().to_pandas()


def _unknown_outcomes(frames: Mapping[str, nw.LazyFrame]) -> list[Finding]:
    silent = nw.all_horizontal(
        *(nw.col(flag).is_null() for flag in ("connected", "live", "success")), ignore_nulls=False
    )
    codes = frames["calls"].filter(silent & ~nw.col("outcome_code").is_null())
    counts = _pandas(codes.group_by("outcome_code").agg(nw.len().alias("rows")))
    if counts.empty:
        return []
    counts = counts.sort_values(["rows", "outcome_code"], ascending=[False, True])
    listed = ", ".join(
        f"{code} ({rows})" for code, rows in zip(counts["outcome_code"], counts["rows"], strict=True)
    )
    return [
        Finding(
            "a status says what happened", "calls", int(counts["rows"].sum()), listed,
            "Rates leave these calls out; add the codes to the mapping or the status tables.",
        )
    ]  # fmt: skip


def _at_midnight(frames: Mapping[str, nw.LazyFrame]) -> list[Finding]:
    clock = nw.col("local_started_at")
    seconds = (clock.dt.hour() * 3600 + clock.dt.minute() * 60 + clock.dt.second()).alias("s")
    times = _pandas(
        frames["calls"].select(seconds).select(nw.col("s").max().alias("most"), nw.len().alias("rows"))
    )
    if times["rows"].iloc[0] < 2 or times["most"].iloc[0] != 0:
        return []
    return [
        Finding(
            "calls are spread over the day", "calls", int(times["rows"].iloc[0]), "every call is at 00:00:00",
            "The export has dates only; nothing can be said by hour.",
        )
    ]  # fmt: skip


def _gaps(frames: Mapping[str, nw.LazyFrame]) -> list[Finding]:
    """Report working weekdays without a single call between the first day and the last."""
    days = _pandas(
        frames["calls"]
        .select(nw.col("local_started_at").dt.truncate("1d").alias("day"))
        .unique()
        .drop_nulls()
    )["day"]
    days = pd.to_datetime(pd.Series(days)).dt.tz_localize(None)
    if len(days) < 5:
        return []
    usual = set(days.dt.day_of_week)
    every = pd.date_range(days.min(), days.max(), freq="D")
    empty = [day for day in every if day.weekday() in usual and day not in set(days)]
    if not empty:
        return []
    listed = ", ".join(str(day.date()) for day in empty[:5]) + (" …" if len(empty) > 5 else "")
    return [
        Finding(
            "every working day has calls", "calls", len(empty), listed,
            "Days of a weekday that is otherwise worked: a holiday, or a part of the export that is missing.",
        )
    ]  # fmt: skip


def _agent_time_apart(frames: Mapping[str, nw.LazyFrame]) -> list[Finding]:
    """Compare, by agent and day, the talk of the calls with the talk of the agents' own log."""
    day = "day"
    talked = frames["calls"].filter(~nw.col("agent_id").is_null() & ~nw.col("talk_s").is_null())
    calls = _daily(talked, "local_started_at", "talk_s", day)
    time = _daily(
        frames["agent_time"].filter(nw.col("state").is_in(["talk", "hold"])), "local_start", "seconds", day
    )
    both = calls.merge(time, on=["agent_id", day], how="inner", suffixes=("_calls", "_log"))
    more = both[both["total_calls"] > 1.1 * both["total_log"] + 300]
    if more.empty:
        return []
    worst = more.loc[(more["total_calls"] - more["total_log"]).idxmax()]
    example = (
        f"{worst['agent_id']} on {worst[day].date()}: {worst['total_calls']:.0f} s in calls, "
        f"{worst['total_log']:.0f} s in the agent log"
    )
    return [
        Finding(
            "an agent talks no longer in calls than in the agent log", "agent_time", len(more), example,
            "Agent-days that differ by over a tenth and five minutes: rates per hour are too high.",
        )
    ]  # fmt: skip


def _daily(frame: nw.LazyFrame, clock: str, seconds: str, day: str) -> Frame:
    daily = frame.with_columns(nw.col(clock).dt.truncate("1d").alias(day))
    return _pandas(daily.group_by("agent_id", day).agg(nw.col(seconds).sum().alias("total")))


def _on_two_lists(frames: Mapping[str, nw.LazyFrame]) -> list[Finding]:
    pairs = frames["contacts"].drop_nulls(["contact_id", "list_id"]).select("contact_id", "list_id").unique()
    several = pairs.group_by("contact_id").agg(nw.len().alias("lists")).filter(nw.col("lists") > 1)
    total = int(_pandas(several.select(nw.len().alias("n")))["n"].iloc[0])
    if not total:
        return []
    first = _pandas(several.sort("contact_id").head(1)).iloc[0]
    return [
        Finding(
            "a contact is on one list", "contacts", total,
            f"{first['contact_id']} is on {first['lists']} lists",
            "Comparing lists, such a contact counts on both sides.",
        )
    ]  # fmt: skip


Look = Callable[[Mapping[str, nw.LazyFrame]], list[Finding]]

_WHOLE: tuple[tuple[Look, dict[str, tuple[str, ...]]], ...] = (
    (_unknown_outcomes, {"calls": ("outcome_code", "connected", "live", "success")}),
    (_at_midnight, {"calls": ("local_started_at",)}),
    (_gaps, {"calls": ("local_started_at",)}),
    (
        _agent_time_apart,
        {
            "calls": ("agent_id", "talk_s", "local_started_at"),
            "agent_time": ("agent_id", "local_start", "state", "seconds"),
        },
    ),
    (_on_two_lists, {"contacts": ("contact_id", "list_id")}),
)
