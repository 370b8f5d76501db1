from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from callstats.simulate import Queue, Scenario, simulate, write, write_canonical
from callstats.simulate.simulation import Saver

SMALL = Scenario.small(seed=7, contacts=300)


def content(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write_canonical(simulate(SMALL), tmp_path / name)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_streaming_writes_what_simulating_in_memory_gives(tmp_path):
    write(SMALL, tmp_path)
    for name, table in simulate(SMALL).tables.items():
        assert pq.read_table(tmp_path / f"{name}.parquet").equals(table), name


def test_provenance_says_where_the_rows_come_from(tmp_path):
    write(SMALL, tmp_path)
    about = json.loads((tmp_path / "dataset.json").read_text(encoding="utf-8"))
    assert about["source"] == "simulated"
    assert about["seed"] == 7
    assert about["rows"]["contacts"] == 600


def test_a_table_of_an_earlier_simulation_does_not_stay(tmp_path):
    write(Scenario.small(seed=7, contacts=20, queues=(Queue("service", ("elm",)),)), tmp_path)
    assert (tmp_path / "cases.parquet").exists()
    write(SMALL, tmp_path)
    assert not (tmp_path / "cases.parquet").exists()


def test_an_error_leaves_what_was_there(tmp_path):
    folder = tmp_path / "data"
    write(SMALL, folder)
    before = content(folder)
    with pytest.raises(TypeError), Saver(SMALL, folder) as saver:
        saver.add("calls", None)  # type: ignore[arg-type]
    assert content(folder) == before
    assert [file.name for file in tmp_path.iterdir()] == ["data"]
