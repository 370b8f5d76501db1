"""The members of a team who are off together: found, and tested as what was looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.stats.rest_contrast import FEWEST_EXPECTED

Array = np.ndarray
#: Ordinary teams that are simulated; no p-value is smaller than one of so many.
_TEAMS = 9999
#: Numbers held at once.
_AT_ONCE = 500_000
#: The ordinary spread of fewer members cannot be told from what is looked for.
_ENOUGH_MEMBERS = 10
#: Members who do the same work differ by a third at most, in standard deviations; more is no ordinary spread.
_WIDEST_SPREAD = 0.35
_SEED = 20_260_901


@dataclass(frozen=True, slots=True)
class UnusualGroup:
    """The members who are off together more than any others of their team.

    Attributes
    ----------
    members : tuple of int
        Their places, the farthest off first.
    p_value : float
        Probability that a team whose members differ as usual has any such group.
    """

    members: tuple[int, ...]
    p_value: float


def unusual_group(
    events: Any, sizes: Any, *, too_many: bool, proportion: bool = False, counted: bool = True
) -> UnusualGroup | None:
    r"""Find the members who are off together by more than chance and the ordinary spread of a team.

    Every member's events are set against those that the same days bring all members [1]_.
    Members are put in the order of their ratios, the worst first; of the first one, two, three
    and so on, up to half of them, those are found whose own ratio makes the events likeliest
    [2]_. Teams without such a group are simulated and searched in the same way. Members of a
    team of ten or more differ as those of its better half do, by a third at most, so that the
    few who are off do not make all look varied.

    Parameters
    ----------
    events, sizes : array_like of shape (members, days)
        Sums of what is counted, and of what it is divided by.
    too_many : bool
        Whether more events are what is wrong, or fewer.
    proportion : bool
        Whether events are some of the sizes.
    counted : bool
        Whether events are counted: members then vary by chance at least.

    Returns
    -------
    UnusualGroup or None
        None with fewer than two members of whom five events are expected, or if nobody is off.

    References
    ----------
    .. [1] Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from
       retrospective studies of disease. JNCI 22:719-748.
    .. [2] Kulldorff M (1997). A spatial scan statistic. Communications in Statistics:
       Theory and Methods 26:1481-1496.

    Examples
    --------
    Three of six agents win 4 of 100 conversations a day, the others 12:

    >>> won, talks = [[4] * 9] * 3 + [[12] * 9] * 3, [[100] * 9] * 6
    >>> found = unusual_group(won, talks, too_many=False, proportion=True)
    >>> found.members, found.p_value
    ((0, 1, 2), 0.0001)
    """
    team = _team(np.asarray(events, dtype=float), np.asarray(sizes, dtype=float), proportion, counted)
    side = 1.0 if too_many else -1.0
    if len(team.places) < 2:
        return None
    seen = _searched(team, team.events[None, :], side)
    if not seen.likelier[0] > 0:
        return None
    simulated = (_searched(team, events, side).likelier for events in _ordinary(team, side))
    as_likely = sum(int((likelier >= seen.likelier[0]).sum()) for likelier in simulated)
    members = seen.order[0, : seen.length[0]]
    return UnusualGroup(tuple(int(team.places[at]) for at in members), (1 + as_likely) / (1 + _TEAMS))


@dataclass(frozen=True)
class _Team:
    """The members of whom enough is expected: their events, those that their days bring everybody."""

    places: Array
    events: Array
    expected: Array
    variance: Array

    @property
    def weight(self) -> Array:
        """How many independent events an event is, by which counts vary like Poisson's."""
        return self.expected / self.variance


def _team(events: Array, sizes: Array, proportion: bool, counted: bool) -> _Team:
    in_all, size = events.sum(axis=0), sizes.sum(axis=0)
    part = np.divide(sizes, size, out=np.zeros_like(sizes), where=size > 0)
    expected = part * in_all
    chance = expected
    if proportion:
        left = np.divide(size - in_all, size - 1, out=np.zeros_like(size), where=size > 1)
        chance = expected * np.clip(left, 0.0, 1.0)
    variance = chance.sum(axis=1) * _dispersion(events, expected, chance, counted)
    enough = expected.sum(axis=1) >= (FEWEST_EXPECTED if counted else 0.0)
    kept = np.flatnonzero(enough & (variance > 0))
    return _Team(kept, events.sum(axis=1)[kept], expected.sum(axis=1)[kept], variance[kept])


def _dispersion(events: Array, expected: Array, chance: Array, counted: bool) -> float:
    """Return how much more members' days vary than by chance, each around the member's own ratio."""
    of_member, by_chance = expected.sum(axis=1, keepdims=True), chance.sum(axis=1, keepdims=True)
    own = events.sum(axis=1, keepdims=True)
    ratio = np.divide(own, of_member, out=np.zeros_like(own), where=of_member > 0)
    left = 1 - np.divide(chance, by_chance, out=np.zeros_like(chance), where=by_chance > 0)
    usual, spread = float((ratio * chance * left).sum()), float(((events - ratio * expected) ** 2).sum())
    if not usual > 0:
        return 1.0
    return max(spread / usual, 1.0) if counted else spread / usual


@dataclass(frozen=True)
class _Found:
    """What was found in some teams: members in order, how many are off, how much likelier that is."""

    order: Array
    length: Array
    likelier: Array


def _searched(team: _Team, events: Array, side: float) -> _Found:
    """Search teams, one a row, for the members who are off together."""
    half, rows = max(len(team.places) // 2, 1), np.arange(len(events))[:, None]
    order = np.argsort(-side * events / team.expected, axis=1, kind="stable")[:, :half]
    seen, usual = team.weight * events, team.weight * team.expected
    own, own_usual = seen[rows, order].cumsum(axis=1), usual[order].cumsum(axis=1)
    rest, rest_usual = seen.sum(axis=1, keepdims=True) - own, usual.sum() - own_usual
    likelier = _likelihood(own, own_usual) + _likelihood(rest, rest_usual)
    likelier -= _likelihood(seen.sum(axis=1, keepdims=True), usual.sum())
    off = side * (own / own_usual - rest / rest_usual) > 0
    likelier = np.where(off, likelier, 0.0)
    return _Found(order, likelier.argmax(axis=1) + 1, likelier.max(axis=1))


def _likelihood(events: Array, usual: Any) -> Array:
    """Return the logarithm of Poisson's likelihood at its largest, but for what does not change."""
    return events * np.log(np.maximum(events, 1e-300) / usual)


def _ordinary(team: _Team, side: float) -> Iterator[Array]:
    """Yield the events of teams whose members differ by chance and as usual, one a row."""
    random, size = np.random.default_rng(_SEED), len(team.places)
    step = max(_AT_ONCE // size, 1)
    for first in range(0, _TEAMS, step):
        shape = (min(step, _TEAMS - first), size)
        usual = _usual(team, side, random, shape) if size >= _ENOUGH_MEMBERS else 1.0
        yield random.poisson(team.weight * team.expected * usual, shape) / team.weight


def _usual(team: _Team, side: float, random: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Return how members of ordinary teams differ, relative to their mean, as the better half tells it.

    How far a few members tell it varies too: the variance is drawn for every team.
    """
    size, ratios = len(team.places), team.events / team.expected
    centre = max(float(np.median(ratios)), 1e-9)
    better = np.argsort(side * ratios, kind="stable")[: size // 2]
    precision = team.expected**2 / (team.variance * centre)
    square = float(((ratios - centre) ** 2 * precision)[better].mean())
    beyond = square * size / random.chisquare(size, (shape[0], 1)) - 1
    spread = np.clip(beyond / (float(precision.mean()) * centre**2), 1e-6, _WIDEST_SPREAD**2)
    return random.gamma(1 / spread, 1.0, shape) * spread
