"""No input takes the machine down: what is larger than any export is refused with a sentence, quickly."""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import callstats as cs
from callstats import bounds
from callstats.config import load as load_config
from callstats.dataset import read
from callstats.errors import InputError
from callstats.kpis.custom import load as load_kpis
from callstats.sources.mapping import load as load_mapping
from callstats.sources.text_records import is_open

HEADER = "Id,Date,Note"
ROW = "1,2026-09-08 12:00,anna"
MAPPING = 'time_zone = "Europe/Paris"\n[calls.columns]\ncall_id = "Id"\nstarted_at = "Date"\n'


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(MAPPING)
    return path


def refused(file: Path, mapping: Path) -> str:
    with pytest.raises(InputError) as found:
        read(file, mapping=mapping)
    return str(found.value)


# Archives


def test_an_archive_that_becomes_too_many_times_as_large_is_refused(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "UNPACKED_AT_EASE", bounds.MB)
    text = f"{HEADER}\n{ROW}\n".encode() + b" \n" * 4_000_000
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    for name in ("a.csv.gz", "a.zip"):
        assert "over 250 times as large" in refused(tmp_path / name, mapping)


def test_what_comes_out_of_all_archives_leaves_room_on_the_disk(tmp_path, mapping, monkeypatch):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(3):
            archive.writestr(f"{number}.csv", f"{HEADER}\n" + f"{number}{ROW}\n" * 1000)
    monkeypatch.setattr(bounds, "LEFT_FREE", 1 << 60)
    assert "larger than the disk has room for" in refused(tmp_path / "a.zip", mapping)
    monkeypatch.undo()
    monkeypatch.setattr(bounds, "UNPACKED", 60_000)
    assert "a.zip/2.csv: an archive that becomes larger" in refused(tmp_path / "a.zip", mapping)


def test_archives_in_archives_end_somewhere(tmp_path, mapping):
    data, name = f"{HEADER}\n{ROW}\n".encode(), "a.csv"
    for level in range(5):
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w") as archive:
            archive.writestr(name, data)
        data, name = box.getvalue(), f"{level}.zip"
    (tmp_path / "a.zip").write_bytes(data)
    assert "archives within archives, over 3 deep" in refused(tmp_path / "a.zip", mapping)


def test_an_archive_of_too_many_files_is_refused_before_one_is_unpacked(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "MEMBERS", 10)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(11):
            archive.writestr(f"{number}.csv", ROW)
    assert "an archive of 11 files, and at most 10" in refused(tmp_path / "a.zip", mapping)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"\x28\xb5\x2f\xfd", "Zstandard"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    ],
)
def test_an_archive_that_is_not_opened_is_named(tmp_path, mapping, start, kind):
    (tmp_path / "calls.csv").write_bytes(start + b"\x01\x02" * 50)
    assert f"an archive of {kind}, which is not opened" in refused(tmp_path / "calls.csv", mapping)


def test_what_lies_in_a_folder_and_is_no_file_is_told(tmp_path, mapping):
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    (folder / "calls.csv").write_text(f"{HEADER}\n{ROW}\n")
    os.mkfifo(folder / "pipe.csv")
    (folder / "link.csv").symlink_to(folder / "nowhere")
    data = read(folder, mapping=mapping)
    assert data.provenance["rows"] == {"calls": 1}
    assert data.provenance["unread"] == {
        "deeper": "it is a folder inside the folder: give it itself",
        "link.csv": "it is a link that leads to no file",
        "pipe.csv": "it is no regular file",
    }
    assert any("pipe.csv is not read" in note for note in data.provenance["notes"])


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_longer_than_any_record_is_named_by_its_row(tmp_path, mapping, monkeypatch, encoding, end):
    monkeypatch.setattr(bounds, "LINE", 50_000)
    text = end.join([HEADER, ROW, "2,2026-09-08 12:00," + "é" * 60_000, ROW])
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert "a.csv, row 3: a line of more than 48.8 kB begins here" in refused(tmp_path / "a.csv", mapping)


def test_more_columns_than_any_export_has_are_refused(tmp_path, mapping):
    many = ",".join(f"c{number}" for number in range(bounds.COLUMNS))
    (tmp_path / "a.csv").write_text(f"{HEADER},{many}\n{ROW}{',' * bounds.COLUMNS}\n")
    assert "10,003 columns, and at most 10,000 are read" in refused(tmp_path / "a.csv", mapping)


