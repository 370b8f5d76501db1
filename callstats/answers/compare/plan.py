"""Planning a test: how many contacts it needs, its power, and what it could detect."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.compare.plan_numbers import (
    Design,
    days_needed,
    detectable,
    observed_baseline,
    power_of,
    trials_needed,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.show.digits import unknown

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.kpis.define import KPI

__all__ = ["Plan", "plan", "plan_from", "solve"]


#: Sizes on the curve, as multiples of the plan's.
STEPS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)


@dataclass(frozen=True)
class Plan(Answer):
    """A planned test of two proportions.

    Attributes
    ----------
    design : Design
        Baseline, effect, error rates, design effect, allocation and margin.
    control_trials, trials : int
        Contacts of the control and of the treatment arm.
    power : float
        Probability of detecting the effect at that size; nan without an effect.
    detectable : float
        Smallest effect detectable at the requested power; with a margin, the
        smallest margin that could be shown to hold.
    days : float
        Until the last contact is loaded and followed; nan if unknown.
    solved : str
        What was requested: "size", "power" or "effect".
    source : str
        Where baseline and design effect come from; empty if they were given.
    """

    voice: Voice
    design: Design
    control_trials: int
    trials: int
    power: float
    detectable: float
    days: float
    solved: str
    contacts_per_day: float = NAN
    horizon_days: int = 0
    source: str = ""

    @property
    def total(self) -> int:
        """Contacts of both arms."""
        return self.control_trials + self.trials

    @property
    def lift(self) -> float:
        """The planned or smallest detectable effect, divided by the baseline."""
        effect = self.detectable if unknown(self.design.effect) else self.design.effect
        return effect / self.design.baseline if self.design.baseline else NAN

    def to_frame(self) -> pd.DataFrame:
        """Return the curve, including the plan as one row.

        Columns: control_trials, trials, total, days, detectable, lift, power.
        """
        import pandas as pd

        rows = [self._at(step) for step in STEPS]
        columns = ["control_trials", "trials", "total", "days", "detectable", "lift", "power"]
        return pd.DataFrame(rows, columns=columns)

    def _at(self, step: float) -> tuple[float, ...]:
        control = max(round(self.control_trials * step), 1)
        trials = max(round(self.trials * step), 1)
        effect = detectable(self.design, trials, control)
        lift = effect / self.design.baseline if self.design.baseline else NAN
        days = days_needed(control + trials, self.contacts_per_day, self.horizon_days)
        return control, trials, control + trials, days, effect, lift, power_of(self.design, trials, control)


def plan(
    baseline: float,
    effect: float | None = None,
    *,
    trials: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    design_effect: float = 1.0,
    allocation: float = 1.0,
    margin: float = 0.0,
    contacts_per_day: float | None = None,
    horizon_days: int = 0,
    language: str = "en",
) -> Plan:
    """Plan a test of two proportions, from the standard error the test itself uses.

    Given an effect, returns the size; given a size (``trials``) and an effect, the power;
    given a size alone, the smallest detectable effect.

    Parameters
    ----------
    baseline : float
        Proportion of the control, a fraction.
    effect : float, optional
        True difference, treatment minus control, as a fraction: 0.01 is one point.
        If omitted with a margin, 0.
    trials : int, optional
        Contacts of the treatment arm.
    power : float
        Probability of detecting the effect.
    alpha : float
        Two-sided type I error.
    design_effect : float
        Variance of correlated rows divided by that of independent ones; 1 for one row
        per contact.
    allocation : float
        Treatment contacts per control contact.
    margin : float
        Largest loss that does not matter: plans a non-inferiority test, using the
        relevant side of the two-sided interval.
    contacts_per_day : float, optional
        Contacts loaded per day into both arms together, to compute the days.
    horizon_days : int
        Days each contact is followed, added to the days.
    language : str
        Of the sentences.

    Returns
    -------
    Plan

    Raises
    ------
    UsageError
        Neither an effect, a margin nor a size is given, or a number is impossible.

    References
    ----------
    1. R Core Team. power.prop.test (stats).
    2. Farrington CP, Manning G (1990). Test statistics and sample size formulae
       for comparative binomial trials. Statistics in Medicine 9:1447-1454.

    Examples
    --------
    >>> planned = plan(baseline=0.05, effect=0.01, design_effect=1.4, contacts_per_day=600)
    >>> planned.trials, planned.total, planned.days
    (11421, 22842, 39.0)
    >>> round(plan(baseline=0.05, trials=2213).detectable, 4)
    0.02
    >>> round(plan(baseline=0.05, effect=0.01, trials=4000).power, 2)
    0.5
    """
    truth = (0.0 if margin else NAN) if effect is None else float(effect)
    design = Design(float(baseline), truth, power, alpha, design_effect, allocation, margin)
    return solve(
        design, trials, Voice(language), contacts_per_day=contacts_per_day, horizon_days=horizon_days
    )


def solve(
    design: Design,
    trials: int | None,
    voice: Voice,
    *,
    contacts_per_day: float | None = None,
    horizon_days: int = 0,
    source: str = "",
    control_trials: int | None = None,
) -> Plan:
    """Return the plan of a design, computing its size if none is given."""
    if contacts_per_day is not None and not contacts_per_day > 0:
        raise UsageError(f"{contacts_per_day!r} contacts a day", hint="Give a number above 0.")
    solved = "size"
    if trials is None:
        if unknown(design.effect):
            raise UsageError(
                "nothing to plan for",
                hint="Give effect= (0.01 is one point), or trials= for what they can see.",
            )
        control, treatment = trials_needed(design)
    else:
        treatment = int(trials)
        control = math.ceil(treatment / design.allocation) if control_trials is None else control_trials
        solved = "effect" if unknown(design.effect) else "power"
    if min(control, treatment) < 1:
        raise UsageError("both arms need contacts")
    rate = NAN if contacts_per_day is None else float(contacts_per_day)
    return Plan(
        voice,
        design,
        control,
        treatment,
        power_of(design, treatment, control),
        detectable(design, treatment, control),
        days_needed(control + treatment, rate, horizon_days),
        solved,
        rate,
        horizon_days,
        source,
    )


def plan_from(
    dataset: Dataset,
    kpi: str | KPI,
    effect: float | None = None,
    *,
    trials: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    allocation: float = 1.0,
    margin: float = 0.0,
    contacts_per_day: float | None = None,
    horizon_days: int = 0,
) -> Plan:
    """Plan a test from your own data: baseline and design effect are those of a KPI there.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to what the control will be like: last month, the old list.
    kpi : str or KPI
        A proportion of the catalogue; ``trials`` and sizes count what it divides by
        (handled calls for conversion_per_conversation).
    effect, trials, power, alpha, allocation, margin, horizon_days
        As for :func:`plan`.
    contacts_per_day : float, optional
        That of the data if omitted.

    Returns
    -------
    Plan

    Raises
    ------
    UsageError
        The KPI is not a proportion, or cannot be computed from the data.

    Examples
    --------
    >>> import callstats as cs, pandas as pd
    >>> calls = pd.DataFrame({
    ...     "call_id": [str(i) for i in range(400)], "contact_id": [str(i // 4) for i in range(400)],
    ...     "direction": "outbound", "handled": [i % 5 == 0 for i in range(400)],
    ... })
    >>> planned = plan_from(cs.open({"calls": calls}), "answer_rate", 0.05)
    >>> planned.design.baseline, round(planned.design.design_effect, 2), planned.trials
    (0.2, 0.25, 274)
    """
    observed = observed_baseline(dataset, kpi)
    truth = (0.0 if margin else NAN) if effect is None else float(effect)
    design = Design(observed.baseline, truth, power, alpha, observed.design_effect, allocation, margin)
    voice = Voice.of(dataset)
    rate = contacts_per_day if contacts_per_day is not None else observed.per_day
    source = f"{observed.kpi.label[voice.language]} ({voice.period(dataset.filters.period)})"
    per_day = None if unknown(rate) else rate
    return solve(design, trials, voice, contacts_per_day=per_day, horizon_days=horizon_days, source=source)
