"""Convert the simulation's arrays to canonical tables."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.model import TABLES

if TYPE_CHECKING:
    import pyarrow as pa


def arrow_type(type_: str) -> pa.DataType:
    """Return the Arrow type of a model type."""
    import pyarrow as pa

    return {
        "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "flag": pa.bool_(),
        "instant": pa.timestamp("us", tz="UTC"), "clock": pa.timestamp("us"), "date": pa.date32(),
    }[type_]  # fmt: skip


#: Columns that no simulated site has: contacts are told by their names, nobody works over midnight.
NOT_SIMULATED = frozenset({"phone", "shift_start"})
#: By table: issues are nobody's own, whoever takes the call works on them.
NOT_SIMULATED_OF = {"cases": frozenset({"agent_id"})}


def schema(table: str, **further: str) -> pa.Schema:
    """Return the columns of a canonical table, and extra ones by model type."""
    import pyarrow as pa

    left_out = NOT_SIMULATED | NOT_SIMULATED_OF.get(table, frozenset())
    known = (column for column in TABLES[table].columns if column.name not in left_out)
    columns = {column.name: column.type for column in known} | further
    return pa.schema([(name, arrow_type(type_)) for name, type_ in columns.items()])


def table(name: str, columns: dict[str, object], further: dict[str, str] | None = None) -> pa.Table:
    """Build a canonical table; columns that are not given are null."""
    import pyarrow as pa

    wanted = schema(name, **(further or {}))
    size = len(next(iter(columns.values())))  # type: ignore[arg-type]
    arrays = []
    for column in wanted:
        value = columns.get(column.name)
        if value is None:
            arrays.append(pa.nulls(size, column.type))
            continue
        array: Any = value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.array(value)
        arrays.append(array.cast(column.type))
    return pa.table(arrays, schema=wanted)


def words(names: Sequence[str | None], codes: np.ndarray) -> pa.Array:
    """Return names by number, with negative numbers as null."""
    import pyarrow as pa

    return pa.array(names, pa.string()).take(pa.array(codes, mask=np.asarray(codes) < 0))


def numbered(prefix: str, numbers: np.ndarray, width: int = 0) -> pa.Array:
    """Return texts such as ``spring-00000012``."""
    import pyarrow as pa

    compute: Any = importlib.import_module("pyarrow.compute")  # its functions are created at run time
    digits = pa.array(numbers).cast(pa.string())
    if width:
        digits = compute.utf8_lpad(digits, width, "0")
    return compute.binary_join_element_wise(prefix, digits, "") if prefix else digits


def where(values: np.ndarray, known: np.ndarray) -> pa.Array:
    """Return values, null where unknown."""
    import pyarrow as pa

    return pa.array(values, mask=~np.asarray(known, dtype=bool))


def instants(microseconds: np.ndarray, known: np.ndarray | None = None) -> pa.Array:
    """Return instants in UTC."""
    import pyarrow as pa

    mask = None if known is None else ~known
    return pa.array(microseconds, pa.int64(), mask=mask).cast(arrow_type("instant"))


def clocks(microseconds: np.ndarray) -> pa.Array:
    """Return naive clock times."""
    import pyarrow as pa

    return pa.array(microseconds, pa.int64()).cast(arrow_type("clock"))