def test_a_thousand_columns_are_read(tmp_path, mapping):
    many = ",".join(f"a column with a long name of number {number}" for number in range(4000))
    (tmp_path / "a.csv").write_text(f"{HEADER},{many}\n{ROW}{',' * 4000}\n")
    assert read(tmp_path / "a.csv", mapping=mapping).provenance["rows"] == {"calls": 1}


def test_lines_that_are_no_records_end_an_import_at_some_number(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "REJECTS", 100)
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n" + "x\n" * 200)
    assert "a.csv, row 3: more than 100 lines from here on are no records" in refused(
        tmp_path / "a.csv", mapping
    )


def test_a_line_that_is_no_record_is_kept_by_its_beginning(tmp_path, mapping):
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n{ROW}{',x' * 50_000}\n")
    content = read(tmp_path / "a.csv", mapping=mapping).rejects.frame()["content"]
    assert [len(text) for text in content] == [bounds.CONTENT + 2]


def test_blank_lines_cost_nothing_and_keep_the_count_of_rows(tmp_path, mapping):
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n" + "\n" * 20_000_000 + "2,nonsense,\n")
    data = read(tmp_path / "a.csv", mapping=mapping)
    assert data.rejects.frame()["row"].tolist() == [20_000_003]


@pytest.mark.parametrize("seed", range(40))
def test_a_quote_is_open_where_a_reader_letter_by_letter_says_so(seed):
    letters = np.random.default_rng(seed).choice(list('",,ab"'), (60, 12))
    for line in map("".join, letters):
        assert is_open(line, ",", '"') == letter_by_letter(line), line


def letter_by_letter(line: str) -> bool:
    if line.count('"') % 2 == 0:
        return False
    inside, at_start, position = False, True, 0
    while position < len(line):
        mark = line[position]
        if inside and mark == '"' and line[position + 1 : position + 2] == '"':
            position += 1
        elif inside and mark == '"':
            inside = False
        elif mark == '"' and at_start:
            inside = True
        at_start = mark == "," and not inside
        position += 1
    return inside


def test_a_short_file_of_many_rows_is_read_part_by_part(tmp_path, mapping):
    rows = "".join(f"{number},2026-09-08 12:00,\n" for number in range(330_000))
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{rows}")
    data = read(tmp_path / "a.csv", mapping=mapping)
    assert data.provenance["rows"] == {"calls": 330_000}
    assert data.frames["calls"].implementation.is_duckdb()  # on disk: it was laid down in parts


# Workbooks

