# ruff: noqa: E501 - tables of values
"""Valid inputs of every kind, damaged in many ways: no damage may end in a traceback.

``python -m tests.mutants --kind parquet --count 200`` damages one kind and prints a line of JSON for each
case that should not be; the last line counts the outcomes. The cases follow from their seed alone.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import traceback
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

MAPPING = """\
time_zone = "Europe/Paris"

[calls.columns]
call_id = "id"
contact_id = "contact"
agent_id = "agent"
campaign_id = "campaign"
list_id = "list"
started_at = "started"
outcome_code = "result"
talk_s = "talk"
wrap_s = { column = "wait", optional = true }
value = { column = "amount", optional = true }

[calls.statuses]
"SALE" = "success"
"NO" = "refusal"
"NA" = "no_answer"
"""
PROJECT = """\
time_zone = "Europe/Paris"
currency = "EUR"
calling_hours = [["09:00", "20:00"]]

[money]
cost_per_hour = 30
value_per_success = 80

[targets]
answer_rate = { low = 0.2 }

[labels]
spring = "Spring 2026"
"""
COLUMNS = (
    "id", "contact", "agent", "campaign", "list", "started", "result", "talk", "wait", "amount",
)  # fmt: skip
#: What a cell may hold that no dialer should write: beyond range, no number, instructions, half a character.
CELLS = (
    "", " ", "NULL", "nan", "inf", "-inf", "1e400", "-1", "9223372036854775808", "99999999999999999999999",
    "0000-00-00 00:00:00", "0000-01-01", "0001-01-01 00:00:00", "99999-01-01 00:00:00", "9999-12-31 23:59:59",
    "2026-02-30 10:00:00", "2026-03-29 02:30:00", "1677-09-21 00:12:43", "2262-04-12 00:00:00", "25:61:61",
    "-5 days", "1899-12-30", "\x1b[31mred\x1b[0m", "a\u202eb", "\u2028", "\ufeff", "x" * 70_000, "'", '"', '""',
    "=1+1", "\\", "\\N", "{}", "[]", "%s", "{0}", "true", "🎉", "\u0663\u0664", "1,5", "1.234.567,8", "1 000",
    "१२", "0x1F", "1_000", "١", "½", "²", "+", "-", ".", "e", "1e5", "1E-400", "00", "--", "1:2:3:4",
    "2026-09-01T10:00:00+99:99", "2026-09-01T10:00:00Z", "1788861600", "1e18", "-62135596801", "253402300800",
)  # fmt: skip
RAW_CELLS = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xc3",
    b"\r",
    b"\n",
    b"\t",
    b",",
    b";",
    b"\x1a",
    b"\x85",
)


def rows(count: int = 40) -> list[list[str]]:
    """Return the cells of a small export, day after day."""
    made = []
    for n in range(count):
        result = ("SALE", "NO", "NA")[n % 3]
        talk = "0" if result == "NA" else str(20 + n)
        made.append([
            str(n), f"c{n % 17}", ("ann", "bob", "")[n % 3], ("spring", "autumn")[n % 2], "AB"[n % 2],
            f"2026-{8 + n % 2:02d}-{1 + n % 28:02d} {9 + n % 10:02d}:{n % 60:02d}:00", result, talk, "5",
            "80.5" if result == "SALE" else "",
        ])  # fmt: skip
    return made


def records(cells: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Return rows as records whose lengths are numbers, where they are."""
    made: list[dict[str, Any]] = [dict(zip(COLUMNS, row, strict=True)) for row in cells]
    for name in ("talk", "wait"):
        if all(
            record[name].isascii() and record[name].isdigit() and len(record[name]) < 18 for record in made
        ):
            made = [record | {name: int(record[name])} for record in made]
    return made


