"""The contacts of groups: how many were loaded and dialled, how often, and how they ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.compare.compare_design import Arm
from callstats.answers.core.scope import records
from callstats.dataset.clock import written
from callstats.engine.keys import is_any, same
from callstats.engine.sums import sums_by_group
from callstats.kpis.parts import CONTACTS_ATTEMPTED, CONTACTS_CLOSED, CONTACTS_LOADED

if TYPE_CHECKING:
    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class Depth:
    """Dials to open contacts: contacts, dials and the sum of squared dials."""

    contacts: float
    dials: float
    squares: float

    @property
    def mean(self) -> float:
        """Dials per contact."""
        return self.dials / self.contacts if self.contacts else float("nan")

    @property
    def variance(self) -> float:
        """Of the mean."""
        if self.contacts < 2:
            return float("nan")
        return max(self.squares / self.contacts - self.mean**2, 0.0) / self.contacts

    def among(self, contacts: float) -> Depth:
        """Return the same dials over a larger number of contacts, including those never dialled."""
        return Depth(max(contacts, self.contacts), self.dials, self.squares)


def open_depth(dataset: Dataset, by: str, arms: Sequence[Arm]) -> dict[Arm, Depth]:
    """Return how often contacts that are still open were dialled, by arm.

    A closed contact is no longer dialled: better contacts are closed sooner,
    which is an effect of the list, not of the dialling. A contact given up after so many
    dials is the opposite: where one list is given up sooner, its dials are early ones, so
    those who were given up count as open.
    """
    if not dataset.has("calls", "contact_id", "direction"):
        return {}
    frame = dataset.table("calls", by, "contact_id").filter(
        nw.col("direction") == "outbound", is_any(by, arms), ~nw.col("contact_id").is_null()
    )
    closed = _closed_by_result(dataset)
    frame = (
        frame.with_columns(__closed=closed, __one=nw.lit(1.0))
        .group_by(by, "contact_id")
        .agg(nw.col("__closed").max(), nw.col("__one").sum().alias("__dials"))
    )
    frame = frame.filter(nw.col("__closed") == 0).with_columns(
        n=nw.lit(1.0), squares=nw.col("__dials") * nw.col("__dials")
    )
    rows = records(frame.group_by(by).agg(nw.col("n", "__dials", "squares").sum()))
    return {written(by, r[by]): Depth(float(r["n"]), float(r["__dials"]), float(r["squares"])) for r in rows}


def _closed_by_result(dataset: Dataset) -> nw.Expr:
    """Return 1 where a call closed its contact with a result, not because it was dialled enough."""
    if not dataset.has("calls", "closed"):
        return nw.lit(0)
    closed = nw.col("closed").fill_null(False)
    given_up = nw.lit(False)
    if dataset.has("calls", "live"):
        given_up = ~nw.col("live").fill_null(True)
        if dataset.has("calls", "invalid_number"):
            given_up = given_up & ~nw.col("invalid_number").fill_null(False)
    if dataset.has("calls", "closed_reason"):
        reason = nw.col("closed_reason")
        given_up = nw.when(reason.is_null()).then(given_up).otherwise(reason == "exhausted")
    return (closed & ~given_up).cast(nw.Int64)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Number of an arm's contacts loaded and dialled."""

    loaded: float
    dialled: float


def loaded_of(dataset: Dataset, by: str) -> dict[Arm, Loaded]:
    """Return the contacts loaded and dialled by arm; empty if the contacts lack the arm."""
    if not dataset.has("contacts", "contact_id", by) or dataset.unreached("contacts"):
        return {}
    dialled = dataset.has("calls", "contact_id", "direction") and dataset.reaches("calls", by)
    terms = [CONTACTS_LOADED, *([CONTACTS_ATTEMPTED] if dialled else [])]
    groups = sums_by_group(dataset, terms, (by,))
    nothing = 0.0 if dialled else float("nan")
    return {
        arm: Loaded(sums.get(CONTACTS_LOADED.key, 0.0), sums.get(CONTACTS_ATTEMPTED.key, nothing))
        for (arm,), sums in groups.items()
        if arm is not None
    }


def contacts_in_both(dataset: Dataset, by: str, arms: Sequence[Arm], control: Arm) -> dict[Arm, float] | None:
    """Return how many contacts were loaded into both an arm and the control; None if unknown."""
    if not dataset.has("contacts", "contact_id", by):
        return None
    frame = dataset.table("contacts").filter(is_any(by, arms), ~nw.col("contact_id").is_null())
    frame = frame.group_by(by, "contact_id").agg(nw.len().alias("__rows"))
    base = frame.filter(same(by, control)).select("contact_id")
    both = frame.join(base, on="contact_id", how="inner").group_by(by).agg(n=nw.len())
    return {written(by, row[by]): float(row["n"]) for row in records(both)}


def closed_of(dataset: Dataset, by: str) -> dict[Arm, float]:
    """Return the contacts closed by arm."""
    if not dataset.has("calls", "closed", "contact_id"):
        return {}
    groups = sums_by_group(dataset, [CONTACTS_CLOSED], (by,))
    return {group[0]: sums[CONTACTS_CLOSED.key] for group, sums in groups.items()}
