"""One row of a comparison: an arm against the control, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

from callstats.answers.compare.comparing.pair_tests import PairTest
from callstats.answers.compare.comparing.worth import UNSAID, Range
from callstats.answers.core.voice import Voice
from callstats.kpis.define import KPI
from callstats.show.display import Sentence
from callstats.show.verdicts import difference, not_comparable
from callstats.stats import Comparison, adjust

_NOTHING = Sentence("")
#: How claims may be corrected for their number.
ADJUSTMENTS = ("holm", "benjamini-hochberg", "bonferroni", "none")


@dataclass(frozen=True, slots=True)
class ComparedArm:
    """An arm against the control; nan where it is not compared, and then ``note`` says why.

    Attributes
    ----------
    arm, label : object, str
        The value of the column, and what it is called.
    value, control_value : float
        What was compared, in the KPI's unit; averages over strata where there are any.
    estimate, low, high : float
        The difference, arm less control, with its interval.
    lift, lift_low, lift_high : float
        The same relative to the control; nan over a control at or below 0.
    p_value, p_adjusted : float
        Of no difference; corrected for the number of arms.
    claim_low, claim_high, claim_confidence : float
        The interval at the level this arm's claim is held to among all: it excludes
        0 exactly where ``p_adjusted`` is below 1 - confidence.
    p_margin : float
        Of the margin set beforehand; nan without one.
    standard_error, degrees_of_freedom, design_effect : float
        The design effect is the variance over that of independent rows.
    n, control_n : int
        Independent units of the arm and of the control.
    successes, money : tuple of float
        What it means a month, with its interval, if the control's volume went as the arm's.
    method : str
        In words.
    verdict : Sentence
    note : str
    """

    arm: object
    label: str
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
    successes: Range = UNSAID
    money: Range = UNSAID
    method: str = ""
    verdict: Sentence = _NOTHING
    note: str = ""

    @property
    def compared(self) -> bool:
        """Whether there is an interval."""
        return not isnan(self.low)

    @property
    def certain(self) -> bool:
        """Whether the claim's interval excludes no difference."""
        return self.claim_low > 0 or self.claim_high < 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What a comparison is held to: confidence, side, correction, margins."""

    confidence: float
    alternative: str
    adjust: str
    margin: float | None
    equivalence: float | None
    direction: str

    def p_margin(self, test: PairTest) -> float:
        """Return the p-value of the margin: that the arm is worse by more, or not within it on both sides.

        A margin for equivalence is tested on both sides, and the larger of the two
        p-values counts [1]_.

        References
        ----------
        .. [1] Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and
           the power approach. Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.
        """
        level, most = self.confidence, self.equivalence if self.margin is None else self.margin
        if most is None:
            return nan
        above = test.difference(level, "greater", -most).p_value
        below = test.difference(level, "less", most).p_value
        if self.equivalence is not None:
            return max(above, below)
        return above if self.direction == "up" else below


def claims(tests: Sequence[Comparison], how: str, alpha: float) -> tuple[list[float], list[float]]:
    """Return adjusted p-values, and the confidence at which each interval says the same.

    Holm's step-down gives the k-th smallest of m p-values the level alpha / (m - k + 1)
    as long as all before it are rejected, and that of the first failure from then on;
    Benjamini and Hochberg's intervals are those of Benjamini and Yekutieli [1]_.

    Parameters
    ----------
    tests : sequence of Comparison
    how : str
        One of `ADJUSTMENTS`.
    alpha : float

    References
    ----------
    .. [1] Benjamini Y, Yekutieli D (2005). False discovery rate-adjusted multiple
       confidence intervals for selected parameters. JASA 100:71-81.

    Examples
    --------
    >>> made = [Comparison(0, 0, 0, p, "", 0.95) for p in (0.01, 0.04, 0.5)]
    >>> p, level = claims(made, "holm", 0.05)
    >>> [round(x, 3) for x in p], [round(x, 4) for x in level]
    ([0.03, 0.08, 0.5], [0.9833, 0.975, 0.975])
    """
    p = [test.p_value for test in tests]
    known = sorted((value, i) for i, value in enumerate(p) if not isnan(value))
    size = len(known)
    adjusted = p if how == "none" else adjust(p, method=how).tolist()
    shares = [1.0] * len(p)
    if how == "bonferroni":
        shares = [1 / max(size, 1)] * len(p)
    elif how == "holm":
        open_still = True
        share = 1.0
        for rank, (value, i) in enumerate(known):
            share = 1 / (size - rank) if open_still else share
            open_still = open_still and value < alpha * share
            shares[i] = share
    elif how == "benjamini-hochberg":
        found = sum(value < alpha for value in adjusted if not isnan(value))
        for rank, (_, i) in enumerate(known):
            shares[i] = (found if rank < found else found + 1) / size
    return adjusted, [1 - alpha * share for share in shares]


def verdict_of(
    kpi: KPI, voice: Voice, names: tuple[str, str], claim: Comparison, terms: Terms, missing: float | None
) -> Sentence:
    """Return what the interval of a claim allows to say."""
    label, (name, control) = kpi.label[voice.language], names
    said = {
        "estimate": claim.estimate,
        "low": claim.low,
        "high": claim.high,
        "unit": kpi.unit,
        "direction": kpi.direction,
    }
    if terms.margin is not None and not _excludes_zero(claim):
        not_worse = claim.low > -terms.margin if kpi.direction == "up" else claim.high < terms.margin
        if not_worse:
            return Sentence(
                voice.say(
                    "{kpi}: {name} is not worse than {control} by more than {margin} ({interval}).",
                    kpi=label,
                    name=name,
                    control=control,
                    margin=voice.form.change(terms.margin, kpi.unit).removeprefix("+"),
                    interval=voice.form.interval(
                        claim.low, claim.high, kpi.unit, change=True, value=claim.estimate
                    ),
                )
            )
    return difference(
        label,
        name,
        control,
        voice.form,
        **said,
        margin=terms.equivalence,
        missing=missing,
        missing_kind=kpi.independence if kpi.independence in _MISSING else "call",
    )


_MISSING = ("contact", "agent", "agent_day", "respondent", "call", "day")


def _excludes_zero(claim: Comparison) -> bool:
    return claim.low > 0 or claim.high < 0


def still_missing(claim: Comparison, units: int, terms: Terms) -> float | None:
    """Return how many more units bring the interval's half-width down to the margin.

    None without a margin, and where the interval already tells.

    Examples
    --------
    >>> terms = Terms(0.95, "two-sided", "holm", None, 0.01, "up")
    >>> still_missing(Comparison(0.0, -0.02, 0.02, 1.0, "", 0.95), 1000, terms)
    3000.0
    """
    most = terms.equivalence if terms.margin is None else terms.margin
    half = (claim.high - claim.low) / 2
    if most is None or not most < half < float("inf") or _excludes_zero(claim):
        return None
    return units * ((half / most) ** 2 - 1)


def refused(kpi: KPI, voice: Voice, arm: object, control: str, why: str) -> ComparedArm:
    """Return the row of an arm that is not compared."""
    label, name = kpi.label[voice.language], voice.label(arm)
    return ComparedArm(arm, name, verdict=not_comparable(label, name, control, why, voice.form), note=why)
