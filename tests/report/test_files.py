from pathlib import Path

import pytest

from callstats.report import files

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
    slug = files.slug(name)
    assert slug
    assert len(slug.encode()) <= 80
    assert all(char.isalnum() or char in "-_." for char in slug)
    assert ".." not in slug
    assert slug[0] not in "-."
    assert slug[-1] != "."
    assert slug.split(".")[0] not in {"con", "nul", "com1"}


def test_different_names_have_different_slugs_also_where_capitals_do_not_count():
    assert len({files.slug(name).casefold() for name in NAMES}) == len(NAMES)


def test_an_ordinary_name_stays_as_it_is():
    assert files.slug("list_b-2026.09") == "list_b-2026.09"


def test_files_appear_together(tmp_path):
    written = files.write_all(tmp_path / "2026-09", {"r.html": b"page", "r.json": b"{}"})
    assert [path.read_bytes() for path in written.values()] == [b"page", b"{}"]
    assert sorted(p.name for p in (tmp_path / "2026-09").iterdir()) == ["r.html", "r.json"]


def test_a_run_stopped_while_writing_leaves_nothing_new(tmp_path, monkeypatch):
    (tmp_path / "r.html").write_bytes(b"the last good one")
    real = files.os.fsync
    calls = iter([None, KeyboardInterrupt()])

    def stops(handle):
        if (stop := next(calls)) is not None:
            raise stop
        return real(handle)

    monkeypatch.setattr(files.os, "fsync", stops)
    with pytest.raises(KeyboardInterrupt):
        files.write_all(tmp_path, {"r.html": b"new", "r.json": b"new"})
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("r.html", b"the last good one")]


def test_what_a_killed_run_left_aside_is_removed_by_the_next(tmp_path: Path):
    left = tmp_path / ".r.part"
    left.mkdir()
    (left / "r.html").write_bytes(b"half")
    files.write_all(tmp_path, {"r.html": b"whole"})
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]
