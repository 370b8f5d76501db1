"""What days and hours share: shocks on reach and success, waves of inbound calls, dials put off."""

from __future__ import annotations

import numpy as np

from callstats.simulate.days import WorkCalendar
from callstats.simulate.scenario import Campaign, Queue, Scenario
from callstats.simulate.streams import stream


def autoregressive(rng: np.random.Generator, shape: tuple[int, ...], correlation: float) -> np.ndarray:
    """Return standard normal numbers, correlated along the first axis.

    A stationary first-order autoregression [1]_: every number has variance 1, and
    two numbers k steps apart have the correlation to the power of k.

    References
    ----------
    .. [1] Box GEP, Jenkins GM, Reinsel GC (2008). Time Series Analysis, 4th ed., section 3.2.3.
    """
    noise = rng.standard_normal(shape)
    for step in range(1, shape[0] if correlation else 0):
        noise[step] = correlation * noise[step - 1] + (1 - correlation**2) ** 0.5 * noise[step]
    return noise


def reach_shocks(scenario: Scenario, campaign: Campaign, days: int) -> np.ndarray | None:
    """Return what is added to the logit of reach, (days, 24); None without shocks."""
    return _shocks(scenario, campaign, "reach", (campaign.reach_day_sd, campaign.reach_hour_sd), days)


def success_shifts(scenario: Scenario, campaign: Campaign, calendar: WorkCalendar) -> np.ndarray:
    """Return what is added to the logit of success by weekday and shocks, (days, 24)."""
    spreads = (campaign.success_day_sd, campaign.success_hour_sd)
    shocks = _shocks(scenario, campaign, "success", spreads, len(calendar))
    weekly = np.asarray(scenario.success_by_weekday)[calendar.weekday][:, None] + np.zeros(24)
    return weekly if shocks is None else weekly + shocks


def _shocks(
    scenario: Scenario, campaign: Campaign, what: str, spreads: tuple[float, float], days: int
) -> np.ndarray | None:
    if not any(spreads):
        return None
    by_day, by_hour = (
        stream(scenario.seed, f"{what} by {unit}", campaign.campaign_id) for unit in ("day", "day and hour")
    )
    day = spreads[0] * autoregressive(by_day, (days,), campaign.day_correlation)
    return day[:, None] + spreads[1] * by_hour.standard_normal((days, 24))


def shocked(chance: np.ndarray, shock: np.ndarray) -> np.ndarray:
    """Return chances with a shock added to their logit.

    Examples
    --------
    >>> float(shocked(np.array([0.5]), np.array([np.log(3)]))[0].round(4))
    0.75
    """
    odds = chance * np.exp(shock)
    return odds / (1 - chance + odds)


def learnt(scenario: Scenario, days: int) -> np.ndarray:
    """Return what each agent has learnt by each working day, on the logit of success, (days, agents)."""
    share = 1 - np.exp(-np.arange(days) / scenario.learning_days)
    learners = scenario.agents if scenario.learners is None else scenario.learners
    learns = np.array([agent in learners for agent in scenario.agents], dtype=float)
    return scenario.learning * np.outer(share, learns)


def staying(campaign: Campaign, calendar: WorkCalendar) -> np.ndarray:
    """Return the share of the dials due on each working day that is placed on it, (days,)."""
    volume = np.asarray(campaign.volume_by_weekday)[calendar.weekday]
    return volume / volume.max() if volume.any() else np.ones(len(volume))


def put_off(day: np.ndarray, u: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Return the day each dial is placed on, by uniform numbers; len(stays) and more if none is left.

    Examples
    --------
    >>> put_off(np.array([0, 0, 1]), np.array([0.4, 0.6, 0.9]), np.array([0.5, 1.0])).tolist()
    [0, 1, 1]
    """
    day, u = day.copy(), u.copy()
    known = np.append(stays, 1.0)
    moving = np.arange(len(day))
    while len(moving):
        stay = known[np.minimum(day[moving], len(stays))]
        off = u[moving] >= stay
        moving, stay = moving[off], stay[off]
        u[moving] = (u[moving] - stay) / (1 - stay)
        day[moving] += 1
    return day


def put_off_on_average(dials: np.ndarray, stays: np.ndarray) -> np.ndarray:
    """Return the expected dials placed on each day, from those due on it, (days,)."""
    placed, waiting = np.zeros(len(dials)), 0.0
    for day, stay in enumerate(stays):
        due = dials[day] + waiting
        placed[day] = due * stay
        waiting = due - placed[day]
    return placed


def expected_issues(scenario: Scenario, queue: Queue, calendar: WorkCalendar) -> np.ndarray:
    """Return the expected new issues of a queue by working day and hour, (days, 24)."""
    days = len(calendar)
    share = np.asarray(queue.by_hour) / sum(queue.by_hour)
    issues = queue.calls * share * np.asarray(queue.by_weekday)[calendar.weekday][:, None]
    waves = stream(scenario.seed, "waves of days", queue.queue_id)
    issues = issues * _factors(autoregressive(waves, (days,), queue.day_correlation), queue.day_sd)[:, None]
    waves = stream(scenario.seed, "waves of hours", queue.queue_id)
    hours = autoregressive(waves, (24, days), queue.hour_correlation).T
    return issues * _factors(hours, queue.hour_sd)


def _factors(normal: np.ndarray, spread: float) -> np.ndarray:
    """Return lognormal factors with mean 1."""
    return np.exp(spread * normal - spread**2 / 2)
