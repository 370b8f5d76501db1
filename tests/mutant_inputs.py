# ruff: noqa: E501 - tables of values
"""A small export in every form that is read, and what a cell may hold that no dialer should write."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
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
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest.encode(),
            "content.xml": content.encode("utf-8", "replace"),
        }
    )


def zipped(members: dict[str, bytes]) -> bytes:
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
    "zip": ("calls.zip", lambda cells: zipped({"calls.csv": text(cells)})),
    "gz": ("calls.csv.gz", lambda cells: gzip.compress(text(cells), mtime=0)),
}
