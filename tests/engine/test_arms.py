"""Moments of arms, with units in several of them, against plain loops over plain rows."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from callstats.dataset import Dataset
from callstats.engine.arm_moments import arm_moments, contact_agent_moments, separable
from callstats.engine.influences import standardised
from callstats.engine.keys import raw
from callstats.kpis import get
from callstats.kpis.define import Condition, Count, Mean, Predicate, Ratio, Share, linear
from callstats.moments import pair
from callstats.stats import post_strata, stratified_difference
from callstats.stats.arms import ARM_COLUMNS
from callstats.stats.ratios import Moments
from tests.engine import frames
from tests.engine.test_unit_moments import ALL, HANDLED, LOGIN, SUCCESS, agent_day_of, contact_of, kpi

CALLS = frames.calls()
TIME = frames.agent_time()
SHARE = kpi("share", Share(HANDLED, ALL), "contact")
TALK = kpi("talk", Mean("talk_s", HANDLED), "contact")


def dataset(engine="duckdb", rows=CALLS) -> Dataset:
    return Dataset(
        {"calls": frames.on(engine, "calls", rows), "agent_time": frames.on(engine, "agent_time", TIME)}
    )


def share_of(row):
    known = row["handled"] is not None
    return float(known and row["handled"]), float(known)


def talk_of(row):
    counts = bool(row["handled"]) and row["talk_s"] is not None
    return (row["talk_s"] if counts else 0.0), float(counts)


def by_hand(rows, arm_of, unit_of, value_of, arm="B", control="A") -> Moments:
    """Both arms' columns over units, from loops; units of None are left out."""
    units = defaultdict(lambda: [0.0] * 4)
    for row in rows:
        unit = unit_of(row)
        if unit is None or arm_of(row) not in (arm, control):
            continue
        start = 0 if arm_of(row) == arm else 2
        for i, value in enumerate(value_of(row)):
            units[unit][start + i] += value
    held = np.array([v for v in units.values() if any(v)])
    return Moments.of({name: held[:, i] for i, name in enumerate(ARM_COLUMNS)})


def assert_same(found: Moments, expected: Moments):
    assert found.n == expected.n
    assert dict(found.sums) == pytest.approx(dict(expected.sums))
    assert dict(found.products) == pytest.approx(dict(expected.products))


def of_contact(row):
    return contact_of("calls", row)


def of_agent(row):
    return row["agent_id"]


def of_both(row):
    return None if row["agent_id"] is None else (of_contact(row), row["agent_id"])


def of_agent_day(row):
    return agent_day_of("calls", row)


UNITS = {
    ("contact_id",): of_contact,
    ("agent_id",): of_agent,
    ("contact_id", "agent_id"): of_both,
    ("agent_id", "day"): of_agent_day,
    ("call_id",): lambda row: row["call_id"],
}


@pytest.mark.parametrize("engine", frames.ENGINES)
@pytest.mark.parametrize("unit", UNITS, ids=" ".join)
@pytest.mark.parametrize(("one", "value_of"), [(SHARE, share_of), (TALK, talk_of)], ids=["share", "mean"])
def test_units_in_both_arms_are_kept_together_on_every_engine(engine, unit, one, value_of):
    found = arm_moments(dataset(engine), one, "list_id", ["A", "B"], "A", unit=unit)
    expected = by_hand(CALLS, lambda row: row["list_id"], UNITS[unit], value_of)
    assert_same(found.joint("B", "A"), expected)


def apart(rows):
    """Return the rows with contacts that are on one list only."""
    return [{**row, "contact_id": row["contact_id"] and row["list_id"] + row["contact_id"]} for row in rows]


@pytest.mark.parametrize("engine", frames.ENGINES)
@pytest.mark.parametrize("known", [True, False], ids=["contacts known", "some unknown"])
@pytest.mark.parametrize("unit", [("contact_id",), ("contact_id", "agent_id")], ids=" ".join)
def test_contacts_of_one_arm_each_are_the_same_by_the_quick_way(engine, unit, known):
    rows = [row for row in apart(CALLS) if row["contact_id"] or not known]
    found = arm_moments(dataset(engine, rows), SHARE, "list_id", ["A", "B"], "A", unit=unit)
    assert found.shared == {}
    assert_same(found.joint("B", "A"), by_hand(rows, lambda r: r["list_id"], UNITS[unit], share_of))


