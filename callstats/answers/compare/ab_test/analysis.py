"""A list test: by assignment, at a fixed horizon, with intervals that allow for looking."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.compare.ab_test.arms import agents_compared, arm_intervals, compared, count
from callstats.answers.compare.ab_test.assignment import find_arms
from callstats.answers.compare.ab_test.decision import decide, planned_contacts
from callstats.answers.compare.ab_test.guardrails import Asked
from callstats.answers.compare.ab_test.guardrails import guardrails as guarded
from callstats.answers.compare.ab_test.horizon import Trial, follow
from callstats.answers.compare.ab_test.looks import Tuning, basis_of, looks
from callstats.answers.compare.ab_test.money import money
from callstats.answers.compare.ab_test.monitoring import Monitoring, evidence
from callstats.answers.compare.ab_test.prices import prices
from callstats.answers.compare.ab_test.primary import PRIMARIES, Primary
from callstats.answers.compare.ab_test.reach import reach
from callstats.answers.compare.ab_test.result import ABTest
from callstats.answers.compare.ab_test.split import Split, split
from callstats.answers.compare.plan import Plan, solve
from callstats.answers.compare.plan_numbers import Design
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError, unknown_name
from callstats.kpis import get

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.kpis.define import KPI

__all__ = ["ABTest", "ab_test"]


@dataclass(frozen=True)
class _Asked:
    """What was asked of a test, checked."""

    horizon_days: int
    margin: float
    effect: float | None
    baseline: float
    planned: int | None
    looks: int | Sequence[float] | None
    confidence: float
    clustered: bool
    reached: bool


def ab_test(  # noqa: PLR0913 - all but four by keyword
    dataset: Dataset,
    arm: str = "list_id",
    control: Any = None,
    treatment: Any = None,
    *,
    # what is asked
    primary: str = "conversion_per_lead",
    guardrails: Asked | None = None,
    horizon_days: int = 14,
    margin: float | None = None,
    # what was planned
    expected: Sequence[float] | None = None,
    effect: float | None = None,
    baseline: float | None = None,
    planned_contacts: int | None = None,
    planned_looks: int | Sequence[float] | None = None,
    # how it is computed
    cluster: str = "contact",
    confidence: float | None = None,
    cost_per_hour: float | None = None,
) -> ABTest:
    """Test one list (or other arm) against another, by assignment.

    Every contact loaded counts for its arm, dialled or not, with what became of it
    within ``horizon_days`` of its loading; contacts whose horizon is not over by the
    last day of the data wait. A contact in both arms is left out. Without a time of
    loading a contact is followed from its first dial; without a table of contacts
    only those dialled are known. Both are said.

    Parameters
    ----------
    dataset : Dataset
        With contacts (contact_id, the arm, loaded_at) and calls (contact_id, success,
        local_started_at, since_loaded_s); value, talk_s, costs and agent_time for money.
        Narrowed to a period, only contacts loaded within it count.
    arm : str
        What contacts were assigned by: list_id, or an attribute of the contact.
    control, treatment : value of the arm
        Without a treatment, the only other value.
    primary : str
        "conversion_per_lead" (of contacts loaded) or "conversion_per_contact" (of
        contacts reached).
    guardrails : names or KPIs, or mapping of name to margin, optional
        What must not get worse; the usual ones where left out, none for ``()``.
    horizon_days : int
        Whole days each contact is followed.
    margin : float, optional
        Largest loss of the primary figure that does not matter, as a fraction.
    expected : two numbers, optional
        Planned parts of control and treatment. Where left out, lists have no plan and
        other arms are even.
    effect : float, optional
        Smallest difference that matters, as a fraction: sets the planned contacts.
    baseline : float, optional
        Conversion expected beforehand, for planning; that of both arms together where left out.
    planned_contacts : int, optional
        Of both arms together; by ``effect``, otherwise all that were loaded.
    planned_looks : int or sequence of float, optional
        Looks planned beforehand, equally spaced or by their share of the planned contacts.
        Where left out one may look every day.
    cluster : str
        "contact", or "agent" for a difference that is to hold for other agents too.
    confidence : float, optional
        Of the intervals; the project's where left out.
    cost_per_hour : float, optional
        Of a paid hour; labour over paid hours where left out.

    Returns
    -------
    ABTest
        ``.verdict``, ``.warnings``, ``.to_frame()`` and the parts ``.split``,
        ``.primary``, ``.guardrails``, ``.reach``, ``.monitoring``, ``.money`` and ``.power``,
        each of which shows itself.

    Raises
    ------
    UsageError
        The arms cannot be told apart, an arm has no contact, or a name is unknown.

    Notes
    -----
    Difference by Miettinen and Nurminen, one row a contact [1]_. Daily looks:
    asymptotic confidence sequence over contacts in the order in which their horizon
    ends [2]_; where each arm was loaded on one day, over their conversions. Planned
    looks: Lan and DeMets' bounds [3]_. Guardrails: Holm. Money: contacts independent;
    hours: agent-days. Chance and loss: normal approximation under a flat prior.

    References
    ----------
    .. [1] Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    .. [2] Waudby-Smith I et al. (2024). Time-uniform central limit theory and
       asymptotic confidence sequences. Annals of Statistics 52:2613-2640.
    .. [3] Lan KKG, DeMets DL (1983). Discrete sequential boundaries for clinical
       trials. Biometrika 70:659-663.

    Examples
    --------
    Two equal lists of a simulated dialer:

    >>> import callstats as cs
    >>> from callstats.simulate import Scenario, simulate
    >>> ds = cs.open(simulate(Scenario.small(seed=2, contacts=300)).tables)
    >>> test = ab_test(ds, arm="list_id", control="A", horizon_days=14, guardrails=())
    >>> test.status.kind, test.status.completed, test.split.broken
    ('final', 600, '')
    >>> test.status.low < 0 < test.status.high
    True
    """
    if primary not in PRIMARIES:
        raise unknown_name("primary figure", primary, PRIMARIES)
    if cluster not in ("contact", "agent"):
        raise unknown_name("kind of cluster", cluster, ("contact", "agent"))
    if control is None:
        raise UsageError("no control was named", hint='Name the arm to compare with: control="A".')
    arms = find_arms(dataset, arm, control, treatment)
    asked = _Asked(
        horizon_days,
        abs(margin or 0.0),
        effect,
        NAN if baseline is None else float(baseline),
        planned_contacts,
        planned_looks,
        dataset.config.confidence if confidence is None else float(confidence),
        cluster == "agent",
        PRIMARIES[primary],
    )
    trial = follow(dataset, arms, horizon_days)
    _check_known(trial, dataset)
    trial, planned = _as_planned(dataset, trial, asked, expected)
    voice = Voice.of(dataset)
    names = (voice.label(arms.control), voice.label(arms.treatment))
    dealt = split(trial, voice, names, expected)
    first, daily = _primary(trial, dealt, get(primary), asked, _tuning(trial, asked, planned, expected))
    shown = {"confidence": asked.confidence, "broken": dealt.broken}
    worth = money(
        trial,
        voice,
        names,
        prices(dataset, arm, cost_per_hour),
        tolerance=dataset.config.unknown_tolerance,
        final=first.decision.kind == "final",
        **shown,
    )
    return ABTest(
        voice,
        names,
        dealt,
        first,
        guarded(dataset, arms, voice, names, guardrails, **shown),
        reach(trial, voice, names),
        daily,
        worth,
        _power(first, voice, asked),
    )


def _check_known(trial: Trial, dataset: Dataset) -> None:
    if trial.unknown > dataset.config.unknown_tolerance:
        raise UsageError(
            f"success is unknown on {trial.unknown:.0%} of the dials within the horizon",
            hint="Say in the mapping file what every outcome code means.",
        )


def _tuning(trial: Trial, asked: _Asked, planned: int, expected: Sequence[float] | None) -> Tuning:
    parts = expected if expected is not None else trial.sizes(trial.contacts)
    share = float(parts[1]) / max(float(sum(parts)), 1.0)
    return Tuning(planned, asked.baseline, 1.0, asked.confidence, share, asked.margin)


def _as_planned(
    dataset: Dataset, trial: Trial, asked: _Asked, expected: Sequence[float] | None
) -> tuple[Trial, int]:
    """Return the trial up to the day on which the planned contacts are loaded, and their number.

    A test planned for so many contacts is read when they are followed: to go on
    counting would be to look again until something is seen.
    """
    tuning = _tuning(trial, asked, 0, expected)
    if asked.clustered and asked.effect:
        by_agent = agents_compared(trial, asked.reached, asked.confidence)
        tuning = replace(tuning, design_effect=max(by_agent[0].design_effect, 1.0) if by_agent else 1.0)
    planned = planned_contacts(trial, count(trial, asked.reached), asked.planned, asked.effect, tuning)
    start = np.sort(trial.done["start"].to_numpy())
    if planned >= len(start) or start[planned - 1] == trial.contacts["start"].max():
        return trial, planned
    return follow(dataset, trial.arms, asked.horizon_days, int(start[planned - 1])), planned


def _primary(
    trial: Trial, dealt: Split, kpi: KPI, asked: _Asked, tuning: Tuning
) -> tuple[Primary, Monitoring]:
    """Return the primary figure and its monitoring, which share one decision."""
    voice, names = dealt.voice, dealt.names
    cells = count(trial, asked.reached)
    by_agent = agents_compared(trial, asked.reached, asked.confidence)
    clustered = asked.clustered or (dealt.nested and by_agent is not None)
    single, lift = compared(cells, by_agent, asked.confidence, clustered and cells.both)
    effect = by_agent[0].design_effect if by_agent is not None else NAN
    if clustered and effect > 1:
        tuning = replace(tuning, design_effect=effect)
    seen = looks(trial, asked.reached, tuning)
    decision = decide(trial, single, seen, tuning, int(tuning.planned), asked.looks)
    primary = Primary(
        voice,
        names,
        kpi,
        cells,
        arm_intervals(cells, asked.confidence),
        single,
        lift,
        decision,
        asked.margin,
        effect,
        clustered,
        dealt.broken,
        asked.confidence,
    )
    told = evidence(seen, tuning.share, asked.confidence)
    daily = Monitoring(
        voice, names, kpi, seen, basis_of(trial), decision, told, asked.horizon_days, asked.confidence
    )
    return primary, daily


def _power(first: Primary, voice: Voice, asked: _Asked) -> Plan | None:
    """Return what a test of this size could see; None without a conversion to plan from."""
    cells, design_effect = first.cells, 1.0
    if not cells.both:
        return None
    base = cells.control_events / cells.control_trials if math.isnan(asked.baseline) else asked.baseline
    if not 0 < base < 1:
        return None
    if first.clustered and first.design_effect > 1:
        design_effect = first.design_effect
    effect = NAN if asked.effect is None else asked.effect
    design = Design(
        base, effect, alpha=1 - asked.confidence, design_effect=design_effect, margin=asked.margin
    )
    return solve(design, int(cells.trials), voice, control_trials=int(cells.control_trials))
