"""Files, folders, patterns and archives: what is handed over is read, or named as not read."""

import gzip
import os
import zipfile
from pathlib import Path

import pytest

from callstats.dataset import read
from callstats.errors import InputError

MAPPING = 'time_zone = "Europe/Paris"\n[calls.columns]\ncall_id = "Id"\nstarted_at = "Date"\n'
AUGUST = "Id,Date\n1,2026-08-08 12:00\n2,2026-08-09 12:00\n"
SEPTEMBER = "Id,Date\n3,2026-09-09 12:00\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(MAPPING)
    return path


def ids(data) -> list[str]:
    return sorted(data.values("call_id"))


def test_a_zip_is_read_member_by_member_and_an_archive_in_it_too(tmp_path, mapping):
    (tmp_path / "s.csv.gz").write_bytes(gzip.compress(SEPTEMBER.encode()))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("2026/aug.csv", AUGUST)
        archive.write(tmp_path / "s.csv.gz", "2026/sep.csv.gz")
        archive.writestr("__MACOSX/._aug.csv", "junk")
    data = read(tmp_path / "all.zip", mapping=mapping)
    assert ids(data) == ["1", "2", "3"]
    assert [book["file"] for book in data.provenance["books"]] == [
        "all.zip/2026/aug.csv",
        "all.zip/2026/sep.csv",
    ]


def test_a_pattern_is_every_file_that_fits_it(tmp_path, mapping):
    (tmp_path / "calls-08.csv").write_text(AUGUST)
    (tmp_path / "calls-09.csv").write_text(SEPTEMBER)
    assert ids(read(tmp_path / "calls-*.csv", mapping=mapping)) == ["1", "2", "3"]


def test_a_file_whose_name_has_brackets_is_itself_and_no_pattern(tmp_path, mapping):
    (tmp_path / "calls [1].csv").write_text(SEPTEMBER)
    assert ids(read(tmp_path / "calls [1].csv", mapping=mapping)) == ["3"]


def test_a_copy_of_a_file_is_read_once_and_told(tmp_path, mapping):
    (tmp_path / "a.csv").write_text(SEPTEMBER)
    (tmp_path / "a (1).csv").write_text(SEPTEMBER)
    data = read([tmp_path / "a.csv", tmp_path / "a (1).csv"], mapping=mapping)
    assert ids(data) == ["3"]
    assert any("a (1).csv" in note for note in data.provenance["notes"])


@pytest.mark.parametrize("cut", [10, 40])
def test_a_damaged_archive_is_refused(tmp_path, mapping, cut):
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(AUGUST.encode() * 50)[:cut])
    with pytest.raises(InputError, match="damaged archive"):
        read(tmp_path / "c.csv.gz", mapping=mapping)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path, mapping):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match="no regular file"):
        read(tmp_path / "pipe.csv", mapping=mapping)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.parquet", b"PAR1" + bytes(40)),
        ("d.sqlite", b"SQLite format 3\x00" + bytes(200)),
        ("d.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("d.duckdb", bytes(8) + b"DUCK" + bytes(100)),
        ("d.json", b'[{"Id": 1,'),
    ],
)
def test_a_damaged_file_is_refused_by_its_name(tmp_path, mapping, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        read(tmp_path / name, mapping=mapping)
    assert caught.value.file == name


def test_a_name_that_is_no_utf_8_is_read(tmp_path, mapping):
    path = tmp_path / os.fsdecode(b"caf\xe9.csv")
    path.write_text(SEPTEMBER)
    assert ids(read(path, mapping=mapping)) == ["3"]
