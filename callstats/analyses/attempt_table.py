"""The life table of dialling: who was at risk at each attempt, who was reached, what it brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from callstats.analyses.estimates import NAN
from callstats.analyses.scope import records
from callstats.moments import Moments
from callstats.stats import proportion_interval, ratio_interval

if TYPE_CHECKING:
    from callstats.analyses.scope import Scope

#: Columns of the calls without which there is no life table.
NEEDED = ("contact_id", "attempt_no", "live")
_SUMS = ("at_risk", "reached", "unknown", "successes", "value", "squares")
Row = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Attempt ``number`` of the contacts that got it.

    Attributes
    ----------
    at_risk, reached : int
        Contacts dialled that had neither been reached nor closed before; those
        of them that a person answered for.
    hazard, low, high : float
        Their share and its interval.
    cumulative : float
        Share of contacts reached by then, had all been dialled so often.
    dials, successes : int
        All dials with this number, to contacts reached before as well.
    value, value_low, value_high : float
        Value of the successes per dial [money]; nan without values.
    """

    number: int
    at_risk: int
    reached: int
    hazard: float
    low: float
    high: float
    cumulative: float
    dials: int
    successes: int
    value: float = NAN
    value_low: float = NAN
    value_high: float = NAN


def counted(about: Scope) -> list[Row]:
    """Return by attempt: at risk, reached, dials, successes, values and their squares."""
    flags = [c for c in ("closed", "success", "value") if about.now.has("calls", c)]
    columns = [*NEEDED, *flags]
    outbound = (nw.col("direction") == "outbound") & ~nw.col("attempt_no").is_null()
    ended = nw.col("live") | nw.col("closed") if "closed" in flags else nw.col("live")
    ends = (
        about.whole.table("calls")
        .filter(outbound, ended)
        .group_by("contact_id")
        .agg(end=nw.col("attempt_no").min())
    )
    dials = about.now.table("calls").filter(outbound, ~nw.col("contact_id").is_null()).select(*columns)
    open_still = nw.col("end").is_null() | (nw.col("attempt_no") <= nw.col("end"))
    success = nw.col("success") if "success" in flags else nw.lit(False)
    value = nw.when(success).then(nw.col("value")).otherwise(0.0) if "value" in flags else nw.lit(0.0)
    found = (
        dials.join(ends, on="contact_id", how="left")
        .with_columns(
            at_risk=nw.when(open_still).then(1).otherwise(0),
            reached=nw.when(open_still & nw.col("live")).then(1).otherwise(0),
            unknown=nw.when(nw.col("live").is_null()).then(1).otherwise(0),
            successes=nw.when(success).then(1).otherwise(0),
            value=value.fill_null(0.0),
        )
        .with_columns(squares=nw.col("value") * nw.col("value"))
        .group_by("attempt_no")
        .agg(nw.len().alias("dials"), *(nw.col(c).sum() for c in _SUMS))
        .sort("attempt_no")
    )
    return [{name: float(value) for name, value in row.items()} for row in records(found)]


def life_table(found: Sequence[Row], fewest: int) -> tuple[Attempt, ...]:
    """Return the attempts from the first on, up to the first that too few contacts got."""
    kept = list(takewhile(lambda row: row["at_risk"] >= fewest, found))
    if not kept:
        return ()
    reached, at_risk = (np.array([row[c] for row in kept]) for c in ("reached", "at_risk"))
    hazard = proportion_interval(reached, at_risk)
    so_far = 1 - np.cumprod(1 - reached / at_risk)
    priced = any(row["value"] > 0 for row in found)
    return tuple(
        Attempt(
            int(row["attempt_no"]),
            int(row["at_risk"]),
            int(row["reached"]),
            float(hazard.estimate[i]),
            float(hazard.low[i]),
            float(hazard.high[i]),
            float(so_far[i]),
            int(row["dials"]),
            int(row["successes"]),
            **(_per_dial(row) if priced else {}),
        )
        for i, row in enumerate(kept)
    )


def _per_dial(row: Row) -> dict[str, float]:
    """Return the value per dial with its interval; a contact has one dial of a number."""
    sums = {"numerator": row["value"], "denominator": row["dials"]}
    products = {
        ("numerator", "numerator"): row["squares"],
        ("denominator", "numerator"): row["value"],
        ("denominator", "denominator"): row["dials"],
    }
    found = ratio_interval(Moments(int(row["dials"]), sums, products))
    return {"value": found.estimate, "value_low": found.low, "value_high": found.high}
