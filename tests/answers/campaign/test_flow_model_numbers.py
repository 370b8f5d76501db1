"""What drives the flow of a list, recovered from lists whose rules are known."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.answers.campaign.dial_flow_numbers import ContactDays, DialFlow
from callstats.answers.campaign.flow_model_numbers import ClosingCurve, DayNoise, FlowModel
from callstats.simulate.shocks import autoregressive


def played(rule, days: int = 20, contacts: int = 3000, close=0.1, seed: int = 3) -> FlowModel:
    """A list of which ``rule(rng, day, open contacts)`` chooses who is dialled, and a tenth is closed."""
    rng = np.random.default_rng(seed)
    still, log = np.arange(contacts), []
    for day in range(days):
        who = rule(rng, day, still)
        closed = rng.random(len(who)) < close
        log.append((who, np.full(len(who), day), closed))
        still = np.setdiff1d(still, who[closed])
    contact, day, closed = (np.concatenate(part) for part in zip(*log, strict=True))
    rows = ContactDays.of(contact, day, closed)
    return FlowModel.of(DialFlow(rows, np.arange(days) % 5, contacts - len(np.unique(contact))))


def likely(model: FlowModel, power: float) -> float:
    """The probability of a power of the dials on what is due."""
    pairs, weight = model.powers
    return float(weight[pairs[:, 1] == power].sum())


def test_the_chance_of_a_further_dial_is_the_one_of_the_rule() -> None:
    """All are dialled on the first day, a random 30 % of those open on every other one."""
    model = played(lambda rng, day, still: still[rng.random(len(still)) < (0.3 if day else 1.0)])
    chance = model.redials[0][0, 1:7]  # longer waits are few
    assert chance == pytest.approx(np.full(6, 0.3), abs=0.03)


def test_dials_in_proportion_to_the_stock_have_the_power_one() -> None:
    model = played(lambda rng, day, still: still[rng.random(len(still)) < (0.4 if day else 1.0)], close=0.2)
    assert likely(model, 1.0) > 0.6


def test_a_constant_number_of_dials_has_the_power_zero() -> None:
    model = played(lambda rng, day, still: rng.permutation(still)[: 600 if day else None], close=0.2)
    assert likely(model, 0.0) > 0.6


def test_a_constant_number_of_first_dials_has_the_power_zero_and_a_share_of_them_one() -> None:
    constant = played(lambda rng, day, still: still[:120], close=1.0)
    share = played(lambda rng, day, still: still[rng.random(len(still)) < 0.08], close=1.0)
    for model, power in ((constant, 0.0), (share, 1.0)):
        pairs, weight = model.powers
        assert pairs[int(weight.argmax())][0] == power
        assert weight[pairs[:, 0] == power].sum() > 0.6


def test_turns_that_are_not_dialled_again_lie_about() -> None:
    """Half of the contacts dialled are dialled once and never again."""
    model = played(lambda rng, day, still: still[still % 2 == 0] if day else still)
    assert model.left_lying == pytest.approx(1350, abs=60)  # 1,500 less the tenth closed at once


def test_a_cap_is_seen_where_all_contacts_of_a_turn_are_closed() -> None:
    curve = ClosingCurve.of(
        np.array([[100.0, 60.0, 400.0], [0, 0, 0]]),
        np.array([[1000.0, 500.0, 400.0], [0, 0, 0]]),
        np.zeros(3),
    )
    assert curve.cap == 3
    without = ClosingCurve.of(
        np.array([[100.0, 60.0, 40.0], [0, 0, 0]]), np.array([[1000.0, 500.0, 400.0], [0, 0, 0]]), np.zeros(3)
    )
    assert without.cap == 0


def test_closing_of_contacts_that_differ_is_told_to_fall() -> None:
    """Beta-geometric: a / (a + b + j) with a = 1, b = 3; far out it falls as 1 / j."""
    turns = np.arange(12)
    chance = 1 / (4.0 + turns)
    n = 4000 * np.append(1, np.cumprod(1 - chance)[:-1])
    curve = ClosingCurve.of(np.stack([n * chance, 0 * n]), np.stack([n, 0 * n]), np.zeros(12))
    assert curve.weight[curve.power == 1.0].sum() > 0.8
    assert curve.likeliest(60)[59] == pytest.approx(1 / 63, rel=0.25)


def test_closing_of_contacts_alike_is_told_to_stay() -> None:
    n = 4000 * 0.9 ** np.arange(12)
    curve = ClosingCurve.of(np.stack([n * 0.1, 0 * n]), np.stack([n, 0 * n]), np.zeros(12))
    assert curve.weight[curve.power == 0.0].sum() > 0.5
    assert curve.likeliest(60)[59] == pytest.approx(0.1, rel=0.05)


def test_days_that_hang_together_are_measured() -> None:
    """Poisson means of 100 with shocks of sd .3 and correlation .6: dispersion about 1 + 100 (.3 ** 2)."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(60):
        mean = 100 * np.exp(0.3 * autoregressive(rng, (60,), 0.6) - 0.045)
        gone = rng.poisson(mean).astype(float)
        expected = np.full(60, gone.mean())
        found.append(DayNoise.of(gone, expected, expected, 1.0))
    dispersion = np.mean([one.dispersion for one in found])
    # A mean of 60 correlated days takes 1 / 15 of the variance away; exp(.09) - 1 = .094.
    assert dispersion == pytest.approx(1 + 100 * 0.094 * 14 / 15, rel=0.12)
    assert np.mean([one.correlation for one in found]) == pytest.approx(0.6 * 0.9, abs=0.08)


def test_independent_days_show_no_shock() -> None:
    rng = np.random.default_rng(5)
    gone = rng.poisson(50, 3000).astype(float)
    noise = DayNoise.of(gone, np.full(3000, 50.0), np.full(3000, 50.0), 1.0)
    assert noise.dispersion == pytest.approx(1, abs=4 * np.sqrt(2 / 3000))
    assert abs(noise.correlation) < 4 / np.sqrt(3000)
    _, sd, _ = noise.draw(np.random.default_rng(1), 500)
    assert np.median(sd) < 0.03
