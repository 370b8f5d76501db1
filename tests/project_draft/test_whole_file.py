"""A drafted file is there whole or not at all, and what a user wrote is never lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from callstats.errors import UsageError
from callstats.project_draft import whole_file
from callstats.project_draft.whole_file import write_whole


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def test_a_new_file_is_written_alone(tmp_path: Path) -> None:
    assert write_whole("é = 1\n", tmp_path / "a.toml") is None
    assert contents(tmp_path) == {"a.toml": "é = 1\n"}


def test_a_file_that_is_there_is_refused_and_left(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("mine\n")
    with pytest.raises(UsageError, match="exists already"):
        write_whole("new\n", tmp_path / "a.toml")
    assert contents(tmp_path) == {"a.toml": "mine\n"}


def test_what_is_replaced_is_kept_each_time(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    for n in range(3):
        file.write_text(f"mine {n}\n")
        assert write_whole("new\n", file, over=True) == tmp_path / f"a.toml.{n + 1}.bak"
    kept = {f"a.toml.{n + 1}.bak": f"mine {n}\n" for n in range(3)}
    assert contents(tmp_path) == {"a.toml": "new\n", **kept}


def test_a_file_that_says_nothing_else_gives_way(tmp_path: Path) -> None:
    """An import leaves a line with the zone of its data."""
    (tmp_path / "a.toml").write_text('time_zone = "Europe/Paris"\n\n')
    assert write_whole('## x\ntime_zone = "Europe/Paris"\n', tmp_path / "a.toml") is None
    assert list(contents(tmp_path)) == ["a.toml"]


@pytest.mark.parametrize(
    "own",
    ['# of Lyon\ntime_zone = "Europe/Paris"\n', 'time_zone = "Europe/Paris"\nconfidence = 0.9\n', "", "="],
)
def test_a_comment_or_a_decision_is_something_else(tmp_path: Path, own: str) -> None:
    (tmp_path / "a.toml").write_text(own)
    with pytest.raises(UsageError, match="exists already"):
        write_whole('time_zone = "Europe/Paris"\n', tmp_path / "a.toml")


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.toml").write_text("mine\n")
    monkeypatch.setattr(whole_file.os, "fsync", full)
    for over in (False, True):
        with pytest.raises(UsageError, match="cannot be written: No space left"):
            write_whole("new\n", tmp_path / "a.toml", over=over)
    assert contents(tmp_path) == {"a.toml": "mine\n"}


def test_without_second_names_it_is_still_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(whole_file.os, "link", unknown)
    file = tmp_path / "a.toml"
    assert write_whole("one\n", file) is None
    with pytest.raises(UsageError, match="exists already"):
        write_whole("two\n", file)
    assert write_whole("two\n", file, over=True) == tmp_path / "a.toml.1.bak"
    assert contents(tmp_path) == {"a.toml": "two\n", "a.toml.1.bak": "one\n"}


def test_a_folder_or_none_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_whole("x\n", tmp_path)
    with pytest.raises(UsageError, match="cannot be written: No such file or directory"):
        write_whole("x\n", tmp_path / "none" / "a.toml")


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_goes_on_pointing(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    real, link = tmp_path / "shared" / "real.toml", tmp_path / "a.toml"
    real.write_text("mine\n")
    link.symlink_to(real)
    write_whole("new\n", link, over=True)
    assert link.is_symlink()
    assert contents(tmp_path / "shared") == {"real.toml": "new\n", "real.toml.1.bak": "mine\n"}