def _sound(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return records without halves of characters, which a typed file cannot hold."""
    return [
        {k: v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for k, v in record.items()}
        for record in made
    ]


def text(cells: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    """Return rows as delimited text with a header."""
    return "".join(separator.join(row) + "\n" for row in [COLUMNS, *cells]).encode("utf-8", "surrogatepass")


def _parquet(cells: Sequence[Sequence[str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(_sound(records(cells))), out)
    return out.getvalue()


def _xlsx(cells: Sequence[Sequence[str]]) -> bytes:
    import openpyxl
    from openpyxl.utils.exceptions import IllegalCharacterError

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(COLUMNS)
    for row in cells:
        try:
            sheet.append([cell[:32_000] for cell in row])
        except (IllegalCharacterError, UnicodeError):
            sheet.append(["?"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _ods(cells: Sequence[Sequence[str]]) -> bytes:
    from xml.sax.saxutils import escape

    lines = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        ) + "</table:table-row>"
        for row in [COLUMNS, *cells]
    )  # fmt: skip
    names = "".join(
        f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}><office:body>'
        f'<office:spreadsheet><table:table table:name="calls">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return _zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode("utf-8", "replace"),
        }
    )


def _zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _sqlite(cells: Sequence[Sequence[str]]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.db"
        base = sqlite3.connect(file)
        base.execute("CREATE TABLE calls ({})".format(", ".join(f'"{name}"' for name in COLUMNS)))
        kept = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in cells]
        base.executemany(f"INSERT INTO calls VALUES ({','.join('?' * len(COLUMNS))})", kept)
        base.commit()
        base.close()
        return file.read_bytes()


def _duckdb(cells: Sequence[Sequence[str]]) -> bytes:
    import duckdb
    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calls.duckdb"
        frame = pd.DataFrame(_sound(records(cells)))
        with duckdb.connect(str(file)) as base:
            base.register("frame", frame)
            base.execute("CREATE TABLE calls AS SELECT * FROM frame")
        return file.read_bytes()


def _page(cells: Sequence[Sequence[str]]) -> bytes:
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [COLUMNS, *cells])
    return f"<html><body><table>{''.join(lines)}</table></body></html>".encode("utf-8", "replace")


#: An export's name, and how it is written from rows.
EXPORTS: dict[str, tuple[str, Callable[[Sequence[Sequence[str]]], bytes]]] = {
    "csv": ("calls.csv", text),
    "tsv": ("calls.tsv", lambda cells: text(cells, "\t")),
    "xlsx": ("calls.xlsx", _xlsx),
    "ods": ("calls.ods", _ods),
    "json": ("calls.json", lambda cells: json.dumps(records(cells)).encode()),
    "jsonl": ("calls.jsonl", lambda cells: b"".join(json.dumps(r).encode() + b"\n" for r in records(cells))),
    "parquet": ("calls.parquet", _parquet),
    "sqlite": ("calls.db", _sqlite),
    "duckdb": ("calls.duckdb", _duckdb),
    "page": ("calls.xls", _page),
    "zip": ("calls.zip", lambda cells: _zipped({"calls.csv": text(cells)})),
    "gz": ("calls.csv.gz", lambda cells: gzip.compress(text(cells), mtime=0)),
}
#: Files of an imported folder, and those that say how to read one.
STORED = ("calls/2026-09.parquet", "dataset.json", "rejects.parquet", "callstats.toml", "contacts.parquet")
SETTINGS = ("mapping.toml", "project.toml", "kpis.toml")
KPIS = """\
[kpi.warm_rate]
label = { en = "Warm talks" }
question = "What share of dials became a talk of a minute or more?"
numerator = "handled where talk_s >= 60"
denominator = "dials"
source = "Sales meeting of March"
"""
KINDS = (*EXPORTS, *STORED, *SETTINGS)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its kind of outcome, its exit code and what it said."""

    kind: str
    code: int
    said: str


class Hang(BaseException):
    """A command that took too long."""


def run(words: Sequence[object], seconds: float = 30.0) -> Ended:
    """Run the command line in this process, as its script does."""
    from callstats.cli import main

    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["callstats", *map(str, words)]
    code: int | str | None = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            with _limited(seconds):
                main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 0
        except Hang:
            return Ended("hang", -1, err.getvalue())
        except BaseException:
            return Ended("traceback", -1, traceback.format_exc())
        finally:
            sys.argv = before
    said = err.getvalue()
    if _is_unclean(said):
        return Ended("unclean", int(code or 0), said)
    return Ended(_NAMES.get(code, str(code)), int(code or 0), said)


_NAMES = {None: "ok", 0: "ok", 1: "findings", 2: "usage", 3: "unreadable", 4: "report", 70: "unforeseen"}
#: Outcomes that no input may have.
BAD = frozenset({"hang", "traceback", "unforeseen", "unclean", "130"})


def _is_unclean(said: str) -> bool:
    return "Traceback (most" in said or any(_is_obeyed(char) for char in said)


def _is_obeyed(char: str) -> bool:
    """Tell what a terminal obeys from what it shows."""
    return not (char.isprintable() or char in "\n\u200d\u200c\xad" or unicodedata.category(char) == "Zs")


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):  # pragma: no cover - not a Unix
        yield
        return

    def late(*_: object) -> None:
        raise Hang

    usual = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, usual)


