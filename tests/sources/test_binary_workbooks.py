"""Binary workbooks are measured before they are read: records put together by hand after [MS-XLSB] 2.1.4."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from callstats import bounds
from callstats.errors import InputError
from callstats.sources.workbook_size import check_workbook

#: BrtRowHdr, BrtCellReal, BrtCellIsst and BrtSSTItem ([MS-XLSB] 2.3.2).
ROW, NUMBER, SHARED, STRING = 0, 5, 7, 19


def record(kind: int, content: bytes) -> bytes:
    """Return a record: its kind, its size seven bits at a time, what it holds."""
    size, length = b"", len(content)
    while True:
        length, low = length >> 7, length & 0x7F
        size += bytes([low | (0x80 if length else 0)])
        if not length:
            return bytes([kind]) + size + content


def row(number: int) -> bytes:
    return record(ROW, struct.pack("<I", number) + bytes(13))


def number(column: int) -> bytes:
    return record(NUMBER, struct.pack("<IId", column, 0, 1.5))


def shared(column: int, text: int) -> bytes:
    return record(SHARED, struct.pack("<III", column, 0, text))


def text(letters: str) -> bytes:
    return record(STRING, bytes(1) + struct.pack("<I", len(letters)) + letters.encode("utf-16-le"))


def workbook(folder: Path, sheet: bytes, texts: bytes = b"") -> Path:
    file = folder / "calls.xlsb"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.bin", sheet + bytes(16))
        archive.writestr("xl/sharedStrings.bin", texts + bytes(16))
    return file


def refused(file: Path) -> str:
    with pytest.raises(InputError) as found:
        check_workbook(file, file.name)
    return str(found.value)


def test_a_sheet_of_the_usual_size_passes(tmp_path):
    rows = b"".join(row(n) + number(0) + shared(1, n % 2) for n in range(500))
    check_workbook(workbook(tmp_path, rows, text("Sale") + text("No")), "calls.xlsb")


def test_one_cell_in_the_last_corner_is_refused(tmp_path):
    file = workbook(tmp_path, row(0) + number(0) + row(1_048_575) + number(16_383))
    assert "a sheet of 1,048,576 rows and 16,384 columns is too large" in refused(file)


def test_one_long_text_in_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("callstats.sources.workbook_size._TEXT", bounds.MB)
    long = text("x" * 200_000)  # 400,000 bytes
    check_workbook(workbook(tmp_path, row(0) + shared(0, 0) + shared(1, 0), long), "calls.xlsb")
    file = workbook(tmp_path, row(0) + b"".join(shared(n, 0) for n in range(3)), long)
    assert "the texts of a sheet become more than 1 MB" in refused(file)


def test_very_many_texts_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bounds, "WHOLE", bounds.MB)
    assert "the texts of a workbook need more than 1 MB" in refused(
        workbook(tmp_path, row(0) + number(0), text("a") * 20_000)
    )
