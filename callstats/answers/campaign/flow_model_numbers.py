"""What drives the flow of a list: who is dialled again when, what a dial closes, how days vary.

Every part is an estimate with its uncertainty; :mod:`flow_paths_numbers` draws from them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from callstats.answers.campaign.dial_flow_numbers import DialFlow

#: Days that speak for how the pace depends on the stock, at most [working days].
LONGEST_LOOK = 60
#: Fewer working days of a list say nothing of how its days vary.
FEWEST_DAYS = 5
#: Working days from which weekdays are told apart.
FEWEST_FOR_WEEKDAYS = 10
#: Working days of a quarter.
QUARTER = 65
#: Contact-days from which a turn speaks for itself.
FEWEST_DIALS = 30
#: How dials may depend on what is due: 0 a constant number of them, 1 in proportion; prior weights.
#: The ends are the two ways in which dialers work, so most of the weight is on them.
TOTAL_POWERS = ((0.0, 0.35), (0.5, 0.3), (1.0, 0.35))
#: The same for first dials and the contacts never dialled; above 1 where the easy ones go first.
FRESH_POWERS = ((0.0, 0.42), (0.5, 0.12), (1.0, 0.36), (1.5, 0.08), (2.0, 0.02))
#: The part of the likelihood that counts between these ways: none of them is quite true, so that days
#: speak less clearly than they would if one were (Miller and Dunson 2019, JASA 114:1113-1125).
COARSE = 0.6
#: How closing falls with the turn: (bend, power, prior weight); the last one does not fall.
CURVES = (
    *((bend, power, 0.05) for bend in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0) for power in (0.5, 1.0)),
    (1.0, 0.0, 0.3),
)
#: A turn that closes this share of its contacts is a cap on dials.
CAP = 0.9
#: The correlation of neighbouring days before the data: mean and sd.
CORRELATION_PRIOR = (0.3, 0.3)
#: The sd of a day's shock before the data: few days alike by chance do not show that there is none.
SHOCK_PRIOR = 0.15


@dataclass(frozen=True, slots=True)
class DayNoise:
    """How much days vary around what is expected of them.

    A day's number has the variance ``phi v + sd**2 gain**2``, where v is its variance
    if events were independent and ``gain`` what a shock of 1 would change.

    Attributes
    ----------
    dispersion : float
        Mean of the squared differences over v: 1 if events are independent.
    degrees : float
        Of freedom behind it.
    ratio : float
        Sum of v over the sum of squared gains.
    correlation, error : float
        Of neighbouring days' differences, and its standard error.
    last : float
        The last day's difference over its standard deviation.
    """

    dispersion: float
    degrees: float
    ratio: float
    correlation: float
    error: float
    last: float

    @classmethod
    def of(cls, gone: np.ndarray, expected: np.ndarray, v: np.ndarray, lost: float) -> DayNoise:
        """Estimate from each day's number, its expectation, v (also the gain) and lost degrees of freedom.

        The lag-1 correlation of n residuals from a level and a slope is too small by about
        (2 + 4 r) / n [1]_.

        References
        ----------
        .. [1] Kiviet JF, Phillips GDA (1993). Alternative bias approximations in regressions with a
           lagged-dependent variable. Econometric Theory 9:62-80.
        """
        known = v > 0
        difference, v = (gone - expected)[known], v[known]
        n = len(v)
        degrees = max(n - lost, 1.0)
        if not n:
            return cls(0.0, 1.0, 1.0, *CORRELATION_PRIOR, 0.0)
        dispersion = float((difference**2).sum() / v.sum()) * n / degrees
        z = difference / np.sqrt(v)
        total = float((z**2).sum())
        r = float((z[1:] * z[:-1]).sum()) / total if total > 0 else 0.0
        r = min(max(r + (2 + 4 * r) / n, -0.95), 0.95)
        error = math.sqrt(max(1 - r * r, 0.05) / n)
        return cls(
            dispersion, degrees, float(v.sum() / (v**2).sum()), r, error,
            float(z[-1]) / math.sqrt(dispersion) if dispersion > 0 else 0.0,
        )  # fmt: skip

    def draw(self, rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draw phi, the sd of a day's shock and the correlation of neighbouring shocks, (size,) each."""
        dispersion = self.dispersion * self.degrees / rng.chisquare(self.degrees, size)
        phi = np.minimum(dispersion, 1.0)
        before = SHOCK_PRIOR**2 * FEWEST_DAYS / (FEWEST_DAYS + self.degrees) * min(self.dispersion, 1.0)
        sd = np.sqrt(np.maximum(dispersion - 1, 0.0) * self.ratio + before)
        shared = np.maximum(dispersion - 1, 0.0) / np.maximum(dispersion, 1e-9)  # only shocks are correlated
        mean, error = with_prior(self.correlation, self.error)
        drawn = mean + rng.standard_normal(size) * error
        correlation = np.clip(drawn / np.maximum(shared, 0.3), 0.0, 0.95)
        # Correlated days stray together, so that they differ less among themselves.
        strayed = (1 + correlation) / (1 - correlation) / (self.degrees + 2)
        return phi, sd / np.sqrt(np.maximum(1 - strayed, 0.4)), correlation


