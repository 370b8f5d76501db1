"""What became of the contacts of the arms: loaded, dialled how often, closed, loaded twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.clock import written
from callstats.engine.keys import is_any, same
from callstats.engine.sums import sums_by_group
from callstats.kpis.parts import CONTACTS_ATTEMPTED, CONTACTS_CLOSED, CONTACTS_LOADED

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Arm = Any


@dataclass(frozen=True, slots=True)
class Depth:
    """Dials to contacts that are not closed: contacts, dials and the sum of their squares."""

    contacts: float
    dials: float
    squares: float

    @property
    def mean(self) -> float:
        """Dials a contact."""
        return self.dials / self.contacts if self.contacts else float("nan")

    @property
    def variance(self) -> float:
        """Of the mean."""
        if self.contacts < 2:
            return float("nan")
        return max(self.squares / self.contacts - self.mean**2, 0.0) / self.contacts

    def among(self, contacts: float) -> Depth:
        """Return the same dials over all of so many contacts, most of them perhaps never dialled."""
        return Depth(max(contacts, self.contacts), self.dials, self.squares)


def open_depth(dataset: Dataset, by: str, arms: Sequence[Arm]) -> dict[Arm, Depth]:
    """Return how often contacts that are still open were dialled, by arm.

    A contact that is closed is dialled no more: better contacts are closed
    sooner, which is an effect of the list and no fault of the dialling.
    """
    if not dataset.has("calls", "contact_id", "direction"):
        return {}
    frame = dataset.table("calls", by, "contact_id").filter(
        nw.col("direction") == "outbound", is_any(by, arms), ~nw.col("contact_id").is_null()
    )
    closed = nw.col("closed").fill_null(False).cast(nw.Int64) if dataset.has("calls", "closed") else nw.lit(0)
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


@dataclass(frozen=True, slots=True)
class Loaded:
    """Contacts of an arm: loaded, and dialled."""

    loaded: float
    dialled: float


def loaded_of(dataset: Dataset, by: str) -> dict[Arm, Loaded]:
    """Return the contacts loaded and dialled by arm; nothing where the contacts do not say their arm."""
    if not dataset.has("contacts", "contact_id", by) or dataset.unreached("contacts"):
        return {}
    dialled = dataset.has("calls", "contact_id", "direction") and dataset.reaches("calls", by)
    terms = [CONTACTS_LOADED, *([CONTACTS_ATTEMPTED] if dialled else [])]
    found = sums_by_group(dataset, terms, (by,))
    nothing = 0.0 if dialled else float("nan")
    return {
        arm: Loaded(sums.get(CONTACTS_LOADED.key, 0.0), sums.get(CONTACTS_ATTEMPTED.key, nothing))
        for (arm,), sums in found.items()
        if arm is not None
    }


def in_both(dataset: Dataset, by: str, arms: Sequence[Arm], control: Arm) -> dict[Arm, float] | None:
    """Return how many contacts were loaded into an arm and into the control; None where they do not say."""
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
    found = sums_by_group(dataset, [CONTACTS_CLOSED], (by,))
    return {group[0]: sums[CONTACTS_CLOSED.key] for group, sums in found.items()}
