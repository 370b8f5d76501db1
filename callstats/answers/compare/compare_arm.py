"""One group against the control: its numbers, or why it is not compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isnan, nan
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.compare_design import ComparisonDesign
from callstats.answers.compare.compare_gates import GateFinding
from callstats.answers.compare.compare_pairs import Pairs, TestedPair
from callstats.answers.compare.compare_tests import (
    UNKNOWN,
    MonthlyVolume,
    Range,
    Shares,
    Terms,
    still_missing,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Caution:
    """An obstacle to a comparison, in words.

    Attributes
    ----------
    gate : str
        Which gate found it; see :class:`~callstats.answers.compare.compare_gates.GateFinding`.
    text : str
        What was found, as a sentence without its final stop.
    hint : str
        What to do, in sentences.
    arm : str
        The arm concerned, as shown; empty for all.
    refuses : bool
        The arm is not compared.
    """

    gate: str
    text: str
    hint: str = ""
    arm: str = ""
    refuses: bool = False

    def __str__(self) -> str:
        return f"{self.text}. {self.hint}".strip()


@dataclass(frozen=True)
class ComparedArm(Answer):
    """An arm against the control; nan if it is not compared, and ``note`` says why.

    Attributes
    ----------
    voice : Voice
    kpi : KPI
    control, arm : object
        Values of the column that defines the groups.
    design : ComparisonDesign
    terms : Terms
        The terms of the comparison.
    value, control_value : float
        The compared values, in the KPI's unit; averaged over strata, if any.
    estimate, low, high : float
        The difference, arm minus control, with its interval.
    lift, lift_low, lift_high : float
        The same relative to the control; nan over a control at or below 0.
    p_value, p_adjusted : float
        For no difference; and corrected for the number of arms.
    claim_low, claim_high, claim_confidence : float
        The interval at the level of this arm's claim among all: it excludes 0
        exactly when ``p_adjusted`` is below 1 - confidence.
    p_margin : float
        For the margin set beforehand; nan without one.
    standard_error, degrees_of_freedom, design_effect : float
        The design effect is the variance divided by that of independent rows.
    n, control_n : int
        Independent units of the arm and of the control.
    successes, money : tuple of float
        The monthly value, with its interval, if the control's volume performed like the arm's.
    volume : float
        That volume in a month, in what the KPI divides by; nan if it is not known.
    month_days : float
        Working days of that month.
    missing : float or None
        How many more units would show whether the difference exceeds the margin.
    statistic : str
        The name of the statistical method.
    independent : bool
        Whether the units are uncorrelated trials.
    strata : tuple of str
        What the arms are compared within.
    reason : str
        Why the statistics give no interval or lift, if so.
    refusal : GateFinding or None
        Why the arm is not compared.
    """

    voice: Voice
    kpi: KPI
    control: object
    arm: object
    design: ComparisonDesign
    terms: Terms
    value: float = nan
    control_value: float = nan
    estimate: float = nan
    low: float = nan
    high: float = nan
    lift: float = nan
    lift_low: float = nan
    lift_high: float = nan
    p_value: float = nan
    p_adjusted: float = nan
    claim_low: float = nan
    claim_high: float = nan
    claim_confidence: float = nan
    p_margin: float = nan
    standard_error: float = nan
    degrees_of_freedom: float = nan
    design_effect: float = nan
    n: int = 0
    control_n: int = 0
    successes: Range = UNKNOWN
    money: Range = UNKNOWN
    volume: float = nan
    month_days: float = nan
    missing: float | None = None
    statistic: str = ""
    independent: bool = False
    strata: tuple[str, ...] = ()
    reason: str = ""
    refusal: GateFinding | None = None

    @property
    def label(self) -> str:
        """The arm's label."""
        return self.voice.label(self.arm)

    @property
    def compared(self) -> bool:
        """Whether there is an interval."""
        return not isnan(self.low)

    @property
    def certain(self) -> bool:
        """Whether the claim's interval excludes zero."""
        return self.claim_low > 0 or self.claim_high < 0

    @property
    def caution(self) -> Caution | None:
        """Why the arm is not compared, in words and with what to do; None if it is."""
        return None if self.refusal is None else self.telling.caution(self.refusal)

    @property
    def method(self) -> str:
        """How the arm was compared, in words; empty if it was not."""
        return "" if self.refusal else self.telling.method()

    @property
    def note(self) -> str:
        """Why there is no interval or no lift; empty if there are both."""
        caution = self.caution
        return self.reason if caution is None else caution.text

    def to_frame(self) -> pd.DataFrame:
        """Return every number in one row, unrounded; values of ``%`` are fractions."""
        import pandas as pd

        return pd.DataFrame([self.record()])

    def record(self) -> dict[str, Any]:
        """Return every number by name, and the accompanying words."""
        return {
            "control": self.control,
            "kpi": self.kpi.name,
            "value": self.value,
            "control_value": self.control_value,
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "lift": self.lift,
            "lift_low": self.lift_low,
            "lift_high": self.lift_high,
            "p_value": self.p_value,
            "p_adjusted": self.p_adjusted,
            "claim_low": self.claim_low,
            "claim_high": self.claim_high,
            "p_margin": self.p_margin,
            "standard_error": self.standard_error,
            "df": self.degrees_of_freedom,
            "design_effect": self.design_effect,
            "n": self.n,
            "control_n": self.control_n,
            **_spread("successes_month", self.successes),
            **_spread("money_month", self.money),
            "volume_month": self.volume,
            "method": self.method,
            "verdict": self.sentences[0].text,
            "note": self.note,
        }


def _spread(name: str, amount: Range) -> dict[str, float]:
    return {name: amount[0], f"{name}_low": amount[1], f"{name}_high": amount[2]}


def tested_arm(
    blank: ComparedArm, pairs: Pairs, pair: TestedPair, volume: MonthlyVolume, p: float, level: float
) -> ComparedArm:
    """Return the row of a tested arm; ``level`` is the confidence of its claim."""
    terms, difference = blank.terms, pair.difference
    claim = pair.test.difference(level, terms.alternative)
    lift = pair.test.lift(terms.confidence, terms.alternative)
    value, control_value = pair.test.values
    own, control = pairs.own(pair.arm), pairs.own(pairs.control)
    worth = volume.worth(pairs.kpi, difference, control.sums.get("denominator", 0.0))
    independent = isinstance(pair.test, Shares)
    return replace(
        blank,
        arm=pair.arm,
        value=value,
        control_value=control_value,
        estimate=float(difference.estimate),
        low=float(difference.low),
        high=float(difference.high),
        lift=float(lift.estimate),
        lift_low=float(lift.low),
        lift_high=float(lift.high),
        p_value=float(difference.p_value),
        p_adjusted=p,
        claim_low=float(claim.low),
        claim_high=float(claim.high),
        claim_confidence=level,
        p_margin=terms.p_margin(pair.test),
        standard_error=difference.standard_error,
        degrees_of_freedom=difference.degrees_of_freedom,
        design_effect=1.0 if independent else difference.design_effect,
        n=own.n,
        control_n=control.n,
        missing=still_missing(claim, own.n + control.n, terms),
        successes=worth.successes,
        money=worth.money,
        volume=worth.volume,
        month_days=volume.days,
        statistic=difference.method,
        independent=independent,
        strata=pair.strata,
        reason="; ".join(dict.fromkeys(reason for reason in (difference.reason, lift.reason) if reason)),
    )
