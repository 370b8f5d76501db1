"""Agent time as intervals."""

import pandas as pd

from callstats.answers.trust.interval_searches import calls_of_agents, forgotten, overlaps, stretches
from callstats.dataset import Dataset


def data(time: list[tuple[str, str, str, float]], calls: list[tuple[str, str]] = []) -> Dataset:  # noqa: B006
    logged = pd.DataFrame(time, columns=["agent_id", "local_start", "state", "seconds"])
    logged["local_start"] = pd.to_datetime(logged["local_start"])
    dialled = pd.DataFrame(calls or [("zoe", "2026-09-09 00:00")], columns=["agent_id", "local_started_at"])
    dialled["local_started_at"] = pd.to_datetime(dialled["local_started_at"])
    dialled = dialled.assign(call_id=dialled.index.astype(str), direction="outbound")
    return Dataset({"calls": dialled, "agent_time": logged})


def test_a_stretch_inside_a_long_one_overlaps_it_though_another_lies_between() -> None:
    rows = [
        ("ann", "2026-09-09 09:00", "wait", 7200.0),
        ("ann", "2026-09-09 09:10", "talk", 300.0),
        ("ann", "2026-09-09 10:00", "talk", 600.0),
    ]
    assert len(overlaps(stretches(data(rows)))) == 2


def test_stretches_that_follow_one_another_do_not_overlap() -> None:
    rows = [("ann", "2026-09-09 09:00:00", "wait", 59.6), ("ann", "2026-09-09 09:00:59", "talk", 300.0)]
    assert len(overlaps(stretches(data(rows)))) == 0


def test_sums_of_an_hour_by_state_are_no_overlap() -> None:
    rows = [
        ("ann", f"2026-09-09 {hour:02d}:00", state, 1800.0) for hour in (9, 10) for state in ("talk", "wait")
    ]
    assert len(overlaps(stretches(data(rows)))) == 0


def test_sums_of_a_day_are_no_intervals() -> None:
    rows = [("ann", "2026-09-09", "talk", 20_000.0), ("ann", "2026-09-09", "talk", 20_000.0)]
    assert len(stretches(data(rows))) == 0


def test_the_same_state_twice_at_once_is_an_overlap() -> None:
    rows = [("ann", "2026-09-09 09:00", "wait", 3600.0)] * 2
    assert len(overlaps(stretches(data(rows)))) == 1


def test_a_login_of_hours_after_the_last_call_is_forgotten_even_over_midnight() -> None:
    time = [("ann", "2026-09-09 20:00", "wait", 3600.0), ("ann", "2026-09-09 21:00", "pause", 36_000.0)]
    found = data(time, [("ann", "2026-09-09 20:30")])
    late = forgotten(stretches(found), calls_of_agents(found))
    assert late["end"].dt.strftime("%d %H:%M").tolist() == ["10 07:00"]


def test_a_break_of_two_hours_after_the_last_call_is_none() -> None:
    time = [("ann", "2026-09-09 10:00", "wait", 7200.0)]
    found = data(time, [("ann", "2026-09-09 10:00")])
    assert len(forgotten(stretches(found), calls_of_agents(found))) == 0
