"""Delimited text: what is split at once is what line by line would be, and no line is lost."""

import random
from pathlib import Path

import pytest

from callstats.sources import text
from callstats.sources.base import Field, Layout, TextOptions
from callstats.sources.raw import Raw

_LAYOUT = Layout("calls", "calls", (Field("call_id", ("id",), required=True), Field("note", ("note",))))
_PLAIN = ["7,ann,first", "8,bob,", "9,,third"]
_UNUSUAL = [
    '10,"a, b","said ""yes"""', '11,cid,"two\nlines"', "12,short", "13,too,many,fields", "", "   ", ",,",
    "Total", "14,NUL\x00,x", '15,"never closed,x', "id,who,note", '16,5" disk,x', '""', ' , ,"  "', "17,é,ж",
    "a note", '18,"x"y,z', "19,a\rb,c",
]  # fmt: skip


def _read(file: Path, **options: object) -> Raw:
    return next(text.read_pieces(file, file.name, TextOptions(**options), [_LAYOUT]))


def _told(raw: Raw) -> tuple[list[dict[str, object]], list[int], list[object], dict[str, int]]:
    columns = {name: cells.as_text().astype(object).fillna("").tolist() for name, cells in raw.cells.items()}
    records = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return records, [int(row) for row in raw.rows], raw.bad, dict(raw.furniture)


@pytest.mark.parametrize("seed", range(60))
def test_a_text_split_at_once_is_read_as_line_by_line(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = random.Random(seed)
    kinds = [_PLAIN, [*_PLAIN, *_UNUSUAL], [*_PLAIN * 40, *_UNUSUAL]][seed % 3]
    end = made.choice(["\n", "\r\n"])
    lines = ["id,who,note", *(made.choice(kinds) for _ in range(made.randint(1, 400)))]
    if seed % 5 == 4:  # every row ends with a delimiter
        lines = [lines[0], *(line + "," for line in lines[1:])]
    file = tmp_path / "calls.csv"
    file.write_text(end.join(lines) + made.choice(["", end, end * 2]), encoding="utf-8", newline="")
    monkeypatch.setattr(text, "BLOCK", made.choice([60, 700, 8 << 20]))
    at_once = _told(_read(file))
    monkeypatch.setattr(text, "_split_at_once", lambda *_, **__: None)
    slowly = _told(_read(file))
    for one, other in zip(at_once[0], slowly[0], strict=False):
        assert one == other
    assert at_once == slowly


def test_parts_of_a_text_hold_together_what_the_whole_holds(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    rows = [f"{number},agent {number % 3},x" for number in range(1000)]
    rows[500] = "broken"
    file.write_text("id,who,note\n" + "\n".join(rows), encoding="utf-8")
    text_block = text.BLOCK
    try:
        text.BLOCK = 2000
        parts = list(text.read_pieces(file, file.name, TextOptions(), [_LAYOUT], most=100))
    finally:
        text.BLOCK = text_block
    whole = _read(file)
    assert len(parts) > 5
    assert [int(row) for part in parts for row in part.rows] == [int(row) for row in whole.rows]
    assert sum(part.size for part in parts) + sum(sum(part.furniture.values()) for part in parts) == 1000
    assert _told(whole)[1][:2] == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_whatever_its_encoding(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("id;who;note\n" + "7;Zoé;«oui»\n" * 300, encoding=encoding, newline="\r\n")
    raw = _read(file)
    assert (raw.height, raw.cells["who"].as_text().unique().tolist()) == (300, ["Zoé"])
