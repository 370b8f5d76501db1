"""How contacts flow through a list."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from callstats.answers.campaign.dial_flow_numbers import ContactDays, DialFlow, flow_of
from callstats.answers.campaign.list_states_numbers import contact_days, worked_days
from callstats.answers.core.scope import scope
from callstats.dataset import Dataset
from tests.answers.small_campaigns import demo

# Contact 1: days 0, 2 (reached) and 3 (closed); contact 2: day 1; contact 3: day 1, closed.
CONTACT, DAY = np.array([1, 1, 1, 2, 3]), np.array([0, 2, 3, 1, 1])
CLOSED, LIVE = np.array([False, False, True, False, True]), np.array([False, True, True, False, True])


@pytest.fixture
def flow() -> DialFlow:
    return DialFlow(ContactDays.of(CONTACT, DAY, CLOSED, LIVE), np.arange(5), unused=4)


def test_first_dials_and_closings_are_counted_by_day(flow: DialFlow) -> None:
    assert flow.first_dials.tolist() == [1, 2, 0, 0, 0]
    assert flow.closings.tolist() == [0, 1, 0, 1, 0]


def test_the_contacts_never_dialled_fall_with_the_first_dials(flow: DialFlow) -> None:
    assert flow.fresh.tolist() == [7, 6, 4, 4, 4]


def test_who_waits_is_known_by_turn_wait_and_whether_reached(flow: DialFlow) -> None:
    """At the start of day 3 contact 1 has had two days of dials, the last one a day ago, and was reached."""
    waiting = flow.waiting[3]
    assert waiting.sum() == 2
    assert waiting[1, 2, 1] == 1
    assert waiting[0, 1, 2] == 1  # contact 2, two days after its first dial
    assert flow.waiting[-1].sum() == 1  # contact 2 alone is left
    assert flow.open == 5


def test_dials_of_one_day_are_one_turn() -> None:
    when = pd.to_datetime(["2026-09-07 10:00", "2026-09-07 15:00", "2026-09-09 10:00"])
    calls = pd.DataFrame({
        "call_id": list("123"), "contact_id": "a", "direction": "outbound", "closed": [False, False, True],
        "local_started_at": when, "live": [False, True, True],
    })  # fmt: skip
    about = scope(Dataset({"calls": calls}), None)
    rows = contact_days(about, None, (date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 9)))[None]
    assert (rows.day.tolist(), rows.turn.tolist(), rows.wait.tolist()) == ([0, 2], [0, 1], [0, 2])
    assert (rows.newly_reached.tolist(), rows.reached.tolist()) == ([1, 0], [False, True])


def test_the_engine_counts_what_the_rows_say() -> None:
    about = scope(demo(), "2026-09")
    worked = worked_days(about)
    calls = demo().table("calls").collect("pyarrow").to_native().to_pandas()
    calls = calls[calls.list_id == "A"].assign(day=lambda frame: frame.local_started_at.dt.date)
    by_day = calls.groupby(["contact_id", "day"], as_index=False)[["closed", "live"]].max()
    number = {day: at for at, day in enumerate(worked)}
    expected = ContactDays.of(
        by_day.contact_id.astype(int).to_numpy(),
        by_day.day.map(number).to_numpy(),
        by_day.closed.astype(bool).to_numpy(),
        by_day.live.astype(bool).to_numpy(),
    )
    found = contact_days(about, "list_id", worked)["A"]
    for one, other in zip(sums(found), sums(expected), strict=True):
        assert one == other


def sums(rows: ContactDays) -> tuple:
    flow = flow_of(rows, np.zeros(200, dtype=int), 0)
    assert flow is not None
    parts = (flow.dialled, flow.counted(rows.closed), flow.counted(rows.newly_reached), flow.waiting)
    return tuple(part[: len(flow.first_dials)].tolist() for part in parts)
