"""The question of a calibration: a situation with known truth, and the methods tested in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from callstats.stats import Comparison, Interval

Kind = Literal["obvious", "default", "offered"]
Measure = Literal["false alarms", "coverage", "power"]

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class MethodAnswer:
    """A method's answer on one sample.

    Attributes
    ----------
    p_value, low, high : float
        Of its test, and its interval; nan where it has none.
    share : float
        If one sample is many questions (forty agents), the share of them with the
        measured outcome, in place of the other three.
    """

    p_value: float = NAN
    low: float = NAN
    high: float = NAN
    share: float = NAN


def answer(found: Comparison | Interval) -> MethodAnswer:
    """Return the part of a result that is scored.

    Examples
    --------
    >>> from callstats.stats import proportion_interval
    >>> answer(proportion_interval(0, 10)).low
    0.0
    """
    return MethodAnswer(getattr(found, "p_value", NAN), float(found.low), float(found.high))


@dataclass(frozen=True, slots=True)
class CheckedMethod:
    """One way to answer a situation's question.

    Attributes
    ----------
    name : str
    kind : str
        "obvious" (what people do), "default" (what callstats does) or "offered".
    ask : callable
        Sample -> MethodAnswer; a module-level function, so that it can be pickled.
    conservative : str
        Why the method is conservative by design; empty if it is not.
    """

    name: str
    kind: Kind
    ask: Callable[[Any], MethodAnswer]
    conservative: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """A question with a known true answer, asked on many simulated samples.

    Attributes
    ----------
    name : str
        Situations with the same name form one question: without an effect, and with one.
    question : str
        What the analyst asks.
    drawn : str
        How the samples are drawn.
    draw : callable
        Seed -> sample.
    methods : tuple of CheckedMethod
    measures : tuple of str
        "false alarms" (p under `alpha` without an effect), "coverage" (of `truth` by
        the interval), "power" (p under `alpha` with an effect).
    truth : float
        What the interval should cover.
    alpha : float
        Type I error of the test.
    level : float, optional
        What the rate should be, if neither `alpha` nor the confidence.

    Examples
    --------
    >>> from callstats.calibrate import SITUATIONS
    >>> sorted({s.measures for s in SITUATIONS if s.name == "same contact dialled 4 times"})
    [('false alarms',), ('power', 'coverage')]
    """

    name: str
    question: str
    drawn: str
    draw: Callable[[int], Any]
    methods: tuple[CheckedMethod, ...]
    measures: tuple[Measure, ...] = ("false alarms",)
    truth: float = 0.0
    alpha: float = 0.05
    level: float | None = None

    def nominal(self, measure: Measure) -> float:
        """Return what a rate should be; nan for power that is not promised."""
        if self.level is not None:
            return self.level
        return {"false alarms": self.alpha, "coverage": 1 - self.alpha, "power": NAN}[measure]

    def score(self, found: MethodAnswer, measure: Measure) -> float:
        """Return 1 if an answer has the measured outcome, 0 if not, nan if there was none."""
        if not math.isnan(found.share):
            return found.share
        if measure == "coverage":
            unknown = math.isnan(found.low) or math.isnan(found.high)
            return NAN if unknown else float(found.low <= self.truth <= found.high)
        return NAN if math.isnan(found.p_value) else float(found.p_value < self.alpha)
