"""All tables on one engine, so that they can be joined."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals as nw

from callstats.errors import InputError

_IN_MEMORY = ("pandas", "polars", "pyarrow")


def on_one_engine(frames: Mapping[str, nw.LazyFrame]) -> dict[str, nw.LazyFrame]:
    """Return the tables all on one engine, so that they can be joined.

    Tables in memory follow the calls to pandas, Polars or Arrow.

    Raises
    ------
    InputError
        Some are in memory and some in a database, whose connection only it knows.

    Examples
    --------
    >>> import pandas as pd, pyarrow as pa
    >>> mixed = {"calls": pd.DataFrame({"call_id": ["1"]}), "costs": pa.table({"kind": ["labour"]})}
    >>> one = on_one_engine({name: nw.from_native(frame).lazy() for name, frame in mixed.items()})
    >>> one["costs"].implementation
    <Implementation.PANDAS: 'pandas'>
    """
    engines = {name: frame.implementation for name, frame in frames.items()}
    if len(set(engines.values())) < 2:
        return dict(frames)
    target = engines.get("calls") or next(iter(engines.values()))
    found = {str(engine.value) for engine in engines.values()}
    if not found <= set(_IN_MEMORY):
        names = ", ".join(f"{name} on {engine.value}" for name, engine in engines.items())
        raise InputError(
            f"the tables are on different engines: {names}",
            hint="Register the frames in the database's own connection, or load all tables into memory.",
        )
    backend = str(target.value)
    return {
        name: frame if engines[name] == target else frame.collect(backend).lazy()  # type: ignore[arg-type]
        for name, frame in frames.items()
    }