@pytest.mark.parametrize("engine", ["duckdb", "pandas", "polars"])
def test_different_contacts_are_flags_of_the_contact(engine):
    rows = [row for row in apart(CALLS) if row["contact_id"]]
    found = arm_moments(dataset(engine, rows), get("reach_rate"), "list_id", ["A", "B"], "A",
                        unit=("contact_id",)).arms["A"]  # fmt: skip
    dialled, live = set(), set()
    for row in rows:
        if row["list_id"] == "A" and row["direction"] == "outbound" and row["live"] is not None:
            dialled.add(row["contact_id"])
            live |= {row["contact_id"]} if row["live"] else set()
    assert found.sums == {"numerator": len(live), "denominator": len(dialled)}
    assert found.products[pair("denominator", "denominator")] == len(dialled)


def test_many_arms_are_the_same_in_batches():
    arms = sorted({row["local_started_at"].hour for row in CALLS if row["local_started_at"]})
    assert len(arms) > 8
    found = arm_moments(dataset(), SHARE, "hour", arms, arms[0], unit=("contact_id",))
    for arm in arms[1:]:
        expected = by_hand(
            CALLS,
            lambda r: r["local_started_at"] and r["local_started_at"].hour,
            of_contact,
            share_of,
            arm,
            arms[0],
        )
        assert_same(found.joint(arm, arms[0]), expected)


def test_arms_may_be_weeks_as_they_are_written():
    weeks = ["2026-W35", "2026-W36"]
    found = arm_moments(dataset(), SHARE, "week", weeks, weeks[0], unit=("contact_id",))

    def week_of(row):
        clock = row["local_started_at"]
        return clock and f"{clock.isocalendar()[0]}-W{clock.isocalendar()[1]}"

    assert_same(found.joint(weeks[1], weeks[0]), by_hand(CALLS, week_of, of_contact, share_of, *weeks[::-1]))


def test_agent_days_of_two_tables_meet():
    per_hour = kpi("per_hour", Ratio(linear(Count(SUCCESS)), linear(LOGIN)), "agent_day")
    campaigns = ["autumn", "spring"]
    found = arm_moments(dataset(), per_hour, "campaign_id", campaigns, "autumn", unit=("agent_id", "day"))
    hours = defaultdict(float)
    for row in TIME:
        hours[row["campaign_id"]] += row["seconds"]
    assert {arm: m.sums["denominator"] for arm, m in found.arms.items()} == pytest.approx(dict(hours))
    assert found.shared["spring"] > 0


@pytest.mark.parametrize(
    ("name", "unit", "adds"),
    [
        ("answer_rate", ("agent_id",), True),
        ("conversion_per_contact", ("contact_id",), True),
        ("conversion_per_contact", ("agent_id",), False),
        ("cost_per_call", ("contact_id",), False),
    ],
)
def test_what_adds_up_over_units(name, unit, adds):
    costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [900.0]})
    ds = Dataset({"calls": frames.on("arrow", "calls", CALLS), "costs": costs})
    assert separable(ds, get(name), unit) == adds


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_a_contact_goes_to_the_agent_who_won_it(engine):
    rows = [row for row in apart(CALLS) if row["direction"] == "outbound"]
    won = get("conversion_per_contact")
    agents, both = contact_agent_moments(dataset(engine, rows), won, "list_id", ["A", "B"], "A")
    homes = defaultdict(set)
    for row in rows:
        if row["contact_id"] and row["agent_id"] and row["handled"]:
            homes[row["contact_id"]].add((bool(row["success"]), row["agent_id"]))
    home = {contact: max(found)[1] for contact, found in homes.items()}
    reached, sold = defaultdict(set), defaultdict(set)
    for row in rows:
        contact = row["contact_id"]
        if contact in home and row["live"] and row["success"] is not None and row["list_id"] == "A":
            reached[home[contact]].add(contact)
            sold[home[contact]] |= {contact} if row["success"] else set()
    own = agents.arms["A"]
    assert own.sums["denominator"] == sum(map(len, reached.values()))
    assert own.products[pair("denominator", "denominator")] == sum(len(c) ** 2 for c in reached.values())
    assert own.products[pair("denominator", "numerator")] == sum(
        len(reached[a]) * len(sold[a]) for a in reached
    )
    assert both.arms["A"].n == own.sums["denominator"]


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_influences_within_strata_are_those_of_the_statistics(engine):
    rows = [row for row in CALLS if row["contact_id"]]
    found = standardised(
        dataset(engine, rows), SHARE, "list_id", "B", "A",
        strata=["campaign_id"], units=[("contact_id",), ("agent_id",)], corrected=False,
    )  # fmt: skip
    kept = [row for row in rows if row["campaign_id"]]
    columns = [share_of(row) for row in kept]

    def cell(arm, stratum) -> Moments:
        inside = [
            (*value, row["contact_id"])
            for row, value in zip(kept, columns, strict=True)
            if (row["list_id"], row["campaign_id"]) == (arm, stratum)
        ]
        y, n, contact = zip(*inside, strict=True)
        return Moments.of({"numerator": y, "denominator": n}, contact)

    arms = {arm: {stratum: cell(arm, stratum) for stratum in ("spring", "autumn")} for arm in "AB"}
    strata = post_strata(arms["B"], arms["A"])
    expected = stratified_difference(strata)
    assert found.treatment - found.control == pytest.approx(expected.estimate)
    influences = strata.influences(
        [c[0] for c in columns], [c[1] for c in columns],
        [r["list_id"] == "B" for r in kept], [r["campaign_id"] for r in kept],
    )  # fmt: skip
    for unit, name in ((("contact_id",), "contact_id"), (("agent_id",), "agent_id")):
        by_unit = pd.Series(influences).groupby([r[name] for r in kept]).sum()
        m = found.units[unit]
        ours = sum(
            w * m.products[pair(a, b)]
            for a, b, w in (
                ("treatment", "treatment", 1),
                ("treatment", "control", -2),
                ("control", "control", 1),
            )
        )
        assert ours == pytest.approx(float((by_unit**2).sum()))


