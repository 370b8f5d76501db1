"""What a client may know: codes in place of people, values and no costs, counts and no rows."""

from __future__ import annotations

import pandas as pd
import pytest

import callstats as cs
from callstats.answers.agents.agent_names import pseudonym
from callstats.answers.core.audience import codes, for_client, told_kpis, under_codes
from callstats.config import Config, DeclaredTest, MoneySettings, ScopeSettings, Target
from callstats.dataset import Dataset
from callstats.dataset.rejects import COLUMNS, Rejects
from callstats.errors import UsageError

CALLS = pd.DataFrame({
    "call_id": list("1234"), "contact_id": list("abcd"), "direction": "outbound",
    "list_id": ["L", "L", "M", "Ann"],
    "agent_id": ["Ann", "Bob", None, "Ann"], "handled": [True, True, False, True],
    "success": [True, False, False, False], "campaign_id": "spring",
})  # fmt: skip
CONTACTS = pd.DataFrame({
    "contact_id": list("abcd"), "list_id": ["L", "L", "M", "Ann"], "owner": ["Ann", "Bob", "Eve", None],
})  # fmt: skip
SCORES = pd.DataFrame({"call_id": ["1"], "evaluator": ["Zoe"], "criterion": ["offer"], "score": [4.0]})
COSTS = pd.DataFrame(
    {"campaign_id": ["spring"], "period": ["2026-09"], "kind": ["labour"], "amount": [900.0]}
)
LEFT = pd.DataFrame(
    [["ann.csv", 3, "calls", "talk_s", "a rule", "because of Ann", "Ann", "Ann,1"]], columns=list(COLUMNS)
)
CONFIG = Config(
    pseudonym_key="secret",
    ab_tests={"lists": DeclaredTest("spring", "L", "Ann")},
    list={"Ann": ScopeSettings({"answer_rate": Target(low=0.8)})},
    targets={"roi": Target(low=0.2), "answer_rate": Target(low=0.3)},
    labels={"Ann": "Ann Smith", "L": "First list", "spring": "Spring offer"},
    money=MoneySettings(value_per_success=80, cost_per_hour=25),
    campaign={
        "spring": ScopeSettings(
            {"profit": Target(low=9)}, MoneySettings(cost_per_dial=1, value_per_success=90)
        )
    },
    agent={"Ann": ScopeSettings({"answer_rate": Target(low=0.9)})},
)
TABLES = {"calls": CALLS, "contacts": CONTACTS, "evaluations": SCORES, "costs": COSTS}


@pytest.fixture
def house() -> Dataset:
    told = {"source": "Ann's dialer", "files": [{"name": "ann.csv"}], "notes": ["by Ann"], "time_zone": "UTC"}
    return Dataset(TABLES, CONFIG, told, Rejects(LEFT))


def test_every_one_who_works_there_has_a_code_made_with_the_key(house: Dataset) -> None:
    assert codes(house) == {name: pseudonym(name, "secret") for name in ("Ann", "Bob", "Zoe")}


def test_names_are_gone_from_every_table_and_from_attributes_of_contacts(house: Dataset) -> None:
    client = for_client(house)
    calls = client.table("calls").collect("pandas").to_native()
    assert list(calls["agent_id"].dropna()) == [pseudonym(name, "secret") for name in ("Ann", "Bob", "Ann")]
    assert calls["agent_id"].isna().sum() == 1
    owners = client.table("contacts").collect("pandas").to_native()["owner"]
    assert list(owners.dropna()) == [pseudonym("Ann", "secret"), pseudonym("Bob", "secret"), "Eve"]
    scores = client.table("evaluations").collect("pandas").to_native()
    assert list(scores["evaluator"]) == [pseudonym("Zoe", "secret")]


def test_figures_are_those_of_the_house(house: Dataset) -> None:
    rates = [cs.measure(data, "answer_rate")["value"].iloc[0] for data in (house, for_client(house))]
    assert rates[0] == rates[1] == 0.75


def test_costs_and_their_prices_and_targets_are_gone_and_values_stay(house: Dataset) -> None:
    client = for_client(house)
    assert not client.has("costs")
    assert not client.charges
    assert client.config.money == MoneySettings(value_per_success=80)
    assert client.config.campaign["spring"] == ScopeSettings({}, MoneySettings(value_per_success=90))
    assert set(client.config.targets) == {"answer_rate"}
    assert client.config.agent == {}
    assert client.config.list == {pseudonym("Ann", "secret"): ScopeSettings({"answer_rate": Target(low=0.8)})}
    assert client.config.ab_tests["lists"].treatment == pseudonym("Ann", "secret")
    assert cs.measure(client, "profit")["note"].iloc[0].startswith("not computable: needs costs")
    assert cs.measure(client, "revenue")["value"].iloc[0] == 90


def test_labels_of_agents_are_their_codes_and_those_of_lists_stay(house: Dataset) -> None:
    labels = for_client(house).config.labels
    code = pseudonym("Bob", "secret")
    assert labels[code] == f"Agent {code}"
    assert labels["L"] == "First list"
    assert "Ann Smith" not in labels.values()


def test_a_list_that_is_called_like_an_agent_has_the_code(house: Dataset) -> None:
    assert for_client(house).values("list_id") == sorted(["L", "M", pseudonym("Ann", "secret")])


def test_of_an_import_only_counts_are_known(house: Dataset) -> None:
    client = for_client(house)
    assert set(client.provenance) == {"time_zone", "for_client"}
    assert len(client.rejects) == 1
    told = client.rejects.summary().fillna("").iloc[0].to_dict()
    assert told == {
        "rule": "a rule",
        "table": "calls",
        "rows": 1,
        "file": "",
        "row": 0,
        "found": "",
        "reason": "",
    }


def test_a_clients_data_stay_as_they_are(house: Dataset) -> None:
    client = for_client(house)
    assert for_client(client) is client


def test_codes_alone_leave_the_money_in_the_house(house: Dataset) -> None:
    coded = under_codes(house)
    assert coded.has("costs")
    assert coded.config.audience == "internal"
    assert list(coded.config.agent) == [pseudonym("Ann", "secret")]


def test_kpis_that_need_costs_are_told_to_the_house_alone() -> None:
    assert told_kpis("internal", ["profit", "roi"]) == ("profit", "roi")
    assert told_kpis("client", ["profit", "roi", "cost_per_call", "revenue", "answer_rate"]) == (
        "revenue",
        "answer_rate",
    )


def test_an_unknown_audience_is_told() -> None:
    with pytest.raises(UsageError, match="clients"):
        cs.open_for_report("data/demo", audience="clients")
