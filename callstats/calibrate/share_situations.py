"""Situations with one outcome per contact: shares, their differences and ratios, plans and splits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.comparison_methods import z_test
from callstats.calibrate.situation import CheckedMethod, Kind, MethodAnswer, Situation, answer
from callstats.moments import Moments
from callstats.simulate.streams import stream
from callstats.stats import (
    adjust,
    adjusted_difference,
    proportion_difference,
    proportion_interval,
    proportion_ratio,
    ratio_difference,
    sample_ratio,
    sample_size,
)

Cells = tuple[float, float, float, float]


def cells(seed: int, shares: tuple[float, float], trials: tuple[int, int]) -> Cells:
    """Draw events and trials of the treatment, then of the control; shares and trials control first."""
    rng = stream(seed, "contacts won")
    control, treatment = rng.binomial(trials, shares)
    return float(treatment), float(trials[1]), float(control), float(trials[0])


def _difference(sample: Cells, method: str = "miettinen-nurminen") -> MethodAnswer:
    return answer(proportion_difference(*sample, method=method))


def _ratio(sample: Cells, method: str = "miettinen-nurminen") -> MethodAnswer:
    return answer(proportion_ratio(*sample, method=method))


def _not_worse(sample: Cells, method: str = "miettinen-nurminen", margin: float = -0.02) -> MethodAnswer:
    return answer(proportion_difference(*sample, method=method, margin=margin, alternative="greater"))


def _z(sample: Cells) -> MethodAnswer:
    return z_test(*sample)


def _difference_method(name: str, kind: Kind) -> CheckedMethod:
    return CheckedMethod(name.title(), kind, partial(_difference, method=name))


_QUESTION = "Does list B win more contacts?"
_MN = CheckedMethod("Miettinen-Nurminen", "default", _difference)
_WALD = CheckedMethod("Wald", "obvious", partial(_difference, method="wald"))
_OTHERS = (_difference_method("newcombe", "offered"), _difference_method("agresti-caffo", "offered"))
_RATIOS = (
    CheckedMethod("Wald on logarithms", "obvious", partial(_ratio, method="log")),
    CheckedMethod("Miettinen-Nurminen, ratio", "default", _ratio),
)
_TWO = (
    Situation(
        "contacts won, 1,000 a list",
        _QUESTION,
        "2 x 1,000 contacts, 5 % won",
        partial(cells, shares=(0.05, 0.05), trials=(1000, 1000)),
        (CheckedMethod("z-test", "obvious", _z), _MN, *_OTHERS),
    ),
    Situation(
        "contacts won, 1,000 a list",
        _QUESTION,
        "1,000 contacts each, 5 % won in A and 8 % in B",
        partial(cells, shares=(0.05, 0.08), trials=(1000, 1000)),
        (_MN, *_OTHERS),
        ("power", "coverage"),
        truth=0.03,
    ),
    Situation(
        "contacts won, small and unequal lists",
        _QUESTION,
        "150 contacts in A and 30 in B, 10 % won",
        partial(cells, shares=(0.1, 0.1), trials=(150, 30)),
        (_WALD, _MN, *_OTHERS),
        ("false alarms", "coverage"),
    ),
    Situation(
        "contacts won, as a ratio",
        "By what factor does list B win more?",
        "150 contacts in A and 30 in B, 10 % won in A and 20 % in B",
        partial(cells, shares=(0.1, 0.2), trials=(150, 30)),
        _RATIOS,
        ("coverage",),
        truth=2.0,
    ),
    Situation(
        "not worse by more than 2 points",
        "Is list B at most 2 points worse?",
        "600 contacts each, 8 % won in A and 6 % in B: worse by the margin exactly",
        partial(cells, shares=(0.08, 0.06), trials=(600, 600)),
        (
            CheckedMethod("Wald, one-sided", "obvious", partial(_not_worse, method="wald")),
            CheckedMethod("Miettinen-Nurminen, one-sided", "default", _not_worse),
        ),
    ),
)

PLANNED = (0.05, 0.08)


def planned(seed: int) -> Cells:
    """Draw a test of the size `sample_size` gives for detecting 8 % against 5 % with power .8."""
    size = sample_size(*PLANNED)
    trials = (int(np.ceil(size.control_trials)), int(np.ceil(size.trials)))
    return cells(seed, PLANNED, trials)


def wilson(seed: int) -> Cells:
    """Draw one list of 200 contacts, 2 % won."""
    return cells(seed, (0.02, 0.02), (200, 200))


def _one(sample: Cells, method: str) -> MethodAnswer:
    return answer(proportion_interval(sample[0], sample[1], method=method))


_ONE = (
    Situation(
        "share won of 200 contacts",
        "What share of contacts is won?",
        "200 contacts, 2 % won",
        wilson,
        (
            CheckedMethod("Wald", "obvious", partial(_one, method="wald")),
            CheckedMethod("Wilson", "default", partial(_one, method="wilson")),
            CheckedMethod(
                "Clopper-Pearson", "offered", partial(_one, method="clopper-pearson"),
                "exact: at least its confidence at every true share",
            ),
        ),
        ("coverage",),
        truth=0.02,
    ),
    Situation(
        "a test of the planned size",
        "Does the plan keep its promise of 80 % power?",
        "5 % won in A and 8 % in B, as many contacts as `sample_size` asks for",
        planned,
        (_MN,),
        ("power",),
        level=0.8,
    ),
)  # fmt: skip


def split(seed: int) -> np.ndarray:
    """Assign 2,000 contacts to two arms at random."""
    first = stream(seed, "split").binomial(2000, 0.5)
    return np.array([first, 2000 - first])


def _split(sample: np.ndarray) -> MethodAnswer:
    return MethodAnswer(sample_ratio(sample).p_value)


SEGMENTS = 8


def segments(seed: int) -> list[Cells]:
    """Draw eight comparisons, none with an effect."""
    rng = stream(seed, "segments")
    drawn = rng.binomial(500, 0.06, (SEGMENTS, 2))
    return [(float(a), 500.0, float(b), 500.0) for a, b in drawn]


def _any(sample: list[Cells], method: str | None) -> MethodAnswer:
    p = np.array([proportion_difference(*one).p_value for one in sample])
    return MethodAnswer(float((p if method is None else adjust(p, method=method)).min()))


_MANY = (
    Situation(
        "split of contacts over two arms",
        "Were contacts dealt to the arms as planned?",
        "2,000 contacts dealt at random, even chances",
        split,
        (CheckedMethod("sample-ratio check", "default", _split),),
    ),
    Situation(
        "eight segments looked at",
        "Is any segment different?",
        "8 segments of 2 x 500 contacts, 6 % won everywhere",
        segments,
        (
            CheckedMethod("each at 5 %", "obvious", partial(_any, method=None)),
            CheckedMethod("Holm", "default", partial(_any, method="holm")),
            CheckedMethod("Benjamini-Hochberg", "default", partial(_any, method="benjamini-hochberg")),
        ),
    ),
)


@dataclass(frozen=True)
class KnownShare:
    """Contacts of two arms with a covariate known beforehand, control first."""

    control: Moments
    treatment: Moments


def known_before(seed: int, effect: float = 0.0) -> KnownShare:
    """Draw 2 x 600 contacts whose answers in earlier campaigns predict their answers now."""
    rng = stream(seed, "known before")
    arms = []
    for extra in (0.0, effect):
        reach = rng.beta(1.04, 2.96, 600)
        columns = {
            "numerator": rng.binomial(4, np.minimum(reach + extra, 1.0)),
            "denominator": np.full(600, 4),
            "past_answers": rng.binomial(8, reach),
        }
        arms.append(Moments.of(columns))
    return KnownShare(*arms)


def _plain(sample: KnownShare) -> MethodAnswer:
    return answer(ratio_difference(sample.treatment, sample.control, proportion=True))


def _adjusted(sample: KnownShare) -> MethodAnswer:
    return answer(adjusted_difference(sample.treatment, sample.control, ["past_answers"]))


_ADJUSTING = (
    CheckedMethod("clustered by contact", "default", _plain),
    CheckedMethod("adjusted for answers before the test", "offered", _adjusted),
)
_BEFORE = (
    Situation(
        "contacts known from before",
        "Does script B get more answers?",
        "2 x 600 contacts, dialled 4 times; their answers in 8 earlier dials are known",
        known_before,
        _ADJUSTING,
    ),
    Situation(
        "contacts known from before",
        "Does script B get more answers?",
        "the same, reach higher by 3 points in B",
        partial(known_before, effect=0.03),
        _ADJUSTING,
        ("power",),
    ),
)

SHARES = (*_TWO, *_ONE, *_MANY, *_BEFORE)
