# ruff: noqa: E501 - tables of values
"""Valid inputs of every kind, damaged in many ways: no damage may end in a traceback.

``python -m tests.mutants --kind parquet --count 200`` damages one kind and prints a line of JSON for each
case that should not be; the last line counts the outcomes. The cases follow from their seed alone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.mutant_inputs import CELLS, COLUMNS, EXPORTS, MAPPING, PROJECT, RAW_CELLS, rows, text, zipped

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
    return zipped(members)


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
