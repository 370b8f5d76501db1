"""One cell at a time: what stands in one cell of an export costs that cell or its row, and no other.

``python -m tests.cell_sweeps --step 5 --first 0`` puts every fifth of the hostile values into every column of
every table, in three time zones, imports, and compares all other rows with those of the sound export. It
prints a line of JSON for each case that should not be, and counts the outcomes in the last.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from callstats.model import COST_KINDS, STATES, TABLES
from tests.mutant_inputs import CELLS
from tests.mutants import BAD, Ended, run

ZONES = ("Europe/Paris", "America/St_Johns", "Asia/Kathmandu")
ROWS = 9
#: Hostile cells that are kept for a sweep: a name of 70,000 letters would be most of its time.
SWEPT = tuple(cell for cell in CELLS if len(cell) < 1000)
_OWN: dict[str, Any] = {
    "call_id": lambda n: f"k{n}", "contact_id": lambda n: f"c{n}", "phone": lambda n: f"+3319900100{n}",
    "list_id": lambda n: "AB"[n % 2], "campaign_id": lambda n: ("spring", "autumn")[n % 2],
    "agent_id": lambda n: ("ann", "bob", "cid")[n % 3], "direction": lambda n: ("outbound", "inbound")[n % 2],
    "time_zone": lambda n: ("Europe/Paris", "America/New_York")[n % 2], "state": lambda n: STATES[n % 5],
    "closed_reason": lambda n: "success", "outcome_code": lambda n: ("SALE", "NO")[n % 2],
    "pause_code": lambda n: "lunch", "criterion": lambda n: ("script", "offer")[n % 2],
    "evaluator": lambda n: "eve", "case_id": lambda n: f"t{n}", "period": lambda n: f"2026-09-0{n + 1}",
    "kind": lambda n: COST_KINDS[n % 4],
}  # fmt: skip


def _cell(table: str, column: str, n: int) -> str:
    """Return what a sound export has in the n-th row of a column."""
    if table == "surveys" and column in ("kind", "score"):
        return {"kind": ("csat", "nps")[n % 2], "score": str(3 + n % 3)}[column]
    if column in _OWN:
        return str(_OWN[column](n))
    return {
        "integer": str(1 + n % 3), "number": str(20 + n), "flag": "true",
        "instant": f"2026-09-0{1 + n} {10 + n}:0{n}:00", "clock": f"2026-09-0{1 + n} {10 + n}:0{n}:00",
    }.get(TABLES[table][column].type, f"v{n}")  # fmt: skip


#: A score of calls runs from 1 to 5; flags that exclude one another, and what the import makes itself.
_LEFT = {"calls": {"abandoned", "cancelled", "invalid_number", "do_not_call"}}


def columns(table: str) -> list[str]:
    """Return the columns of a table that an export states."""
    return [
        column.name
        for column in TABLES[table].columns
        if not column.derived and column.name not in _LEFT.get(table, ())
    ]


def _value(table: str, column: str, n: int) -> str:
    return str(1 + n % 5) if (table, column) == ("evaluations", "score") else _cell(table, column, n)


def grid(table: str) -> list[list[str]]:
    """Return the rows of a sound export of a table, without its header."""
    return [[_value(table, column, n) for column in columns(table)] for n in range(ROWS)]


def mapping(zone: str, tables: Sequence[str]) -> str:
    """Return a mapping that takes every column of some tables as it is called."""
    lines = [f'time_zone = "{zone}"', ""]
    for table in tables:
        lines += [f"[{table}]", f'file = "{table}.csv"', f"[{table}.columns]"]
        lines += [f'{column} = "{column}"' for column in columns(table)]
    lines += ["[calls.statuses]", '"SALE" = "success"', '"NO" = "refusal"']
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Case:
    """One hostile cell."""

    zone: str
    table: str
    column: str
    row: int
    cell: str


class Sweep:
    """A sound export of calls and of one table in a time zone, into which one cell is put."""

    def __init__(self, folder: Path, zone: str, table: str) -> None:
        self.tables = list(dict.fromkeys(["calls", table]))
        self.folder = folder / f"{zone.replace('/', '-')}-{table}"
        self.folder.mkdir()
        self.export = self.folder / "export"
        self.export.mkdir()
        (self.folder / "mapping.toml").write_text(mapping(zone, self.tables), encoding="utf-8")
        for name in self.tables:
            self._write(name, grid(name))

    def _write(self, table: str, rows: Sequence[Sequence[str]]) -> None:
        file = self.export / f"{table}.csv"
        with file.open("w", encoding="utf-8", errors="surrogatepass", newline="") as opened:
            csv.writer(opened).writerows([columns(table), *rows])

    def _imported(self, name: str) -> tuple[Ended, dict[str, Counter[str]]]:
        to = self.folder / name
        shutil.rmtree(to, ignore_errors=True)
        words = ["import", self.export, "--mapping", self.folder / "mapping.toml", "--to", to]
        ended = run(words)
        return ended, {table: _rows(to, table) for table in self.tables} if to.exists() else {}

    @cached_property
    def sound(self) -> dict[str, Counter[str]]:
        """The rows of the sound import, by table."""
        ended, rows = self._imported("sound")
        assert ended.code in (0, 1), ended.said
        assert all(found.total() == ROWS for found in rows.values()), ended.said
        return rows

    def tried(self, case: Case) -> Ended:
        """Import with one cell changed; kind ``wrong`` where another row is not as it was."""
        sound = self.sound
        rows = grid(case.table)
        rows[case.row][columns(case.table).index(case.column)] = case.cell
        self._write(case.table, rows)
        try:
            ended, found = self._imported("out")
        finally:
            self._write(case.table, grid(case.table))
        wrong = _wrong(case.table, sound, found) if found else ""
        return Ended("wrong", ended.code, wrong) if wrong and ended.kind not in BAD else ended


def _rows(folder: Path, table: str) -> Counter[str]:
    """Return the rows of a stored table, each as a text of what the export stated."""
    months = sorted((folder / "calls").glob("*.parquet"))
    files = months if table == "calls" else [folder / f"{table}.parquet"]
    said: Counter[str] = Counter()
    for file in files:
        for row in pq.read_table(file).to_pylist() if file.exists() else ():
            said[json.dumps({c: row[c] for c in columns(table) if row.get(c) is not None}, default=str)] += 1
    return said


def _wrong(table: str, sound: dict[str, Counter[str]], found: dict[str, Counter[str]]) -> str:
    """Say what is otherwise than it was in rows that were not touched; empty where nothing is."""
    for name, rows in sound.items():
        lost, come = rows - found[name], found[name] - rows
        most = 1 if name == table else 0
        if lost.total() > most or come.total() > most:
            return f"{name}: {lost.total()} rows lost, {come.total()} others: {[*lost][:2]} {[*come][:2]}"
    return ""


def cases(first: int, step: int) -> Iterator[Case]:
    """Yield every step-th case, beginning with one: columns by values by zones."""
    every = (
        (table, column, cell, zone)
        for table in TABLES
        for column in columns(table)
        for cell in SWEPT
        for zone in ZONES
    )
    for number, (table, column, cell, zone) in enumerate(every):
        if number % step == first:
            yield Case(zone, table, column, number % ROWS, cell)


def trials(first: int, step: int, folder: Path) -> Iterator[tuple[Case, Ended]]:
    """Try some of the cases; each with how it ended."""
    sweeps: dict[tuple[str, str], Sweep] = {}
    for case in cases(first, step):
        key = (case.zone, case.table)
        if key not in sweeps:
            sweeps[key] = Sweep(folder, *key)
        yield case, sweeps[key].tried(case)


def main(words: Sequence[str]) -> int:
    """Try cases, print those that should not be, and count how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--step", type=int, default=5)
    asked = parser.parse_args(words)
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="callstats-sweeps-") as folder:
        os.chdir(folder)
        for case, ended in trials(asked.first, asked.step, Path(folder)):
            counts[ended.kind] += 1
            if ended.kind in BAD | {"wrong"}:
                print(json.dumps({**vars(case), **vars(ended)}), flush=True)
        os.chdir("/")
    print(json.dumps({"outcomes": dict(sorted(counts.items()))}), flush=True)
    return 1 if any(counts[kind] for kind in BAD | {"wrong"}) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
