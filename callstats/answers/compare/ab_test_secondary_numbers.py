"""A test's secondary numbers: its lines, and reach by attempt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.core.estimates import NAN
from callstats.stats import Comparison, LifeTable, life_table, stratified_risk_ratio

if TYPE_CHECKING:
    import pandas as pd


#: Columns of the data frame of lines.
COLUMNS = ("measure", "unit", "control", "treatment", "estimate", "low", "high", "p_value", "method", "note")
#: Attempts with fewer contacts are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30
_SECONDS = ("talk_s", "hold_s", "wrap_s")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure in both arms, and their difference.

    Attributes
    ----------
    name, unit, direction : str
        As for a KPI of the catalogue.
    control, treatment : float
        In the unit.
    difference : Comparison or None
        Treatment minus control, if there is an interval.
    note : str
        Why something is missing; empty otherwise.
    label : str
        The figure's label, in the reader's language.
    """

    name: str
    unit: str
    direction: str
    control: float
    treatment: float
    difference: Comparison | None = None
    note: str = ""
    label: str = ""

    @property
    def row(self) -> tuple[object, ...]:
        """The line's numbers, as in COLUMNS."""
        c = self.difference
        numbers = (self.treatment - self.control, NAN, NAN, NAN, "")
        if c is not None:
            numbers = (c.estimate, c.low, c.high, c.p_value, c.method)
        return (self.name, self.unit, self.control, self.treatment, *numbers, self.note)

    @property
    def certain(self) -> bool:
        """Whether the interval excludes zero."""
        c = self.difference
        return c is not None and (c.low > 0 or c.high < 0)


def lines_frame(lines: Sequence[Line]) -> pd.DataFrame:
    """Return lines as a data frame with the columns COLUMNS."""
    import pandas as pd

    return pd.DataFrame([line.row for line in lines], columns=list(COLUMNS))


def reach_tables(
    trial: Trial, confidence: float
) -> tuple[tuple[LifeTable | None, LifeTable | None], Comparison | None]:
    """Return the life tables of control and treatment, and the ratio of their hazards.

    None for an arm that was never dialled, or a ratio that cannot be computed. The ratio
    is Mantel and Haenszel's over attempts: Peto's, which is quicker, is absurd where the
    arms differ much.
    """
    ends = _ends(trial)
    control, treatment = (_life_table(ends[ends["treated"] == arm], confidence) for arm in (0, 1))
    if control is None or treatment is None:
        return (control, treatment), None
    if not (control.reached.sum() and treatment.reached.sum()):
        return (control, treatment), None  # nothing is "times as often" as never
    attempts = np.union1d(treatment.attempt, control.attempt)
    ratio = stratified_risk_ratio(
        np.stack([_at_attempts(table, attempts) for table in (treatment, control)], axis=1),
        confidence=confidence,
    )
    return (control, treatment), ratio if math.isfinite(ratio.estimate) else None


def _at_attempts(table: LifeTable, attempts: np.ndarray) -> np.ndarray:
    """Return contacts reached and not reached, of those at risk, at each attempt."""
    # Between two of the table's attempts, the at-risk set is that of the later one.
    risk = np.append(table.at_risk, 0).astype(float)[np.searchsorted(table.attempt, attempts)]
    reached = np.zeros(len(attempts))
    reached[np.searchsorted(attempts, table.attempt)] = table.reached
    return np.stack([reached, risk - reached], axis=1)


def attempts_shown(table: LifeTable) -> int:
    """Return how many attempts have enough contacts at risk, from the first on."""
    enough = np.asarray(table.at_risk) >= FEWEST_AT_RISK
    return int(np.argmin(enough)) if not enough.all() else len(enough)


def _life_table(ends: Any, confidence: float) -> LifeTable | None:
    if not len(ends) or not ends["contacts"].sum():
        return None
    reached, ended = (ends[c].to_numpy(dtype=float) for c in ("reached", "ended"))
    left = ends["contacts"].to_numpy(dtype=float) - reached - ended
    return life_table(
        ends["last"].to_numpy(dtype=float),
        reached,
        censored=left,
        competing={"closed": ended},
        confidence=confidence,
    )


def _ends(trial: Trial) -> Any:
    """Return, by arm and attempt, how many contacts were reached, ended otherwise, or were left."""
    live = nw.col("live")
    known = {"closed", "closed_reason"} <= trial.columns
    shut = nw.col("closed") & (nw.col("closed_reason") != "exhausted") if known else nw.lit(False)
    rows = trial.calls.filter(~nw.col("attempt_no").is_null()).with_columns(
        reached_at=nw.when(live).then(nw.col("attempt_no")),
        shut_at=nw.when(shut).then(nw.col("attempt_no")),
    )
    each = rows.group_by("treated", "contact_id").agg(
        nw.col("reached_at").min(), nw.col("shut_at").min(), nw.col("attempt_no").max()
    )
    met = ~nw.col("reached_at").is_null()
    over = ~met & ~nw.col("shut_at").is_null()
    last = (
        nw.when(met)
        .then(nw.col("reached_at"))
        .otherwise(nw.coalesce(nw.col("shut_at"), nw.col("attempt_no")))
    )
    counted = (
        each.with_columns(
            last=last, reached=nw.when(met).then(1).otherwise(0), ended=nw.when(over).then(1).otherwise(0)
        )
        .group_by("treated", "last")
        .agg(nw.len().alias("contacts"), nw.col("reached").sum(), nw.col("ended").sum())
    )
    return counted.collect("pandas").to_native().sort_values(["treated", "last"])
