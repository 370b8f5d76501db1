"""Who is who: contacts written in several ways, rounded by a spreadsheet, moved, or of one number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.person_marks import FEWEST_DIGITS, digits_of

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Frames of pandas; its own annotations are unions that nothing narrows.
Frame = Any
#: A country's calling code has so many digits at most.
MOST_CODE = 3
_PHONE = r"^[+0-9][0-9 ()./\x{00A0}\x{202F}-]{7,}$"
_ROUNDED = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE][+]?[0-9]+$"


def spellings(dataset: Dataset) -> list[tuple[str, ...]]:
    """Return the contacts that seem to be one telephone number, as they are written.

    ``0199001001``, ``+33 1 99 00 10 01`` and ``0033199001001`` are one; two numbers that
    differ in more than spaces, the trunk 0 and the country's code are not.
    """
    written = sorted({name for name in _contacts(dataset, _PHONE) if digits_of(name)})
    ways: dict[str, list[str]] = {}
    for name in written:
        ways.setdefault(digits_of(name).lstrip("0"), []).append(name)
    for number in sorted(ways, key=len, reverse=True):
        own = _shorter(number, ways)
        if own is not None:
            ways[own] = [*ways[own], *ways.pop(number)]
    return [tuple(sorted(names)) for names in ways.values() if len(names) > 1]


def _shorter(number: str, ways: dict[str, list[str]]) -> str | None:
    """Return the number without a country's code under which others are written, None where there is none.

    That it is a code must show in one of the two: by + or 00 before it, or by a
    trunk 0 before what follows it. Else both may be numbers of customers.
    """
    abroad = any(name.startswith(("+", "00")) for name in ways[number])
    for code in range(1, MOST_CODE + 1):
        rest = number[code:]
        if len(rest) >= FEWEST_DIGITS and rest in ways and (abroad or any(map(_has_trunk, ways[rest]))):
            return rest
    return None


def _has_trunk(name: str) -> bool:
    return name.startswith(("0", "(0")) and not name.startswith("00")


def rounded(dataset: Dataset) -> dict[str, int]:
    """Return the contacts that a spreadsheet wrote as 3,3199E+10, with their rows."""
    return _contacts(dataset, _ROUNDED)


def _contacts(dataset: Dataset, pattern: str) -> dict[str, int]:
    """Return the contacts that a pattern fits, with their rows in calls and contacts, in order."""
    found: dict[str, int] = {}
    for table in ("calls", "contacts"):
        if not dataset.has(table, "contact_id"):
            continue
        seen = dataset.table(table).filter(~nw.col("contact_id").is_null())
        seen = seen.group_by("contact_id").agg(rows=nw.len())
        fitting = seen.filter(nw.col("contact_id").cast(nw.String).str.contains(_for(seen, pattern)))
        for row in records(fitting.sort("contact_id")):
            name = str(row["contact_id"])
            found[name] = found.get(name, 0) + int(row["rows"])
    return found


def _for(frame: nw.LazyFrame, pattern: str) -> str:
    """Return a pattern as an engine spells signs by their number: Python has another way than the others."""
    python = frame.implementation.is_pandas_like()
    return pattern.replace("\\x{00A0}\\x{202F}", "\u00a0\u202f") if python else pattern


def moved(dataset: Dataset) -> tuple[int, dict[str, Any]] | None:
    """Return how many calls are of a list that their contact is not on, and the first; None where none is.

    A call of a contact that was never loaded says nothing of lists.
    """
    pair = ["contact_id", "list_id"]
    if not (dataset.has("calls", "call_id", *pair) and dataset.has("contacts", *pair)):
        return None
    calls = dataset.table("calls").select("call_id", *pair).filter(*(~nw.col(c).is_null() for c in pair))
    loaded = dataset.table("contacts").select(*pair).filter(*(~nw.col(c).is_null() for c in pair))
    elsewhere = calls.join(loaded.unique(), on=pair, how="anti")
    elsewhere = elsewhere.join(loaded.select("contact_id").unique(), on="contact_id", how="semi")
    rows = records(elsewhere.select(rows=nw.len()))[0]["rows"]
    if not rows:
        return None
    return int(rows), records(elsewhere.sort("call_id").head(1))[0]


def shared_phones(dataset: Dataset) -> tuple[str, int, str, int] | None:
    """Return the table, how many numbers are of several contacts, and the one of most; None where none is."""
    table = "contacts" if dataset.has("contacts", "contact_id", "phone") else "calls"
    if not dataset.has(table, "contact_id", "phone"):
        return None
    known = dataset.table(table).filter(~nw.col("phone").is_null(), ~nw.col("contact_id").is_null())
    ends = known.group_by("phone").agg(one=nw.col("contact_id").min(), other=nw.col("contact_id").max())
    differ = ends.filter(
        nw.col("one") != nw.col("other")
    )  # cheaper than counting them, and mostly there is none
    count = int(records(differ.select(rows=nw.len()))[0]["rows"])
    if not count:
        return None
    pairs = known.select("phone", "contact_id").unique()
    several = pairs.group_by("phone").agg(contacts=nw.len()).filter(nw.col("contacts") > 1)
    first = records(several.sort("contacts", "phone", descending=[True, False]).head(1))[0]
    return table, count, str(first["phone"]), int(first["contacts"])
