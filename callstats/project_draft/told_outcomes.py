"""What the outcome codes of the data mean now, by the flags that their calls have."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.sources.outcome_words import kind_of
from callstats.sources.outcomes import FLAGS, OUTCOMES, Flag

if TYPE_CHECKING:
    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class ToldCode:
    """An outcome code, its calls, how many of them are successes, and the outcome it stands for."""

    code: str
    calls: int
    successes: int
    outcome: str


def told_codes(dataset: Dataset) -> tuple[ToldCode, ...]:
    """Return the outcome codes of the calls, the most frequent first."""
    if not dataset.has("calls", "outcome_code"):
        return ()
    flags = [flag for flag in FLAGS if dataset.has("calls", flag)]
    rows = records(dataset.table("calls").group_by("outcome_code", *flags).agg(n=nw.len()))
    seen: dict[str, Counter[tuple[Flag, ...]]] = defaultdict(Counter)
    for row in rows:
        if isinstance(row["outcome_code"], str):
            seen[row["outcome_code"]][tuple(_flag(row[flag]) for flag in flags)] += int(row["n"])
    place = flags.index("success") if "success" in flags else None
    told = []
    for code, by_flags in seen.items():
        sold = 0 if place is None else sum(n for values, n in by_flags.items() if values[place])
        most = min(by_flags, key=lambda values, n=by_flags: (-n[values], str(values)))
        usual = dict(zip(flags, most, strict=True))
        told.append(ToldCode(code, by_flags.total(), sold, outcome_of(code, usual)))
    return tuple(sorted(told, key=lambda one: (-one.calls, one.code)))


def _flag(value: object) -> Flag:
    return None if value is None or value != value else bool(value)  # noqa: PLR0124 - nan


def outcome_of(code: str, flags: Mapping[str, Flag]) -> str:
    """Return the name of the outcome that flags come nearest to; of equals, the one the code's words say.

    Examples
    --------
    >>> outcome_of("XFER1", {"handled": True, "argued": True, "success": True, "closed": True})
    'success'
    >>> outcome_of("Busy signal", {"connected": False, "live": False, "handled": False})
    'busy'
    """
    far = {
        name: sum(getattr(outcome, flag) is not value for flag, value in flags.items())
        for name, outcome in OUTCOMES.items()
    }
    nearest = [name for name, distance in far.items() if distance == min(far.values())]
    said = kind_of(code)
    return said if said in nearest else nearest[0]
