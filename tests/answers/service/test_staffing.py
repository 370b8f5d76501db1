"""How many agents the queue needs, and where they were missing."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Target
from callstats.errors import UsageError
from callstats.stats.erlang import agents_needed, queue_performance
from tests.answers.service.callers import NINE, answered, demo, inbound, serve
from tests.answers.small_campaigns import DEMO, calls, data, many, plain, settle

CALL = {"handled": True, "abandoned": False, "talk_s": 100.0, "wrap_s": 80.0, "queue_s": 5.0}


#: 13 agents answer 79.56 % of 100 calls of 180 s in 20 s and 14 answer 88.84 % (Erlang C): for 80 %, one
#: day in 21 needs the fourteenth.
ENOUGH = 13 + (0.8 - 0.7955948) / (0.8883500 - 0.7955948)


def received(*rows: dict) -> pd.DataFrame:
    return calls(*rows, direction="inbound", campaign_id="q")


def at(minute: int, n: int, day: int = 0, **more) -> list[dict]:
    return many(n, **{**CALL, "local_started_at": NINE + dt.timedelta(days=day, minutes=minute), **more})


def stretch(minute: float, seconds: float, state: str = "wait", campaign: str = "q", day: int = 0) -> dict:
    start = NINE + dt.timedelta(days=day, minutes=minute)
    return {
        "agent_id": "a",
        "campaign_id": campaign,
        "local_start": start,
        "state": state,
        "seconds": seconds,
    }


def test_the_load_is_by_half_hour_of_an_average_day() -> None:
    found = cs.staffing(data(received(*at(0, 8), *at(29, 2), *at(30, 6), *at(5, 20, day=1)))).to_frame()
    assert found["start"].tolist() == ["09:00", "09:30"]
    assert found["calls"].tolist() == [15.0, 3.0]
    assert found["handle_s"].tolist() == [180.0, 180.0]


def test_agents_needed_are_those_of_the_library_functions() -> None:
    found = cs.staffing(data(received(*at(0, 100))), shrinkage=0.3).to_frame().iloc[0]
    assert found["needed"] == agents_needed(100, 180) == 14
    assert found["rostered"] == 20  # 14 / 0.7, as in the trade's textbook example


def test_a_busy_day_is_one_that_nine_in_ten_stay_under() -> None:
    rows = [row for day in range(11) for row in at(0, 10 * day, day=day)] + at(31, 1, day=0)
    found = cs.staffing(data(received(*rows))).to_frame().iloc[0]
    assert found["days"] == 11
    assert found["calls_busy"] == pytest.approx(90)


def test_agents_there_are_cut_at_the_ends_of_the_half_hours() -> None:
    """Waiting from 9:20 to 9:50: 10 minutes of the first half hour, 20 of the second; no pause counts."""
    time = pd.DataFrame(
        [stretch(20, 1800), stretch(50, 600, "pause"), stretch(0, 600, "talk", campaign="other")]
    )
    found = cs.staffing(data(received(*at(0, 4), *at(30, 4)), agent_time=time)).to_frame()
    assert found["there"].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert found["short"].tolist() == pytest.approx(
        [n - t for n, t in zip(found["needed_average"], found["there"], strict=True)]
    )


def test_a_stretch_past_midnight_counts_for_the_early_hours() -> None:
    time = pd.DataFrame([stretch(60 * 14.5, 3600)])  # from 23:30 to 0:30
    rows = [*at(-9 * 60, 2), *at(14 * 60 + 30, 2)]
    found = cs.staffing(data(received(*rows), agent_time=time)).to_frame().set_index("start")["there"]
    assert (found["00:00"], found["23:30"]) == (1.0, 1.0)


def test_the_shrinkage_is_the_share_of_login_time_in_pause() -> None:
    time = pd.DataFrame([stretch(0, 900), stretch(15, 300, "pause")])
    assert cs.staffing(data(received(*at(0, 10)), agent_time=time)).aim.shrinkage == 0.25


def test_patience_is_all_waiting_over_those_who_gave_up() -> None:
    rows = [*at(0, 8, queue_s=10.0), *at(0, 2, queue_s=60.0, handled=False, abandoned=True)]
    found = cs.staffing(data(received(*rows)), patience_s="observed")
    assert found.aim.patience_s == 100.0
    assert found.aim.model == "Erlang A"


def test_nobody_who_gives_up_leaves_erlang_c() -> None:
    found = cs.staffing(data(received(*at(0, 8))), patience_s="observed")
    assert math.isinf(found.aim.patience_s)


def test_the_service_level_then_is_of_all_who_called() -> None:
    rows = [*at(0, 6, queue_s=10.0), *at(0, 2, queue_s=30.0), *at(0, 2, handled=False, abandoned=True)]
    assert cs.staffing(data(received(*rows))).to_frame()["observed"].tolist() == [0.6]


def test_targets_are_the_projects_own() -> None:
    targets = {"service_level": Target(low=0.9), "occupancy": Target(low=0.6, high=0.7)}
    dataset = settle(data(received(*at(0, 100))), targets=targets, settings={"answer_within_s": 10.0})
    aim = cs.staffing(dataset).aim
    assert (aim.service_level, aim.within_s, aim.max_occupancy) == (0.9, 10.0, 0.7)


def test_targets_of_the_queue_go_before_the_sites() -> None:
    rows = received(*at(0, 100))
    rows["campaign_id"] = ["desk" if n % 2 else "help" for n in range(len(rows))]
    ds = data(rows).configured(
        {
            "targets.service_level": 0.9,
            "campaign.desk.targets.service_level": 0.7,
            "targets.occupancy.high": 0.8,
        }
    )
    aims = [cs.staffing(one).aim for one in (ds, ds.where(campaign_id="desk"))]
    assert [(aim.service_level, aim.max_occupancy) for aim in aims] == [(0.9, 0.8), (0.7, 0.8)]


def test_agents_there_on_some_days_only_may_be_enough() -> None:
    """Two answer 94 % of 3 such calls in time, one 62 %: on average over days 1.5 keep 80 %."""
    load = pd.DataFrame({"start": ["09:00"], "calls": [3.0], "handle_s": [240.0], "there": [1.6]})
    found = cs.staffing(load)
    row = found.to_frame().iloc[0]
    one, two = (queue_performance(3.0, 240.0, n).service_level for n in (1, 2))
    assert (row["needed"], row["needed_average"]) == (2, pytest.approx(1 + (0.8 - one) / (two - one)))
    assert found.sentences[1].tone == "good"


def test_a_cap_on_occupancy_asks_for_its_own_average() -> None:
    """10 erlang at 70 % are 14.3 agents: so many on average, though a day has 14 or 15."""
    load = pd.DataFrame({"start": ["09:00"], "calls": [100.0], "handle_s": [180.0]})
    row = cs.staffing(load, max_occupancy=0.7).to_frame().iloc[0]
    assert (row["needed"], row["needed_average"]) == (15, pytest.approx(10 / 0.7))


def test_patience_can_be_left_out() -> None:
    rows = [*at(0, 8, queue_s=10.0), *at(0, 2, queue_s=60.0, handled=False, abandoned=True)]
    models = [cs.staffing(data(received(*rows)), patience_s=p).aim.model for p in ("observed", 90, None)]
    assert models == ["Erlang A", "Erlang A", "Erlang C"]


def test_weekdays_can_be_told_apart() -> None:
    found = cs.staffing(data(received(*at(0, 10), *at(0, 30, day=1))), by_weekday=True).to_frame()
    assert found[["weekday", "calls"]].values.tolist() == [[1, 10.0], [2, 30.0]]


def test_a_load_of_ones_own_needs_no_calls() -> None:
    load = pd.DataFrame({"start": ["09:00"], "calls": [100], "handle_s": [180], "there": [12.0]})
    found = cs.staffing(load)
    assert found.to_frame()["needed"].tolist() == [14]
    assert found.to_frame()["short"].tolist() == pytest.approx([ENOUGH - 12])
    assert found.sentences[1].tone == "bad"


def test_enough_agents_are_said_to_be_enough() -> None:
    load = pd.DataFrame({"start": ["09:00"], "calls": [100], "handle_s": [180], "there": [14.0]})
    assert cs.staffing(load).sentences[1].tone == "good"


@pytest.mark.parametrize(
    "bad",
    [
        {"interval_min": 7},
        {"shrinkage": 1.0},
        {"service_level": 1.0},
        {"patience_s": "soon"},
        {"max_occupancy": 0},
    ],
)
def test_impossible_choices_are_refused(bad: dict) -> None:
    with pytest.raises(UsageError):
        cs.staffing(data(received(*at(0, 10))), **bad)


def test_a_load_without_its_columns_is_refused() -> None:
    with pytest.raises(UsageError, match="handle_s"):
        cs.staffing(pd.DataFrame({"start": ["09:00"], "calls": [1]}))


def test_an_outbound_campaign_takes_one_line() -> None:
    found = cs.staffing(data(calls({**CALL})))
    assert [str(view) for view in found.views()] == ["Staffing: no inbound calls."]


def test_missing_columns_are_named() -> None:
    found = cs.staffing(data(calls({"handled": True}, direction="inbound")))
    assert found.notes == ("Staffing: not computable, needs calls.talk_s, calls.wrap_s.",)


def test_the_patience_of_the_simulated_callers_is_found() -> None:
    """150 s by the recipe of the demo."""
    found = cs.staffing(cs.open(DEMO, threads=1), patience_s="observed")
    assert found.aim.patience_s == pytest.approx(150, rel=0.12)


def test_agents_there_add_up_to_the_time_of_the_queues_agents() -> None:
    dataset = cs.open(DEMO, threads=1)
    found = cs.staffing(dataset, "2026-09").to_frame()
    ready = dataset.where(campaign_id="service", period="2026-09")
    hours = cs.measure(ready, "available_hours", interval=False).iloc[0]["value"]
    assert found["there"].sum() * found["days"].iloc[0] / 2 == pytest.approx(hours, rel=0.005)


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_it_is_said_and_drawn_in_every_language(language: str) -> None:
    found = cs.staffing(settle(cs.open(DEMO, threads=1), language=language), "2026-09")
    figure = found.figure()
    assert figure.alt.startswith(f"{figure.finding} {figure.caption}")
    assert len(found.table().notes) == 1


def ready(agents: int, minute: float, minutes: float) -> list[dict]:
    """Return agents who wait for calls."""
    start = NINE + dt.timedelta(minutes=minute)
    return [
        {
            "agent_id": f"a{i}",
            "campaign_id": "q",
            "local_start": start,
            "state": "wait",
            "seconds": 60.0 * minutes,
        }
        for i in range(agents)
    ]


def cover(calls, *stretches):
    time = pd.DataFrame([row for rows in stretches for row in rows])
    return serve(data(calls, agent_time=time)).cover


def busy(*minutes: int):
    """Return 100 calls of three minutes in each half hour."""
    return inbound(*(answered(100, minute=m, talk_s=100.0, hold_s=0.0, wrap_s=80.0) for m in minutes))


def test_neighbouring_half_hours_that_lack_agents_are_one_gap():
    """13.05 are enough on average: 10 and 12 are there in the first hour, 20 in the half hour after it."""
    found = cover(busy(0, 30, 60), ready(10, 0, 30), ready(12, 30, 30), ready(20, 60, 30))
    (gap,) = found.gaps
    assert (gap.start, gap.end, gap.missing) == ("09:00", "10:00", pytest.approx(ENOUGH - 10))
    assert gap.hours == pytest.approx((ENOUGH - 10 + ENOUGH - 12) / 2)
    assert (found.missing, found.spare) == (pytest.approx(gap.hours), pytest.approx((20 - ENOUGH) / 2))


def test_the_largest_gap_comes_first():
    found = cover(busy(0, 30, 60), ready(12, 0, 30), ready(14, 30, 30), ready(8, 60, 30))
    assert [gap.start for gap in found.gaps] == ["10:00", "09:00"]


def test_what_it_would_take_is_said_with_what_is_to_spare():
    found = cover(busy(0, 30), ready(10, 0, 30), ready(20, 30, 30))
    assert plain(found.sentences[-1]) == (
        "It would take 1.5 more agent-hours a day (09:00 to 09:30: 3.0 more); at other times 3.5 "
        "agent-hours a day are more than needed."
    )


def test_agents_enough_leave_nothing_to_add():
    found = cover(busy(0), ready(14, 0, 30))
    assert found.gaps == ()
    assert found.sentences[-1].tone == "good"


def test_without_agent_time_the_need_is_told_and_who_was_there_is_not():
    found = serve(data(busy(0))).cover
    assert math.isnan(found.spare)
    assert found.to_frame()["needed"].tolist() == [14]
    assert plain(found.views()[-1]) == "Agents there: not computable, needs agent_time.local_start."


def test_the_demo_has_a_row_a_half_hour():
    assert len(demo().cover.to_frame()) == 20
