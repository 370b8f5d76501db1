"""When a list will be done: its flow drawn forward many times, day by day."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from callstats.answers.campaign.dial_flow_numbers import older
from callstats.answers.campaign.flow_model_numbers import FEWEST_DIALS, DayNoise, FlowModel, on_line

#: Paths that are drawn; the ends of a 95 % interval are then the sixth from either side.
PATHS = 240
#: Working days after which nothing is said any more: a year.
HORIZON = 260
SEED = 20260901
#: The chance that a list has a cap on dials that no contact has reached yet.
UNKNOWN_CAP = 0.6
#: Beyond so many turns without one it is the less likely, the more there were.
USUAL_CAP = 8
#: Caps further than this from the turns seen are as good as none.
FARTHEST_CAP = 20
#: Turns told apart beyond those seen.
FURTHER_TURNS = 6


@dataclass(frozen=True, slots=True)
class FlowPaths:
    """Drawn futures of a list.

    Attributes
    ----------
    done : array of float, (paths,)
        Working days until the share asked for is closed; inf beyond the horizon.
    fresh : array of float, (days, paths)
        Contacts never dialled at the end of each coming working day.
    sure : float
        Probability of the likeliest way in which dials depend on what is left.
    """

    done: np.ndarray
    fresh: np.ndarray
    sure: float = 1.0

    def fresh_after(self, days: int, confidence: float) -> tuple[float, float, float]:
        """Return the median of the contacts never dialled after some working days, high and low."""
        tail = (1 - confidence) / 2
        drawn = self.fresh[min(days, len(self.fresh)) - 1]
        middle, high, low = np.quantile(drawn, (0.5, 1 - tail, tail), method="weibull")
        return float(middle), float(high), float(low)

    def days_until(self, confidence: float) -> tuple[float, float, float]:
        """Return the median of the working days until done, and the ends of the prediction interval.

        The ways in which dials may depend on what is left lie far apart, and the true one is
        often at an end. So the tails are those of the likeliest way: outside of the interval
        are as few of its paths as the confidence allows.
        """
        tail = (1 - confidence) / 2 * self.sure
        # The k-th of n paths is the k / (n + 1) quantile of a further one.
        ordered, n = np.sort(self.done), len(self.done)
        low, middle, high = (
            float(ordered[min(max(round(share * (n + 1)) - 1, 0), n - 1)]) for share in (tail, 0.5, 1 - tail)
        )
        return middle, low, high


class _Shocks:
    """Shocks that days share and the chance within each, drawn day by day."""

    def __init__(self, noise: DayNoise, rng: np.random.Generator, paths: int) -> None:
        self.rng = rng
        self.phi, self.sd, self.correlation = noise.draw(rng, paths)
        shared = self.sd**2 / np.maximum(self.sd**2 + self.phi * noise.ratio, 1e-12)
        self.state = np.sqrt(shared) * noise.last + np.sqrt(1 - shared) * rng.standard_normal(paths)

    def level(self, days: float, gains: float) -> np.ndarray:
        """Draw the error of a level that was estimated from some days with a sum of gains."""
        effective = np.maximum(days * (1 - self.correlation) / (1 + self.correlation), 1.0)
        variance = self.sd**2 / effective + self.phi / max(gains, 1e-9)
        return np.sqrt(variance) * self.rng.standard_normal(len(self.sd))

    def next(self, gain: np.ndarray) -> np.ndarray:
        """Draw a day's shock, with the chance of its events as a shock of the same effect."""
        step, within = self.rng.standard_normal((2, len(self.sd)))
        self.state = self.correlation * self.state + np.sqrt(1 - self.correlation**2) * step
        chance = np.sqrt(self.phi / (gain + 0.5))
        # Its exponential has the mean 1.
        shock = self.sd * self.state + chance * within - (self.sd**2 + chance**2) / 2
        return np.clip(shock, -4.0, 3.0)


def draw_paths(
    model: FlowModel, share: float, weekdays: np.ndarray, *, confidence: float = 0.95, ahead: int = 0
) -> FlowPaths:
    """Draw the coming working days of a list.

    Parameters
    ----------
    model : FlowModel
    share : float
        Of the contacts callable now; the list is done when they are closed.
    weekdays : array of int
        The weekday of each coming working day, repeated from the start when it ends.
    confidence : float
        Of the intervals asked for later: drawing ends when their ends are known.
    ahead : int
        Working days to draw at least.
    """
    paths = PATHS
    rng = np.random.default_rng(SEED)
    flow = model.flow
    step = _Step(model, rng, paths)
    stock = np.zeros((paths, 2, step.turns + 1, flow.waits + 1))
    stock[:, :, : flow.turns + 1] = flow.waiting[-1]
    fresh = np.full(paths, float(flow.unused))
    callable_now = float(fresh[0] + stock[0].sum())
    rest = callable_now - math.ceil(share * callable_now - 1e-9) + 0.5
    done, trail = np.full(paths, math.inf), []
    sure = float(model.powers[1].max())
    enough = 1 - (1 - confidence) / 2 * sure + 1 / paths
    for day in range(HORIZON):
        over = np.isfinite(done)
        if over.mean() >= min(enough, 1.0) and day >= ahead:
            break
        fresh, stock = step(fresh, stock, int(weekdays[day % len(weekdays)]))
        left = fresh + stock.sum(axis=(1, 2, 3))
        done[(left <= rest) & ~over] = day + 1
        trail.append(fresh)
    return FlowPaths(done, np.array(trail).reshape(len(trail), paths), sure)


