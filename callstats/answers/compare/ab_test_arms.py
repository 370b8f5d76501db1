"""Assignment to the arms of a test: every contact loaded, dialled or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.scope import records
from callstats.dataset.filters import among, coerced
from callstats.errors import UsageError, unknown_name
from callstats.model import TABLES

if TYPE_CHECKING:
    from callstats.dataset import Dataset


#: Columns decided by calls after the assignment: not valid as arms.
_DECIDED_LATER = ("agent_id", "contact_id", "call_id", "outcome_code", "attempt_no", "direction")
_CONTACT, _CALLS = "contacts", "calls"


@dataclass(frozen=True, slots=True)
class AssignedArms:
    """The column contacts are assigned by, and its two values.

    ``table`` holds the assignment: contacts, or calls if no contacts table has
    the column (then contacts never dialled are unknown).
    """

    column: str
    control: Any
    treatment: Any
    table: str

    @property
    def values(self) -> tuple[Any, Any]:
        """Control first."""
        return (self.control, self.treatment)


def find_arms(dataset: Dataset, column: str, control: Any, treatment: Any = None) -> AssignedArms:
    """Return the arms of a test, checked against the data.

    Parameters
    ----------
    dataset : Dataset
    column : str
        What contacts were assigned by: list_id, or an attribute of the contact.
    control, treatment : value of the column
        If omitted, the treatment is the only other value.

    Raises
    ------
    UsageError
        An unknown column or value, no or several other values, a column decided
        by the calls, or a filter that cuts calls but not contacts.
    """
    dataset.check_key(column)
    if column in _DECIDED_LATER or (
        column in TABLES["calls"].names and column not in ("list_id", "campaign_id")
    ):
        raise UsageError(
            f"contacts are not assigned by {column}",
            hint="An arm is settled before the first dial: list_id, or an attribute of the contact.",
        )
    table = _CONTACT if dataset.has(_CONTACT, "contact_id", column) else _CALLS
    if not dataset.has("calls", "contact_id") or not dataset.reaches("calls", column):
        raise UsageError(f"a test by {column} needs calls with contact_id and {column}")
    _check_filters(dataset, table)
    dtype = dataset.schemas[table][column]
    values = _values(dataset, table, column)
    control = coerced(column, control, dtype)
    if control not in values:
        raise unknown_name(column, str(control), map(str, values))
    return AssignedArms(column, control, _treatment(column, control, treatment, values, dtype), table)


def _treatment(column: str, control: Any, treatment: Any, values: Sequence[Any], dtype: Any) -> Any:
    others = [value for value in values if value != control]
    if treatment is None:
        if len(others) == 1:
            return others[0]
        listed = ", ".join(map(str, others[:10])) or "none"
        raise UsageError(
            f"{len(others)} values of {column} beside {control}: {listed}",
            hint="Name one as the treatment; other lists take no part in the test.",
        )
    treatment = coerced(column, treatment, dtype)
    if treatment not in others:
        raise unknown_name(column, str(treatment), map(str, others))
    return treatment


def _check_filters(dataset: Dataset, table: str) -> None:
    cut = [column for column in dataset.unreached(table) if column != "direction"]
    if cut:
        raise UsageError(
            f"the data are narrowed by {' and '.join(cut)}, which contacts have not",
            hint="A test counts all contacts of an arm: open the data without that filter.",
        )


def _values(dataset: Dataset, table: str, column: str) -> list[Any]:
    frame = dataset.table(table).filter(~nw.col(column).is_null()).select(value=nw.col(column)).unique()
    return sorted(row["value"] for row in records(frame))


def assigned(dataset: Dataset, arms: AssignedArms, attributes: Sequence[str] = ()) -> nw.LazyFrame:
    """Return one row per contact, with the arms it was assigned to.

    Columns: contact_id, low and high (0 control, 1 treatment; they differ for a
    contact assigned to both), loaded_at and list_id where known, and the
    attributes, with an ``x_`` before their names.
    """
    frame = dataset.table(arms.table)
    if arms.table == _CALLS:
        frame = frame.filter(nw.col("direction") == "outbound")
    known = [c for c in ("loaded_at", "list_id") if dataset.has(arms.table, c) and c != arms.column]
    schema = dataset.schemas[arms.table]
    once = {f"x_{c}": nw.col(c).cast(nw.Int64) if schema[c] == nw.Boolean else nw.col(c) for c in attributes}
    arm = nw.when(nw.col(arms.column) == arms.treatment).then(1).otherwise(0)
    return (
        frame.filter(among(nw.col(arms.column), arms.values), ~nw.col("contact_id").is_null())
        .with_columns(**once, __arm=arm)
        .group_by("contact_id")
        .agg(
            *[nw.col(c).min() for c in (*known, *once)],
            low=nw.col("__arm").min(),
            high=nw.col("__arm").max(),
        )
    )


def attributes_of(dataset: Dataset, arms: AssignedArms) -> dict[str, str]:
    """Return the known attributes of contacts and their kinds: number, flag or text."""
    if arms.table != _CONTACT:
        return {}
    names = (
        "consent",
        "time_zone",
        *(c for c in dataset.schemas[_CONTACT] if c not in TABLES[_CONTACT].names),
    )
    kinds = {
        name: _kind(dataset.schemas[_CONTACT][name])
        for name in names
        if name != arms.column and name in dataset.schemas[_CONTACT]
    }
    return {name: kind for name, kind in kinds.items() if kind}


def _kind(dtype: Any) -> str:
    if dtype == nw.Boolean:
        return "flag"
    if dtype.is_numeric():
        return "number"
    return "text" if dtype in (nw.String, nw.Categorical) else ""


def strangers(dataset: Dataset, arms: AssignedArms) -> int:
    """Return how many contacts were dialled on an arm's list without having been loaded."""
    if arms.table != _CONTACT or not dataset.has("calls", arms.column):
        return 0
    dialled = (
        dataset.table("calls")
        .filter(
            nw.col("direction") == "outbound",
            among(nw.col(arms.column), arms.values),
            ~nw.col("contact_id").is_null(),
        )
        .select("contact_id")
        .unique()
    )
    known = dataset.table(_CONTACT).select("contact_id").unique()
    missing = dialled.join(known, on="contact_id", how="anti").select(n=nw.len())
    return int(records(missing)[0]["n"])
