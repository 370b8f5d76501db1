"""Moments over independent units, against plain loops over plain rows."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from callstats.dataset import Dataset
from callstats.engine import moments
from callstats.kpis import get
from callstats.kpis.define import (
    KPI,
    Condition,
    Count,
    Distinct,
    Mean,
    Net,
    Predicate,
    Ratio,
    Share,
    Sum,
    linear,
)
from callstats.kpis.evaluate import sums, total
from callstats.moments import Moments, pair
from callstats.stats import ratio_interval
from tests.engine import frames

CALLS = frames.calls()
TIME = frames.agent_time()
ALL = Predicate("calls", "calls")
HANDLED = ALL.also("handled calls", Condition("handled", "==", True))
SUCCESS = ALL.also("successes", Condition("success", "==", True))
LOGIN = Sum("seconds", Predicate("agent_time", "login time"))


def kpi(name, formula, independence) -> KPI:
    words = dict.fromkeys(("en", "fr", "ru"), name)
    return KPI(name, words, "What?", formula, "n", "up", "reach", independence, "by hand")


PER_CONTACT = [
    kpi("share", Share(HANDLED, ALL), "contact"),
    kpi("mean", Mean("talk_s", HANDLED), "contact"),
    kpi("value", Net(Sum("value", SUCCESS) - 2.0 * Count(ALL)), "contact"),
    kpi(
        "contacts",
        Ratio(
            linear(Distinct(("contact_id",), SUCCESS, "contacts won")),
            linear(Distinct(("contact_id",), HANDLED, "contacts reached")),
        ),
        "contact",
    ),
]
PER_DAY = [
    kpi("per_hour", Ratio(linear(Count(SUCCESS)), linear(LOGIN), scale=3600), "agent_day"),
    kpi(
        "shifts",
        Ratio(linear(Count(ALL)), linear(Distinct(("agent_id", "day"), LOGIN.where, "shifts"))),
        "agent_day",
    ),
]
PER_AGENT = [
    kpi(
        "weeks",
        Ratio(linear(Count(ALL)), linear(Distinct(("agent_id", "week"), LOGIN.where, "weeks"))),
        "agent",
    ),
]


def parts(formula):
    found = {"numerator": formula.numerator}
    return found | {"denominator": formula.denominator} if isinstance(formula, Ratio) else found


def by_hand(formula, tables, unit_of) -> Moments:
    """Moments from loops: what belongs to no unit is shared out over all units."""
    units = defaultdict(lambda: {name: [] for name in tables})
    for name, rows in tables.items():
        for row in rows:
            units[unit_of(name, row)][name].append(row)
    values = []
    for unit, own in units.items():
        terms = [term for part in parts(formula).values() for term, _ in part]
        found = sums(terms, own)
        values.append((unit, {name: total(part, found) for name, part in parts(formula).items()}))
    lost = {n: sum(v[n] for unit, v in values if unit is None) for n in parts(formula)}
    known = [v for unit, v in values if unit is not None]
    if isinstance(formula, Ratio) and not any(lost.values()):
        known = [v for v in known if any(v.values())]
    columns = {n: np.array([v[n] for v in known]) + lost[n] / max(len(known), 1) for n in parts(formula)}
    return Moments.of(columns)


def contact_of(_table, row):
    return row["contact_id"] or ("row", row["call_id"])


def agent_day_of(table, row):
    clock = row["local_started_at" if table == "calls" else "local_start"]
    return None if clock is None or row["agent_id"] is None else (row["agent_id"], clock.date())


def agent_of(_table, row):
    return row["agent_id"]


def assert_same(found: Moments, expected: Moments):
    assert found.n == expected.n
    assert dict(found.sums) == pytest.approx(dict(expected.sums))
    assert dict(found.products) == pytest.approx(dict(expected.products))


def dataset(engine="duckdb", rows=CALLS, time=TIME) -> Dataset:
    return Dataset(
        {"calls": frames.on(engine, "calls", rows), "agent_time": frames.on(engine, "agent_time", time)}
    )


@pytest.mark.parametrize("engine", frames.ENGINES)
class TestOnEveryEngine:
    def test_contacts_are_units_and_calls_of_unknown_contacts_stand_for_themselves(self, engine):
        found = moments(dataset(engine), PER_CONTACT)[()]
        for one in PER_CONTACT:
            expected = by_hand(one.formula, {"calls": CALLS}, contact_of)
            assert_same(found[one.name], expected)

    def test_a_contact_in_two_groups_is_a_unit_of_each(self, engine):
        found = moments(dataset(engine), PER_CONTACT, by=["list_id"])
        for (name,), group in found.items():
            rows = [row for row in CALLS if row["list_id"] == name]
            for one in PER_CONTACT:
                assert_same(group[one.name], by_hand(one.formula, {"calls": rows}, contact_of))

    def test_agent_days_of_two_tables_meet_and_calls_without_agent_are_shared_out(self, engine):
        found = moments(dataset(engine), PER_DAY)[()]
        for one in PER_DAY:
            expected = by_hand(one.formula, {"calls": CALLS, "agent_time": TIME}, agent_day_of)
            assert_same(found[one.name], expected)

    def test_what_is_counted_within_a_unit_adds_up_over_units(self, engine):
        found = moments(dataset(engine), PER_AGENT)[()]
        for one in PER_AGENT:
            assert_same(found[one.name], by_hand(one.formula, {"calls": CALLS, "agent_time": TIME}, agent_of))


def test_a_table_without_the_unit_is_taken_as_exact():
    costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [900.0]})
    ds = Dataset({"calls": frames.on("arrow", "calls", CALLS), "costs": costs})
    spent = Sum("amount", Predicate("costs", "costs"))
    per_success = kpi("cost", Ratio(linear(spent), linear(Count(SUCCESS))), "contact")
    found = moments(ds, [per_success])[()]["cost"]
    successes = by_hand(Net(linear(Count(SUCCESS))), {"calls": CALLS}, contact_of)
    assert found.n == len({contact_of("calls", row) for row in CALLS})
    assert found.sums["numerator"] == pytest.approx(900)
    assert found.products[pair("numerator", "numerator")] == pytest.approx(900**2 / found.n)
    assert found.products[pair("denominator", "denominator")] == pytest.approx(
        successes.products[pair("numerator", "numerator")]
    )


def test_without_the_unit_every_row_is_one():
    rows = [{k: v for k, v in row.items() if k != "contact_id"} for row in CALLS]
    found = moments(dataset("polars", rows), PER_CONTACT[:2])[()]
    for one in PER_CONTACT[:2]:
        assert_same(found[one.name], by_hand(one.formula, {"calls": rows}, lambda _, row: row["call_id"]))


def test_who_only_rang_in_is_no_unit_of_what_was_dialled():
    found = moments(dataset(), [get("dials"), get("handled_calls")])[()]
    dialled = [row for row in CALLS if row["direction"] == "outbound"]
    assert found["dials"].n == len({contact_of("calls", row) for row in dialled})
    expected = by_hand(get("handled_calls").formula, {"calls": dialled}, contact_of)
    assert_same(found["handled_calls"], expected)


def test_units_may_be_other_columns_than_the_kpis_own():
    found = moments(dataset(), PER_CONTACT[:1], unit=("agent_id",))[()]["share"]
    assert_same(found, by_hand(PER_CONTACT[0].formula, {"calls": CALLS}, agent_of))


def test_dials_without_an_agent_are_a_unit_of_contact_by_agent():
    found = moments(dataset(), PER_CONTACT[:1], unit=("contact_id", "agent_id"))[()]["share"]
    expected = by_hand(
        PER_CONTACT[0].formula, {"calls": CALLS}, lambda t, row: (contact_of(t, row), row["agent_id"])
    )
    assert_same(found, expected)


def test_many_kpis_in_batches_are_the_same_as_one_by_one(monkeypatch):
    together = moments(dataset(), PER_CONTACT)[()]
    monkeypatch.setattr("callstats.engine.unit_moments._TERMS_AT_ONCE", 1)
    for name, alone in moments(dataset(), PER_CONTACT)[()].items():
        assert_same(alone, together[name])


calls_of_contacts = st.lists(
    st.tuples(st.sampled_from("PQRST"), st.booleans(), st.sampled_from(["x", "y"])), min_size=1, max_size=30
)


def small(rows) -> Dataset:
    return Dataset(
        {
            "calls": pd.DataFrame(
                {
                    "call_id": [str(i) for i in range(len(rows))],
                    "contact_id": [contact for contact, _, _ in rows],
                    "direction": "outbound",
                    "handled": [handled for _, handled, _ in rows],
                    "list_id": [group for _, _, group in rows],
                }
            )
        }
    )


@settings(max_examples=25, deadline=None)
@given(calls_of_contacts, calls_of_contacts)
def test_moments_of_disjoint_units_add_up_to_those_of_the_whole(first, second):
    other = [(contact.lower(), handled, group) for contact, handled, group in second]
    ask = [get("answer_rate")]
    apart = [moments(small(rows), ask)[()]["answer_rate"] for rows in (first, other)]
    assert_same(apart[0] + apart[1], moments(small(first + other), ask)[()]["answer_rate"])


@settings(max_examples=25, deadline=None)
@given(calls_of_contacts, st.randoms())
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    ask = [get("answer_rate")]
    found = [moments(small(r), ask, by=["list_id"]) for r in (rows, shuffled)]
    assert found[0].keys() == found[1].keys()
    for group in found[0]:
        assert_same(found[0][group]["answer_rate"], found[1][group]["answer_rate"])


def test_clustered_standard_errors_are_those_of_least_squares_clustered_by_contact():
    rows = [r for r in CALLS if r["handled"] and r["talk_s"] is not None]
    found = moments(dataset(), [kpi("mean", Mean("talk_s", HANDLED), "contact")])[()]["mean"]
    ours = ratio_interval(found)
    talk = np.array([r["talk_s"] for r in rows])
    codes = pd.factorize(pd.Series([str(contact_of("calls", r)) for r in rows]))[0]
    fitted = sm.OLS(talk, np.ones_like(talk)).fit(
        cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    assert ours.estimate == pytest.approx(fitted.params[0])
    assert ours.standard_error == pytest.approx(fitted.bse[0])


def test_money_by_contact_has_its_cubes_with_costs_dealt_to_each():
    """P won 30, Q won 10 and 5, R nothing; 9 of costs are 3 for each of the three."""
    calls = pd.DataFrame({
        "call_id": list("1234"), "contact_id": list("PQQR"), "direction": "outbound", "campaign_id": "x",
        "handled": True, "success": [True, True, True, False], "value": [30.0, 10.0, 5.0, None],
    })  # fmt: skip
    costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [9.0], "campaign_id": "x"})
    ds = Dataset({"calls": calls, "costs": costs})
    earned = np.array([30.0, 15.0, 0.0])
    found = moments(ds, [get("revenue"), get("profit"), get("answer_rate")])[()]
    assert found["revenue"].cubes["numerator", "numerator", "numerator"] == pytest.approx((earned**3).sum())
    assert found["profit"].cubes["numerator", "numerator", "numerator"] == pytest.approx(
        ((earned - 3) ** 3).sum()
    )
    assert not found["answer_rate"].cubes
    # 45^2 / (30^2 + 15^2): what was won, whatever it cost
    assert found["profit"].values == found["revenue"].values == pytest.approx(1.8)