def _caps(model: FlowModel, rng: np.random.Generator, paths: int) -> np.ndarray:
    """Draw after how many contact-days a contact is given up; inf if never.

    Where no contact is known to have been given up, the cap is not known: before the data most
    paths have one from the turns seen on, the nearer the likelier. It is the last turn seen
    only if all its contacts were closed, which happens without a cap with the chance of
    closing to the power of their number.
    """
    seen, known = model.flow.turns, model.curve.cap
    if known:
        few = model.curve.dialled[:, known - 1].sum() < FEWEST_DIALS
        return np.full(paths, known if few else math.inf)  # the counts speak where they suffice
    sizes = np.append(np.arange(seen, seen + FARTHEST_CAP), math.inf)
    prior = 1 / sizes[:-1]
    capped = UNKNOWN_CAP * min(USUAL_CAP / seen, 1.0)
    prior = np.append(capped * prior / prior.sum(), 1 - capped)
    dialled, closed = (part[:, seen - 1].sum() for part in (model.curve.dialled, model.curve.closed))
    chance = model.curve.likeliest(seen)[-1]
    prior[1:] *= chance**closed
    prior[0] *= closed >= dialled
    return rng.choice(sizes, paths, p=prior / prior.sum())


class _Step:
    """One working day of every path, with parameters drawn once for each path."""

    def __init__(self, model: FlowModel, rng: np.random.Generator, paths: int) -> None:
        flow = model.flow
        self.turns = max(flow.turns, model.curve.cap) if model.curve.cap else flow.turns + FURTHER_TURNS
        self.cap = _caps(model, rng, paths)
        pairs, weight = model.powers
        pair = rng.choice(len(pairs), paths, p=weight)
        self.fresh_power, self.power = pairs[pair].T
        levels = np.array([model.expected(*each)[2:] for each in pairs])[pair]
        self.level, self.usual = levels.T
        self.pace, self.usual_fresh = model.fresh_pace
        by_turn = np.ones((paths, self.turns + 1))
        by_turn[:, : flow.turns + 1] = model.factors(rng, paths)
        self.hazard = np.minimum(model.redials[0][None, :, None, :] * by_turn[:, None, :, None], 1.0)
        self.week = model.weekdays
        self.dials = _Shocks(model.dial_noise, rng, paths)
        self.closings = _Shocks(model.closing_noise, rng, paths)
        recent = flow.dialled[model.recent].sum()
        self.level = self.level * np.exp(self.dials.level(min(flow.days, model.pace_days), float(recent)))
        self.curve, self.line = model.curve, model.curve.draw_line(rng, paths)
        self.chance = model.curve.draw(rng, self.line, self.turns + 1)
        given_up = np.arange(self.turns + 1) >= self.cap[:, None] - 1
        self.chance = np.where(given_up[:, None], 1.0, self.chance)
        self.turn = np.full(paths, float(self.turns))  # mean turn of the contacts past all turns seen
        self.shift = self.closings.level(min(flow.days, 60), math.inf)
        new = model.curve.newly_reached
        self.newly = np.pad(new, (0, max(self.turns + 1 - len(new), 0)))[: self.turns + 1]

    def __call__(self, fresh: np.ndarray, stock: np.ndarray, weekday: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the contacts never dialled and the open ones a working day later."""
        first = np.minimum(self.pace * (fresh / self.usual_fresh) ** self.fresh_power, fresh)
        again = stock * self.hazard
        due = np.maximum(first + again.sum(axis=(1, 2, 3)), 1e-9)
        target = self.level * (due / self.usual) ** self.power * self.week[weekday]
        target = target * np.exp(self.dials.next(target))
        factor = target / due
        first = np.minimum(first * factor, fresh)
        again = np.minimum(again * factor[:, None, None, None], stock)
        return fresh - first, self._moved(first, again, stock)

    def _moved(self, first: np.ndarray, again: np.ndarray, stock: np.ndarray) -> np.ndarray:
        """Close some of the contacts dialled, move the others to their next turn, and let all wait a day."""
        dialled = again.sum(axis=3)
        dialled[:, 0, 0] += first
        v = (dialled * self.chance * (1 - self.chance)).sum(axis=(1, 2))
        odds = np.exp(self.closings.next(v) + self.shift)[:, None, None]
        chance = self.chance * odds / (1 - self.chance + self.chance * odds)
        stays = dialled * (1 - chance)
        newly = np.minimum(dialled[:, 0] * self.newly, stays[:, 0])
        stays[:, 0] -= newly
        stays[:, 1] += newly
        waiting = older(stock - again)
        waiting[:, :, 1:, 1] += stays[:, :, :-1]
        waiting[:, :, -1, 1] += stays[:, :, -1]
        self._count(waiting[:, :, -1].sum(axis=(1, 2)), stays[:, :, -1].sum(axis=1))
        return waiting

    def _count(self, past: np.ndarray, again: np.ndarray) -> None:
        """Move the mean turn of those past all turns seen, and their chance of closing along the curve."""
        self.turn = self.turn + again / np.maximum(past, 1e-9)
        chance = np.where(self.turn >= self.cap - 1, 1.0, on_line(self.line, self.turn[:, None])[:, 0])
        self.chance[:, :, -1] = chance[:, None]
