"""The key figures, and what they add up to."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.campaign.hotspots import Hotspots
from callstats.answers.campaign.hotspots_numbers import Spot
from callstats.answers.campaign.portrait import Portrait
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.recent_values import RecentValues
from callstats.answers.core.estimates import Estimate
from callstats.answers.core.voice import Voice
from callstats.config import Target
from callstats.kpis import get
from tests.answers.small_campaigns import calls, data, demo, many, numbered, over_days, plain, settle, written

NAN = float("nan")


def figure(
    name: str, value: float, low: float = NAN, high: float = NAN, *, before=None, least=None, most=None
) -> Figure:
    """Return a key figure, compared with (value, low, high), its target at least and at most."""
    kpi = get(name)
    then = None if before is None else Estimate(kpi, *before)
    return Figure(Estimate(kpi, value, low, high), then, Target(least, most))


def headline(*figures: Figure, spots: dict[str, tuple[Spot, ...]] | None = None) -> str:
    by_name = {f.kpi.name: f for f in figures}
    found = Hotspots(Voice(), "September 2026", by_name, spots or {})
    made = Portrait(Voice(), "September 2026", "", by_name, tuple(by_name), 0.95, hotspots=found)
    return plain(made.verdict.headline)


FIVE_DAYS = Spot("day", (dt.date(2026, 9, 14), dt.date(2026, 9, 18)), 0.12, 0.018, 1e-6, 1.0, True)


def said(*figures: Figure, earlier: str = "August 2026") -> list[str]:
    by_name = {f.kpi.name: f for f in figures}
    made = Portrait(Voice(), "September 2026", earlier, by_name, tuple(by_name), 0.95)
    return [plain(sentence) for sentence in made.sentences]


def test_profit_and_roi_are_told_against_target_and_last_period() -> None:
    profit = figure("profit", 7000, 5000, 9000, before=(3000, 2000, 4000))
    roi = figure("roi", 0.8, 0.6, 1.0, least=0.25)
    first = said(profit, roi)[0]
    assert first == (
        "Profit in September 2026: €7,000 (€5,000 to €9,000); +€4,000 since August 2026; "
        "Return on investment (ROI) 80%, target met (at least 25%)."
    )


def test_the_headline_says_what_came_of_it_and_dates_the_target_that_was_missed() -> None:
    profit = figure("profit", 7000, 5000, 9000, before=(3000, 2000, 4000))
    abandoned = figure("abandon_rate_outbound", 0.05, 0.04, 0.06, most=0.03)
    answer = figure("answer_rate", 0.1, 0.09, 0.11, least=0.2)
    spots = {"abandon_rate_outbound": (FIVE_DAYS,)}
    assert headline(profit, answer, abandoned, spots=spots) == (
        "Profit up to €7,000; 2 targets missed: Abandonment rate, outbound (14–18 Sept), 1 more"
    )


def test_the_headline_of_a_loss_and_of_nothing_missed() -> None:
    answer = figure("answer_rate", 0.3, 0.29, 0.31, least=0.2)
    assert headline(figure("profit", -500, -900, -100), answer) == "A loss of €500; all targets met"
    still = figure("profit", 3500, 2500, 4500, before=(3000, 2000, 4000))
    assert headline(still) == "Profit €3,500, no clear change"


def test_what_stands_out_is_in_the_headline_where_no_target_is_missed() -> None:
    answer = figure("answer_rate", 0.3, 0.29, 0.31)
    assert headline(answer, spots={"answer_rate": (FIVE_DAYS,)}) == "Answer rate stands out: 14–18 Sept"


def test_what_to_do_next_names_the_days_on_which_a_target_was_missed() -> None:
    abandoned = figure("abandon_rate_outbound", 0.05, 0.04, 0.06, most=0.03)
    found = Hotspots(
        Voice(), "", {"abandon_rate_outbound": abandoned}, {"abandon_rate_outbound": (FIVE_DAYS,)}
    )
    by_name = {"abandon_rate_outbound": abandoned}
    made = Portrait(Voice(), "September 2026", "", by_name, tuple(by_name), 0.95, hotspots=found)
    assert plain(made.sentences[-1]) == (
        "Next: find out what was different on 14–18 Sept. Abandonment rate, outbound: 12.0% then, "
        "1.8% otherwise."
    )


def test_a_card_says_whether_its_target_is_met_and_what_its_figure_was_before() -> None:
    answer = figure("answer_rate", 0.3, 0.29, 0.31, least=0.2)
    recent = RecentValues(
        "month", dt.date(2026, 6, 1), dt.date(2026, 9, 1), {"answer_rate": (0.2, None, 0.25, 0.3)}
    )
    made = Portrait(Voice(), "", "", {"answer_rate": answer}, ("answer_rate",), 0.95, recent=recent)
    card = made.key_figures().figures[0]
    assert (card.outcome, card.outcome_text, card.recent) == ("met", "met", (0.2, None, 0.25, 0.3))


def test_recent_values_are_whole_weeks_where_there_are_few_months() -> None:
    made = cs.portrait(demo("spring"), "2026-09")
    assert made.recent.by == "week"
    assert (made.recent.first, made.recent.last) == (dt.date(2026, 7, 6), dt.date(2026, 9, 21))
    last_week = cs.measure(demo("spring").where(period="2026-W39"), "answer_rate")["value"][0]
    assert made.recent.values["answer_rate"][-1] == pytest.approx(last_week)


def test_a_change_whose_interval_includes_none_is_usual_variation() -> None:
    profit = figure("profit", 3500, 2500, 4500, before=(3000, 2000, 4000))
    assert "within the usual variation since August 2026" in said(profit)[0]


def test_without_costs_the_verdict_starts_from_successes() -> None:
    profit, successes = figure("profit", NAN), figure("successes", 40, 28, 52)
    assert said(profit, successes, earlier="")[0] == "Successes in September 2026: 40 (28 to 52)."


def test_what_moved_most_is_relative_to_where_it_stood() -> None:
    answer = figure("answer_rate", 0.25, 0.24, 0.26, before=(0.20, 0.19, 0.21))
    abandoned = figure("abandon_rate_outbound", 0.02, 0.018, 0.022, before=(0.01, 0.009, 0.011))
    assert said(answer, abandoned)[0].startswith(
        "What moved most: Abandonment rate, outbound: up since August"
    )


def test_a_passed_limit_comes_before_a_missed_target() -> None:
    abandoned = figure("abandon_rate_outbound", 0.05, 0.04, 0.06, most=0.03)
    answer = figure("answer_rate", 0.1, 0.09, 0.11, least=0.2)
    last = said(answer, abandoned, earlier="")[-1]
    assert last.startswith("Next: slow the dialer down")
    assert last.endswith("Abandonment rate, outbound is 5.0%, target missed (at most 3%).")


def test_abandonment_is_judged_by_its_exact_rate() -> None:
    assert figure("abandon_rate_outbound", 0.031, 0.02, 0.05, most=0.03).met is False
    assert figure("abandon_rate_outbound", 0.029, 0.02, 0.05, most=0.03).met is True


def test_below_the_band_of_a_figure_that_should_be_low_is_met() -> None:
    band = {"least": 0.02, "most": 0.05}
    assert figure("abandon_rate_inbound", 0.01, 0.005, 0.015, **band).met is True
    assert figure("abandon_rate_inbound", 0.07, 0.06, 0.08, **band).met is False
    assert figure("occupancy", 0.5, 0.45, 0.55, least=0.65, most=0.85).met is False


def test_a_target_within_the_interval_is_open() -> None:
    assert figure("answer_rate", 0.2, 0.18, 0.22, least=0.19).met is None
    assert figure("answer_rate", 0.2, 0.18, 0.22).met is None


def test_money_lost_is_said_before_what_got_worse() -> None:
    profit = figure("profit", -500, -900, -100)
    answer = figure("answer_rate", 0.1, 0.09, 0.11, before=(0.2, 0.19, 0.21))
    assert said(profit, answer)[-1].endswith("The campaign costs more than it brings.")


def test_what_got_worse_is_named_where_no_target_is_missed() -> None:
    answer = figure("answer_rate", 0.1, 0.09, 0.11, before=(0.2, 0.19, 0.21))
    assert said(answer)[-1].endswith("Answer rate got worse beyond its usual variation.")


def test_an_open_target_asks_for_more_data() -> None:
    last = said(figure("answer_rate", 0.2, 0.18, 0.22, least=0.19), earlier="")[-1]
    assert last.startswith("Next: change nothing yet.")


def test_nothing_wrong_leaves_nothing_to_change() -> None:
    last = said(figure("answer_rate", 0.3, 0.28, 0.32, least=0.19), earlier="")[-1]
    assert last == "Next: nothing has to change on this evidence."


def test_there_are_at_most_three_sentences() -> None:
    assert 1 <= len(cs.portrait(demo(), "2026-09").sentences) <= 3


def test_an_arrow_stands_only_where_the_interval_excludes_no_change() -> None:
    for campaign in ("spring", "renewal"):
        made = cs.portrait(demo(campaign), "2026-09")
        for card in made.key_figures().figures:
            moved = made.figures[card.name].change
            assert (card.arrow != "none") == moved.certain


def test_profit_is_value_less_cost() -> None:
    frame = calls(
        {"success": True, "value": 100.0, "handled": True}, {"success": False, "value": None, "handled": True}
    )
    costs = pd.DataFrame({"campaign_id": "x", "period": ["2026-09"], "kind": ["labour"], "amount": [50.0]})
    made = cs.portrait(data(frame, costs=costs), "2026-09", kpis=["profit", "roi"])
    assert made.figures["profit"].now.value == 50
    assert made.figures["roi"].now.value == 1.0  # the worked example of the trade: 100 %


def test_the_change_is_this_period_less_the_other() -> None:
    august = over_days(many(80, handled=False) + many(20, handled=True), dt.date(2026, 8, 3))
    september = over_days(many(60, handled=False) + many(40, handled=True), dt.date(2026, 9, 1))
    made = cs.portrait(data(numbered(august, september)), "2026-09", kpis=["answer_rate"])
    assert made.figures["answer_rate"].change.estimate == pytest.approx(0.2)
    assert made.figures["answer_rate"].change.certain


def test_a_single_day_says_nothing_of_a_change_beyond_that_day() -> None:
    august = over_days(many(80, handled=False) + many(20, handled=True), dt.date(2026, 8, 3))
    september = many(60, handled=False) + many(40, handled=True)
    moved = cs.portrait(data(numbered(august, september)), "2026-09", kpis=["answer_rate"]).figures[
        "answer_rate"
    ]
    assert moved.change.estimate == pytest.approx(0.2)
    assert not moved.change.certain


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_single_call_is_told_in_every_language(language: str) -> None:
    made = cs.portrait(data(calls({"handled": True, "success": False}), language), "2026-09")
    assert len(made.key_figures().figures) == 8
    assert made.note
    assert "nan" not in str(made)


def test_what_is_missing_takes_one_line_of_its_card() -> None:
    made = cs.portrait(data(calls({"handled": True})), kpis=["profit", "answer_rate"])
    profit, answer = made.key_figures().figures
    assert profit.note.startswith("not computable, needs ")
    assert "\n" not in profit.note
    assert answer.note == ""


def test_targets_are_those_of_the_project() -> None:
    dataset = settle(data(calls({"handled": True})), targets={"answer_rate": Target(low=0.5)})
    card = cs.portrait(dataset, kpis=["answer_rate"]).key_figures().figures[0]
    assert card.target == "target: at least 50%"


def test_the_record_is_plain_json() -> None:
    import json

    record = cs.portrait(replace(demo()), "2026-09").record().payload()
    assert json.loads(json.dumps(record, allow_nan=False))["results"]["kpis"]["answer_rate"]["value"] > 0


def test_intervals_are_at_the_level_of_the_project() -> None:
    usual, narrow = (
        cs.portrait(settle(demo(), confidence=level), "2026-09", "previous") for level in (0.95, 0.90)
    )
    for name in ("profit", "answer_rate"):
        a, b = (made.figures[name] for made in (usual, narrow))
        assert b.now.high - b.now.low < a.now.high - a.now.low
        assert b.change.high - b.change.low < a.change.high - a.change.low
    assert "September 2026, with 90% intervals; change since August" in written(narrow)
    assert "95%" not in written(narrow)