# How bytes are damaged


def flipped(content: bytes, chance: Random) -> bytes:
    """Change a few bytes."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(content: bytes, chance: Random) -> bytes:
    """End the file too early, or begin it too late."""
    place = chance.randrange(len(content))
    return content[:place] if chance.random() < 0.8 else content[place:]


def with_nothing(content: bytes, chance: Random) -> bytes:
    """Put NULs in, or in the place of what was there, as a disk does after a power cut."""
    place, length = chance.randrange(len(content)), chance.choice((1, 4, 512))
    after = place if chance.random() < 0.5 else place + length
    return content[:place] + bytes(length) + content[after:]


def doubled(content: bytes, chance: Random) -> bytes:
    """Write a block twice, or leave one out."""
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    block = content[first:last]
    return content[:first] + block * chance.choice((0, 2, 2)) + content[last:]


def with_hostile_bytes(content: bytes, chance: Random) -> bytes:
    """Put in what a text should not hold."""
    place = chance.randrange(len(content))
    hostile = chance.choice((*RAW_CELLS, *(cell.encode("utf-8", "surrogatepass") for cell in CELLS)))
    return content[:place] + hostile + content[place:]


def with_other_value(content: bytes, chance: Random) -> bytes:
    """Put another value in the place of one of a JSON or TOML file."""
    import re

    values = list(
        re.finditer(rb'"[^"\n]{0,60}"|(?<=[ :=])-?\d+(\.\d+)?|true|false|\[[^\[\]]{0,80}\]', content)
    )
    if not values:
        return flipped(content, chance)
    at = chance.choice(values)
    return content[: at.start()] + chance.choice(_VALUES) + content[at.end() :]


_VALUES = (
    b"null", b"true", b"0", b"-1", b"1e400", b"nan", b"inf", b"9" * 40, b"9" * 5000, b'""', b'"x"', b"[]", b"{}",
    b'[["a"]]', b"[1, 2]", b'{"a": 1}', b"{ a = 1 }", b"2026-09-01", b"99:99", b'"\\u0000"', b'"\\ud800"', b'"../../x"',
    b'"\x1b[31m"', "\"\u202e\"".encode(), b"[" * 5000, b'"2026-13-01"', b'"NaN"', b"0x1F", b"1_000",
)  # fmt: skip
BYTE_DAMAGES = (flipped, cut, with_nothing, doubled, with_hostile_bytes)


def hostile_rows(chance: Random) -> list[list[str]]:
    """Return an export with hostile cells: one, a whole column, or a header."""
    cells = rows(chance.choice((1, 5, 40)))
    for _ in range(chance.choice((1, 2, 6))):
        value, column = chance.choice(CELLS), chance.randrange(len(COLUMNS))
        if chance.random() < 0.4:
            for row in cells:
                row[column] = value
        else:
            chance.choice(cells)[column] = value
    return cells


class Bench:
    """A folder in which valid inputs lie, and damaged ones are tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
        (folder / "project.toml").write_text(PROJECT, encoding="utf-8")
        (folder / "kpis.toml").write_text(KPIS, encoding="utf-8")
        (folder / "calls.csv").write_bytes(text([*rows(), ["x"] * len(COLUMNS)]))
        self.data = folder / "data"
        shutil.rmtree(self.data, ignore_errors=True)
        ended = run(["import", folder / "calls.csv", *self._mapped, "--to", self.data])
        assert ended.code in (0, 1), ended.said
        (self.data / "callstats.toml").write_text(PROJECT, encoding="utf-8")
        import pandas as pd

        people = pd.DataFrame({"contact_id": [f"c{n}" for n in range(17)], "region": ["north"] * 17})
        people.to_parquet(self.data / "contacts.parquet", index=False)
        again = ["import", folder / "calls.csv", *self._mapped, "--to", self.data]
        sound = [run(["measure", self.data, *self._asked]), run(again)]
        assert {ended.kind for ended in sound} <= {"ok", "findings"}, sound  # else no damage is seen

    _asked = ("answer_rate", "cost", "roi", "--by", "week", "--by", "agent_id")

    @property
    def _mapped(self) -> list[object]:
        return ["--mapping", self.folder / "mapping.toml"]

    def tried(self, kind: str, number: int) -> list[tuple[str, Ended]]:
        """Damage an input of a kind and run what reads it; each command with how it ended."""
        chance = Random(f"{kind} {number}")
        if kind in EXPORTS:
            return self._tried_export(kind, chance)
        if kind in STORED:
            return self._tried_stored(kind, chance)
        return self._tried_settings(kind, chance)

    def _tried_export(self, kind: str, chance: Random) -> list[tuple[str, Ended]]:
        name, written = EXPORTS[kind]
        file = self.folder / "in" / name
        file.parent.mkdir(exist_ok=True)
        if chance.random() < 0.5:
            content = written(hostile_rows(chance))
        else:
            content = chance.choice(BYTE_DAMAGES)(written(rows()), chance)
            if kind in ("xlsx", "ods") and chance.random() < 0.6:
                content = _damaged_inside(written(rows()), chance)
            if kind in ("json", "jsonl") and chance.random() < 0.5:
                content = with_other_value(written(rows()), chance)
        file.write_bytes(content)
        to = self.folder / "out"
        shutil.rmtree(to, ignore_errors=True)
        done = [("import", run(["import", file, *self._mapped, "--to", to]))]
        if to.exists() and chance.random() < 0.3:  # an import checks what it wrote by itself
            done.append(("check", run(["check", to])))
            asked = ["measure", to, "answer_rate", "average_talk_time", "--by", "agent_id"]
            done.append(("measure", run(asked)))
        if chance.random() < 0.2:
            done.append(("map", run(["map", file])))
        if kind == "duckdb":
            done.append(("measure", run(["measure", file, "answer_rate"])))
        return done

    def _tried_stored(self, kind: str, chance: Random) -> list[tuple[str, Ended]]:
        folder = self.folder / "stored"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.data, folder)
        file = folder / kind
        content = file.read_bytes()
        if kind.endswith((".json", ".toml")) and chance.random() < 0.6:
            file.write_bytes(with_other_value(content, chance))
        elif kind.endswith(".parquet") and chance.random() < 0.5:
            _other_table(file, chance)
        else:
            file.write_bytes(chance.choice(BYTE_DAMAGES)(content, chance))
        done = [
            ("check", run(["check", folder])),
            ("measure", run(["measure", folder, *self._asked])),
        ]
        if chance.random() < 0.3:
            done.append(("lists", run(["lists", folder])))
            done.append(("data check", run(["init", folder, "--to", "-"])))
        done.append(("import", run(["import", self.folder / "calls.csv", *self._mapped, "--to", folder])))
        return done

    def _tried_settings(self, kind: str, chance: Random) -> list[tuple[str, Ended]]:
        file = self.folder / "in" / kind
        file.parent.mkdir(exist_ok=True)
        content = {"mapping.toml": MAPPING, "project.toml": PROJECT, "kpis.toml": KPIS}[kind].encode()
        damage = with_other_value if chance.random() < 0.6 else chance.choice(BYTE_DAMAGES)
        file.write_bytes(damage(content, chance))
        if kind == "kpis.toml":
            return [("measure", run(["measure", self.data, "warm_rate", "--own-kpis", file]))]
        if kind == "project.toml":
            return [("measure", run(["measure", self.data, "answer_rate", "cost", "--config", file]))]
        to = self.folder / "out"
        shutil.rmtree(to, ignore_errors=True)
        return [("import", run(["import", self.folder / "calls.csv", "--mapping", file, "--to", to]))]


