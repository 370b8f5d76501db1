"""Whom to coach on what: what an agent's gap is worth, and the step of the work it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.agents.figures import AgentFigures, Standing, standing
from callstats.answers.agents.sums import strata_keys
from callstats.answers.core.estimates import NAN, estimates_by
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Condition, Ratio, Share, Sum, linear
from callstats.kpis.parts import REVENUE, SUCCESSES
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.dataset import Dataset

SUCCESS_PER_ARGUED = KPI(
    name="success_per_argued_call",
    label={
        "en": "Success on argued calls",
        "fr": "Succès sur appels argumentés",
        "ru": "Успех аргументированных звонков",
    },
    question="What share of the calls in which the offer was heard ended in a success?",
    formula=Share(rows.SUCCESSES, rows.ARGUED),
    unit="%",
    direction="up",
    domain="conversion",
    independence="contact",
    source="",
)
#: How sure a step has to lie on the finding's side before it is named.
SURE = 0.9
#: What an agent does with the hour beside talking, and what it is called.
TIMES = {
    "pause_share": mark("pauses"),
    "wrap_share": mark("wrap-up"),
    "wait_share": mark("waiting"),
}


@dataclass(frozen=True, slots=True)
class Worth:
    """What it would bring in a month if an agent did as everybody on the same calls.

    ``amount`` counts events of the KPI (successes), or hours where the KPI adds up
    time; ``money`` is nan where events are no successes or have no value. All of
    them are negative where the agent brings more than the others.
    """

    unit: str
    amount: float
    low: float
    high: float
    money: float = NAN
    money_low: float = NAN
    money_high: float = NAN


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the work: the agent's shrunken ratio to everybody on the same calls.

    ``chance`` is the probability that the true ratio lies on the side of the
    estimate.
    """

    kpi: KPI
    ratio: float
    low: float
    high: float
    chance: float


def counts_successes(kpi: KPI) -> bool:
    """Tell whether a KPI's numerator counts successes.

    Examples
    --------
    >>> counts_successes(get("conversion_per_dial")), counts_successes(get("argued_rate"))
    (True, False)
    """
    won = Condition("success", "==", True)
    terms = kpi.formula.numerator if isinstance(kpi.formula, Ratio) else ()
    return bool(terms) and all(won in term.where.conditions for term, _ in terms)


def adds_up_time(kpi: KPI) -> bool:
    """Tell whether a KPI's numerator adds up seconds.

    Examples
    --------
    >>> adds_up_time(get("average_handle_time")), adds_up_time(get("answer_rate"))
    (True, False)
    """
    terms = kpi.formula.numerator if isinstance(kpi.formula, Ratio) else ()
    return kpi.unit == "s" and all(isinstance(term, Sum) for term, _ in terms)


def value_per_success(dataset: Dataset) -> float:
    """Return what a success brings on average, nan where the data do not say."""
    from callstats.engine import totals

    if not dataset.has("calls", "success", "value", "direction"):
        return NAN
    value, count = linear(REVENUE).weighted[0][0], SUCCESSES.weighted[0][0]
    sums = totals(dataset, [value, count]).iloc[0]
    won = float(sums[count.key])
    return float(sums[value.key]) / won if won > 0 else NAN


def worth(found: Standing, one: AgentFigures, i: int, months: float, per_success: float) -> Worth | None:
    """Return what the gap of the agent at position ``i`` is worth a month; None where nothing can be said.

    Parameters
    ----------
    found : Standing
    one : AgentFigures
    i : int
    months : float
        How many months the data cover.
    per_success : float
        In money.
    """
    kpi, mix = found.kpi, found.mix
    time = adds_up_time(kpi)
    if not one.known or not months > 0 or not (time or kpi.direction in ("up", "down")):
        return None
    side = 1.0 if kpi.direction == "up" else -1.0
    expected = float(mix.expected[i] * mix.trials[i] / mix.shared[i]) / months
    scale = expected / 3600 if time else expected
    gap = [side * (1 - ratio) * scale for ratio in (one.shrunken, one.shrunken_low, one.shrunken_high)]
    low, high = sorted(gap[1:])
    if not counts_successes(kpi):
        return Worth("h" if time else "n", gap[0], low, high)
    return Worth("n", gap[0], low, high, *(amount * per_success for amount in (gap[0], low, high)))


def steps_of(kpi: KPI) -> tuple[KPI, ...]:
    """Return the steps that a KPI of successes is the product of, as far as they are the agent's.

    Examples
    --------
    >>> [step.name for step in steps_of(get("successes_per_login_hour"))]
    ['handled_per_agent_hour', 'argued_rate', 'success_per_argued_call']
    """
    if not counts_successes(kpi):
        return ()
    talk = (get("argued_rate"), SUCCESS_PER_ARGUED)
    if kpi.unit == "1/h":
        return (get("handled_per_agent_hour"), *talk)
    return talk if kpi.name in ("conversion_per_conversation", "conversion_per_dial") else ()


def standings(
    dataset: Dataset, kpi: KPI, adjust: Sequence[str], *, confidence: float, relevant: float
) -> tuple[Standing, ...]:
    """Return how agents stand on every step of a KPI that the data tell."""
    from callstats.engine import obstacle

    made = []
    for step in steps_of(kpi):
        if obstacle(dataset, step, ["agent_id"]) is None:
            keys, _ = strata_keys(dataset, step, adjust)
            found = standing(dataset, step, keys, confidence=confidence, relevant=relevant, ranks=False)
            made.append(found)
    return tuple(made)


def main_step(steps: Sequence[Standing], agent: str, below: bool) -> Step | None:
    """Return the step that does most for a finding, None where none lies surely on its side."""
    found = [step for standing in steps if (step := _step(standing, agent)) is not None]
    same = [step for step in found if (step.ratio < 1) == below and step.chance >= SURE]
    return max(same, key=lambda step: abs(np.log(max(step.ratio, 1e-9))), default=None)


def _step(found: Standing, agent: str) -> Step | None:
    i, j = found.mix.position.get(agent), found.judgement
    if i is None or not j.compared[i]:
        return None
    ratio, above = float(j.shrunken[i]), float(j.above[i])
    chance = above if ratio > 1 else 1 - above
    return Step(found.kpi, ratio, float(j.shrunken_low[i]), float(j.shrunken_high[i]), chance)


def time_gaps(dataset: Dataset) -> Callable[[str], Mapping[str, float]]:
    """Return what tells by how much an agent's shares of login time differ from everybody's [fraction].

    Shares that the data do not give are left out; so is everything without agent time.
    """
    from callstats.engine import obstacle

    names = [name for name in TIMES if obstacle(dataset, get(name), ["agent_id"]) is None]
    if not names:
        return lambda _agent: {}
    groups = estimates_by(dataset, names, ["agent_id"])
    sums = {
        name: np.nansum([(g[name].numerator, g[name].denominator) for g in groups.values()], axis=0)
        for name in names
    }
    team = {name: float(part / whole) for name, (part, whole) in sums.items() if whole > 0}
    by_agent = {
        str(key[0]): {name: group[name].value - team[name] for name in team if group[name].known}
        for key, group in groups.items()
        if key[0] is not None
    }
    return lambda agent: by_agent.get(agent, {})
