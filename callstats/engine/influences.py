"""Arms compared within strata: each unit's influence on the two stratified averages.

Within a stratum the arms differ only in the arm. Each arm's ratio is averaged over
the strata both have, with the weights of both together; a contact's contribution
to that average is summed over all its rows, in whatever strata, before it is
squared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from callstats.dataset.core import Dataset
from callstats.engine.arm_moments import UnitFrame, unit_frame
from callstats.engine.keys import same
from callstats.kpis.define import KPI
from callstats.moments import Moments, pair

_SIDES = ("treatment", "control")


@dataclass(frozen=True, slots=True)
class Standardised:
    """Two arms averaged over the strata both have.

    Attributes
    ----------
    treatment, control : float
        The averages; nan if the arms have no stratum in common.
    covered : float
        Share of both denominators in strata that both arms have.
    strata : int
        How many strata both arms have.
    units : mapping of tuple to Moments
        Kind of unit -> moments of the influences ``treatment`` and ``control``.
    """

    treatment: float
    control: float
    covered: float
    strata: int
    units: dict[tuple[str, ...], Moments]


def standardised(
    dataset: Dataset,
    kpi: KPI,
    by: str,
    arm: Any,
    control: Any,
    *,
    strata: Sequence[str],
    units: Sequence[tuple[str, ...]],
    corrected: bool = True,
) -> Standardised:
    """Return the stratified averages of two arms, and the moments of the units' influences on them.

    Parameters
    ----------
    dataset : Dataset
    kpi : KPI
        A ratio whose sums are sums over the units.
    by : str
    arm, control : object
        As displayed.
    strata : sequence of str
        Columns and time keys; rows where any is unknown are left out.
    units : sequence of tuple of str
        Kinds of unit, the independent one first.
    corrected : bool
        Widen each stratum's spread by n / (n - 1), with n its number of units: in a
        stratum of few units, their average is too close to them [1]_. Strata with one
        unit in an arm say nothing about the spread and are left out.

    References
    ----------
    .. [1] Miratrix LW, Sekhon JS, Yu B (2013). Adjusting treatment effect estimates
       by post-stratification in randomized experiments. Journal of the Royal
       Statistical Society B 75:369-396.

    Examples
    --------
    Ten in the morning and two in the evening, compared with the reverse:

    >>> import pandas as pd
    >>> from callstats.kpis import get
    >>> calls = pd.DataFrame({
    ...     "call_id": [str(i) for i in range(12)], "contact_id": [f"P{i}" for i in range(12)],
    ...     "direction": "outbound", "slot": ["am"] * 4 + ["pm"] * 2 + ["am"] * 2 + ["pm"] * 4,
    ...     "list_id": ["A"] * 6 + ["B"] * 6,
    ...     "handled": [True, False, False, False, True, True, False, False, True, True, True, True],
    ... })
    >>> found = standardised(Dataset({"calls": calls}), get("answer_rate"), "list_id", "B", "A",
    ...                      strata=["slot"], units=[("contact_id",)])
    >>> found.treatment, found.control, found.covered
    (0.5, 0.625, 1.0)
    """
    first = unit_frame(dataset, kpi, by, (arm, control), units[0], strata)
    coefficients = _coefficients(first, by, (arm, control), strata)
    whole = _totals(coefficients, corrected)
    if not whole["weight"]:
        return Standardised(float("nan"), float("nan"), 0.0, 0, {})
    kept = _kept(coefficients, corrected)
    moments = {}
    for unit in units:
        rows = first if unit == units[0] else unit_frame(dataset, kpi, by, (arm, control), unit, strata)
        moments[unit] = _moments(rows, by, (arm, control), kept, strata, whole["weight"])
    return Standardised(
        whole["treatment"] / whole["weight"],
        whole["control"] / whole["weight"],
        whole["weight"] / whole["everything"],
        int(whole["strata"]),
        moments,
    )


def _coefficients(units: UnitFrame, by: str, arms: tuple[Any, Any], strata: Sequence[str]) -> nw.LazyFrame:
    """Return each stratum's sums and units for the two arms side by side."""
    frame = units.frame.with_columns(__units=nw.lit(1.0))
    frame = frame.filter((nw.col("__numerator") != 0.0) | (nw.col("__denominator") != 0.0))
    wide = {
        f"{column}_{side}": nw.when(same(by, arm)).then(nw.col(f"__{column}")).otherwise(nw.lit(0.0))
        for side, arm in zip(_SIDES, arms, strict=True)
        for column in ("numerator", "denominator", "units")
    }
    return frame.with_columns(**wide).group_by(*strata).agg(nw.col(*wide).sum())