_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(path: Path, sheet: str, shared: str = "") -> Path:
    """Write a workbook of one sheet, whose XML is given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_NS}" xmlns:r="{_REL}">'
            '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_NS}">{sheet}</worksheet>')
        if shared:
            archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_NS}">{shared}</sst>')
    return path


def row(number: int, *values: str) -> str:
    cells = "".join(
        f'<c r="{"ABCDEF"[place]}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for place, value in enumerate(values)
    )
    return f'<row r="{number}">{cells}</row>'


GOOD = row(1, *HEADER.split(",")) + row(2, *ROW.split(","))


def test_what_a_sheet_claims_of_its_size_is_not_believed(tmp_path, mapping):
    file = workbook(tmp_path / "a.xlsx", f'<dimension ref="A1:XFD1048576"/><sheetData>{GOOD}</sheetData>')
    assert read(file, mapping=mapping).provenance["rows"] == {"calls": 1}


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r = 'XFD1048576' ><v>1</v></c></row>",
    ],
)
def test_a_cell_in_the_last_corner_of_a_sheet_is_refused(tmp_path, mapping, far):
    file = workbook(tmp_path / "a.xlsx", f"<sheetData>{GOOD}{far}</sheetData>")
    assert "a sheet of 1,048,576 rows and 16,384 columns" in refused(file, mapping)


def test_a_sheet_of_more_cells_than_fit_is_refused_whether_they_say_where_they_are_or_not(
    tmp_path, mapping, monkeypatch
):
    monkeypatch.setattr(bounds, "SHEET_CELLS", 3000)
    rows = "<row>" + "<c><v>1</v></c>" * 4 + "</row>"
    file = workbook(tmp_path / "a.xlsx", f"<sheetData>{GOOD}{rows * 1000}</sheetData>")
    assert "a sheet of 1,002 rows and 4 columns" in refused(file, mapping)


def test_a_workbook_whose_xml_is_too_large_is_refused(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "WORKBOOK", bounds.MB)
    file = workbook(tmp_path / "a.xlsx", f"<sheetData>{GOOD}</sheetData>{' ' * 2 * bounds.MB}")
    assert "a workbook that becomes more than 1 MB" in refused(file, mapping)


def test_one_shared_text_in_many_cells_is_refused(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr("callstats.sources.workbook_size._TEXT", bounds.MB)
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(3, 300))
    file = workbook(
        tmp_path / "a.xlsx", f"<sheetData>{GOOD}{cells}</sheetData>", f"<si><t>{'x' * 9000}</t></si>"
    )
    assert "the texts of a sheet become more than 1 MB" in refused(file, mapping)


def test_too_many_shared_texts_are_refused(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "WHOLE", bounds.MB)
    file = workbook(tmp_path / "a.xlsx", f"<sheetData>{GOOD}</sheetData>", "<si><t>a</t></si>" * 20_000)
    assert "the texts of a workbook need more than 1 MB" in refused(file, mapping)


def test_an_opendocument_row_that_comes_a_million_times_is_refused(tmp_path, mapping):
    office = "urn:oasis:names:tc:opendocument:xmlns"
    cell = (
        '<table:table-cell table:number-columns-repeated="1000" office:value-type="float" office:value="1"/>'
    )
    content = (
        f'<office:document-content xmlns:office="{office}:office:1.0" xmlns:table="{office}:table:1.0">'
        "<office:body>"
        f'<office:spreadsheet><table:table table:name="S">'
        f'<table:table-row table:number-rows-repeated="1048576">{cell}'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    assert "a sheet of 1,048,576 rows and 1,000 columns" in refused(tmp_path / "a.ods", mapping)


# Parquet, databases, JSON, dumps, settings


def columns(size: int, note: str) -> pa.Table:
    def same(text: str) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int32)), pa.array([text]))

    return pa.table({"Id": same("1"), "Date": same("2026-09-08 12:00"), "Note": same(note)})


def test_a_text_that_stands_in_many_rows_of_a_parquet_file_is_refused(tmp_path, mapping):
    pq.write_table(columns(200_000, "x" * bounds.MB), tmp_path / "a.parquet", compression="zstd")
    assert (tmp_path / "a.parquet").stat().st_size < 20_000
    assert "a.parquet, row 2: its next 200,000 rows become 195.3 GB" in refused(
        tmp_path / "a.parquet", mapping
    )


def test_texts_told_by_what_is_before_them_are_read_a_few_at_a_time(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "PART_BYTES", 10 * bounds.MB)
    table = pa.table({"Id": ["1"] * 3000, "Date": ["2026-09-08"] * 3000, "Note": ["x" * 50_000] * 3000})
    how = {"use_dictionary": False, "column_encoding": {"Note": "DELTA_BYTE_ARRAY"}}
    pq.write_table(table, tmp_path / "a.parquet", **how)
    assert "its next 256 rows become 12." in refused(tmp_path / "a.parquet", mapping)


def test_more_rows_than_any_export_has_are_refused_by_what_the_file_says(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "ROWS", 1000)
    pq.write_table(columns(1001, ""), tmp_path / "a.parquet")
    assert "1,001 rows, and at most 1,000 are read" in refused(tmp_path / "a.parquet", mapping)


def test_rows_that_bear_one_name_end_an_import_at_some_number(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "REJECTS", 1000)
    monkeypatch.setattr("callstats.sources.pieces.LONG", 1000)
    pq.write_table(columns(3000, ""), tmp_path / "a.parquet")
    assert "more than 1,000 rows" in refused(tmp_path / "a.parquet", mapping)


def test_of_very_many_rejects_the_content_is_not_kept(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "REJECTED_BYTES", 1000)
    monkeypatch.setattr("callstats.sources.pieces.LONG", 1000)
    (tmp_path / "a.csv").write_text(f"{HEADER}\n{ROW}\n" + "2,nonsense,x\n" * 200)
    rejects = read(tmp_path / "a.csv", mapping=mapping).rejects.frame()
    assert len(rejects) == 200
    assert rejects["content"].str.len().sum() <= 1000
    assert rejects["reason"].ne("").all()


def test_a_blob_beyond_any_text_is_refused(tmp_path, mapping):
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("CREATE TABLE calls (Id, Date, Note)")
    base.execute("INSERT INTO calls VALUES ('1', '2026-09-08 12:00', zeroblob(17000000))")
    base.commit()
    base.close()
    assert "a text or blob of more than 16 MB" in refused(tmp_path / "a.db", mapping)


def test_a_table_that_is_read_whole_and_would_fill_the_memory_is_refused(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "WHOLE", 100_000)
    rows = [(str(n), "2026-09-08 12:00", "x") for n in range(5000)]
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("CREATE TABLE calls (Id, Date, Note)")
    base.executemany("INSERT INTO calls VALUES (?, ?, ?)", rows)
    base.commit()
    base.close()
    with duckdb.connect(str(tmp_path / "a.duckdb")) as base:
        base.execute(
            f"CREATE TABLE calls AS SELECT '{'x' * 100}' AS Id, '2026-09-08' AS Date, "
            "'' AS Note FROM range(5000)"
        )
    (tmp_path / "a.json").write_text(json.dumps([dict(zip(HEADER.split(","), r, strict=True)) for r in rows]))
    (tmp_path / "a.html").write_text(f"<table>{'<tr><td>1</td></tr>' * 5000}</table>")
    values = ",".join(map(str, rows))
    (tmp_path / "a.sql").write_text(
        f"CREATE TABLE `calls` (\n `Id` text,\n `Date` text,\n `Note` text\n);\n"
        f"INSERT INTO `calls` VALUES {values};\n"
    )
    for name in ("a.db", "a.duckdb", "a.json", "a.html", "a.sql"):
        assert "it needs more than 97.7 kB of memory" in refused(tmp_path / name, mapping), name


def test_a_statement_of_a_dump_has_an_end(tmp_path, mapping, monkeypatch):
    monkeypatch.setattr(bounds, "STATEMENT", 10_000)
    (tmp_path / "a.sql").write_text(
        "CREATE TABLE `calls` (\n `Id` text\n);\nINSERT INTO `calls` VALUES " + "('1')," * 5000
    )
    assert "a.sql, row 4: a line of more than 9.8 kB" in refused(tmp_path / "a.sql", mapping)


def test_json_that_is_nested_without_end_is_refused(tmp_path, mapping):
    (tmp_path / "a.json").write_text('[{"a":' * 100_000 + "1" + "}]" * 100_000)
    assert "JSON that is nested too deeply" in refused(tmp_path / "a.json", mapping)


@pytest.mark.parametrize("between", [",", "\n", ""], ids=["a list", "a record a line", "a stream"])
def test_a_whole_number_of_thousands_of_digits_costs_its_cell_at_most(tmp_path, mapping, between):
    whole = [
        f'{{"Id": "{n}", "Date": "2024-09-0{n} 10:00:00", "Note": {"9" * (5000 if n == 1 else 3)}}}'
        for n in (1, 2, 3)
    ]
    text = between.join(whole)
    (tmp_path / "a.json").write_text(f"[{text}]" if between == "," else text)
    data = cs.read(tmp_path / "a.json", mapping=mapping)
    assert data.table("calls").collect("pyarrow")["call_id"].to_list() == ["1", "2", "3"]


@pytest.mark.parametrize("load", [load_config, load_mapping, load_kpis])
@pytest.mark.parametrize(
    ("text", "said"),
    [("# comment\n" * 200_000, "too long: 1.9 MB"), (f"[{'.'.join('a' * 100_000)}]\n", "nested too deeply")],
)
def test_settings_that_are_too_long_or_too_deep_are_refused_before_they_are_read(tmp_path, load, text, said):
    (tmp_path / "a.toml").write_text(text)
    with pytest.raises(InputError, match=said):
        load(tmp_path / "a.toml")
