"""A folder bears any name: its neighbours are never read, and nothing in the name is carried out."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import duckdb
import pytest

import callstats as cs
from callstats.errors import InputError, UsageError
from tests.dataset.desk import AUGUST, MAPPING, SEPTEMBER, calls, put, told
from tests.dataset.hostile_names import NAMES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")


#: Tried always: a pattern, a quote, a column, a mark of folders elsewhere, bytes that are no text.
QUICK = ("a[bc]", "it's", "list_id=7", "a\\*b", "caf\udce9")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two data sets that are copied under other names."""
    desk = tmp_path_factory.mktemp("made")
    for name, text in {"m.toml": MAPPING, "aug.csv": AUGUST}.items():
        (desk / name).write_text(text)
    (desk / "more.csv").write_text(SEPTEMBER.replace("\n3,", "\n30,").replace("\n4,", "\n40,"))
    put(desk, "aug.csv", to="own")
    put(desk, "more.csv", to="other")
    return desk


@pytest.fixture(
    params=[name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in NAMES],
    ids=ascii,
)
def odd(request, desk, made):
    """A folder of that name with an import, beside neighbours that a pattern would find."""
    for neighbour in ("ab", "b", "aab"):
        shutil.copytree(made / "other", desk / neighbour)
    return shutil.copytree(made / "own", desk / request.param)


def test_of_any_name_is_opened_added_to_and_saved(odd, desk):
    assert [row[0] for row in calls(odd, "call_id")] == ["1", "2"]
    put(desk, "sep.csv", to=odd.name)
    assert [row[0] for row in calls(odd, "call_id")] == ["1", "2", "3", "4", "5"]
    assert told(odd)["rows"]["calls"] == 5
    columns = cs.open(odd).frames["calls"].collect_schema().names()
    assert "list_id" not in columns
    saved = cs.open(odd).save(odd / "saved")
    cs.open(odd).save(odd)
    assert calls(saved, "call_id") == calls(odd, "call_id")
    assert not [path for path in desk.iterdir() if path.name.startswith(".")]


def test_an_export_lies_in_a_folder_of_any_name(odd, desk):
    (odd / "in").mkdir()
    (odd / "in" / "e.csv").write_text(AUGUST)
    (odd / "in" / "m.toml").write_text(MAPPING)
    data = cs.read(odd / "in" / "e.csv", mapping=odd / "in" / "m.toml")
    assert data.provenance["rows"] == {"calls": 2}
    data = cs.read(odd / "in" / "e*", mapping=odd / "in" / "m.toml")
    assert data.provenance["rows"] == {"calls": 2}


def test_a_database_of_any_name_is_that_one(odd, desk):
    for name, number in ((f"{odd.name}.db", 1), ("aab.db", 2)):
        with duckdb.connect(str(desk / "plain.db")) as base:
            base.execute(f"CREATE TABLE calls AS SELECT '{number}' AS call_id, 'outbound' AS direction")
        (desk / "plain.db").replace(odd / name)
    assert cs.open(odd / f"{odd.name}.db").values("call_id") == ["1"]


class TestLinksAndWhatIsNoFile:
    def test_a_folder_that_is_a_link_stays_one(self, desk):
        put(desk, "aug.csv", to="real")
        (desk / "data").symlink_to("real")
        put(desk, "sep.csv")
        cs.open(desk / "data").save(desk / "data")
        assert (desk / "data").readlink().name == "real"
        assert len(calls(desk / "real", "call_id")) == 5

    @pytest.mark.parametrize("kept", ["callstats.toml", "notes.txt"])
    def test_links_and_files_of_the_user_in_it_are_kept(self, kept, desk):
        put(desk, "aug.csv")
        (desk / "elsewhere").write_text('currency = "RUB"\n')
        (desk / "data" / kept).unlink(missing_ok=True)
        (desk / "data" / kept).symlink_to("../elsewhere")
        (desk / "data" / "own.txt").write_text("mine")
        put(desk, "sep.csv")
        assert (desk / "data" / kept).readlink().name == "elsewhere"
        assert (desk / "data" / "own.txt").read_text() == "mine"

    def test_calls_that_lie_elsewhere_by_a_link_stay_there(self, desk):
        put(desk, "aug.csv")
        (desk / "data" / "calls").rename(desk / "disk")
        (desk / "data" / "calls").symlink_to("../disk")
        put(desk, "sep.csv")
        assert (desk / "data" / "calls").is_symlink()
        assert sorted(file.name for file in (desk / "disk").iterdir()) == [
            "2024-08.parquet",
            "2024-09.parquet",
        ]

    def test_folders_of_the_user_in_it_are_kept(self, desk):
        put(desk, "aug.csv")
        (desk / "data" / "work").mkdir()
        (desk / "data" / "work" / "own.txt").write_text("mine")
        put(desk, "sep.csv")
        assert (desk / "data" / "work" / "own.txt").read_text() == "mine"

    def test_a_process_that_stands_in_the_folder_still_does(self, desk, monkeypatch):
        put(desk, "aug.csv")
        monkeypatch.chdir(desk / "data")
        put(desk, "sep.csv")
        assert Path.cwd().samefile(desk / "data")

    def test_a_link_that_leads_to_itself_is_told(self, desk):
        (desk / "loop").symlink_to("loop")
        with pytest.raises(UsageError, match="leads back to itself"):
            put(desk, "aug.csv", to="loop")
        with pytest.raises(InputError, match="no such folder"):
            cs.open(desk / "loop")
        with pytest.raises(InputError, match="a link that leads to no file"):
            cs.read(desk / "loop", mapping=desk / "m.toml")

    def test_pipes_and_devices_are_no_exports_and_no_mappings(self, desk):
        os.mkfifo(desk / "pipe")
        for given in (desk / "pipe", "/dev/zero", "/dev/null"):
            with pytest.raises(InputError, match="no regular file"):
                cs.read(given, mapping=desk / "m.toml")
            with pytest.raises(InputError, match="no regular file"):
                cs.read(desk / "aug.csv", mapping=given)
            with pytest.raises(InputError, match="no such folder"):
                cs.open(given)

    def test_a_file_whose_name_is_no_text_is_read_and_told(self, desk):
        (desk / "caf\udce9.csv").write_text(AUGUST)
        put(desk, "caf\udce9.csv")
        assert told(desk / "data")["files"][0]["name"] == "caf\\xe9.csv"