def with_prior(correlation: float, error: float) -> tuple[float, float]:
    """Return a correlation of neighbouring days and its error, with what is known before the data.

    Examples
    --------
    >>> [round(float(number), 3) for number in with_prior(0.6, 0.3)]
    [0.45, 0.212]
    """
    mean, sd = CORRELATION_PRIOR
    precision = sd**-2 + error**-2
    return (mean * sd**-2 + correlation * error**-2) / precision, precision**-0.5


@dataclass(frozen=True, slots=True)
class ClosingCurve:
    """The chance that a contact-day closes its contact, by turn.

    Its logit at turn j (from 0) is ``level - power log(1 + j / bend)``: constant where
    contacts are alike, falling as 1 / j where they differ, since the easy ones go first
    (a beta-geometric law has the power 1 and the bend a + b [1]_).

    Attributes
    ----------
    closed, dialled : array, (2, turns)
        By reached before and turn, as counted.
    newly_reached : array, (turns,)
        Share of contact-days that reach somebody for the first time and leave the contact open.
    bend, power, level, error, weight : array, (curves,)
        Curves for turns that do not speak for themselves: shape, level with its standard
        error, and probability.

    References
    ----------
    .. [1] Weinberg CR, Gladen BC (1986). The beta-geometric distribution applied to
       comparative fecundability studies. Biometrics 42:547-560.
    """

    closed: np.ndarray
    dialled: np.ndarray
    newly_reached: np.ndarray
    bend: np.ndarray
    power: np.ndarray
    level: np.ndarray
    error: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, closed: np.ndarray, dialled: np.ndarray, newly_reached: np.ndarray) -> ClosingCurve:
        """Fit every curve's level by weighted least squares; caps are left out."""
        own, n = closed.sum(axis=0), dialled.sum(axis=0)
        share = own / np.maximum(n, 1e-9)
        used = (n >= FEWEST_DIALS) & (share < CAP)
        used = used if used.any() else (n > 0) & (share < CAP)
        new = newly_reached / np.maximum(n, 1)
        bend, power, prior = (np.array(column) for column in zip(*CURVES, strict=True))
        if not used.any():
            return cls(closed, dialled, new, bend, power, np.full(len(bend), -2.0), np.ones(len(bend)), prior)
        share = (own[used] + 0.5) / (n[used] + 1)
        weight = n[used] * share * (1 - share)
        offset = -power[:, None] * np.log1p(np.flatnonzero(used) / bend[:, None])
        logit = np.log(share / (1 - share)) - offset
        level = (logit * weight).sum(axis=1) / weight.sum()
        rest = (weight * (logit - level[:, None]) ** 2).sum(axis=1)
        degrees = max(len(share) - 2, 1)
        dispersion = max(float(rest.min()) / degrees, 1.0)
        probability = prior * np.exp(-(rest - rest.min()) / (2 * dispersion))
        error = np.full(len(bend), math.sqrt(dispersion / weight.sum()))
        return cls(closed, dialled, new, bend, power, level, error, probability / probability.sum())

    def draw_line(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Draw curves: level, bend and power, (size, 3)."""
        which = rng.choice(len(self.weight), size, p=self.weight)
        level = self.level[which] + self.error[which] * rng.standard_normal(size)
        return np.stack([level, self.bend[which], self.power[which]], axis=1)

    def likeliest(self, turns: int) -> np.ndarray:
        """Return the chances of closing on the likeliest curve, (turns,)."""
        best = int(self.weight.argmax())
        line = np.array([[self.level[best], self.bend[best], self.power[best]]])
        return on_line(line, np.arange(turns))[0]

    def draw(self, rng: np.random.Generator, line: np.ndarray, turns: int) -> np.ndarray:
        """Draw the chances of closing, (size, 2, turns): counts where they suffice, the curve elsewhere."""
        size = len(line)
        chance = np.repeat(on_line(line, np.arange(turns))[:, None], 2, axis=1)
        known = min(turns, self.closed.shape[1])
        both = self.dialled.sum(axis=0) >= FEWEST_DIALS
        for reached in (0, 1):
            enough = self.dialled[reached] >= FEWEST_DIALS
            for turn in np.flatnonzero((enough | both)[:known]):
                part = slice(reached, reached + 1) if enough[turn] else slice(0, 2)
                closed = self.closed[part, turn].sum()
                open_still = self.dialled[part, turn].sum() - closed
                # A cap closes all, without exception: then there is nothing to draw.
                if open_still > 0:
                    chance[:, reached, turn] = rng.beta(closed + 0.5, open_still + 0.5, size)
                else:
                    chance[:, reached, turn] = 1.0
        return chance

    @property
    def cap(self) -> int:
        """After how many contact-days contacts are seen to be given up; 0 if they are not."""
        n = self.dialled.sum(axis=0)
        given_up = (n >= FEWEST_DAYS) & (self.closed.sum(axis=0) >= CAP * n) & (np.arange(len(n)) > 0)
        return int(np.flatnonzero(given_up)[-1]) + 1 if given_up.any() else 0


def on_line(line: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """Return the chances of closing on drawn curves, one row each, at some turns."""
    level, bend, power = line[:, :1], line[:, 1:2], line[:, 2:]
    return 1 / (1 + np.exp(power * np.log1p(turn / bend) - level))


@dataclass(frozen=True)
class FlowModel:
    """All that drives a list's flow.

    Attributes
    ----------
    flow : DialFlow
    pace_days : int
        Working days from which the present level is taken.
    curve : ClosingCurve
    """

    flow: DialFlow
    pace_days: int
    curve: ClosingCurve

    @classmethod
    def of(cls, flow: DialFlow, pace_days: int = 10, others: DialFlow | None = None) -> FlowModel:
        """Fit it; ``others`` is the flow of all lists, for turns this list has not reached."""
        closed, dialled, newly = _by_turn(flow)
        if others is not None:
            more = _by_turn(others)
            width = max(closed.shape[-1], more[0].shape[-1])
            closed, dialled, newly = (_wide(part, width) for part in (closed, dialled, newly))
            borrowed = (dialled.sum(axis=0) < FEWEST_DIALS) & (
                _wide(more[1], width).sum(axis=0) >= FEWEST_DIALS
            )
            for own, other in zip((closed, dialled, newly), more, strict=True):
                own[..., borrowed] = _wide(other, width)[..., borrowed]
        return cls(flow, pace_days, ClosingCurve.of(closed, dialled, newly))

    @cached_property
    def dialled(self) -> np.ndarray:
        """Contact-days of each day, (days,)."""
        return self.flow.dialled.sum(axis=(1, 2, 3))

    @cached_property
    def counted(self) -> np.ndarray:
        """Contact-days that can be compared with what is expected, (days,).

        Where no contact is left that was never dialled, first dials are over, and nothing is
        expected of them.
        """
        return self.dialled if self.fresh_pace[0] > 0 else self.dialled - self.flow.first_dials

    @cached_property
    def recent(self) -> slice:
        """The days the present level is taken from."""
        return slice(max(self.flow.days - self.pace_days, 0), self.flow.days)

    @cached_property
    def look(self) -> slice:
        """The days that speak for how the pace depends on the stock."""
        return slice(max(self.flow.days - LONGEST_LOOK, 0), self.flow.days)

    @cached_property
    def redials(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the chance of being dialled on a working day by reached and wait, (2, waits + 1), and
        by turn the contact-days seen and expected, (turns + 1,) each.

        The chance by wait leaves out the turns that are hardly dialled again: contacts that are
        never given up and never dialled again show there.
        """
        seen = self.flow.dialled[self.look].sum(axis=0)
        seen[:, 0] = 0.0
        at_risk = self.flow.waiting[:-1][self.look].sum(axis=0)
        factor = np.ones(seen.shape[1])
        chance = np.zeros((2, seen.shape[2]))
        expected = np.zeros_like(factor)
        for _ in range(4):
            exposure = (at_risk * factor[None, :, None]).sum(axis=1)
            counts = seen.sum(axis=1)
            pooled = counts.sum() / max(exposure.sum(), 1e-9)
            chance = np.clip((counts + pooled) / (exposure + 1.0), 1e-4, 1.0)
            expected = (at_risk * chance[:, None, :]).sum(axis=(0, 2))
            factor = _unlike_others(seen.sum(axis=(0, 2)), expected)
        return chance, seen.sum(axis=(0, 2)), expected

    def factors(self, rng: np.random.Generator | None = None, size: int = 1) -> np.ndarray:
        """Return the factor of each turn on the chance of being dialled, or draws of it, (size, turns + 1).

        Turns are alike, but for one that was due and hardly dialled again: contacts get there as
        the list empties, so that a factor of each would hide how the pace depends on the stock.
        """
        _, seen, expected = self.redials
        factor = _unlike_others(seen, expected)
        if rng is None:
            return factor[None]
        drawn = rng.gamma(seen + 1, 1 / (expected + 1), (size, len(seen)))
        return np.where(factor < 1, drawn, 1.0)

    @property
    def left_lying(self) -> int:
        """Open contacts of a turn and wait that are dialled again less than once in a quarter."""
        at_risk = self.flow.waiting[:-1][self.look].sum(axis=(0, 1))
        rate = (self.flow.dialled[self.look].sum(axis=(0, 1)) + 1) / (at_risk + 1)
        return int(self.flow.waiting[-1].sum(axis=0)[rate < 1 / QUARTER].sum().round())

    @cached_property
    def due(self) -> tuple[np.ndarray, np.ndarray]:
        """Second and later dials due on each day, and after the last, (days + 1,); and hazards."""
        hazard = np.minimum(self.redials[0][:, None, :] * self.factors()[0][None, :, None], 1.0)
        return (self.flow.waiting * hazard).sum(axis=(1, 2, 3)), hazard

    @cached_property
    def fresh_pace(self) -> tuple[float, float]:
        """First dials a day lately, and the contacts never dialled then."""
        first, fresh = self.flow.first_dials[self.recent], self.flow.fresh[self.recent]
        having = fresh > 0
        if not having.any():
            return 0.0, 1.0
        return float(first[having].mean()), max(float(fresh[having].mean()), 1.0)

    def expected(self, fresh_power: float, power: float) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Return the first and the further dials expected on each day, the level, and a usual day's due."""
        pace, usual_fresh = self.fresh_pace
        first = np.minimum(pace * (self.flow.fresh / usual_fresh) ** fresh_power, self.flow.fresh)
        again = self.due[0][:-1]
        total = np.maximum(first + again, 1e-9)
        usual = max(float(total[self.recent].mean()), 1e-9)
        shape = (total / usual) ** power * self.weekdays[self.flow.weekday]
        dialled = self.counted
        level = float(dialled[self.recent].sum() / shape[self.recent].sum())
        scale = level * shape / total
        return first * scale, again * scale, level, usual

    @cached_property
    def powers(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of (fresh power, total power), (pairs, 2), and the probability of each, (pairs,)."""
        pairs, rests, priors = [], [], []
        again = (self.dialled - self.flow.first_dials)[self.look]
        first = self.counted[self.look] - again
        without = again.sum() == 0
        days = len(first)
        trails = []
        for fresh_power, fresh_prior in FRESH_POWERS:
            for power, prior in ((1.0, 1.0),) if without else TOTAL_POWERS:
                one, two, _, _ = self.expected(fresh_power, power)
                level = self.counted[self.look].sum() / max(float((one + two)[self.look].sum()), 1e-9)
                one, two = level * one[self.look], level * two[self.look]
                parts = ((first - one) / np.sqrt(one + 1), (again - two) / np.sqrt(two + 1))
                rests.append(sum(float((part**2).sum()) for part in parts))
                trails.append(parts[0] + parts[1])
                pairs.append((fresh_power, power))
                priors.append(fresh_prior * prior)
        rest = np.array(rests)
        best = int(rest.argmin())
        trail = trails[best]
        r = float((trail[1:] * trail[:-1]).sum() / max(float((trail**2).sum()), 1e-9))
        # Days that vary less than by chance share no shock.
        r = with_prior(r + (2 + 4 * r) / days, days**-0.5)[0]
        r = min(max(r, 0.0), 0.8) * min(rest[best] / days, 1.0)
        # The likelihood of t: the spread of days is unknown, and correlated days are fewer.
        degrees = max(COARSE * (days - 2) * (1 - r) / (1 + r), 1.0)
        weight = np.array(priors) * ((rest + 1e-3) / (rest[best] + 1e-3)) ** (-degrees / 2)
        return np.array(pairs), weight / weight.sum()

    @cached_property
    def likeliest(self) -> tuple[float, float]:
        """The pair of powers with the highest probability."""
        pairs, weight = self.powers
        one, two = pairs[int(weight.argmax())]
        return float(one), float(two)

    @cached_property
    def weekdays(self) -> np.ndarray:
        """Factors on the dials of a weekday, (7,); all 1 of a young list.

        Each day is divided by the mean of the week around it; the weekdays' means of that are
        shrunk towards 1 by the share of their variance that is chance [1]_.

        References
        ----------
        .. [1] Efron B, Morris C (1973). Stein's estimation rule and its competitors.
           Journal of the American Statistical Association 68:117-130.
        """
        factors, dialled, day = np.ones(7), self.dialled[self.look], self.flow.weekday[self.look]
        week = len(np.unique(day))
        if len(day) < max(FEWEST_FOR_WEEKDAYS, 2 * week) or week < 2:
            return factors
        around = np.convolve(dialled, np.ones(week) / week, mode="valid")
        start = (week - 1) // 2
        inner = slice(start, start + len(around))
        known = around > 0
        ratio, day = (dialled[inner] / np.maximum(around, 1e-9))[known], day[inner][known]
        n = np.bincount(day, minlength=7)
        means = np.bincount(day, weights=ratio, minlength=7) / np.maximum(n, 1)
        seen = n > 0
        within = float(((ratio - means[day]) ** 2).sum()) / max(len(day) - seen.sum(), 1)
        chance = within / np.maximum(n[seen], 1)
        between = float(means[seen].var(ddof=1)) if seen.sum() > 1 else 0.0
        kept = np.clip(1 - chance / between, 0.0, 1.0) if between > 0 else np.zeros(int(seen.sum()))
        factors[seen] = np.maximum(1 + kept * (means[seen] / means[seen].mean() - 1), 0.0)
        return factors

    @cached_property
    def dial_noise(self) -> DayNoise:
        """How much the dials of a day vary around what is due."""
        one, two, _, _ = self.expected(*self.likeliest)
        expected = (one + two)[self.look]
        return DayNoise.of(self.counted[self.look], expected, np.where(expected > 0.01, expected, 0.0), 3.0)

    @cached_property
    def closing_noise(self) -> DayNoise:
        """How much the closings of a day vary around what its dials should close."""
        closed, dialled = self.curve.closed, self.curve.dialled
        own = np.where(dialled >= FEWEST_DIALS, closed / np.maximum(dialled, 1), np.nan)
        smooth = self.curve.likeliest(closed.shape[1])
        # A turn dialled on one day only would explain that day by itself: the line speaks for it.
        days = (self.flow.dialled.sum(axis=(1, 3)) > 0).sum(axis=0)
        days = np.pad(days, (0, max(closed.shape[1] - len(days), 0)))[: closed.shape[1]]
        chance = np.where(np.isnan(own) | ((days < 4) & (own < CAP)), smooth, own)
        counts = self.flow.dialled[self.look].sum(axis=3)
        chance = _wide(chance, max(counts.shape[2], chance.shape[1]))[:, : counts.shape[2]]
        expected = (counts * chance).sum(axis=(1, 2))
        v = (counts * chance * (1 - chance)).sum(axis=(1, 2))
        return DayNoise.of(self.flow.closings[self.look], expected, v, 2.0)


def _by_turn(flow: DialFlow) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return closed and dialled by reached and turn, and newly reached by turn, of the days looked at."""
    look = slice(max(flow.days - LONGEST_LOOK, 0), flow.days)
    closed, dialled, newly = (
        flow.counted(part)[look].sum(axis=(0, 3))
        for part in (flow.rows.closed, flow.rows.dialled, flow.rows.newly_reached)
    )
    return closed, dialled, newly[0]


def _unlike_others(seen: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the factor of turns dialled less than half as often as others, 1 for the others."""
    ratio = (seen + 1) / (expected + 1)
    return np.where(ratio < 0.5, ratio, 1.0)


def _wide(part: np.ndarray, width: int) -> np.ndarray:
    """Return an array with zeros added along the last axis."""
    return np.pad(part, [(0, 0)] * (part.ndim - 1) + [(0, max(width - part.shape[-1], 0))])