def _kept(coefficients: nw.LazyFrame, corrected: bool) -> nw.LazyFrame:
    """Keep the strata both arms have, with each arm's ratio and factor."""
    least = 1.0 if corrected else 0.0
    frame = coefficients.filter(
        *(nw.col(f"denominator_{side}") > 0.0 for side in _SIDES),
        *(nw.col(f"units_{side}") > least for side in _SIDES),
    )
    frame = frame.with_columns(__weight=nw.col("denominator_treatment") + nw.col("denominator_control"))
    columns = {}
    for side in _SIDES:
        n = nw.col(f"units_{side}")
        columns[f"ratio_{side}"] = nw.col(f"numerator_{side}") / nw.col(f"denominator_{side}")
        widened = (n / (n - 1.0)) ** 0.5 if corrected else nw.lit(1.0)
        columns[f"factor_{side}"] = nw.col("__weight") / nw.col(f"denominator_{side}") * widened
    return frame.with_columns(**columns)


def _totals(coefficients: nw.LazyFrame, corrected: bool) -> dict[str, float]:
    """Return the sum of the weights, the weighted ratios, and the total over all strata."""
    kept = _kept(coefficients, corrected).with_columns(
        weight=nw.col("__weight"),
        strata=nw.lit(1.0),
        **{side: nw.col("__weight") * nw.col(f"ratio_{side}") for side in _SIDES},
    )
    totals = _row(kept.select(nw.col("weight", "strata", *_SIDES).sum()))
    every = _row(coefficients.select(*(nw.col(f"denominator_{side}").sum() for side in _SIDES)))
    return totals | {"everything": sum(every.values())}


def _row(frame: nw.LazyFrame) -> dict[str, float]:
    row = next(frame.collect("pandas").iter_rows(named=True))
    return {name: 0.0 if value is None or value != value else float(value) for name, value in row.items()}  # noqa: PLR0124 - nan


def _moments(
    units: UnitFrame,
    by: str,
    arms: tuple[Any, Any],
    kept: nw.LazyFrame,
    strata: Sequence[str],
    weight: float,
) -> Moments:
    """Return the moments of the influences, each unit's summed over its strata."""
    wanted = [f"{kind}_{side}" for kind in ("ratio", "factor") for side in _SIDES]
    frame = units.frame.join(kept.select(*strata, *wanted), on=list(strata), how="inner")
    frame = frame.with_columns(
        **{
            side: nw.when(same(by, arm))
            .then(
                (nw.col("__numerator") - nw.col(f"ratio_{side}") * nw.col("__denominator"))
                * nw.col(f"factor_{side}")
                / weight
            )
            .otherwise(nw.lit(0.0))
            for side, arm in zip(_SIDES, arms, strict=True)
        }
    ).with_columns(__some=((nw.col("__numerator") != 0.0) | (nw.col("__denominator") != 0.0)).cast(nw.Int64))
    if units.keys:
        frame = frame.group_by(*units.keys).agg(nw.col(*_SIDES, "__some").sum())
    frame = frame.with_columns(
        n=(nw.col("__some") > 0).cast(nw.Float64),
        **{f"{a} {b}": nw.col(a) * nw.col(b) for a, b in _PAIRS},
    )
    sums = _row(frame.select(nw.col("n", *_SIDES, *(f"{a} {b}" for a, b in _PAIRS)).sum()))
    products = {pair(a, b): sums[f"{a} {b}"] for a, b in _PAIRS}
    return Moments(int(sums["n"]), {side: sums[side] for side in _SIDES}, products)


_PAIRS = (("treatment", "treatment"), ("treatment", "control"), ("control", "control"))
