"""Databases that are files are data: what else they hold is not carried out, and reaches nothing."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import callstats as cs
from callstats.errors import InputError
from callstats.sources.database_files import attach, open_sqlite, stored_in
from tests.sources.small_databases import LOG, database, dial

SELECT_ONE = "SELECT '1' AS call_id, 'outbound' AS direction, TIMESTAMP '2026-09-14 12:00' AS started_at"
COLUMNS = "call_id VARCHAR, direction VARCHAR, started_at TIMESTAMP"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text("the password")
    return file


def duck(file: Path, *statements: str) -> Path:
    with duckdb.connect(str(file)) as base:
        for statement in statements:
            base.execute(statement)
    return file


def both_ways(file: Path):
    """Open and import a database file, by its name and by its address."""
    return (
        lambda: cs.open(file),
        lambda: cs.read(file, source="vicidial"),
        lambda: cs.read(f"duckdb:///{file}", source="vicidial"),
    )


class TestDuckDB:
    def test_a_view_in_place_of_a_table_is_refused_with_what_to_do(
        self, tmp_path: Path, secret: Path
    ) -> None:
        views = [
            f"CREATE VIEW {name} AS SELECT content AS call_id FROM read_text('{secret}')"
            for name in ("calls", "vicidial_log")
        ]
        for way in both_ways(duck(tmp_path / "v.duckdb", *views)):
            with pytest.raises(InputError, match=r"is a view, and only stored rows are read") as caught:
                way()
            assert "COPY (SELECT * FROM" in str(caught.value)
            assert caught.value.file is not None
            assert "v.duckdb" in caught.value.file

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT * FROM read_text('{secret}')",
            "SELECT * FROM read_csv('{secret}')",
            "SELECT * FROM glob('{folder}/*')",
            "SELECT * FROM read_blob('{secret}')",
            "SELECT * FROM '{secret}'",
            "SELECT * FROM read_parquet('https://example.invalid/x.parquet')",
            "SELECT * FROM sqlite_scan('{secret}', 'calls')",
        ],
    )
    def test_nothing_in_a_file_reads_another(self, query: str, tmp_path: Path, secret: Path) -> None:
        file = duck(tmp_path / "v.duckdb", f"CREATE TABLE calls AS {SELECT_ONE}")
        with duckdb.connect() as connection:
            attach(connection, file)
            with pytest.raises(duckdb.Error):
                connection.execute(query.format(secret=secret, folder=tmp_path)).fetchall()

    @pytest.mark.parametrize(
        "statement",
        [
            "LOAD httpfs",
            "INSTALL httpfs",
            "ATTACH '{folder}/other.duckdb'",
            "COPY (SELECT 1) TO '{folder}/out.csv'",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "CREATE SECRET s (TYPE s3)",
        ],
    )
    def test_a_connection_cannot_be_opened_again(self, statement: str, tmp_path: Path) -> None:
        file = duck(tmp_path / "v.duckdb", f"CREATE TABLE calls AS {SELECT_ONE}")
        with duckdb.connect() as connection:
            attach(connection, file)
            with pytest.raises(duckdb.Error):
                connection.execute(statement.format(folder=tmp_path))
        assert not (tmp_path / "out.csv").exists()

    def test_views_that_are_not_needed_are_left_alone(self, tmp_path: Path, secret: Path) -> None:
        file = duck(
            tmp_path / "v.duckdb",
            f"CREATE TABLE calls AS {SELECT_ONE}",
            f"CREATE VIEW other AS SELECT * FROM read_text('{secret}')",
        )
        secret.unlink()
        assert cs.open(file).values("direction") == ["outbound"]

    def test_a_table_with_a_formula_is_refused(self, tmp_path: Path) -> None:
        file = duck(
            tmp_path / "g.duckdb",
            f"CREATE TABLE calls ({COLUMNS}, agent_id VARCHAR GENERATED ALWAYS AS (current_user()))",
        )
        with pytest.raises(InputError, match="calls is a table with computed columns"):
            cs.open(file)

    def test_a_macro_does_not_take_the_place_of_a_function(self, tmp_path: Path) -> None:
        rows = ", ".join(f"('{n}', 'outbound', TIMESTAMP '2026-09-14 12:0{n}')" for n in range(3))
        file = duck(
            tmp_path / "m.duckdb",
            f"CREATE TABLE calls ({COLUMNS})",
            f"INSERT INTO calls VALUES {rows}",
            "CREATE MACRO count(x) AS 42",
            "CREATE MACRO min(x) AS TIMESTAMP '1999-01-01'",
        )
        assert cs.measure(cs.open(file), "dials")["value"].tolist() == [3]
        mapping = tmp_path / "m.toml"
        mapping.write_text(
            '[calls.columns]\ncall_id = "call_id"\nstarted_at = "started_at"\ndirection = "direction"\n'
        )
        read = cs.read(f"duckdb:///{file}", mapping=mapping, period="2026-09-14")
        assert read.provenance["rows"]["calls"] == 3

    def test_what_was_opened_can_be_saved(self, tmp_path: Path) -> None:
        file = duck(tmp_path / "v.duckdb", f"CREATE TABLE calls AS {SELECT_ONE}")
        cs.open(file).save(tmp_path / "saved")
        assert cs.open(tmp_path / "saved").values("call_id") == ["1"]

    @pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
    def test_the_system_is_asked_for_no_other_file_and_no_address(self, tmp_path: Path, secret: Path) -> None:
        file = duck(
            tmp_path / "v.duckdb",
            f"CREATE TABLE calls AS {SELECT_ONE}",
            f"CREATE VIEW contacts AS SELECT content AS contact_id FROM read_text('{secret}')",
            f"CREATE VIEW vicidial_log AS SELECT * FROM read_text('{secret}')",
        )
        ways = f"""
            import callstats as cs
            for way in (
                lambda: cs.open({str(file)!r}),
                lambda: cs.read({str(file)!r}, source="vicidial"),
                lambda: cs.read({"duckdb:///" + str(file)!r}, source="vicidial"),
            ):
                try:
                    way()
                except cs.errors.InputError as error:
                    print(error.found)
            """.replace("\n            ", "\n")
        trace = tmp_path / "trace.txt"
        tracing = ["strace", "-f", "-e", "trace=openat,connect,execve", "-o", str(trace)]
        done = subprocess.run(
            [*tracing, sys.executable, "-c", ways],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.count("is a view") == 3
        asked = trace.read_text(errors="replace")
        assert "v.duckdb" in asked
        assert secret.name not in asked
        assert "AF_INET" not in asked


class TestSQLite:
    def test_a_view_in_place_of_a_table_is_refused_with_what_to_do(self, tmp_path: Path) -> None:
        file = tmp_path / "d.db"
        database(file, log=(LOG, [dial("u1", "2026-09-14 12:00:00")]))
        with sqlite3.connect(file) as base:
            base.execute("CREATE VIEW vicidial_log AS SELECT * FROM log")
        base.close()
        for given in (file, f"sqlite:///{file}"):
            for source in ("vicidial", None):
                with pytest.raises(
                    InputError, match="vicidial_log is a view, and only stored rows"
                ) as caught:
                    cs.read(given, source=source)
                assert "CREATE TABLE" in str(caught.value)

    def test_formulas_and_virtual_tables_are_not_read(self, tmp_path: Path) -> None:
        file = tmp_path / "d.db"
        with sqlite3.connect(file) as base:
            base.execute("CREATE TABLE plain (a, b)")
            base.execute("CREATE TABLE kept (a, b GENERATED ALWAYS AS (a + 1) STORED)")
            base.execute("CREATE TABLE formula (a, b GENERATED ALWAYS AS (hex(zeroblob(1000))))")
            base.execute("CREATE VIRTUAL TABLE texts USING fts5(a)")
            base.execute("CREATE VIEW seen AS SELECT 1")
        base.close()
        opened = open_sqlite(file)
        stored = stored_in(opened)
        opened.close()
        assert {"plain", "kept"} <= set(stored.tables)
        assert stored.computed == {
            "formula": "a table with computed columns", "seen": "a view", "texts": "a virtual table",
        }  # fmt: skip

    def test_nothing_is_attached(self, tmp_path: Path) -> None:
        file = tmp_path / "d.db"
        database(file, log=(LOG, []))
        opened = open_sqlite(file)
        with pytest.raises(sqlite3.Error):
            opened.execute("ATTACH ? AS other", [str(tmp_path / "new.db")])
        opened.close()
        assert not (tmp_path / "new.db").exists()
