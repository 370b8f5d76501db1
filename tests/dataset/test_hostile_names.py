"""A folder bears any name: its neighbours are never read, and nothing in the name is carried out."""

from __future__ import annotations

import shutil
import sys

import duckdb
import pytest

import callstats as cs
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
