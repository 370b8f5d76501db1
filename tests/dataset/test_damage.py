"""A damaged data set is refused with the file that is damaged, whenever the damage comes to light."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import callstats as cs
from callstats.errors import InputError
from tests import mutants


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mutants.Bench(tmp_path_factory.mktemp("bench")).data


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def _with_column(file: Path, name: str, values: pa.Array) -> None:
    table = pq.read_table(file)
    pq.write_table(table.set_column(table.column_names.index(name), name, values), file)


def test_a_page_that_is_broken_names_its_month_at_the_question(folder):
    file = folder / "calls" / "2026-09.parquet"
    content = bytearray(file.read_bytes())
    column = pq.ParquetFile(file).schema_arrow.names.index("talk_s")
    chunk = pq.read_metadata(file).row_group(0).column(column)
    begin = chunk.dictionary_page_offset or chunk.data_page_offset
    content[begin : begin + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"2026-09\.parquet"):
        cs.measure(cs.open(folder), "average_talk_time")


def test_the_month_whose_column_has_another_type_is_named(folder):
    file = folder / "calls" / "2026-09.parquet"
    _with_column(file, "talk_s", pa.array(["x"] * pq.read_metadata(file).num_rows))
    with pytest.raises(InputError, match=r"2026-09\.parquet, column 'talk_s'"):
        cs.open(folder)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("talk_s", float("inf")),
        ("talk_s", 1e12),
        ("value", -1e300),
        ("local_started_at", pd.Timestamp("9999-01-01").as_unit("us")),
    ],
)
def test_a_value_beyond_range_is_named_before_it_is_summed(folder, column, value):
    file = folder / "calls" / "2026-09.parquet"
    table = pq.read_table(file)
    values = [value, *table.column(column).to_pylist()[1:]]
    _with_column(file, column, pa.array(values, table.schema.field(column).type))
    with pytest.raises(InputError, match=rf"2026-09\.parquet, column '{column}': a value beyond range"):
        cs.open(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"imports": [3]},
        {"rows": {"calls": "many"}},
        {"notes": "none"},
        {"lacks": []},
        {"time_zone": 1},
        {"imports": [{"files": []}]},
        {"imports": [{"import": "a", "files": [{"rows": 1}]}]},
    ],
)
def test_a_dataset_json_of_another_form_is_refused_with_its_part(folder, change):
    file = folder / "dataset.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(InputError, match=f"dataset.json: not what an import writes: {next(iter(change))}"):
        cs.open(folder)


@pytest.mark.parametrize("column", ["rule", "row"])
def test_rejects_that_lack_a_column_are_refused_where_they_are_asked_for(folder, column):
    file = folder / "rejects.parquet"
    pq.write_table(pq.read_table(file).drop_columns([column]), file)
    data = cs.open(folder)
    assert len(cs.measure(data, "dials"))
    with pytest.raises(InputError, match=f"rejects.parquet, column '{column}'"):
        data.rejects.frame()
    with pytest.raises(InputError, match=f"rejects.parquet, column '{column}'"):
        data.save(folder.with_name("copy"))
    assert not folder.with_name("copy").exists()
    assert mutants.run(["check", folder]).code == 3


def test_an_order_that_is_damaged_moves_and_removes_nothing(folder):
    (folder / ".complete").write_text('{"place": "../elsewhere", "gone": ["../../x"]}', encoding="utf-8")
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError, match="cut off is damaged"):
        cs.open(folder)
    assert sorted(folder.rglob("*")) == before


def test_what_is_damaged_gives_way_to_a_new_import(folder, sound):
    (folder / "dataset.json").write_text("{", encoding="utf-8")
    export = sound.parent / "calls.csv"
    words = ["import", export, "--mapping", sound.parent / "mapping.toml", "--to", folder]
    assert mutants.run(words).code == 3
    assert mutants.run([*words, "--replace"]).code == 1  # one row is rejected
    assert cs.open(folder).span() is not None


def test_a_number_of_over_fifteen_digits_is_an_unknown_cell_and_costs_no_row(tmp_path):
    rows = mutants.rows()
    rows[3][9], rows[4][9] = "1e18", "999999999999999"
    (tmp_path / "calls.csv").write_bytes(mutants.text(rows))
    (tmp_path / "m.toml").write_text(mutants.MAPPING, encoding="utf-8")
    data = cs.read(tmp_path / "calls.csv", mapping=tmp_path / "m.toml")
    assert data.provenance["rows"]["calls"] == len(rows)
    assert data.provenance["books"][0]["unread_cells"] == {"value": 1}


def test_what_comes_in_beyond_range_is_refused_and_what_is_there_stays(folder):
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    start = pd.to_datetime(["2026-09-01 10:00"], utc=True)
    frame = pd.DataFrame(
        {
            "call_id": ["new"], "direction": "outbound", "value": [1e300],
            "started_at": start, "local_started_at": start.tz_localize(None),
        }
    )  # fmt: skip
    come = cs.open({"calls": frame}, config=cs.open(folder).config)
    with pytest.raises(InputError, match=r"calls/2026-09\.parquet, column 'value': a value beyond range"):
        cs.add(come, folder)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
