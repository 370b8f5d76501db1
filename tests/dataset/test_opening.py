"""What cs.open takes, and what it says to the rest."""

import shutil

import duckdb
import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config
from callstats.errors import InputError, UsageError
from tests.engine import frames

CALLS = frames.calls(40)
MONTHS = {f"{r['local_started_at']:%Y-%m}" if r["local_started_at"] else "undated" for r in CALLS}


@pytest.fixture
def saved(tmp_path):
    return cs.open({"calls": frames.on("arrow", "calls", CALLS)}).save(tmp_path / "saved")


def in_one_file(folder, **types):
    """Lay the calls in one file, as earlier versions did."""
    months = [pd.read_parquet(file) for file in sorted((folder / "calls").glob("*.parquet"))]
    shutil.rmtree(folder / "calls")
    pd.concat(months).astype(types).to_parquet(folder / "calls.parquet")


def test_a_folder_of_an_earlier_version_opens_as_ever(saved):
    dials = sum(r["direction"] == "outbound" for r in CALLS)
    assert sorted(file.stem for file in (saved / "calls").iterdir()) == sorted(MONTHS)
    in_one_file(saved)
    assert cs.measure(cs.open(saved), "dials")["value"].tolist() == [dials]


def test_a_saved_folder_opens_on_duckdb(saved):
    data = cs.open(saved)
    assert str(data.frames["calls"].implementation.value) == "duckdb"
    assert data.values("list_id") == ["A", "B"]


def test_the_project_file_of_a_folder_is_picked_up(saved):
    (saved / "callstats.toml").write_text('currency = "RUB"\n')
    assert cs.open(saved).config.currency == "RUB"
    assert cs.open(saved, config=Config(currency="USD")).config.currency == "USD"


def test_rejects_and_provenance_of_a_folder_are_picked_up(tmp_path):
    rejected = pd.DataFrame(
        {"file": ["a.txt"], "row": [7], "table": ["calls"], "column": ["talk_s"], "rule": ["durations"],
         "reason": ["too long"], "found": ["70000"], "content": ["{}"]}
    )  # fmt: skip
    folder = cs.open({"calls": frames.on("arrow", "calls", CALLS)}).save(tmp_path / "saved")
    rejected.to_parquet(folder / "rejects.parquet")
    data = cs.open(folder)
    assert len(data.rejects) == 1
    assert data.provenance["rows"] == {"calls": 40}


def test_one_thread_is_one_thread(saved):
    assert cs.open(saved, threads=1).values("list_id") == ["A", "B"]


def test_a_duckdb_file_opens_by_the_names_of_its_tables(tmp_path):
    file = tmp_path / "site's data.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("given", frames.on("arrow", "calls", CALLS))
        connection.execute("CREATE TABLE calls AS SELECT * FROM given")
        connection.execute(
            "CREATE TABLE contacts AS SELECT DISTINCT contact_id FROM calls WHERE contact_id NOT NULL"
        )
    data = cs.open(file)
    assert list(data.frames) == ["calls", "contacts"]
    assert cs.measure(data, "dials")["value"].iloc[0] == sum(r["direction"] == "outbound" for r in CALLS)


@pytest.mark.parametrize("engine", frames.ENGINES)
def test_frames_of_every_engine_open(engine):
    assert cs.open({"calls": frames.on(engine, "calls", CALLS)}).values("list_id") == ["A", "B"]


def test_tables_in_memory_may_be_of_different_engines():
    contacts = [{"contact_id": r["contact_id"], "age": "x"} for r in CALLS if r["contact_id"]]
    data = cs.open(
        {"calls": frames.on("polars", "calls", CALLS), "contacts": frames.on("pandas", "contacts", contacts)}
    )
    assert len(data.table("calls", "age").collect("pandas")) == 40


class TestRefusals:
    def test_no_such_folder(self, tmp_path):
        with pytest.raises(InputError, match="no such folder"):
            cs.open(tmp_path / "nothing")

    def test_an_export_is_to_be_imported_first(self, tmp_path):
        (tmp_path / "export.csv").write_text("a,b\n1,2\n")
        with pytest.raises(InputError, match="callstats import"):
            cs.open(tmp_path / "export.csv")

    def test_a_folder_without_calls(self, tmp_path):
        with pytest.raises(InputError, match=r"calls\.parquet"):
            cs.open(tmp_path)

    def test_a_duckdb_file_without_calls(self, tmp_path):
        duckdb.connect(str(tmp_path / "x.duckdb")).close()
        with pytest.raises(InputError, match="no table of calls"):
            cs.open(tmp_path / "x.duckdb")

    def test_a_broken_parquet_file_is_named(self, saved):
        (saved / "calls" / "2026-09.parquet").write_bytes(b"PAR1 no more")
        with pytest.raises(InputError, match=r"2026-09\.parquet: not a Parquet file"):
            cs.open(saved)

    def test_a_broken_dataset_json_is_named(self, saved):
        (saved / "dataset.json").write_text("{")
        with pytest.raises(InputError, match=r"dataset\.json"):
            cs.open(saved)

    def test_a_column_of_the_wrong_type_is_named(self, saved):
        in_one_file(saved, talk_s=str)
        with pytest.raises(InputError, match="column 'talk_s': calls needs number here") as caught:
            cs.open(saved)
        assert "calls.parquet" in str(caught.value)

    def test_a_required_column_under_another_name_is_guessed(self):
        with pytest.raises(InputError, match="'callid'"):
            cs.open({"calls": pd.DataFrame({"callid": ["1"], "direction": ["outbound"]})})

    def test_an_unknown_table_names_the_near_ones(self):
        with pytest.raises(UsageError, match="'calls'"):
            cs.open({"call": pd.DataFrame({"call_id": ["1"]})})

    def test_what_is_no_frame(self):
        with pytest.raises(InputError, match="no data frame but list"):
            cs.open({"calls": [1, 2]})

    def test_a_frame_beside_a_database_must_be_registered_there(self):
        costs = pd.DataFrame({"period": ["2026-09"], "kind": ["labour"], "amount": [1.0]})
        with pytest.raises(InputError, match="different engines"):
            cs.open({"calls": frames.on("duckdb", "calls", CALLS), "costs": costs})
