"""What changed between two periods whose contacts overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import callstats as cs
from callstats.answers.core.estimates import interval
from callstats.answers.core.period_changes import LEAST_P, PeriodChange
from callstats.engine import moments
from callstats.engine.periods import Shared, shared_sums
from callstats.kpis import get
from callstats.moments import Moments

COSTS = pd.DataFrame({"period": ["2026-08", "2026-09"], "kind": "labour", "amount": [400.0, 500.0]})


def dials(before: list[tuple], now: list[tuple]) -> pd.DataFrame:
    """Return dials of August and September: (contact, handled, value) each."""
    rows = [("2026-08-03", *one) for one in before] + [("2026-09-01", *one) for one in now]
    frame = pd.DataFrame(rows, columns=["day", "contact_id", "handled", "value"])
    clock = pd.to_datetime(frame.pop("day")).astype("datetime64[us]")
    made = frame.assign(direction="outbound", success=frame["value"] > 0, local_started_at=clock)
    return made.assign(call_id=made.index.astype(str))


def changed(frame: pd.DataFrame, kpi: str, *, paired: bool = True) -> PeriodChange:
    ds = cs.Dataset({"calls": frame, "costs": COSTS})
    now, before, one = ds.where(period="2026-09"), ds.where(period="2026-08"), get(kpi)
    shared = shared_sums(now, before, [one]).get((), {}).get(kpi) if paired else None
    first, second = (moments(data, [one])[()][kpi] for data in (now, before))
    return PeriodChange(one, first, second, shared)


def some_dials(seed: int, contacts: int = 300, together: float = 1.0) -> pd.DataFrame:
    """Return dials of contacts who answer as often in both months, each by a nature of its own."""
    draw = np.random.default_rng(seed)
    nature = draw.beta(0.3, 0.7, contacts)
    months = []
    for _ in range(2):
        number = draw.integers(1, 5, contacts)
        rows = []
        for contact in range(contacts):
            name = f"P{contact}" if draw.random() < together else f"P{draw.integers(10**9)}"
            for _dial in range(number[contact]):
                answered = draw.random() < nature[contact]
                worth = float(draw.integers(1, 200)) if answered and draw.random() < 0.4 else 0.0
                rows.append((name, answered, worth))
        months.append(rows)
    return dials(*months)


def by_contact(frame: pd.DataFrame, month: int) -> pd.DataFrame:
    own = frame[frame["local_started_at"].dt.month == month]
    return own.groupby("contact_id").agg(y=("handled", "sum"), n=("handled", "size"), v=("value", "sum"))


def test_the_same_contacts_doing_the_same_have_not_changed_for_sure() -> None:
    """What a contact did in both months cancels: the difference has no variance at all."""
    same = [("P", True, 5.0), ("Q", False, 0.0), ("R", False, 0.0), ("S", True, 20.0)]
    for kpi in ("answer_rate", "revenue"):
        moved = changed(dials(same, same), kpi).change()
        assert moved.estimate == 0
        assert moved.high - moved.low == pytest.approx(0, abs=1e-6)


def test_the_correlation_of_rates_is_that_of_the_contacts_influences() -> None:
    frame = some_dials(1)
    now, before = by_contact(frame, 9), by_contact(frame, 8)
    z1, z0 = (m["y"] - m["y"].sum() / m["n"].sum() * m["n"] for m in (now, before))
    both = now.index.intersection(before.index)
    expected = (z1[both] * z0[both]).sum() / np.sqrt((z1**2).sum() * (z0**2).sum())
    found = changed(frame, "answer_rate")
    ends = [interval(found.kpi, m, 0.95) for m in (found.now, found.before)]
    assert found.correlation(*ends) == pytest.approx(expected, rel=1e-9)
    assert expected > 0.3


@pytest.mark.parametrize("kpi", ["profit", "roi"])
def test_costs_are_exact_and_money_correlates_as_the_contacts_do(kpi: str) -> None:
    frame = some_dials(2, together=0.5)
    now, before = by_contact(frame, 9)["v"], by_contact(frame, 8)["v"]
    z1, z0 = now - now.mean(), before - before.mean()
    both = now.index.intersection(before.index)
    assert 50 < len(both) < 250
    found = changed(frame, kpi)
    ends = [interval(found.kpi, m, 0.95) for m in (found.now, found.before)]
    expected = (z1[both] * z0[both]).sum() / np.sqrt((z1**2).sum() * (z0**2).sum())
    assert found.correlation(*ends) == pytest.approx(expected, rel=1e-3)


def test_periods_without_a_common_contact_are_independent() -> None:
    frame = some_dials(3, together=0.0)
    moved, alone = changed(frame, "answer_rate"), changed(frame, "answer_rate", paired=False)
    assert moved.change() == alone.change()


def test_the_interval_excludes_no_change_exactly_where_the_p_value_says_so() -> None:
    found = changed(some_dials(4), "answer_rate")
    p = found.p_value()
    assert 0 < p < 1
    assert found.change(1 - p * 1.001).certain
    assert not found.change(1 - p * 0.999).certain


def test_the_p_value_of_a_total_is_that_of_the_normal_law() -> None:
    """Without shared units, two totals differ by d with error sqrt(s1^2 + s0^2)."""
    from scipy.stats import norm

    found = changed(some_dials(5, contacts=2000), "revenue", paired=False)
    ends = [interval(found.kpi, m, 0.95) for m in (found.now, found.before)]
    error = np.hypot(*(end.standard_error for end in ends))
    expected = 2 * norm.sf(abs(ends[0].estimate - ends[1].estimate) / error)
    assert found.p_value() == pytest.approx(expected, rel=0.02)


def test_a_change_that_leaves_no_doubt_has_the_least_p_value() -> None:
    before = [(f"P{i}", False, 0.0) for i in range(500)]
    now = [(f"Q{i}", True, 0.0) for i in range(500)]
    assert changed(dials(before, now), "answer_rate").p_value() == pytest.approx(LEAST_P, rel=1e-6)


def test_one_contact_gives_a_change_without_interval_or_p_value() -> None:
    found = changed(dials([("P", True, 0.0)], [("P", False, 0.0)]), "answer_rate")
    assert np.isnan(found.change().low)
    assert np.isnan(found.p_value())


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """The same contacts in both months, nothing changed: 95 of 100 intervals hold 0.

    Taken as independent the months would give intervals far too wide, which is as
    wrong: a change that is there would not be seen.
    """
    draw, rounds = np.random.default_rng(11), 600
    made = [contacts_of_two_months(draw) for _ in range(rounds)]
    held = sum(not one.change().certain for one in made)
    wide = sum(not PeriodChange(one.kpi, one.now, one.before).change().certain for one in made)
    assert 0.93 <= held / rounds <= 0.97
    assert wide / rounds > 0.985


def contacts_of_two_months(draw: np.random.Generator, contacts: int = 150) -> PeriodChange:
    """Return the answer rate of contacts who answer as often in both months, each by its nature."""
    nature = draw.beta(0.3, 0.7, contacts)
    n1, n0 = (draw.integers(1, 5, contacts) for _ in range(2))
    y1, y0 = draw.binomial(n1, nature), draw.binomial(n0, nature)
    now, before = {"numerator": y1, "denominator": n1}, {"numerator": y0, "denominator": n0}
    shared = Shared(
        contacts,
        {part: float(v.sum()) for part, v in now.items()},
        {part: float(v.sum()) for part, v in before.items()},
        {(a, b): float(v @ w) for a, v in now.items() for b, w in before.items()},
        ({}, {}),
    )
    return PeriodChange(get("answer_rate"), Moments.of(now), Moments.of(before), shared)
