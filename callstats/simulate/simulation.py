"""Run a scenario: in memory, or piece by piece into a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from callstats.model import TABLES
from callstats.simulate import arrow_tables as tables
from callstats.simulate.days import WorkCalendar
from callstats.simulate.inbound import queue_calls
from callstats.simulate.outbound import Desk, Part, campaign_team
from callstats.simulate.roster import allot, teams
from callstats.simulate.scenario import Scenario
from callstats.simulate.spending import Ledger
from callstats.simulate.truth import Truth

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

#: Attributes of contacts beyond the canonical columns.
ATTRIBUTES = {"contacts": {"past_answers": "integer", "arm": "text"}}
#: The tables every simulation has; callbacks and cases exist only if a scenario creates any.
NAMES = ("calls", "agent_time", "contacts", "costs", "evaluations", "surveys", "callbacks", "cases")


@dataclass(frozen=True)
class Simulation:
    """The result of a scenario: canonical tables (Arrow) by name, and the truth behind them."""

    scenario: Scenario
    tables: dict[str, pa.Table]
    truth: Truth

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as a pandas frame."""
        return self.tables[name].to_pandas()


def parts(scenario: Scenario, truth: Truth) -> Iterator[Part]:
    """Yield (table name, rows) piece by piece, filling in the truth on the way.

    Memory use is limited to the dials of one campaign in compact form (about 40
    bytes each) and one slice of finished rows.
    """
    calendar = WorkCalendar.of(scenario)
    desk = Desk(scenario, calendar, truth, Ledger(scenario, calendar))
    all_teams = teams(scenario)
    number = {agent: position for position, agent in enumerate(scenario.agents)}
    groups = {team.name: team.agents for team in all_teams}
    groups |= {queue.queue_id: np.array([number[a] for a in queue.agents]) for queue in scenario.queues}
    allotted = allot(scenario, groups, len(calendar))
    for team in all_teams:
        yield from campaign_team(desk, team, allotted[team.name])
    for position, queue in enumerate(scenario.queues):
        yield from queue_calls(desk, queue, allotted[queue.queue_id], position)
    yield "costs", desk.ledger.table()


def simulate(scenario: Scenario) -> Simulation:
    """Simulate a scenario in memory.

    Returns
    -------
    Simulation
        ``tables`` holds the canonical tables; ``truth`` the parameters and the
        chances of every draw, for tests of recovery.

    Raises
    ------
    UsageError
        The available agents cannot handle the load.

    Examples
    --------
    >>> simulation = simulate(Scenario.small(seed=3))
    >>> calls = simulation.frame("calls")
    >>> bool((calls.success <= calls.argued).all())
    True
    """
    import pyarrow as pa

    truth = Truth.of(scenario)
    collected: dict[str, list[pa.Table]] = {}
    for name, rows in parts(scenario, truth):
        collected.setdefault(name, []).append(rows)
    made = {name: pa.concat_tables(collected[name]) for name in NAMES if name in collected}
    return Simulation(scenario, {name: rows for name, rows in made.items() if len(rows)}, truth)


def write(scenario: Scenario, folder: str | Path) -> Truth:
    """Simulate a scenario directly into a saved data set, one row group at a time.

    The same scenario gives the same bytes, and the same tables as
    :func:`simulate`.
    """
    from callstats.simulate.simulation import Saver

    truth = Truth.of(scenario)
    with Saver(scenario, Path(folder)) as saver:
        for name, rows in parts(scenario, truth):
            saver.add(name, rows)
    return truth


def write_canonical(simulation: Simulation, folder: str | Path) -> None:
    """Write a simulation as a saved data set: Parquet files and dataset.json."""
    from callstats.simulate.simulation import Saver

    with Saver(simulation.scenario, Path(folder)) as saver:
        for name, rows in simulation.tables.items():
            saver.add(name, rows)


__all__ = ["NAMES", "Simulation", "parts", "simulate", "tables", "write", "write_canonical"]


#: Rows of a row group.
GROUP = 262_144
#: Numbers that increase along a file are stored as differences.
RISING = {"call_id": "DELTA_BYTE_ARRAY", "started_at": "DELTA_BINARY_PACKED", "start": "DELTA_BINARY_PACKED"}
RISING |= {"local_started_at": "DELTA_BINARY_PACKED", "local_start": "DELTA_BINARY_PACKED"}

REJECTS = {
    "file": "text", "row": "integer", "table": "text", "column": "text", "rule": "text",
    "reason": "text", "found": "text", "content": "text",
}  # fmt: skip


class Saver:
    """Writes tables to a temporary folder as they come; on exit without an error, moves them into place."""

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
        """Add rejects and provenance, and replace the previous data set."""
        import pyarrow as pa

        empty = pa.schema([(name, tables.arrow_type(type_)) for name, type_ in REJECTS.items()])
        _writer(self._aside / "rejects.parquet", empty).close()
        text = json.dumps(self._provenance(), indent=2, ensure_ascii=False) + "\n"
        (self._aside / "dataset.json").write_text(text, encoding="utf-8")
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES.keys() - self.rows.keys():
            (self.folder / f"{name}.parquet").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "calls", ignore_errors=True)  # what an import laid by month
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