def _damaged_inside(content: bytes, chance: Random) -> bytes:
    """Damage one member of a workbook, whose archive stays sound."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(sorted(members))
    if chance.random() < 0.2:
        del members[name]
    elif members[name]:
        members[name] = chance.choice(BYTE_DAMAGES)(members[name], chance)
    return _zipped(members)


def _other_table(file: Path, chance: Random) -> None:
    """Write a sound Parquet file that is not the one that belongs there: less, more, or of other types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(file)
    name = chance.choice(table.column_names)
    place = table.column_names.index(name)
    what = chance.randrange(8)
    if what == 0:
        table = table.drop_columns([name])
    elif what == 1:
        table = table.set_column(place, name, table.column(name).cast(pa.string(), safe=False))
    elif what == 2:
        table = table.set_column(place, name, pa.array([chance.choice((0, -1, 2**62))] * len(table)))
    elif what == 3:
        beyond = chance.choice((float("inf"), float("nan"), -1e308))
        table = table.set_column(place, name, pa.array([beyond] * len(table)))
    elif what == 4:
        kind = chance.choice((pa.null(), table.schema.field(name).type))
        table = table.set_column(place, name, pa.nulls(len(table), kind))
    elif what >= 6:
        table = _beyond(table, chance)
    else:
        nested = pa.array([{"a": [1]}] * len(table))
        table = table.set_column(place, name, nested) if chance.random() < 0.5 else table.slice(0, 0)
    pq.write_table(table, file)


