"""Spoil exports: cut them off, flip bytes, swap columns, mix types. Everything follows from a seed."""

from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = ["Id", "Date", "Result", "Talk", "Amount", "Phone", "Agent"]
MAPPING = """\
time_zone = "Europe/Paris"
[calls.columns]
call_id = "Id"
started_at = "Date"
outcome_code = "Result"
talk_s = { column = "Talk", unit = "s" }
value = { column = "Amount", type = "money" }
contact_id = { column = "Phone", type = "phone", country = "FR" }
agent_id = "Agent"
[calls.statuses]
Sold = "success"
No = "refusal"
Nobody = "no_answer"
"""
#: What a cell may hold instead of what it should.
STRANGE: list[Any] = [
    *(
        None,
        "",
        "-",
        "N/A",
        "#REF!",
        "=1+1",
        "x" * 5000,
        "a\x00b",
        "é\u202e",
        "1e999",
        "-1",
        1e308,
        float("inf"),
    ),
    *(True, -5, 10**25, "2026-13-45", "31/02/2026", dt.date(1899, 12, 31), dt.datetime(2999, 1, 1)),
    *(
        dt.time(1, 2),
        "Total",
        '"',
        "a\nb",
        "a,b;c\td",
        "00:03:25",
        "12,5",
        "€ 3.500,00",
        "ÿþ",
        "\ufeff",
        "{}",
    ),
    *("[1]", "<b>", "'; DROP"),
]


def rows(rng: random.Random, count: int) -> list[list[Any]]:
    """Return rows of a sound export: every cell typed."""
    start = dt.datetime(2026, 9, 8, 9)
    return [
        [
            number, start + dt.timedelta(minutes=7 * number), rng.choice(["Sold", "No", "Nobody"]),
            rng.randrange(300), round(rng.random() * 900, 2), f"01990010{number % 100:02d}",
            rng.choice("abc"),
        ]
        for number in range(1, count + 1)
    ]  # fmt: skip


def spoil_cells(rng: random.Random, header: list[str], table: list[list[Any]]) -> None:
    """Change a few cells, rows or columns of a table in place."""
    for _ in range(rng.randrange(1, 6)):
        way = rng.randrange(7)
        row = rng.choice(table) if table else []
        if way <= 2 and row:
            row[rng.randrange(len(row))] = rng.choice(STRANGE)
        elif way == 3 and len(header) > 1:
            first, second = rng.sample(range(len(header)), 2)
            for line in [header, *table]:
                if max(first, second) < len(line):
                    line[first], line[second] = line[second], line[first]
        elif way == 4 and table:
            table.insert(
                rng.randrange(len(table)), list(rng.choice([row, header, ["Total"] + [None] * 6, [None] * 7]))
            )
        elif way == 5:
            header[rng.randrange(len(header))] = rng.choice(["", "Date", "x\ny", "Id", "Ünknown", "id "])
        elif way == 6 and table:
            column = rng.randrange(len(header))
            for line in table:
                if column < len(line):
                    line[column] = rng.choice([line[column], str(line[column]), rng.choice(STRANGE)])


def spoil_bytes(rng: random.Random, path: Path) -> None:
    """Cut a file off, flip bytes of it, or put some in."""
    data = bytearray(path.read_bytes())
    way = rng.randrange(5)
    if way == 0 and len(data) > 10:
        del data[rng.randrange(1, len(data)) :]
    elif way == 1:
        for _ in range(rng.randrange(1, 20)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif way == 2:
        place = rng.randrange(len(data))
        data[place:place] = rng.choice(
            [b"\x00" * 30, b'"', b"\xff\xfe", b"\r\n\r\n", b";;;", b"sep=;\n", b"\x1f\x8b"]
        )
    path.write_bytes(bytes(data))


def _text(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n') else text


def write_csv(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write delimited text."""
    path.write_text("\n".join(",".join(map(_text, line)) for line in [header, *table]), "utf-8", "replace")


def write_xlsx(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write a workbook, each cell of its own type."""
    book = openpyxl.Workbook()
    for line in [header, *table]:
        book.active.append([_allowed(value) for value in line])
    book.save(path)


def _allowed(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(mark for mark in value if mark >= " " or mark == "\n")[:32_000]
    if isinstance(value, float) and value in (float("inf"), 1e308):
        return "inf"
    return float(value) if isinstance(value, int) and abs(value) > 10**15 else value


def _columns(header: list[str], table: list[list[Any]]) -> dict[str, list[str | None]]:
    names = [f"{name}{place}" if header.index(name) != place else name for place, name in enumerate(header)]
    wide = [[*line, *[None] * len(header)][: len(header)] for line in table]
    cells = list(zip(*wide, strict=True)) or [()] * len(header)
    return {
        n: [None if v is None else str(v) for v in column] for n, column in zip(names, cells, strict=True)
    }


def _typed(values: list[str | None]) -> pa.Array:
    try:
        return pa.array([None if v is None else float(v) for v in values])
    except ValueError:
        return pa.array(
            [None if v is None else v.encode("utf-8", "replace").decode() for v in values], pa.string()
        )


def write_parquet(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write Parquet; a column that holds numbers alone is one of numbers."""
    pq.write_table(pa.table({name: _typed(v) for name, v in _columns(header, table).items()}), path)


def write_sqlite(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write a SQLite file, whose columns may hold anything."""
    columns = _columns(header, table)
    base = sqlite3.connect(path)
    names = ", ".join('"' + (name or "empty").replace('"', "") + '"' for name in columns)
    marks = ", ".join("?" * len(columns))
    base.execute(f"CREATE TABLE calls ({names})")
    base.executemany(f"INSERT INTO calls VALUES ({marks})", list(zip(*columns.values(), strict=True)))
    base.commit()
    base.close()


def write_duckdb(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write a DuckDB file."""
    content = pa.table({name or "empty": _typed(v) for name, v in _columns(header, table).items()})
    with duckdb.connect(str(path)) as base:
        base.register("content", content)
        base.execute("CREATE TABLE calls AS SELECT * FROM content")


def _quoted(value: Any) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "\\'") + "'"


def write_dump(path: Path, header: list[str], table: list[list[Any]]) -> None:
    """Write a dump of VICIdial's log, as mysqldump does."""
    names = ["uniqueid", "call_date", "status", "length_in_sec", "list_id", "lead_id", "user"]
    listed = ",\n".join(f"  `{name}` varchar(99)" for name in [*names, "campaign_id"])
    values = ",".join("(" + ",".join(map(_quoted, [*line[:7], "c"])) + ")" for line in table)
    sql = f"CREATE TABLE `vicidial_log` (\n{listed}\n);\nINSERT INTO `vicidial_log` VALUES {values};\n"
    path.write_text(sql, "utf-8", "replace")


WRITERS: dict[str, Callable[[Path, list[str], list[list[Any]]], None]] = {
    "csv": write_csv, "xlsx": write_xlsx, "parquet": write_parquet, "sqlite": write_sqlite,
    "duckdb": write_duckdb, "sql": write_dump,
}  # fmt: skip


def mutate(folder: Path, kind: str, seed: int) -> Path:
    """Write a spoilt export of a kind, the same for the same seed."""
    rng = random.Random(f"{kind} {seed}")
    header, table = list(HEADER), rows(rng, rng.randrange(0, 30))
    if rng.random() < 0.8:
        spoil_cells(rng, header, table)
    path = folder / f"export.{kind}"
    WRITERS[kind](path, header, table)
    if rng.random() < 0.5:
        spoil_bytes(rng, path)
    return path
