"""All campaigns of a month: figures, movements, links."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

import callstats as cs
from callstats.answers.core.voice import Voice
from callstats.answers.month.summary import Summary, movements, report_links
from callstats.answers.month.summary_numbers import CampaignFigures
from callstats.config import Target
from callstats.errors import UsageError
from tests.answers.month.small_months import campaign, figure, two_months
from tests.answers.small_campaigns import DEMO, data, plain, settle, written

HOSTILE = '"><img src=x onerror=alert(1)>'
#: The p-values of Benjamini and Hochberg (1995), section 3.2, of which their procedure finds four.
PUBLISHED = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
    0.7590, 1.000,
)  # fmt: skip


NAMES = (
    "profit", "roi", "successes_per_login_hour", "success_rate_argued", "answer_rate",
    "abandon_rate_outbound", "cost_per_acquisition", "service_level", "abandon_rate_inbound",
    "average_speed_of_answer", "first_call_resolution", "average_handle_time", "occupancy", "csat",
)  # fmt: skip


@cache
def september() -> Summary:
    return cs.summary(cs.open(DEMO, threads=1), "2026-09", bootstrap=100)


def published() -> list[CampaignFigures]:
    first = campaign("A", *(figure(name, p) for name, p in zip(NAMES, PUBLISHED, strict=False)))
    return [first, campaign("B", figure("profit", PUBLISHED[-1]))]


def test_movements_are_those_that_benjamini_and_hochberg_find() -> None:
    found = movements(Voice(), "September", "August", published())
    assert len(found.movements) == 15
    assert {m.figure.kpi.name for m in found.confirmed} == set(NAMES[:4])


def test_a_figure_has_moved_where_its_own_interval_excludes_no_change() -> None:
    """Nine of the fifteen p-values are below 5 %."""
    found = movements(Voice(), "September", "August", published())
    assert {m.figure.kpi.name for m in found.moved} == set(NAMES[:9])
    assert all(m.change == m.figure.change and m.change.certain for m in found.moved)
    assert (
        plain(found.summary) == "9 of 15 figures moved since August, 4 beyond what chance does among so many."
    )


@pytest.mark.parametrize(
    ("p_values", "told"),
    [
        ((0.5, 0.6), "None of 2 figures moved since August."),
        ((0.04, 0.6), "1 of 2 figures moved since August, which chance alone may do among so many."),
        ((0.001, 0.001), "2 of 2 figures moved since August, beyond what chance does among so many."),
    ],
)
def test_what_chance_may_do_among_many_is_said_once(p_values: tuple[float, ...], told: str) -> None:
    one = campaign("A", *(figure(name, p) for name, p in zip(NAMES, p_values, strict=False)))
    assert plain(movements(Voice(), "September", "August", [one]).summary) == told


def test_money_comes_first_by_amount_and_the_rest_by_size() -> None:
    one = campaign("A", figure("profit", 0.0, 5.0), figure("answer_rate", 0.0, 9.0))
    two = campaign("B", figure("profit", 0.0, -50.0), figure("csat", 0.0, 1.0))
    told = [
        (m.campaign.label, m.figure.kpi.name) for m in movements(Voice(), "", "August", [one, two]).confirmed
    ]
    assert told == [("B", "profit"), ("A", "profit"), ("A", "answer_rate"), ("B", "csat")]


def test_nothing_tested_takes_one_line() -> None:
    (note,) = movements(Voice(), "September", "", []).views()
    assert plain(note) == "No period to compare with."


@pytest.mark.parametrize(
    ("entries", "links"),
    [
        ([], {}),
        (["spring=campaign_report-spring.html"], {"spring": "campaign_report-spring.html"}),
        (["a=b=c.html"], {"a=b": "c.html"}),
        ([HOSTILE + "=x.html"], {HOSTILE: "x.html"}),
    ],
)
def test_a_report_is_named_behind_the_last_sign(entries: list[str], links: dict[str, str]) -> None:
    assert report_links(entries) == links


@pytest.mark.parametrize(
    "entry", ["spring", "spring=", "spring=../x.html", "spring=javascript:alert(1)", "spring=a.html/b"]
)
def test_a_report_elsewhere_is_refused(entry: str) -> None:
    with pytest.raises(UsageError, match=r"NAME\.html"):
        report_links([entry])


def test_without_a_period_to_compare_with_the_page_still_comes() -> None:
    ds = settle(data(two_months()), targets={"answer_rate": Target(low=0.6)})
    found = cs.summary(ds, "2026-08")
    assert not found.movements.movements
    assert found.targets.missed[0].reason == "nothing to compare with"
    text = plain(str(found))
    assert text.count("No call in July 2026: nothing to compare with.") >= 2


def test_calls_without_a_campaign_column_say_so() -> None:
    found = cs.summary(data(two_months().drop(columns="campaign_id")), "2026-09", bootstrap=50)
    assert "Campaigns: not computable, needs calls.campaign_id." in plain(str(found.campaigns))
    assert plain(found.sentences[0]).startswith("Successes in September 2026: 100")


def test_a_campaign_leads_to_its_report_and_its_name_stays_text() -> None:
    found = cs.summary(data(two_months(HOSTILE)), "2026-09", reports=[f"{HOSTILE}=x-1.html"], bootstrap=50)
    html = found.campaigns.table().to_html()
    assert '<a href="x-1.html">&quot;&gt;&lt;img src=x onerror=alert(1)&gt;</a>' in html
    assert "<img" not in found._repr_html_()


def test_a_figure_shows_an_arrow_only_where_its_change_is_certain() -> None:
    found = cs.summary(data(two_months(answered=(40, 20))), "2026-09", bootstrap=50)
    row = found.campaigns.table().rows[0]
    below = {tuple(cell.under)[-1] for cell in row if cell.under}  # type: ignore[union-attr]
    assert any(line.startswith("↓") for line in below)
    same = cs.summary(data(two_months()), "2026-09", bootstrap=50).campaigns.table().rows[0]
    assert {tuple(cell.under)[-1] for cell in same if cell.under} == {"usual variation"}  # type: ignore[union-attr]


def test_a_queue_is_not_asked_for_what_only_dialling_has() -> None:
    queue = next(c for c in september().campaigns.campaigns if c.campaign_id == "service")
    assert "service_level" in queue.figures
    assert not {"answer_rate", "successes_per_login_hour", "roi"} & set(queue.figures)
    table = september().campaigns.queues()
    assert table is not None
    assert [row[0].text for row in table.rows] == ["Customer service"]  # type: ignore[union-attr]


def test_profit_of_all_campaigns_changes_as_the_bridge_says() -> None:
    found = september()
    profit = found.overall.figures["profit"]
    assert profit.change == found.bridge.change
    assert profit.now.value == pytest.approx(found.bridge.end)
    campaigns = sum(c.figures["profit"].now.value for c in found.campaigns.campaigns)
    assert campaigns == pytest.approx(profit.now.value)


def test_a_change_has_one_interval_in_the_month_and_in_the_reports_of_campaigns() -> None:
    spring = cs.open(DEMO, threads=1).where(campaign_id="spring")
    bridged = cs.bridge(spring, "2026-09")
    own = cs.portrait(spring, "2026-09", bridge=bridged).figures
    month = next(c for c in september().campaigns.campaigns if c.campaign_id == "spring").figures
    for name in ("profit", "answer_rate", "abandon_rate_outbound"):
        assert month[name].change.low == pytest.approx(own[name].change.low)
        assert month[name].change.certain == own[name].change.certain
        assert (month[name].p_value < 0.05) == month[name].change.certain


def test_the_reason_of_a_missed_target_is_where_its_own_report_finds_it() -> None:
    spring = cs.hotspots(cs.open(DEMO, threads=1).where(campaign_id="spring"), "2026-09")
    spot = spring.spots["abandon_rate_outbound"][0]
    assert (spot.names[0].day, spot.names[-1].day) == (14, 18)
    (missed,) = (m for m in september().targets.missed if m.figure.kpi.name == "abandon_rate_outbound")
    assert plain(missed.reason) == (
        "12.4% on 14–18 Sept, 1.8% on the other days; the rest meets the target (at most 3%)"
    )


def test_the_verdict_says_what_neither_the_headline_nor_a_section_says() -> None:
    earned, missed = (plain(s) for s in september().sentences)
    # the value of all successes of the month, €23,456.22, less what was spent, €19,469.88
    assert earned.startswith("Profit in September 2026: €3,986")
    assert missed == (
        "Missed as well: Spring offer (List completion by the deadline); Customer service (Occupancy)."
    )
    # spring's profit and abandonment: of 27 figures that stand still one or two do so by chance
    assert plain(september().movements.summary) == (
        "2 of 27 figures moved since August 2026, which chance alone may do among so many."
    )
    counted = plain(september().targets.summary)
    assert "targets are missed: Spring offer (Abandonment rate, outbound)" in counted


def test_the_record_holds_what_is_missed_and_moved_in_full() -> None:
    told = september().record().payload()["results"]
    assert {row["campaign_id"] for row in told["campaigns"]} == {"spring", "renewal", "service"}
    assert all(row["reason"] for row in told["missed"])


@pytest.mark.parametrize(("language", "word"), [("fr", "Profit"), ("ru", "Прибыль")])
def test_it_speaks_other_languages(language: str, word: str) -> None:
    ds = cs.open(DEMO, threads=1)
    found = cs.summary(replace(ds, config=replace(ds.config, language=language)), "2026-09", bootstrap=50)
    text = plain("\n".join(str(view) for view in found.views() if view.kind != "record"))
    assert word in text
    for english in (" missed", "since", "usual variation", "Campaign ", "money"):
        assert english not in text


def test_intervals_are_at_the_level_of_the_project() -> None:
    ds = cs.open(DEMO, threads=1)
    narrow = cs.summary(settle(ds, confidence=0.90), "2026-09", bootstrap=100)
    a, b = (made.overall.figures["answer_rate"] for made in (september(), narrow))
    assert b.now.high - b.now.low < a.now.high - a.now.low
    assert b.change.high - b.change.low < a.change.high - a.change.low
    page, figure = narrow.campaigns.table(), narrow.campaigns.figure()
    assert page.notes[0].startswith("Beneath each figure its 90% interval and its change")
    assert figure.caption.endswith("with 90% intervals")
    assert "95% interval" not in written(narrow)


def test_the_month_is_told_in_a_headline():
    told = plain(cs.summary(cs.open(DEMO), "2026-09").opening().views()[0].headline)
    assert told == (
        "Profit €3,986, no clear change; 3 targets missed: Spring offer (Abandonment rate, outbound), 2 more"
    )
