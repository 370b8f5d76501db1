"""Whose target is it: the site's, a campaign's, a list's or an agent's."""

from __future__ import annotations

import pytest

from callstats.answers.core.target_scope import (
    applied_targets,
    applied_totals,
    check_targets,
    stray_notes,
    stray_targets,
    targets_named,
)
from callstats.answers.core.voice import Voice
from callstats.config import Config, Target
from callstats.dataset import Dataset
from callstats.errors import UsageError
from callstats.kpis.define import KPI
from tests.answers.small_campaigns import calls, data, plain, settle

SITE = [
    {"campaign_id": "spring", "list_id": "A", "agent_id": "ann"},
    {"campaign_id": "spring", "list_id": "B", "agent_id": "bob"},
    {"campaign_id": "autumn", "list_id": "C", "agent_id": "ann"},
]


def site(**settings: object) -> Dataset:
    return data(calls(*SITE)).configured({key.replace("__", "."): value for key, value in settings.items()})


def values(dataset: Dataset, **group: object) -> dict[str, float]:
    found = applied_targets(dataset, group)
    return {name: one.value for name, one in found.items() if one.value is not None}


def test_a_campaign_a_list_and_an_agent_go_before_the_site_the_narrowest_first() -> None:
    ds = site(
        targets__answer_rate=0.2, campaign__spring__targets__answer_rate=0.3,
        list__A__targets__answer_rate=0.4, agent__ann__targets__answer_rate=0.5,
    )  # fmt: skip
    assert values(ds) == {"answer_rate": 0.2}
    assert values(ds.where(campaign_id="autumn")) == {"answer_rate": 0.2}
    assert values(ds.where(campaign_id="spring")) == {"answer_rate": 0.3}
    assert values(ds.where(campaign_id="spring", list_id="A")) == {"answer_rate": 0.4}
    assert values(ds.where(campaign_id="spring"), agent_id="ann") == {"answer_rate": 0.5}
    assert values(ds, list_id="B") == {"answer_rate": 0.2}


@pytest.mark.parametrize("kpi", ["successes", "profit", "revenue", "dials", "login_hours", "cost"])
def test_the_count_or_sum_of_a_site_is_no_campaigns_no_lists_and_no_agents(kpi: str) -> None:
    ds = settle(site(), targets={kpi: Target(value=400)})
    assert values(ds) == {kpi: 400}
    parts = [{"campaign_id": "spring"}, {"list_id": "A"}, {"agent_id": "ann"}, {"direction": "outbound"}]
    assert [values(ds.where(**part)) for part in parts] == [{}] * 4
    assert [values(ds, **part) for part in parts] == [{}] * 4
    assert values(ds.where(campaign_id=["spring", "autumn"])) == {}


def test_the_count_of_a_campaign_is_not_that_of_its_lists_and_agents() -> None:
    ds = site(campaign__spring__targets__successes=150).where(campaign_id="spring")
    assert values(ds) == {"successes": 150}
    assert values(ds.where(list_id="A")) == values(ds, agent_id="ann") == {}


def test_the_count_of_an_agent_is_of_all_the_agents_work() -> None:
    ds = site(agent__ann__targets__successes=30)
    assert values(ds, agent_id="ann") == {"successes": 30}
    assert values(ds.where(campaign_id="spring"), agent_id="ann") == {}


def test_campaigns_with_targets_give_the_site_none() -> None:
    ds = site(campaign__spring__targets__successes=150, campaign__autumn__targets__successes=100)
    assert values(ds) == {}
    assert [kpi.name for kpi in targets_named(ds.config)] == ["abandon_rate_outbound", "successes"]


def test_the_only_campaign_of_a_site_is_the_site() -> None:
    ds = data(calls(*SITE[:2])).configured({"targets.successes": 400})
    assert values(ds.where(campaign_id="spring")) == {"successes": 400}
    gaps = data(calls(*SITE[:2], {"list_id": "C"})).configured({"targets.successes": 400})
    assert values(gaps.where(campaign_id="spring")) == {}