def test_a_stratum_of_few_units_is_widened():
    # Two units a cell: the variance of their mean is sum of squares / (n (n - 1)), not / n^2.
    rows = [
        {"call_id": f"{arm}{i}", "contact_id": f"{arm}{i}", "list_id": arm, "handled": i == 0, "slot": "am"}
        for arm in "AB"
        for i in range(2)
    ]
    ds = Dataset({"calls": pd.DataFrame(rows).astype({"handled": "boolean"})})
    one = kpi("share", Share(Predicate("calls", "h", (Condition("handled", "==", True),)), ALL), "contact")
    found = standardised(ds, one, "list_id", "B", "A", strata=["slot"], units=[("contact_id",)])
    assert found.units["contact_id",].products["treatment", "treatment"] == pytest.approx(0.25)


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_agents_are_compared_by_their_own_days_within_strata(engine):
    # Two days an agent, one of them with an answer: as above, with the arm a part of the unit.
    rows = [
        {"call_id": f"{agent}{day}", "agent_id": agent, "handled": day == 1, "slot": "am",
         "local_started_at": pd.Timestamp(2026, 9, day, 10)}
        for agent in "AB"
        for day in (1, 2)
    ]  # fmt: skip
    calls = pd.DataFrame(rows).astype({"handled": "boolean"})
    ds = Dataset({"calls": frames.on(engine, "calls", calls.to_dict("records"))})
    one = kpi("share", Share(Predicate("calls", "h", (Condition("handled", "==", True),)), ALL), "contact")
    found = standardised(ds, one, "agent_id", "B", "A", strata=["slot"], units=[("agent_id", "day")])
    assert (found.treatment, found.control) == (0.5, 0.5)
    days = found.units["agent_id", "day"]
    assert days.n == 4
    assert days.products["treatment", "treatment"] == pytest.approx(0.25)
    assert days.products[pair("control", "treatment")] == 0.0


def test_arms_without_a_stratum_in_common_have_no_average():
    found = standardised(
        dataset(rows=[row for row in CALLS if row["list_id"] == "A"]),
        SHARE, "list_id", "B", "A", strata=["hour"], units=[("contact_id",)],
    )  # fmt: skip
    assert np.isnan(found.treatment)
    assert found.covered == 0


@pytest.mark.parametrize(
    ("key", "text", "number"), [("month", "2026-09", 202609), ("day", "2026-09-14", 20260914), ("hour", 9, 9)]
)
def test_a_time_as_it_is_written_is_found_in_the_rows(key, text, number):
    assert raw(key, text) == number
