"""The whole report."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.service.queue_service import KPIS, PARTS
from callstats.config import Target
from callstats.errors import UsageError
from tests.answers.service.callers import AGENTS, NINE, answered, demo, inbound, lost, simulated
from tests.answers.small_campaigns import DEMO, data, plain, settle


def test_the_verdict_tells_the_promise_who_gives_up_and_what_to_do():
    said = [plain(sentence) for sentence in demo().sentences]
    assert len(said) == 3
    assert said[0].startswith("Service level in September 2026: 90%")  # 1,334 of 1,488 calls within 20 s
    assert "of the callers gave up" in said[1]
    assert said[2].startswith("Next: ")


def test_the_figures_are_those_of_the_catalogue():
    dataset = cs.open(DEMO, threads=1).where(campaign_id="service", period="2026-09")
    measured = cs.measure(dataset, list(KPIS)).set_index("kpi")["value"]
    assert demo().to_frame().set_index("kpi")["value"].to_dict() == pytest.approx(measured.to_dict())


def test_every_part_shows_itself():
    for name, part in demo().parts.items():
        assert part.views(), name
        assert len(part.to_frame()), name


def test_campaigns_that_take_no_call_are_left_out():
    everything = cs.service(cs.open(DEMO, threads=1), "2026-09")
    assert everything.to_frame()["value"].tolist() == pytest.approx(demo().to_frame()["value"].tolist())


def test_an_outbound_campaign_says_that_no_call_came_in():
    found = cs.service(cs.open(DEMO, threads=1).where(campaign_id="spring"), "2026-09")
    assert plain(found.verdict) == "? No call came in: nothing can be said of service."
    for name in PARTS[1:]:
        assert all(view.kind in ("note", "figure", "verdict", "table") for view in found.parts[name].views())


def test_one_call_is_enough_for_a_report():
    found = cs.service(data(inbound(answered())))
    assert found.figures.figures["service_level"].now.value == 1.0
    assert [view.kind for view in found.views()]


def test_nobody_answered_is_told():
    found = cs.service(data(inbound(lost(5))))
    assert found.figures.figures["abandon_rate_inbound"].now.value == 1.0
    assert str(found)


def test_fewer_lost_than_the_band_are_no_bad_news():
    rows = [row for day in range(20) for row in (*answered(99, day=day), *lost(1, day=day))]
    targets = {"abandon_rate_inbound": Target(low=0.02, high=0.05)}
    found = cs.service(settle(data(inbound(rows)), targets=targets))
    assert [s.tone for s in found.sentences if "gave up" in s.text] == ["good"]


def test_a_queue_is_held_to_its_own_targets_before_the_sites():
    rows = inbound([row for day in range(20) for row in (*answered(90, day=day), *lost(10, day=day))])
    rows["campaign_id"] = ["desk" if n % 2 else "help" for n in range(len(rows))]
    ds = data(rows).configured(
        {"targets.abandon_rate_inbound": 0.2, "campaign.desk.targets.abandon_rate_inbound": 0.05}
    )
    judged = [ds, ds.where(campaign_id="help"), ds.where(campaign_id="desk")]
    figures = [cs.service(one).figures.figures["abandon_rate_inbound"] for one in judged]
    assert [figure.met for figure in figures] == [True, True, False]


def test_agents_enough_and_a_target_missed_point_at_pauses_and_peaks():
    time = pd.DataFrame(
        [
            {"agent_id": f"a{i}", "campaign_id": "q", "local_start": NINE, "state": "wait", "seconds": 1800.0}
            for i in range(9)
        ]
    )
    rows = [row for day in range(4) for row in answered(5, day=day, queue_s=200.0)]
    dataset = data(inbound(rows), agent_time=pd.concat([time] * 4))
    found = cs.service(settle(dataset, targets={"service_level": Target(low=0.8)}))
    assert "pauses and peaks" in found.sentences[-1].text


def test_days_to_ring_again_within_must_be_positive():
    with pytest.raises(UsageError, match="repeat_days"):
        cs.service(data(inbound(answered())), repeat_days=0)


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_it_is_said_and_drawn_in_every_language(language):
    found = demo(language)
    english = {plain(s) for s in demo().sentences}
    assert not english & {plain(s) for s in found.sentences}
    for part in (p for name, p in found.parts.items() if name != "figures"):
        assert part.figure().caption


def test_engines_agree():
    dataset = simulated(days=10)
    frames = {name: frame.collect("pandas").to_native() for name, frame in dataset.frames.items()}
    other = cs.service(cs.Dataset(frames))
    own = cs.service(dataset)
    for name in PARTS:
        pd.testing.assert_frame_equal(
            own.parts[name].to_frame(), other.parts[name].to_frame(), check_dtype=False
        )


@pytest.mark.slow
def test_intervals_of_waits_hold_the_truth():
    """Calls of a busy hour wait together; over 100 simulated months the intervals hold their mean."""
    found = [cs.service(simulated(seed, days=30, calls=52.0, seats=4), None, None) for seed in range(100)]
    for kpi in ("service_level", "abandon_rate_inbound", "average_speed_of_answer"):
        rows = [one.figures.figures[kpi].now for one in found]
        truth = np.mean([row.value for row in rows])
        assert np.mean([row.low <= truth <= row.high for row in rows]) > 0.88, kpi
    assert len(AGENTS) == 12


#: Parts that name the level of an interval, and parts that show none by its level.
LEVELLED, UNLEVELLED = ("waiting", "patience", "opinions", "solving", "handling"), ("first_call", "volume")


def test_at_another_level_every_interval_is_named_at_it():
    """The figures and the chart by day are answers of campaigns; staffing has no interval."""
    served = served_at_90()
    for name in (*LEVELLED, *UNLEVELLED):
        shown = without_shares("".join(view.as_html() for view in served.parts[name].views()))
        assert "95%" not in shown, name
        assert ("90% interval" in shown) is (name in LEVELLED), name
    table = without_shares(served.promise.table().as_html())
    assert "90% interval" in table
    assert "95%" not in table


def test_at_another_level_every_interval_is_computed_at_it():
    widths = {name: high - low for name, (low, high) in intervals(demo()).items()}
    for name, (low, high) in intervals(served_at_90()).items():
        assert high - low < widths[name], name


def without_shares(html: str) -> str:
    """Return a page without what is a share: 1,334 of 1,408 callers were answered in time, 95%."""
    return html.replace(">95%</td>", "></td>").replace("95% of those answered", "")


def served_at_90():
    dataset = cs.open(DEMO, threads=1).where(campaign_id="service")
    return cs.service(settle(dataset, confidence=0.90), "2026-09")


def intervals(service):
    """Return the two ends of an interval of each kind that a service report holds."""
    waits, calls = service.waiting.waits["gave_up"], service.handling.whole
    ends = {
        "service level": service.promise.levels["service_level"],
        "mean wait": waits.mean,
        "ninth decile of waits": waits.p90,
        "patience": service.patience.median,
        **{way.kpi.name: way for way in service.first_call.ways},
        **service.opinions.now,
        **service.opinions.weeks["csat"],
        "handle time": calls.mean,
        "median handle time": calls.median,
        **{str(band.start): band for band in service.patience.bands},
        **{f"hour {rate.key}": rate for rate in service.volume.hours},
        **{f"weekday {rate.key}": rate for rate in service.volume.weekdays},
    }
    solved = {f"{hours} h": (low, high) for hours, _, _, low, high in service.solving.shares_by_hours()}
    return solved | {name: (value.low, value.high) for name, value in ends.items()}


def test_the_headline_is_the_service_level_and_what_missed_its_target():
    assert plain(demo().verdict.headline) == "Service level 90%, no clear change; 1 target missed: Occupancy"
