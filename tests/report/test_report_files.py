import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from callstats.report import report_files

NAMES = [
    "spring",
    "Spring",
    "été",
    "Весна 2026",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "..",
    ".",
    "",
    " ",
    "con",
    "NUL.txt",
    "com1",
    "x" * 300,
    "я" * 300,
    "a\x00b",
    "a\nb",
    "😀",
    "\u202eabc\u200b",
    "=cmd|' /C calc'!A0",
    "<script>",
    "name.",
    "-rf",
    "\ud800",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_slug_is_one_safe_part_of_a_path(name):
    slug = report_files.slug(name)
    assert slug
    assert len(slug.encode()) <= 80
    assert all(char.isalnum() or char in "-_." for char in slug)
    assert ".." not in slug
    assert slug[0] not in "-."
    assert slug[-1] != "."
    assert slug.split(".")[0] not in {"con", "nul", "com1"}


def test_different_names_have_different_slugs_also_where_capitals_do_not_count():
    assert len({report_files.slug(name).casefold() for name in NAMES}) == len(NAMES)


def test_an_ordinary_name_stays_as_it_is():
    assert report_files.slug("list_b-2026.09") == "list_b-2026.09"


def test_files_appear_together(tmp_path):
    written = report_files.write_all(tmp_path / "2026-09", {"r.html": b"page", "r.json": b"{}"})
    assert [path.read_bytes() for path in written.values()] == [b"page", b"{}"]
    assert sorted(p.name for p in (tmp_path / "2026-09").iterdir()) == ["r.html", "r.json"]


def test_a_run_stopped_while_writing_leaves_nothing_new(tmp_path, monkeypatch):
    (tmp_path / "r.html").write_bytes(b"the last good one")
    real = report_files.os.fsync
    calls = iter([None, KeyboardInterrupt()])

    def stops(handle):
        if (stop := next(calls)) is not None:
            raise stop
        return real(handle)

    monkeypatch.setattr(report_files.os, "fsync", stops)
    with pytest.raises(KeyboardInterrupt):
        report_files.write_all(tmp_path, {"r.html": b"new", "r.json": b"new"})
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("r.html", b"the last good one")]


def test_what_a_killed_run_left_aside_is_removed_by_the_next(tmp_path: Path):
    left = tmp_path / ".r.part"
    left.mkdir()
    (left / "r.html").write_bytes(b"half")
    report_files.write_all(tmp_path, {"r.html": b"whole"})
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def aside(folder: Path, name: str) -> Path:
    left = folder / name
    left.mkdir()
    (left / "r.html").write_bytes(b"half")
    return left


def test_what_a_run_that_is_alive_writes_aside_is_left_to_it(tmp_path: Path):
    alive = aside(tmp_path, f".r.{report_files._host()}-{os.getppid()}-0123abcd.part")
    elsewhere = aside(tmp_path, ".r.00000000-1-0123abcd.part")
    report_files.write_all(tmp_path, {"r.html": b"whole"})
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([elsewhere.name, alive.name, "r.html"])


def test_what_a_dead_run_of_this_machine_left_aside_is_swept(tmp_path: Path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    aside(tmp_path, f".other.{report_files._host()}-{gone.pid}-0123abcd.part")
    aside(tmp_path, f".r.{report_files._host()}-{os.getpid()}-0123abcd.part")  # of an earlier process
    report_files.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_another_machine_left_aside_is_swept_after_a_day(tmp_path: Path):
    left = aside(tmp_path, ".r.00000000-1-0123abcd.part")
    yesterday = time.time() - 90_000
    os.utime(left, (yesterday, yesterday))
    report_files.sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []
