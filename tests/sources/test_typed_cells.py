"""Types survive the door: what a file types is never turned into text and read again."""

import datetime as dt
import json
import sqlite3
from decimal import Decimal

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from callstats.dataset import read
from callstats.sources.typed_cells import clock_text, of_arrow, of_objects

ZONE = 'time_zone = "Europe/Paris"\n'
MAPPING = (
    ZONE + '[file]\ndecimal = ","\n[calls.columns]\ncall_id = "Id"\nstarted_at = "Date"\n'
    'talk_s = { column = "Talk", unit = "min" }\nvalue = "Amount"\n'
    'connected = { column = "On", true = ["ja"] }\n'
)


def calls(tmp_path, file) -> pd.DataFrame:
    (tmp_path / "m.toml").write_text(MAPPING)
    data = read(file, mapping=tmp_path / "m.toml")
    assert len(data.rejects) == 0
    return data.frames["calls"].collect("pandas").to_native().set_index("call_id")


def check(found: pd.DataFrame) -> None:
    """2.125 minutes are 127.5 s; the comma of texts does not touch 1234.5."""
    assert found["talk_s"].tolist() == [127.5]
    assert found["value"].tolist() == [1234.5]
    assert found["connected"].tolist() == [True]
    assert [str(at) for at in found["local_started_at"]] == ["2026-09-08 12:00:00"]
    assert found.index.tolist() == ["7"]


def test_of_a_parquet_file(tmp_path):
    table = pa.table(
        {
            "Id": pa.array([7], pa.int16()),
            "Date": pa.array([dt.datetime(2026, 9, 8, 12)], pa.timestamp("ms")),
            "Talk": [2.125],
            "Amount": pa.array([Decimal("1234.50")], pa.decimal128(10, 2)),
            "On": [True],
        }
    )
    pq.write_table(table, tmp_path / "c.parquet")
    check(calls(tmp_path, tmp_path / "c.parquet"))


def test_of_a_duckdb_file_and_its_other_tables_are_named(tmp_path):
    with duckdb.connect(str(tmp_path / "c.duckdb")) as base:
        base.execute(
            "CREATE TABLE c AS SELECT 7 AS Id, TIMESTAMP '2026-09-08 12:00:00' AS Date,"
            " 2.125::DECIMAL(9,3) AS Talk, 1234.5::DOUBLE AS Amount, true AS On"
        )
        base.execute("CREATE TABLE other AS SELECT 1 AS x")
    check(calls(tmp_path, tmp_path / "c.duckdb"))
    data = read(tmp_path / "c.duckdb", mapping=tmp_path / "m.toml")
    assert list(data.provenance["unread"]) == ["c.duckdb, other"]


def test_of_a_sqlite_file(tmp_path):
    base = sqlite3.connect(tmp_path / "c.sqlite")
    base.execute("CREATE TABLE c (Id INT, Date TEXT, Talk REAL, Amount REAL, 'On' TEXT)")
    base.execute("INSERT INTO c VALUES (7, '2026-09-08 12:00:00', 2.125, 1234.5, 'JA')")
    base.commit()
    base.close()
    check(calls(tmp_path, tmp_path / "c.sqlite"))


def test_of_json_with_records_inside_records(tmp_path):
    record = {
        "Id": 7,
        "Date": "2026-09-08T12:00:00",
        "Talk": 2.125,
        "Amount": 1234.5,
        "On": True,
        "x": {"y": 1},
    }
    (tmp_path / "c.json").write_text(json.dumps({"page": 1, "calls": [record]}))
    check(calls(tmp_path, tmp_path / "c.json"))


def test_of_a_workbook_in_xml(tmp_path):
    def cell(kind, value):
        return f'<Cell><Data ss:Type="{kind}">{value}</Data></Cell>'

    head = "".join(cell("String", name) for name in ("Id", "Date", "Talk", "Amount", "On"))
    row = "".join(
        [
            cell("Number", 7),
            cell("DateTime", "2026-09-08T12:00:00.000"),
            cell("Number", 2.125),
            cell("Number", 1234.5),
            cell("Boolean", 1),
        ]
    )
    (tmp_path / "c.xls").write_text(
        '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f"<Worksheet><Table><Row>{head}</Row><Row>{row}</Row></Table></Worksheet></Workbook>"
    )
    check(calls(tmp_path, tmp_path / "c.xls"))


def test_a_duration_of_arrow_carries_its_own_unit():
    column = pa.chunked_array([pa.array([1500, None], pa.duration("ms"))])
    assert of_arrow(column).spans.tolist()[0] == 1.5


def test_a_time_with_a_zone_is_a_moment_and_one_without_is_the_clock_s():
    aware = pa.chunked_array([pa.array([dt.datetime(2026, 9, 8, 12)], pa.timestamp("us", "Europe/Paris"))])
    assert of_arrow(aware).moments.dt.tz is not None
    assert of_arrow(pa.chunked_array([pa.array([dt.date(2026, 9, 8)])])).moments.dt.tz is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.0, "7"),
        (7.5, "7.5"),
        (33199001001.0, "33199001001"),
        (True, "true"),
        (dt.time(15, 4, 5), "15:04:05"),
        (dt.timedelta(hours=130, minutes=15), "130:15:00"),
        (dt.datetime(2026, 9, 8, 12, 5), "2026-09-08 12:05:00"),
        (dt.datetime(2026, 9, 8), "2026-09-08"),
        (1 << 70, "1180591620717411303424"),
        ("", pd.NA),
        (None, pd.NA),
    ],
)
def test_a_typed_cell_is_written_as_a_person_would(value, text):
    written = of_objects([value]).as_text().tolist()[0]
    assert written is text if text is pd.NA else written == text


def test_a_clock_goes_on_after_a_day():
    assert clock_text(90_061.25) == "25:01:01.25"