def test_the_rates_of_a_site_hold_for_any_part() -> None:
    ds = site(targets__answer_rate=0.2, targets__successes=400)
    assert values(ds.where(direction="outbound")) == {"answer_rate": 0.2}


def test_by_default_a_rule_of_law_is_the_only_target() -> None:
    assert list(applied_targets(site())) == ["abandon_rate_outbound"]


def test_an_alias_is_the_kpi_it_stands_for() -> None:
    ds = site(targets__CPA=30, campaign__spring__targets__cost_per_acquisition=25)
    assert values(ds) == {"cost_per_acquisition": 30}
    assert values(ds.where(campaign_id="spring")) == {"cost_per_acquisition": 25}


@pytest.mark.parametrize(
    ("place", "near"),
    [("targets.sucesses", "successes"), ('campaign."Été".targets.anwser_rate', "answer_rate")],
)
def test_an_unknown_kpi_is_named_with_its_place_and_what_is_near(place: str, near: str) -> None:
    config = site().configured({place: 3}).config
    with pytest.raises(UsageError, match=f"targets.*unknown KPI(.|\n)*{near}"):
        check_targets(config)


def test_a_kpi_of_ones_own_may_have_a_target() -> None:
    from callstats.kpis import get

    answer = get("answer_rate")
    own = KPI(**{**{f: getattr(answer, f) for f in KPI.__dataclass_fields__}, "name": "my_rate"})
    ds = site(targets__my_rate=0.3)
    check_targets(ds.config, [own])
    assert applied_targets(ds, own=[own])["my_rate"].value == 0.3
    with pytest.raises(UsageError, match="my_rate"):
        check_targets(ds.config)


@pytest.mark.parametrize("kpi", ["average_handle_time", "occupancy", "calls_per_agent_shift"])
def test_one_value_for_a_figure_without_a_better_side_needs_a_side(kpi: str) -> None:
    with pytest.raises(UsageError, match="direction"):
        check_targets(Config(targets={kpi: Target(value=240)}))
    check_targets(Config(targets={kpi: Target(value=240, direction="down")}))
    check_targets(Config(targets={kpi: Target(low=100, high=300)}))


@pytest.mark.parametrize("kpi", ["dials", "calls_offered", "contacts_attempted", "paid_hours"])
def test_one_value_for_a_count_without_a_better_side_is_to_be_reached(kpi: str) -> None:
    check_targets(Config(targets={kpi: Target(value=240)}))
    assert Target(value=240).limits("neutral") == (240, None)


def test_what_the_data_do_not_have_is_told_with_what_is_near() -> None:
    ds = site(campaign__sprng__targets__successes=9, agent__zoe__targets__answer_rate=0.3)
    assert [(s.section, s.name, s.near) for s in stray_targets(ds)] == [
        ("campaign", "sprng", ("spring",)),
        ("agent", "zoe", ()),
    ]
    assert [plain(note) for note in stray_notes(Voice(), ds.where(campaign_id="autumn"))] == [
        "Targets are set for campaign.sprng, which is not in the data. Did you mean spring?",
        "Targets are set for agent.zoe, which is not in the data.",
    ]


def test_a_label_leads_to_the_campaign_it_names() -> None:
    ds = settle(site(), labels={"spring": "Spring offer"}).configured(
        {'campaign."spring offer".targets.successes': 9}
    )
    assert stray_targets(ds)[0].near == ("spring",)


def test_data_without_the_column_lack_every_one_named() -> None:
    ds = data(calls({"handled": True})).configured({"list.A.targets.answer_rate": 0.1})
    assert [one.name for one in stray_targets(ds)] == ["A"]


def test_totals_are_what_parts_add_up_to() -> None:
    ds = site(targets__successes=400, targets__roi=0.3)
    assert [kpi.name for kpi in applied_totals(ds)] == ["successes"]
