"""Costs are charged to the calls they were spent on, and what is charged adds up to what was spent."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import callstats as cs
from callstats.config import Config, parse

DAY = "2026-09-01"


def call(number: int, **more: Any) -> dict[str, Any]:
    row = {
        "call_id": str(number), "contact_id": f"P{number}", "direction": "outbound", "campaign_id": "spring",
        "list_id": "A", "agent_id": None, "started": f"{DAY} 10:00", "talk_s": 0.0, "success": False,
    }  # fmt: skip
    return {**row, **more}


def site(
    calls: list[dict[str, Any]],
    costs: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
    logins: list[tuple[Any, ...]] = (),  # type: ignore[assignment]
    money: dict[str, Any] | None = None,
    **tables: pd.DataFrame,
) -> cs.Dataset:
    """Costs are (campaign, list, period, kind, amount), logins (agent, campaign, day, hours)."""
    frame = pd.DataFrame(calls)
    frame["local_started_at"] = pd.to_datetime(frame.pop("started"))
    frames: dict[str, Any] = {"calls": frame.astype({"agent_id": "string", "list_id": "string"}), **tables}
    if costs:
        names = ["campaign_id", "list_id", "period", "kind", "amount"]
        texts = dict.fromkeys(names[:4], "string")
        frames["costs"] = pd.DataFrame(list(costs), columns=names).astype(texts)
    if logins:
        rows = pd.DataFrame(list(logins), columns=["agent_id", "campaign_id", "start", "seconds"])
        rows = rows.assign(local_start=pd.to_datetime(rows.pop("start")), seconds=3600.0 * rows["seconds"])
        frames["agent_time"] = rows.assign(state="wait").astype({"campaign_id": "string"})
    return cs.open(frames, config=parse(money) if money else Config())


def by(ds: cs.Dataset, *keys: str, kpi: str = "cost") -> dict[Any, float]:
    frame = cs.measure(ds, kpi, by=list(keys), interval=False)
    names = (
        [None if pd.isna(v) else v for v in frame[keys[0]]]
        if len(keys) == 1
        else list(frame[list(keys)].itertuples(index=False, name=None))
    )
    return {k: round(v, 6) for k, v in zip(names, frame["value"], strict=True) if not pd.isna(v) and v != 0}


def total(ds: cs.Dataset, kpi: str = "cost") -> float:
    return round(float(cs.measure(ds, kpi, interval=False)["value"].iloc[0]), 6)


def test_wages_of_a_campaign_go_to_its_lists_by_agents_time_on_their_calls() -> None:
    calls = [
        call(1, list_id="A", agent_id="ann", talk_s=900.0),
        call(2, list_id="B", agent_id="ann", talk_s=300.0),
        call(3, list_id="B"),
    ]
    ds = site(calls, [("spring", None, "2026-09", "labour", 80.0)])
    assert by(ds, "list_id") == {"A": 60, "B": 20}


def test_wages_of_a_site_go_to_dialling_and_to_the_queue_by_agents_time() -> None:
    queue = {"direction": "inbound", "campaign_id": "service", "list_id": None, "agent_id": "bob"}
    calls = [call(1, agent_id="ann", talk_s=300.0), call(2, talk_s=900.0, **queue)]
    ds = site(calls, [(None, None, "2026-09", "labour", 100.0)])
    assert by(ds, "campaign_id") == {"spring": 25, "service": 75}
    assert by(ds, "direction") == {"outbound": 25, "inbound": 75}


def test_an_agents_hours_are_charged_to_the_calls_of_the_day_and_cost_what_an_hour_costs() -> None:
    calls = [
        call(1, list_id="A", agent_id="ann", talk_s=600.0),
        call(2, list_id="B", agent_id="ann", talk_s=1200.0),
        call(3, list_id="B", agent_id="bob", talk_s=60.0),
    ]
    logins = [("ann", "spring", f"{DAY} 09:00", 3), ("bob", "spring", f"{DAY} 09:00", 5)]
    ds = site(calls, logins=logins, money={"money": {"cost_per_hour": 20}})
    assert by(ds, "agent_id") == {"ann": 60, "bob": 100}
    assert by(ds, "list_id") == {"A": 20, "B": 140}
    assert by(ds, "agent_id", kpi="profit_per_hour") == {}  # nobody says what a success is worth


def test_a_bill_of_wages_goes_to_agents_by_their_logins() -> None:
    calls = [call(1, agent_id="ann", talk_s=100.0), call(2, agent_id="bob", talk_s=900.0)]
    logins = [("ann", "spring", f"{DAY} 09:00", 6), ("bob", "spring", f"{DAY} 09:00", 2)]
    ds = site(calls, [("spring", None, "2026-09", "labour", 400.0)], logins)
    assert by(ds, "agent_id") == {"ann": 300, "bob": 100}


def test_an_idle_agent_bears_the_wages_and_the_colleagues_calls_carry_them() -> None:
    calls = [
        call(1, list_id="A", agent_id="ann", talk_s=300.0, started=f"{DAY} 10:00"),
        call(2, list_id="B", agent_id="ann", talk_s=100.0, started=f"{DAY} 11:00"),
    ]
    logins = [("ann", "spring", f"{DAY} 09:00", 1), ("new", "spring", f"{DAY} 09:00", 2)]
    ds = site(calls, logins=logins, money={"money": {"cost_per_hour": 20}})
    assert by(ds, "agent_id") == {"ann": 20, "new": 40}
    assert by(ds, "list_id") == {"A": 45, "B": 15}
    assert by(ds, "hour") == {10: 45, 11: 15}


def test_who_takes_calls_of_a_queue_without_a_login_to_it_is_paid_by_both() -> None:
    queue = {"direction": "inbound", "campaign_id": "service", "list_id": None}
    calls = [call(1, agent_id="ann", talk_s=300.0), call(2, agent_id="ann", talk_s=100.0, **queue)]
    ds = site(calls, logins=[("ann", "spring", f"{DAY} 09:00", 2)], money={"money": {"cost_per_hour": 20}})
    assert by(ds, "campaign_id") == {"spring": 30, "service": 10}


def test_a_cost_that_names_a_campaign_stays_with_it() -> None:
    queue = {"direction": "inbound", "campaign_id": "service", "list_id": None}
    calls = [call(1, agent_id="ann", talk_s=300.0), call(2, agent_id="ann", talk_s=100.0, **queue)]
    costs = [("spring", None, "2026-09", "labour", 40.0), ("service", None, "2026-09", "technical", 5.0)]
    ds = site(calls, costs, [("ann", "spring", f"{DAY} 09:00", 2)])
    assert by(ds, "campaign_id") == {"spring": 40, "service": 5}


def test_the_price_of_a_list_goes_to_that_list_and_the_rest_by_dials() -> None:
    calls = [call(n, list_id="A" if n < 3 else "B") for n in range(8)]
    costs = [
        ("spring", "A", "2026-09", "list", 30.0),
        ("spring", None, "2026-09", "technical", 16.0),
        (None, None, "2026-09", "advertising", 8.0),
    ]
    assert by(site(calls, costs), "list_id") == {"A": 30 + 6 + 3, "B": 10 + 5}


def test_a_month_is_charged_to_its_own_days_and_a_day_to_itself() -> None:
    calls = [call(1), call(2), call(3, started="2026-09-02 10:00"), call(4, started="2026-10-01 10:00")]
    costs = [
        ("spring", None, "2026-09", "technical", 30.0),
        ("spring", None, "2026-09-02", "technical", 5.0),
    ]
    ds = site(calls, costs)
    assert by(ds, "day") == {"2026-09-01": 20, "2026-09-02": 15}
    assert by(ds, "month") == {"2026-09": 35}
    assert total(ds.where(period="2026-09-02")) == 15


def test_what_was_spent_without_a_call_stands_in_a_row_of_its_own_and_in_no_dials_cost() -> None:
    costs = [("winter", None, "2026-09", "labour", 500.0), ("spring", None, "2026-09", "technical", 2.0)]
    ds = site([call(1), call(2)], costs)
    assert by(ds, "campaign_id") == {"spring": 2, "winter": 500}
    assert total(ds, "cost_per_call") == 1
    assert total(ds) == 502


def test_a_dials_cost_is_the_same_whether_the_site_or_the_campaign_is_asked() -> None:
    queue = {"direction": "inbound", "campaign_id": "service", "list_id": None, "agent_id": "bob"}
    calls = [call(1, agent_id="ann", talk_s=60.0, success=True), call(2), call(3, talk_s=600.0, **queue)]
    logins = [("ann", "spring", f"{DAY} 09:00", 1), ("bob", "service", f"{DAY} 09:00", 8)]
    money = {"money": {"cost_per_hour": 20, "cost_per_dial": 0.5, "value_per_success": 100}}
    ds = site(calls, logins=logins, money=money)
    for kpi, value in (("cost_per_call", 10.5), ("cost_per_acquisition", 21.0)):
        assert total(ds, kpi) == total(ds.where(campaign_id="spring"), kpi) == value
    assert by(ds, "campaign_id", kpi="profit") == {"spring": 79, "service": -160}


def test_what_the_data_state_goes_before_the_projects_prices_kind_by_kind_and_month_by_month() -> None:
    calls = [
        call(1, agent_id="ann", talk_s=60.0),
        call(2, agent_id="ann", talk_s=60.0, started="2026-10-01 10:00"),
    ]
    logins = [("ann", "spring", f"{DAY} 09:00", 2), ("ann", "spring", "2026-10-01 09:00", 3)]
    money = {"money": {"cost_per_hour": 20, "cost_per_dial": 1}}
    ds = site(calls, [("spring", None, "2026-09", "labour", 50.0)], logins, money)
    assert by(ds, "month") == {"2026-09": 50 + 1, "2026-10": 60 + 1}
    assert cs.ledger(ds).unused == {"money.cost_per_hour": "stated"}


def test_a_campaigns_own_prices_go_before_the_sites() -> None:
    calls = [
        call(1, agent_id="ann", talk_s=60.0),
        call(2, campaign_id="autumn", agent_id="ann", talk_s=120.0),
    ]
    logins = [("ann", "spring", f"{DAY} 09:00", 1), ("ann", "autumn", f"{DAY} 10:00", 1)]
    money = {
        "money": {"cost_per_hour": 20, "cost_per_minute": 1, "fixed_per_month": 9},
        "campaign": {"autumn": {"money": {"cost_per_paid_hour": 30, "fixed_per_month": 2}}},
    }
    assert by(site(calls, logins=logins, money=money), "campaign_id") == {
        "spring": 20 + 1 + 9,
        "autumn": 30 + 2 + 2,
    }


def test_a_campaign_that_no_wages_are_charged_to_is_told_where_others_have_some() -> None:
    calls = [
        call(1, agent_id="ann", talk_s=60.0),
        call(2, campaign_id="autumn", agent_id="bob", talk_s=120.0, success=True, value=9.0),
    ]
    logins = [("ann", "spring", f"{DAY} 09:00", 1), ("bob", "autumn", f"{DAY} 09:00", 1)]
    ds = site(calls, logins=logins, money={"campaign": {"spring": {"money": {"cost_per_hour": 20}}}})
    found = cs.measure(ds, ["profit", "dials"]).set_index("kpi")["note"]
    assert "no cost of labour in autumn" in found["profit"]
    assert "labour" not in found["dials"]
    assert "labour" not in cs.measure(ds.where(campaign_id="spring"), "cost")["note"].iloc[0]


def test_a_minute_that_costs_something_is_told_where_no_call_has_a_length() -> None:
    bare = [{k: v for k, v in call(1).items() if k != "talk_s"}]
    ds = site(bare, money={"money": {"cost_per_minute": 1, "cost_per_dial": 2}})
    assert total(ds) == 2
    assert cs.ledger(ds).unused == {"money.cost_per_minute": "no lengths"}
    assert "no call says how long it took" in str(cs.ledger(ds))


def test_a_fixed_cost_is_that_of_every_month_with_calls() -> None:
    calls = [call(1), call(2), call(3, started="2026-10-01 10:00")]
    ds = site(calls, money={"money": {"fixed_per_month": 100}})
    assert by(ds, "month") == {"2026-09": 100, "2026-10": 100}


def test_a_list_is_paid_per_contact_loaded_or_as_a_whole() -> None:
    calls = [call(1, list_id="A"), call(2, list_id="B")]
    contacts = pd.DataFrame({"contact_id": ["P1", "X", "Y", "P2"], "list_id": ["A", "A", "A", "B"]})
    money = {"money": {"lists": {"A": {"per_contact": 0.5}, "B": {"total": 9}, "C": {"total": 7}}}}
    ds = site(calls, money=money, contacts=contacts)
    assert by(ds, "list_id") == {"A": 1.5, "B": 9}
    assert cs.ledger(ds).unused == {"money.lists.C": "unknown list"}


def test_successes_are_worth_what_the_data_say_then_their_outcome_then_what_is_usual() -> None:
    calls = [
        call(1, success=True, value=7.0, outcome_code="SALE"),
        call(2, success=True, value=None, outcome_code="BIG"),
        call(3, success=True, value=None, outcome_code="SALE"),
        call(4, success=True, value=None, outcome_code="SALE", cancelled=True),
        call(5, value=None, outcome_code="BIG"),
    ]
    frame = [{"cancelled": False, **row} for row in calls]
    ds = site(frame, money={"money": {"value_per_success": 100, "outcomes": {"BIG": 250, "GONE": 1}}})
    assert total(ds, "revenue") == 7 + 250 + 100
    found = cs.ledger(ds)
    assert {(v.origin, v.successes, v.amount) for v in found.values} == {
        ("calls.value", 1, 7.0),
        ("money.outcomes.BIG", 1, 250.0),
        ("money.value_per_success", 2, 100.0),
    }
    assert found.unused == {"money.outcomes.GONE": "unknown outcome"}


def test_hours_that_no_table_has_are_read_off_the_calls_and_every_figure_says_so() -> None:
    calls = [
        call(1, agent_id="ann", talk_s=900.0, started=f"{DAY} 09:00"),
        call(2, agent_id="ann", talk_s=900.0, started=f"{DAY} 09:45", success=True),
        call(3, agent_id="ann", talk_s=1800.0, started=f"{DAY} 14:00"),
    ]
    ds = site(calls, money={"money": {"cost_per_hour": 50, "value_per_success": 100}})
    found = cs.measure(ds, ["login_hours", "cost", "profit_per_hour"]).set_index("kpi")
    assert found["value"].to_dict() == pytest.approx(
        {"login_hours": 1.5, "cost": 75, "profit_per_hour": 25 / 1.5}
    )
    assert found["note"].str.contains("hours estimated from the calls").all()
    assert "needs agent_time" in cs.measure(site(calls), "login_hours")["note"].iloc[0]


def test_an_hour_that_costs_something_is_no_cost_where_nobody_knows_the_hours() -> None:
    calls = [{k: v for k, v in call(1, talk_s=60.0).items() if k != "agent_id"} | {"agent_id": None}]
    ds = site(calls, money={"money": {"cost_per_hour": 50}})
    bare = cs.open({"calls": ds.frames["calls"].collect("pandas").to_native().drop(columns="agent_id")})
    bare = bare.configured({"money.cost_per_hour": 50})
    assert "needs costs" in cs.measure(bare, "cost")["note"].iloc[0]
    assert cs.ledger(bare).unused == {"money.cost_per_hour": "no hours"}


def test_calls_without_lengths_share_wages_by_the_calls_that_agents_were_on() -> None:
    calls = [call(n, list_id="A" if n < 1 else "B", agent_id="ann") for n in range(4)]
    bare = [{k: v for k, v in row.items() if k != "talk_s"} for row in calls]
    assert by(site(bare, [("spring", None, "2026-09", "labour", 80.0)]), "list_id") == {"A": 20, "B": 60}


NAMES = st.sampled_from(["a", "b", None])
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "campaign_id": NAMES, "list_id": NAMES, "agent_id": NAMES,
            "direction": st.sampled_from(["outbound", "inbound"]),
            "talk_s": st.sampled_from([0.0, 30.0, 400.0]), "success": st.booleans(),
            "started": st.sampled_from([f"{DAY} 10:00", "2026-09-02 11:30", "2026-10-01 12:00"]),
        }
    ),
    min_size=1, max_size=8,
)  # fmt: skip
COSTS = st.lists(
    st.tuples(
        NAMES, NAMES, st.sampled_from(["2026-09", "2026-09-02", "2026-12"]),
        st.sampled_from(["labour", "technical", "list", "other"]), st.sampled_from([10.0, -4.0, 0.5]),
    ),
    max_size=4,
)  # fmt: skip
LOGINS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), NAMES,
        st.sampled_from([DAY, "2026-10-01", "2026-10-02"]), st.just(2),
    ),
    max_size=4,
)  # fmt: skip
PRICES = st.fixed_dictionaries(
    {},
    optional={
        "cost_per_hour": st.just(20.0), "cost_per_dial": st.just(0.1), "cost_per_minute": st.just(0.2),
        "fixed_per_month": st.just(50.0), "lists": st.just({"a": {"per_contact": 0.5}, "b": {"total": 9.0}}),
    },
)  # fmt: skip
KEYS = (
    "campaign_id",
    "list_id",
    "agent_id",
    "direction",
    "day",
    "month",
    "weekday",
    "hour",
    "attempt_no",
    "region",
)


@settings(max_examples=20, deadline=None)
@given(CALLS, COSTS, LOGINS, PRICES)
def test_the_parts_add_up_to_the_whole_whatever_they_are_parts_of(calls, costs, logins, prices) -> None:
    check_parts(calls, costs, logins, prices)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(CALLS, COSTS, LOGINS, PRICES)
def test_the_parts_of_many_add_up_to_the_whole(calls, costs, logins, prices) -> None:
    check_parts(calls, costs, logins, prices)


def check_parts(calls, costs, logins, prices) -> None:
    rows = [call(n, **row, region="n" if n % 2 else "s") for n, row in enumerate(calls)]
    ds = site(rows, costs, logins, {"money": prices})
    if not ds.charges:
        return
    whole = total(ds)
    stated = sum(amount for *_, amount in costs)
    made = cs.ledger(ds).to_frame()
    made = made[(made["what"] != "value") & (made["origin"] != "costs")]["amount"].sum()
    assert whole == pytest.approx(stated + made, abs=1e-6)
    for key in KEYS:
        assert sum(by(ds, key).values()) == pytest.approx(whole, abs=1e-5), key
        assert sum(by(ds, key, "list_id").values()) == pytest.approx(whole, abs=1e-5), key
    for campaign in {row["campaign_id"] for row in rows} - {None}:
        part = ds.where(campaign_id=campaign)
        assert sum(by(part, "hour").values()) == pytest.approx(total(part), abs=1e-5)
        assert by(ds, "campaign_id").get(campaign, 0.0) == pytest.approx(total(part), abs=1e-5)


@pytest.mark.parametrize("engine", ["polars", "arrow", "duckdb"])
def test_costs_are_charged_alike_on_every_engine(engine: str) -> None:
    calls = [
        call(1, list_id="A", agent_id="ann", talk_s=600.0, success=True),
        call(2, list_id="B", agent_id="ann", talk_s=1200.0, started=f"{DAY} 11:00"),
        call(3, list_id="B"),
    ]
    money = {"money": {"cost_per_hour": 20, "cost_per_dial": 0.5, "value_per_success": 100}}
    plain = site(calls, [("spring", None, "2026-09", "advertising", 30.0)], money=money)
    frames = {name: frame.collect("pandas").to_native() for name, frame in plain.frames.items()}
    other = cs.open({name: _on(engine, frame) for name, frame in frames.items()}, config=plain.config)
    for keys in (["list_id"], ["agent_id"], ["hour"], ["day", "list_id"]):
        for kpi in ("cost", "profit", "login_hours"):
            if kpi == "login_hours" and "list_id" in keys:
                continue
            assert by(other, *keys, kpi=kpi) == by(plain, *keys, kpi=kpi)


@cache
def _connection() -> Any:
    import duckdb

    return duckdb.connect()


def _on(engine: str, frame: pd.DataFrame) -> Any:
    if engine == "polars":
        return pytest.importorskip("polars").from_pandas(frame)
    if engine == "arrow":
        import pyarrow as pa

        return pa.Table.from_pandas(frame, preserve_index=False)
    return _connection().from_df(frame)


def test_a_saved_data_set_keeps_what_the_data_said_and_the_projects_prices_apart(tmp_path) -> None:
    calls = [call(1, agent_id="ann", talk_s=60.0, success=True, value=None), call(2)]
    money = {"money": {"cost_per_dial": 0.5, "value_per_success": 100}}
    ds = site(calls, [("spring", None, "2026-09", "labour", 30.0)], money=money)
    again = cs.open(ds.save(tmp_path / "data"))
    assert total(again) == total(ds) == 31
    assert total(again, "revenue") == 100
    assert total(again.configured({"money.value_per_success": 40}), "revenue") == 40
    assert total(again.configured({"money.cost_per_dial": 2}), "cost") == 34


TWO_CAMPAIGNS = [
    call(1), call(2, campaign_id="autumn"), call(3, campaign_id="autumn"),
    call(4, campaign_id="autumn", list_id="B"),
]  # fmt: skip


def test_the_price_a_campaign_gives_a_list_is_borne_by_that_campaign_alone() -> None:
    ds = site(TWO_CAMPAIGNS, money={"campaign": {"spring": {"money": {"lists": {"A": {"total": 300}}}}}})
    assert by(ds, "campaign_id") == {"spring": 300}
    assert by(ds, "campaign_id", "list_id") == {("spring", "A"): 300}


def test_the_price_a_campaign_gives_a_list_goes_before_the_site_s() -> None:
    """Of B the site's 10 are not paid beside autumn's 90; of A its 20 are those of spring, the other."""
    own = {"B": {"total": 90}, "A": {"total": 7}}
    money = {
        "money": {"lists": {"A": {"total": 20}, "B": {"total": 10}}},
        "campaign": {"autumn": {"money": {"lists": own}}},
    }
    ds = site(TWO_CAMPAIGNS, money=money)
    assert by(ds, "campaign_id", "list_id") == {("spring", "A"): 20, ("autumn", "A"): 7, ("autumn", "B"): 90}
    assert total(ds) == 117


def test_a_list_that_a_campaign_never_dials_costs_it_nothing() -> None:
    money = {"campaign": {"spring": {"money": {"lists": {"B": {"total": 300}}, "cost_per_dial": 1}}}}
    ds = site(TWO_CAMPAIGNS, money=money)
    assert by(ds, "campaign_id") == {"spring": 1}


@pytest.mark.parametrize(
    "money",
    [
        {"campaign": {"sprng": {"money": {"cost_per_dial": 1, "cost_per_hour": 20}}}},
        {"money": {"lists": {"Z": {"total": 1}}}},
    ],
)
def test_prices_that_meet_no_work_are_no_cost_of_nothing(money: dict[str, Any]) -> None:
    one = call(1, agent_id="ann", talk_s=60.0, value=5.0)
    found = cs.measure(site([one], money=money), ["cost", "profit"])
    assert found["value"].isna().all()
    assert set(found["note"]) == {"not computable: needs costs"}


def test_a_price_of_nothing_is_a_cost_of_nothing() -> None:
    for name in ("cost_per_hour", "cost_per_dial"):
        ds = site([call(1, agent_id="ann", talk_s=60.0)], money={"money": {name: 0}})
        assert total(ds) == 0


def test_the_ledger_names_a_campaign_that_has_prices_and_is_not_in_the_data() -> None:
    money = {"campaign": {"sprng": {"money": {"value_per_success": 1}}}}
    assert cs.ledger(site([call(1)], money=money)).unused == {"campaign.sprng.money": "unknown campaign"}