def _beyond(table: Any, chance: Random) -> Any:
    """Return a table with the least or the greatest that the type of each column of numbers or times holds."""
    import pyarrow as pa

    edge = chance.choice((2**63 - 1, -(2**63) + 1, 2**53, -(10**17), 10**17))
    for place, field in enumerate(table.schema):
        if pa.types.is_integer(field.type) or pa.types.is_timestamp(field.type):
            values = table.column(place).cast(pa.int64()).to_pylist()
            values[chance.randrange(len(values))] = edge
            table = table.set_column(place, field.name, pa.array(values, pa.int64()).cast(field.type))
        elif pa.types.is_floating(field.type):
            values = table.column(place).to_pylist()
            values[chance.randrange(len(values))] = chance.choice((float("inf"), 1e308, -1e308, float("nan")))
            table = table.set_column(place, field.name, pa.array(values, field.type))
    return table


def trials(kind: str, numbers: Sequence[int], folder: Path) -> Iterator[tuple[int, str, Ended]]:
    """Damage inputs of a kind; each command that read one with how it ended."""
    bench = Bench(folder)
    for number in numbers:
        for command, ended in bench.tried(kind, number):
            yield number, command, ended


def main(words: Sequence[str]) -> int:
    """Damage inputs of one kind, or of all, and count how the commands ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args(words)
    bad = 0
    for kind in asked.kind or KINDS:
        counts: Counter[str] = Counter()
        with tempfile.TemporaryDirectory(prefix="callstats-mutants-") as folder:
            os.chdir(folder)
            numbers = range(asked.first, asked.first + asked.count)
            for number, command, ended in trials(kind, numbers, Path(folder)):
                counts[ended.kind] += 1
                if ended.kind in BAD:
                    bad += 1
                    case = {"input": kind, "number": number, "command": command, **vars(ended)}
                    print(json.dumps(case), flush=True)
            os.chdir("/")
        print(json.dumps({"kind": kind, "outcomes": dict(sorted(counts.items()))}), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
