"""What the contacts still callable are worth: the dials to come, their successes and their value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.analyses.list_states import ListState
from callstats.analyses.scope import records
from callstats.dataset.clock import unknown, written

if TYPE_CHECKING:
    from callstats.analyses.scope import Scope

#: Attempts with fewer dials are read from all lists together, or not expected at all.
FEWEST_DIALS = 30
NAN = float("nan")
_SUMS = ("closed", "success", "value")


@dataclass(frozen=True, slots=True)
class Prospects:
    """What is expected of the contacts still callable.

    Attributes
    ----------
    dials, successes, low, high : float
        Dials to come; successes among them, with the interval of what will be seen.
    value : float
        Of those successes [money]; nan without values.
    """

    dials: float
    successes: float
    low: float
    high: float
    value: float


class AttemptChances:
    """How often an attempt closes a contact and succeeds, by list and for all lists together.

    Parameters
    ----------
    about : Scope
    by : str, optional
    """

    def __init__(self, about: Scope, by: str | None) -> None:
        self.priced = about.whole.has("calls", "value")
        self.known = about.whole.has("calls", "attempt_no", "success", "closed")
        self._own: dict[Any, dict[int, np.ndarray]] = {}
        self._all: dict[int, np.ndarray] = {}
        for row in _counted(about, by) if self.known else ():
            counts = np.array([float(row[c]) for c in ("dials", *_SUMS)])
            attempt = int(row["attempt_no"])
            group = written(by, row[by]) if by else None
            self._own.setdefault(group, {})[attempt] = counts
            self._all[attempt] = self._all.get(attempt, np.zeros(4)) + counts

    def of(self, state: ListState) -> Prospects | None:
        """Return what the callable contacts of a list are expected to bring, None where it is not known.

        A contact that has had j dials gets a k-th with the chance that none of
        attempts j + 1 to k - 1 closes it; the k-th succeeds as often as the k-th
        dials of that list did. The interval is of the number to be seen: it has
        the variance of the rates and that of the successes to come.

        References
        ----------
        1. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
           Time Data, 2nd ed., section 1.4.
        """
        if not self.known:
            return None
        last = max((k for k, counts in self._all.items() if counts[0] >= FEWEST_DIALS), default=0)
        waiting = {0: state.unused, **state.depth}
        dials = successes = variance = value = open_still = 0.0
        for attempt in range(1, last + 1):
            n, closed, won, worth = self._counts(state.group, attempt)
            open_still += waiting.get(attempt - 1, 0)
            rate = won / n
            dials += open_still
            successes += open_still * rate
            value += open_still * worth / n
            variance += rate * (1 - rate) * (open_still**2 / n + open_still)
            open_still *= 1 - closed / n
        half = 1.96 * variance**0.5
        return Prospects(
            dials, successes, max(successes - half, 0.0), successes + half, value if self.priced else NAN
        )

    def _counts(self, group: Any, attempt: int) -> np.ndarray:
        own: Mapping[int, np.ndarray] = self._own.get(group, {})
        found = own.get(attempt)
        if found is not None and found[0] >= FEWEST_DIALS:
            return found
        return self._all.get(attempt, np.array([1.0, 0.0, 0.0, 0.0]))


def _counted(about: Scope, by: str | None) -> list[dict[str, Any]]:
    """Return dials, closings, successes and values by list and attempt, up to the last day."""
    end, keys = about.window.end, [by] if by else []
    dials = about.whole.table("calls", *keys).filter(
        nw.col("direction") == "outbound",
        ~nw.col("attempt_no").is_null(),
        nw.col("local_started_at") < datetime(end.year, end.month, end.day),
    )
    success = nw.col("success")
    value = (
        nw.when(success).then(nw.col("value")).otherwise(0.0)
        if about.whole.has("calls", "value")
        else nw.lit(0.0)
    )
    dials = dials.with_columns(
        closed=nw.when(nw.col("closed")).then(1).otherwise(0),
        success=nw.when(success).then(1).otherwise(0),
        value=value.fill_null(0.0),
    )
    found = dials.group_by(*keys, "attempt_no").agg(
        nw.len().alias("dials"), *(nw.col(c).sum() for c in _SUMS)
    )
    return [row for row in records(found) if not unknown(row["attempt_no"])]
