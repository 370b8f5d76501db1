"""What the contacts still callable are worth: the dials to come, their successes and their value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.campaign.list_states_numbers import ListState
from callstats.answers.core.scope import records
from callstats.dataset.clock import unknown, written

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope

#: Attempts with fewer dials are read from all lists together, or not expected at all.
FEWEST_DIALS = 30
NAN = float("nan")
_SUMS = ("closed", "success", "value", "kept")
_State = tuple[int, bool]


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

    Contacts reached before are told apart: their call-backs are dialled ahead of
    the others, so that the later attempts of a young list are mostly theirs.

    Parameters
    ----------
    about : Scope
    by : str, optional
    """

    def __init__(self, about: Scope, by: str | None) -> None:
        self.priced = about.whole.has("calls", "value")
        self.known = about.whole.has("calls", "contact_id", "attempt_no", "success", "closed")
        self._own: dict[Any, dict[_State, np.ndarray]] = {}
        self._all: dict[_State, np.ndarray] = {}
        for row in _counted(about, by) if self.known else ():
            counts = np.array([float(row[c]) for c in ("dials", *_SUMS)])
            state = int(row["attempt_no"]), bool(row["before"])
            group = written(by, row[by]) if by else None
            self._own.setdefault(group, {})[state] = counts
            self._all[state] = self._all.get(state, np.zeros(len(counts))) + counts

    def of(self, state: ListState) -> Prospects | None:
        """Return what the callable contacts of a list are expected to bring, None where it is not known.

        A contact that has had j dials gets a k-th with the chance that none of
        attempts j + 1 to k - 1 closes it. The k-th dial succeeds, closes and
        reaches as often as the k-th dials of that list did to contacts alike
        reached or not reached before: a Markov chain of two states. The interval
        is of the number to be seen: it has the variance of the rates and that of
        the successes to come.

        References
        ----------
        1. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
           Time Data, 2nd ed., section 8.3.
        """
        if not self.known:
            return None
        last = max((k for (k, _), counts in self._all.items() if counts[0] >= FEWEST_DIALS), default=0)
        waiting = {(0, False): state.unused, **state.depth}
        open_still = {False: 0.0, True: 0.0}
        sums = np.zeros(4)  # dials, successes, their variance, value
        for attempt in range(1, last + 1):
            moved = 0.0
            for reached in (False, True):
                n, closed, won, worth, kept = self._counts(state.group, (attempt, reached))
                size = open_still[reached] + waiting.get((attempt - 1, reached), 0)
                rate = won / n
                variance = rate * (1 - rate) * (size**2 / n + size)
                sums += size, size * rate, variance, size * worth / n
                newly = 0.0 if reached else size * kept / n
                open_still[reached] = size * (1 - closed / n) - newly
                moved += newly
            open_still[True] += moved
        dials, successes, variance, value = (float(number) for number in sums)
        half = 1.96 * variance**0.5
        low, high = max(successes - half, 0.0), successes + half
        return Prospects(dials, successes, low, high, value if self.priced else NAN)

    def _counts(self, group: Any, state: _State) -> np.ndarray:
        own: Mapping[_State, np.ndarray] = self._own.get(group, {})
        found = own.get(state)
        if found is not None and found[0] >= FEWEST_DIALS:
            return found
        return self._all.get(state, np.array([1.0, 0.0, 0.0, 0.0, 0.0]))


def _counted(about: Scope, by: str | None) -> list[dict[str, Any]]:
    """Return sums by list, attempt and whether reached before, up to the last day."""
    end, keys = about.window.end, [by] if by else []
    dials = about.whole.table("calls", *keys).filter(
        nw.col("direction") == "outbound",
        ~nw.col("attempt_no").is_null(),
        nw.col("local_started_at") < datetime(end.year, end.month, end.day),
    )
    live = nw.col("live") if about.whole.has("calls", "live") else nw.col("attempt_no") < 0  # never
    first = dials.filter(live).group_by("contact_id").agg(reached_at=nw.col("attempt_no").min())
    success, closed = nw.col("success"), nw.col("closed")
    has_value = about.whole.has("calls", "value")
    value = nw.when(success).then(nw.col("value")).otherwise(0.0) if has_value else nw.lit(0.0)
    before = ~nw.col("reached_at").is_null() & (nw.col("attempt_no") > nw.col("reached_at"))
    told = dials.join(first, on="contact_id", how="left").with_columns(
        before=nw.when(before).then(1).otherwise(0),
        kept=nw.when(live & ~closed).then(1).otherwise(0),
        closed=nw.when(closed).then(1).otherwise(0),
        success=nw.when(success).then(1).otherwise(0),
        value=value.fill_null(0.0),
    )
    sums = [nw.len().alias("dials"), *(nw.col(c).sum() for c in _SUMS)]
    found = told.group_by(*keys, "attempt_no", "before").agg(*sums)
    return [row for row in records(found) if not unknown(row["attempt_no"])]
