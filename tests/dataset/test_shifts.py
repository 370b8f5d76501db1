"""A shift that goes on over midnight is one, of the day it began."""

import pandas as pd

from callstats.answers.core.measure import measure
from callstats.dataset import Dataset
from callstats.dataset.deriving import derive
from callstats.dataset.reading import to_arrow


def stretch(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["agent_id", "local_start", "seconds"])
    return frame.assign(local_start=pd.to_datetime(frame["local_start"]), state="wait")


def with_shifts(frame: pd.DataFrame) -> pd.DataFrame:
    return derive({"agent_time": to_arrow("agent_time", frame)}, [])["agent_time"].to_pandas()


def days(frame: pd.DataFrame) -> list[int]:
    return with_shifts(frame)["shift_start"].dt.day.tolist()


NIGHT = (("ann", "2026-09-09 22:00", 7200.0), ("ann", "2026-09-10 00:00", 7200.0))


def test_what_follows_after_midnight_belongs_to_the_day_before() -> None:
    assert days(stretch(*NIGHT, ("ann", "2026-09-10 03:00", 3600.0))) == [9, 9, 9]


def test_the_next_evening_is_a_shift_of_its_own() -> None:
    assert days(stretch(*NIGHT, ("ann", "2026-09-10 22:00", 3600.0))) == [9, 9, 10]


def test_another_agent_has_another_shift() -> None:
    assert days(stretch(*NIGHT, ("bob", "2026-09-10 00:30", 3600.0))) == [9, 9, 10]


def test_who_never_logs_out_begins_a_shift_every_day() -> None:
    hours = pd.date_range("2026-09-09 08:00", "2026-09-11 07:00", freq="h")
    rows = [("ann", str(hour), 3600.0) for hour in hours]
    # the 16 hours that a shift lasts at most end at midnight: every day is one, as the calendar has it
    assert "shift_start" not in with_shifts(stretch(*rows))


def test_without_a_shift_over_midnight_nothing_is_added() -> None:
    frame = stretch(("ann", "2026-09-09 09:00", 3600.0), ("ann", "2026-09-10 09:00", 3600.0))
    assert "shift_start" not in with_shifts(frame)


def test_stretches_that_begin_at_one_moment_are_of_one_shift() -> None:
    both = (("ann", "2026-09-09 23:00", 0.0), ("ann", "2026-09-09 23:00", 7200.0))
    for order in (both, both[::-1]):
        found = with_shifts(stretch(*order, ("ann", "2026-09-10 01:00", 60.0)))
        assert found["shift_start"].dt.strftime("%d %H").tolist() == ["09 23"] * 3


def test_a_break_of_more_than_three_hours_over_midnight_parts_two_shifts() -> None:
    evening = ("ann", "2026-09-09 20:00", 3600.0)  # until nine
    assert days(stretch(*NIGHT, evening, ("ann", "2026-09-11 00:00", 60.0))) == [9, 9, 9, 11]
    apart = with_shifts(
        stretch(*NIGHT, ("bob", "2026-09-09 20:00", 3600.0), ("bob", "2026-09-10 00:01", 60.0))
    )
    assert apart[apart["agent_id"] == "bob"]["shift_start"].dt.day.tolist() == [9, 10]


def test_the_shift_that_an_export_states_is_kept() -> None:
    stated = stretch(*NIGHT).assign(shift_start=[pd.Timestamp("2026-09-09 21:00"), pd.NaT])
    found = with_shifts(stated)
    assert found["shift_start"].dt.hour.tolist() == [21, 22]


def test_calls_per_shift_count_the_night_once() -> None:
    time = with_shifts(stretch(*NIGHT, ("bob", "2026-09-09 09:00", 3600.0)))
    calls = pd.DataFrame(
        {
            "call_id": list("abcdef"),
            "direction": "outbound",
            "agent_id": ["ann"] * 4 + ["bob"] * 2,
            "local_started_at": pd.to_datetime(["2026-09-09 23:00"] * 2 + ["2026-09-10 01:00"] * 2
                                               + ["2026-09-09 09:30"] * 2),
        }
    )  # fmt: skip
    data = Dataset({"calls": calls, "agent_time": time})
    assert measure(data, "calls_per_agent_shift")["value"].tolist() == [3.0]
    by_agent = measure(data, "calls_per_agent_shift", by="agent_id").set_index("agent_id")["value"]
    assert by_agent.to_dict() == {"ann": 4.0, "bob": 2.0}
