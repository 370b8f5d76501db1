"""All campaigns of a month: figures, movements, targets, links."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.core.estimates import Change, Estimate
from callstats.answers.core.voice import Voice
from callstats.answers.month.changes import PeriodChange
from callstats.answers.month.figures import CampaignFigures, MovedFigure
from callstats.answers.month.movements import movements
from callstats.answers.month.summary import Summary, report_links
from callstats.answers.month.targets import targets
from callstats.config import Target
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.moments import Moments
from tests.answers.small_campaigns import DEMO, data, many, numbered, plain, settle

EMPTY = Moments(0, {}, {})
HOSTILE = '"><img src=x onerror=alert(1)>'
#: The p-values of Benjamini and Hochberg (1995), section 3.2, of which their procedure finds four.
PUBLISHED = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
    0.7590, 1.000,
)  # fmt: skip


@dataclass(frozen=True)
class Known(PeriodChange):
    """A change whose p-value and size are given."""

    p: float = 0.5
    size: float = 1.0

    def p_value(self) -> float:
        return self.p

    def change(self, confidence: float = 0.95) -> Change:
        half = abs(self.size) * (0.5 if self.p <= 1 - confidence else 1.5)
        return Change(self.size, self.size - half, self.size + half)


def figure(
    name: str,
    p: float = 0.5,
    size: float = 1.0,
    *,
    value: float = 10.0,
    low: float | None = None,
    high: float | None = None,
) -> MovedFigure:
    kpi = get(name)
    ends = (value, value - 0.1 * abs(value), value + 0.1 * abs(value))
    before = Estimate(kpi, value - size, value - size - 1, value - size + 1)
    return MovedFigure(
        Estimate(kpi, *ends), before, Target(low, high), moved=Known(kpi, EMPTY, EMPTY, p=p, size=size)
    )


def campaign(label: str, *figures: MovedFigure) -> CampaignFigures:
    return CampaignFigures(label.lower(), label, {f.kpi.name: f for f in figures}, dials=1.0)


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
    assert {m.figure.kpi.name for m in found.found} == set(NAMES[:4])
    assert plain(found.summary) == "4 of 15 figures moved by more than noise since August."


def test_intervals_of_movements_are_as_wide_as_their_number_asks() -> None:
    """Four of fifteen at 5 % false discoveries: 1 - 4 x 0.05 / 15."""
    found = movements(Voice(), "September", "August", published())
    assert found.confidence == pytest.approx(1 - 4 * 0.05 / 15)
    assert all(m.change.certain for m in found.found)
    assert not any(m.change.certain for m in found.movements if not m.beyond_noise)


def test_money_comes_first_by_amount_and_the_rest_by_size() -> None:
    one = campaign("A", figure("profit", 0.0, 5.0), figure("answer_rate", 0.0, 9.0))
    two = campaign("B", figure("profit", 0.0, -50.0), figure("csat", 0.0, 1.0))
    told = [(m.campaign.label, m.figure.kpi.name) for m in movements(Voice(), "", "August", [one, two]).found]
    assert told == [("B", "profit"), ("A", "profit"), ("A", "answer_rate"), ("B", "csat")]


def test_nothing_tested_takes_one_line() -> None:
    (note,) = movements(Voice(), "September", "", []).views()
    assert plain(note) == "No period to compare with."


class Never:
    def of(self, figure: MovedFigure) -> str:
        return f"because of {figure.kpi.name}"


def test_targets_are_missed_met_or_open_by_the_whole_interval() -> None:
    """Value 10, interval 9 to 11."""
    one = campaign(
        "A",
        figure("profit", low=12.0),
        figure("roi", low=8.0),
        figure("csat", low=10.5),
        figure("answer_rate", high=9.5),
    )
    asked = []
    found = targets(Voice(), "September", [one, campaign("B")], lambda c: asked.append(c) or Never())  # type: ignore[arg-type]
    assert [(m.figure.kpi.name, m.reason) for m in found.missed] == [("profit", "because of profit")]
    assert (found.met, found.open) == (1, 2)
    assert [c.label for c in asked] == ["A"]
    assert plain(found.summary) == "1 of 4 targets is missed: A (Profit); 2 are too close to tell."


@pytest.mark.parametrize(
    ("language", "still_open", "expected"),
    [
        ("en", 0, "1 of 1 targets is missed: A (Profit)."),
        ("fr", 0, "1 objectif sur 1 est manqué : A (Profit)."),
        ("ru", 0, "Не достигнута 1 цель из 1: A (Прибыль)."),
        ("fr", 1, "1 objectif sur 2 est manqué : A (Profit) ; 1 est trop proche pour trancher."),
        ("fr", 2, "1 objectif sur 3 est manqué : A (Profit) ; 2 sont trop proches pour trancher."),
        ("ru", 1, "Не достигнута 1 цель из 2: A (Прибыль); 1 слишком близка, чтобы судить."),
        ("ru", 2, "Не достигнута 1 цель из 3: A (Прибыль); 2 слишком близки, чтобы судить."),
    ],
)
def test_targets_too_close_to_tell_are_counted_only_where_there_are_any(
    language: str, still_open: int, expected: str
) -> None:
    close = [figure(name, low=10.5) for name in ("csat", "answer_rate")[:still_open]]
    one = campaign("A", figure("profit", low=12.0), *close)
    found = targets(Voice(language), "", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert plain(found.summary) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "None of 2 targets is missed."),
        ("fr", "Aucun des 2 objectifs n’est manqué."),
        ("ru", "Ни одна из целей (2) не упущена."),
    ],
)
def test_of_targets_all_met_nothing_is_said_to_be_open(language: str, expected: str) -> None:
    one = campaign("A", figure("csat", low=8.0), figure("answer_rate", low=8.0))
    found = targets(Voice(language), "", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert found.summary.text == expected


def test_abandonment_is_judged_by_its_value() -> None:
    one = campaign("A", figure("abandon_rate_outbound", value=0.031, high=0.03))
    found = targets(Voice(), "September", [one], lambda _: Never())  # type: ignore[arg-type, return-value]
    assert len(found.missed) == 1


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


def two_months(
    campaign: str = "x", *, answered: tuple[int, int] = (40, 40), talk: float = 60.0
) -> pd.DataFrame:
    """Return 100 dials on each of ten days of August and of September, so many of them answered."""
    groups = []
    for month, of in zip((8, 9), answered, strict=True):
        for day in range(3, 13):
            clock = dt.datetime(2026, month, day, 10)
            same = {"campaign_id": campaign, "local_started_at": clock, "connected": True, "abandoned": False}
            yes = {"live": True, "handled": True, "argued": True, "talk_s": talk}
            groups += [
                many(of // 4, **same, **yes, success=True, value=50.0),
                many(of - of // 4, **same, **yes, success=False),
                many(100 - of, **same, live=False, handled=False, argued=False, success=False),
            ]
    return numbered(*groups)


def test_a_missed_answer_rate_is_put_down_to_the_step_that_fell() -> None:
    ds = settle(data(two_months(answered=(40, 20))), targets={"answer_rate": Target(low=0.3)})
    (missed,) = cs.summary(ds, "2026-09", bootstrap=50).targets.missed
    assert missed.figure.now.value == pytest.approx(0.2)
    assert plain(missed.reason).startswith("Person answered: down since August 2026")


def test_a_missed_success_per_hour_is_put_down_to_the_factor_of_the_bridge() -> None:
    frame = two_months(answered=(40, 20))
    time = pd.DataFrame(
        [
            {
                "agent_id": agent,
                "campaign_id": "x",
                "state": "talk",
                "seconds": 3600.0 + 60 * n,
                "local_start": dt.datetime(2026, month, day, 10),
            }
            for month in (8, 9)
            for day in range(3, 13)
            for n, agent in enumerate("ab")
        ]
    )
    dials = {"successes_per_login_hour": Target(low=4.0)}
    ds = settle(data(frame, agent_time=time), targets=dials)
    (missed,) = cs.summary(ds, "2026-09", bootstrap=200).targets.missed
    assert plain(missed.reason).startswith("the answer rate fell (")


def test_a_target_missed_before_as_well_is_not_new() -> None:
    ds = settle(data(two_months()), targets={"answer_rate": Target(low=0.6)})
    (missed,) = cs.summary(ds, "2026-09", bootstrap=50).targets.missed
    assert plain(missed.reason) == "not new: 40% in August 2026"


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


def test_profit_of_the_house_changes_as_the_bridge_says() -> None:
    found = september()
    profit = found.house.figures["profit"]
    assert profit.change == found.bridge.change
    assert profit.now.value == pytest.approx(found.bridge.end)
    campaigns = sum(c.figures["profit"].now.value for c in found.campaigns.campaigns)
    assert campaigns == pytest.approx(profit.now.value)


def test_the_verdict_has_three_sentences() -> None:
    earned, moved, missed = (plain(s) for s in september().sentences)
    assert earned.startswith("Profit in September 2026: €4,377")
    assert "moved by more than noise since August 2026. The largest: Spring offer, Profit +€3,928." in moved
    assert "targets are missed: Spring offer (Abandonment rate, outbound)" in missed


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
