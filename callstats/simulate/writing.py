"""A saved data set: Parquet files of the canonical tables, and dataset.json."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from callstats.model import TABLES
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
    """Writes tables as they come, aside; on leaving without an error, moves them in place."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario, self.folder = scenario, folder
        self.rows: dict[str, int] = {}
        self._aside = folder.parent / f".{folder.name}.writing"
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Saver:
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)
        return self

    def add(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table."""
        if not len(rows):
            return
        if name not in self._writers:
            self._writers[name] = _writer(self._aside / f"{name}.parquet", rows.schema)
        self._writers[name].write_table(rows, row_group_size=GROUP)
        self.rows[name] = self.rows.get(name, 0) + len(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers.values():
            writer.close()
        if kind is None:
            self._finish()
        shutil.rmtree(self._aside, ignore_errors=True)

    def _finish(self) -> None:
        """Add rejects and provenance, and put all in place of what was there."""
        import pyarrow as pa

        empty = pa.schema([(name, tables.arrow_type(type_)) for name, type_ in REJECTS.items()])
        _writer(self._aside / "rejects.parquet", empty).close()
        text = json.dumps(self._provenance(), indent=2, ensure_ascii=False) + "\n"
        (self._aside / "dataset.json").write_text(text, encoding="utf-8")
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES.keys() - self.rows.keys():
            (self.folder / f"{name}.parquet").unlink(missing_ok=True)
        for file in sorted(self._aside.iterdir(), key=lambda file: file.name == "dataset.json"):
            file.replace(self.folder / file.name)

    def _provenance(self) -> dict[str, object]:
        return {
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


def _writer(file: Path, schema: pa.Schema) -> pq.ParquetWriter:
    import pyarrow.parquet as pq

    rising = {name: RISING[name] for name in schema.names if name in RISING}
    plain = [name for name in schema.names if name not in rising]
    encoding: dict = {"use_dictionary": plain, "column_encoding": rising or None}
    return pq.ParquetWriter(file, schema, compression="zstd", **encoding)
