"""A saved data set: Parquet files of the canonical tables, and dataset.json."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from callstats.simulate import tables
from callstats.simulate.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Rows of a row group.
GROUP = 262_144
#: Numbers that rise along a file are kept as differences.
RISING = {"call_id": "DELTA_BYTE_ARRAY", "started_at": "DELTA_BINARY_PACKED", "start": "DELTA_BINARY_PACKED"}
RISING |= {"local_started_at": "DELTA_BINARY_PACKED", "local_start": "DELTA_BINARY_PACKED"}

REJECTS = {
    "file": "text", "row": "integer", "table": "text", "column": "text", "rule": "text",
    "reason": "text", "found": "text", "content": "text",
}  # fmt: skip


class Saver:
    """Writes tables as they come; on leaving without an error, adds dataset.json."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario, self.folder = scenario, folder
        self.rows: dict[str, int] = {}
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Saver:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def add(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table."""
        if not len(rows):
            return
        if name not in self._writers:
            self._writers[name] = _writer(self.folder / f"{name}.parquet", rows.schema)
        self._writers[name].write_table(rows, row_group_size=GROUP)
        self.rows[name] = self.rows.get(name, 0) + len(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        if kind is None:
            self._finish()

    def _finish(self) -> None:
        import pyarrow as pa

        empty = pa.schema([(name, tables.arrow_type(type_)) for name, type_ in REJECTS.items()]).empty_table()
        _writer(self.folder / "rejects.parquet", empty.schema).close()
        about = {
            "format": 1,
            "source": "simulated",
            "seed": self.scenario.seed,
            "time_zone": self.scenario.time_zone,
            "currency": self.scenario.currency,
            "files": [],
            "rows": dict(sorted(self.rows.items())),
            "rejected": {},
            "notes": [f"simulated by callstats, seed {self.scenario.seed}"],
            "lacks": {},
        }
        text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
        (self.folder / "dataset.json").write_text(text, encoding="utf-8")


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    import pyarrow.parquet as pq

    rising = {name: RISING[name] for name in schema.names if name in RISING}
    plain = [name for name in schema.names if name not in rising]
    encoding: dict = {"use_dictionary": plain, "column_encoding": rising or None}
    return pq.ParquetWriter(file, schema, compression="zstd", **encoding)
