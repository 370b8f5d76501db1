"""A real MariaDB and a real PostgreSQL on loopback: their figures are those of the same data as an export."""

# ruff: noqa: E501 - rows and statements stand on one line

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

import callstats as cs
from callstats.dataset.importing import arrive
from callstats.dataset.period import Period
from callstats.errors import CallstatsError, InputError, UsageError
from callstats.kpis.registry import names
from callstats.sources import find, servers
from callstats.sources.servers.addresses import parse_address
from callstats.sources.servers.connecting import opened
from tests.hostile import NAMES
from tests.sources import dialer_servers as made

pytest.importorskip("pymysql", reason="the extra databases is not installed")
pytest.importorskip("adbc_driver_postgresql", reason="the extra databases is not installed")

CALLS = 10_000
STARTS = {"mariadb": made.mariadb, "postgresql": made.postgresql}


@pytest.fixture(scope="module", params=STARTS)
def server(request: pytest.FixtureRequest) -> Iterator[made.Server]:
    try:
        starting = STARTS[request.param]()
        running = starting.__enter__()
    except made.NotThereError as error:
        pytest.skip(str(error))
    try:
        made.fill(running, CALLS)
        yield running
    finally:
        starting.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the password by the environment, and a home without files of clients."""
    monkeypatch.setenv("CALLSTATS_DB_PASSWORD", made.PASSWORD)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("MYSQL_PWD", "PGPASSWORD", "PGPASSFILE", "PGUSER"):
        monkeypatch.delenv(name, raising=False)


def september(server: made.Server, rest: str = "", **more: Any) -> cs.Dataset:
    options = {"source": "vicidial", "period": "2026-09", **more}
    return cs.read(server.address(rest=rest), time_zone=made.ZONE, **options)


_READ: dict[int, cs.Dataset] = {}


def september_once(server: made.Server) -> cs.Dataset:
    """Return what :func:`september` returns, read once by all tests that leave the server as it is."""
    if server.port not in _READ:
        _READ[server.port] = september(server)
    return _READ[server.port]


def figures(dataset: cs.Dataset) -> dict[str, tuple[str, ...]]:
    """Return every KPI that a data set can answer, each with what it is made of."""
    found = {}
    for name in names():
        try:
            row = cs.measure(dataset, name).iloc[0]
        except CallstatsError:
            continue
        found[name] = tuple(repr(row.get(part)) for part in ("value", "numerator", "denominator", "n"))
    return found


def frame(dataset: cs.Dataset, table: str) -> Any:
    rows = dataset.table(table).collect().to_pandas()
    return rows.sort_values(list(rows.columns[:6]), ignore_index=True)[sorted(rows.columns)]


class TestAMonth:
    def test_has_the_figures_of_its_export(self, server: made.Server, tmp_path: Path) -> None:
        from pandas.testing import assert_frame_equal

        export = cs.read(made.export(server, tmp_path / "export"), source="vicidial", time_zone=made.ZONE)
        direct = september_once(server)
        for table in ("calls", "contacts", "agent_time"):
            assert_frame_equal(frame(direct, table), frame(export, table), check_dtype=False)
        assert figures(direct) == figures(export)
        assert len(figures(direct)) > 80

    def test_has_the_calls_that_were_made(self, server: made.Server) -> None:
        data = september_once(server)
        for kpi, of_twenty in (("dials", 20), ("successes", made.SOLD), ("handled_calls", made.HANDLED)):
            assert cs.measure(data, kpi)["value"].tolist() == [CALLS / 20 * of_twenty]

    def test_is_the_sum_of_its_days(self, server: made.Server) -> None:
        days = [
            september(server, period=f"2026-09-{day:02d}").provenance["rows"]["calls"] for day in (1, 17, 30)
        ]
        whole = frame(september_once(server), "calls")["local_started_at"].dt.day.value_counts()
        assert days == [whole[1], whole[17], whole[30]]

    def test_says_what_it_was_read_from_and_no_more(self, server: made.Server) -> None:
        told = september_once(server).provenance
        where = f"{server.scheme}://127.0.0.1:{server.port}/asterisk"
        assert [file["name"] for file in told["files"]][:1] == [f"{where}/vicidial_log"]
        assert f"{where}: 1 other table is not read" in told["notes"]
        assert "reader" not in json.dumps(told)

    def test_comes_in_stretches_that_name_their_contacts(self, server: made.Server) -> None:
        period = Period.parse("2026-09-01..2026-09-03")
        pieces = list(servers.stretches(server.address(), find("vicidial"), period, made.ZONE))
        for piece in pieces[:3]:
            by_table = {raw.file.rsplit("/", 1)[-1]: raw for raw, _ in piece}
            called = set(by_table["vicidial_log"].cells["lead_id"].as_text())
            assert called == set(by_table["vicidial_list"].cells["lead_id"].as_text())
        assert (
            len({id(raw) for piece in pieces[:3] for raw, _ in piece if raw.file.endswith("statuses")}) == 1
        )

    def test_reads_an_archive_and_counts_what_is_in_both_once(self, server: made.Server) -> None:
        copy = "CREATE TABLE vicidial_log_archive AS SELECT * FROM vicidial_log WHERE"
        made.run(
            server,
            f"{copy} call_date < '2026-09-11 00:00:00'",
            "GRANT SELECT ON vicidial_log_archive TO reader",
        )
        made.run(server, "DELETE FROM vicidial_log WHERE call_date < '2026-09-10 00:00:00'")
        try:
            data = september(server)
            assert data.provenance["rows"]["calls"] == CALLS
            assert any("rows that are in vicidial_log as well" in note for note in data.provenance["notes"])
        finally:
            back = "INSERT INTO vicidial_log SELECT * FROM vicidial_log_archive WHERE"
            made.run(server, f"{back} call_date < '2026-09-10 00:00:00'", "DROP TABLE vicidial_log_archive")


HARMFUL = ("it's", r"\' OR 1 = 1 -- ", "\\", "'; DROP TABLE vicidial_log; --", '"`', *NAMES.values())
COLUMN = 'a`b"c'
#: What makes a backslash an escape in texts (the default of MariaDB), and what does not (PostgreSQL's).
_BACKSLASH: dict[str, dict[bool | None, list[str]]] = {
    "mysql": {
        True: ["SET GLOBAL sql_mode = ''"],
        False: ["SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'"],
        None: ["SET GLOBAL sql_mode = DEFAULT"],
    },
    "postgresql": {
        True: ["ALTER DATABASE asterisk SET standard_conforming_strings = off"],
        False: ["ALTER DATABASE asterisk SET standard_conforming_strings = on"],
        None: ["ALTER DATABASE asterisk RESET standard_conforming_strings"],
    },
}


class TestAPassword:
    def test_that_is_wrong_is_told_and_not_shown(
        self, server: made.Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CALLSTATS_DB_PASSWORD", "not-this-one")
        with pytest.raises(InputError, match=r"(?s)(password|denied).*CALLSTATS_DB_PASSWORD") as refused:
            september(server)
        assert "not-this-one" not in str(refused.value)

    def test_of_the_address_works_and_is_kept_nowhere(self, server: made.Server, tmp_path: Path) -> None:
        secret = (
            made.PASSWORD.replace("/", "%2F")
            .replace("#", "%23")
            .replace("@", "%40")
            .replace(":", "%3A")
            .replace("?", "%3F")
        )
        address = server.address().replace("reader@", f"reader:{secret}@")
        environment = {**os.environ, "CALLSTATS_DB_PASSWORD": "", "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", "from callstats.cli import main; main()", "import", address, "--source", "vicidial",
             "--period", "2026-09-01", "--time-zone", made.ZONE, "--to", str(tmp_path / "data")],
            check=False, capture_output=True, env=environment,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr.decode()
        kept = [file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file()]
        for text in (done.stdout, done.stderr, *kept):
            assert secret.encode() not in text
            assert made.PASSWORD.encode() not in text

    def test_is_taken_from_the_clients_own_file(
        self, server: made.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("CALLSTATS_DB_PASSWORD")
        if server.scheme == "mysql":
            text = f'[client]\nuser = reader\npassword = "{made.PASSWORD}"\nport = {server.port}\n'
            (tmp_path / ".my.cnf").write_text(text, encoding="utf-8")
            address = "mysql://127.0.0.1/asterisk"
        else:
            escaped = made.PASSWORD.replace(":", "\\:")
            (tmp_path / ".pgpass").write_text(
                f"other:*:*:*:x\n*:{server.port}:*:reader:{escaped}\n", encoding="utf-8"
            )
            (tmp_path / ".pgpass").chmod(0o600)
            address = server.address()
        data = cs.read(address, source="vicidial", time_zone=made.ZONE, period="2026-09-01")
        assert data.provenance["rows"]["calls"]

    def test_is_not_taken_from_a_file_that_others_may_touch(
        self, server: made.Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.delenv("CALLSTATS_DB_PASSWORD")
        (tmp_path / ".my.cnf").write_text(f'[client]\npassword = "{made.PASSWORD}"\n', encoding="utf-8")
        (tmp_path / ".my.cnf").chmod(0o666)
        (tmp_path / ".pgpass").write_text(f"*:*:*:*:{made.PASSWORD}\n", encoding="utf-8")
        (tmp_path / ".pgpass").chmod(0o644)
        with pytest.raises(InputError, match="password"):
            september(server)

    def test_is_asked_for_at_a_terminal(self, server: made.Server, monkeypatch: pytest.MonkeyPatch) -> None:
        from callstats.sources.servers import credentials

        monkeypatch.delenv("CALLSTATS_DB_PASSWORD")
        monkeypatch.setattr(credentials, "may_ask", lambda: True)
        asked: list[str] = []
        monkeypatch.setattr(
            credentials.getpass, "getpass", lambda text: (asked.append(text), made.PASSWORD)[1]
        )
        assert september(server, period="2026-09-01").provenance["rows"]["calls"]
        assert asked == [f"Password of reader for {server.scheme}://127.0.0.1:{server.port}/asterisk: "]


class TestAServer:
    def test_that_is_not_there_is_told(self, server: made.Server) -> None:
        address = f"{server.scheme}://reader@127.0.0.1:{made.free_port()}/asterisk"
        with pytest.raises(InputError, match=r"(?s)no server answers.*Is the server running"):
            cs.read(address, source="vicidial")

    def test_without_the_database_is_told(self, server: made.Server) -> None:
        with pytest.raises(InputError, match=r"(?i)(unknown database|does not exist|denied)"):
            cs.read(server.address("asterix"), source="vicidial")

    def test_of_another_option_is_refused(self, server: made.Server) -> None:
        with pytest.raises(UsageError, match="sslmodus"):
            september(server, "?sslmodus=on")

    def test_without_tls_is_refused_where_tls_is_asked_for(self, server: made.Server) -> None:
        option = "ssl-mode=REQUIRED" if server.scheme == "mysql" else "sslmode=require"
        with pytest.raises(InputError, match=r"(?i)ssl|tls"):
            september(server, f"?{option}")
        option = "ssl-mode=DISABLED" if server.scheme == "mysql" else "sslmode=disable"
        assert september(server, f"?{option}", period="2026-09-01").provenance["rows"]["calls"]

    def test_is_only_read(self, server: made.Server) -> None:
        # as its owner, who may write
        made.run(server, *_owner(server))
        session = opened(parse_address(server.address(user="owner")))
        with pytest.raises(InputError, match=r"(?i)read.only"):
            session.table("DELETE FROM vicidial_log")
        session.close()

    @pytest.mark.parametrize("escapes", [True, False], ids=["backslash escapes", "backslash is a letter"])
    def test_takes_a_text_of_the_data_for_a_text(self, server: made.Server, escapes: bool) -> None:
        made.run(server, *_BACKSLASH[server.scheme][escapes])
        session = opened(parse_address(server.address()))
        try:
            for text in HARMFUL:
                query = f"SELECT {session.text(text)} AS {session.quoted(COLUMN)}"
                assert session.table(query).to_pylist() == [{COLUMN: text}]
        finally:
            session.close()
            made.run(server, *_BACKSLASH[server.scheme][None])

    def test_shows_one_state_of_its_tables(self, server: made.Server) -> None:
        session = opened(parse_address(server.address()))
        before = session.first("SELECT count(*) FROM vicidial_log")
        made.run(server, "INSERT INTO vicidial_log (uniqueid, lead_id) VALUES ('late', 1)")
        try:
            assert session.first("SELECT count(*) FROM vicidial_log") == before
        finally:
            session.close()
            made.run(server, "DELETE FROM vicidial_log WHERE uniqueid = 'late'")

    def test_that_is_lost_half_way_is_told(self, server: made.Server) -> None:
        def cut(fetched: servers.Fetched) -> None:
            if fetched.done == 3:
                for number in made.rows(server, _CONNECTIONS[server.scheme])[1]:
                    made.run(server, _END[server.scheme].format(*number))

        with pytest.raises(InputError, match=r"(?s)lost half way.*Nothing was written"):
            arrive(server.address(), source="vicidial", time_zone=made.ZONE, period="2026-09", on_day=cut)

    def test_may_hide_its_tables(self, server: made.Server) -> None:
        made.run(server, *_stranger(server))
        with pytest.raises(InputError, match=r"(?is)denied|no table"):
            cs.read(server.address(user="stranger"), source="vicidial", period="2026-09")


_CONNECTIONS = {
    "mysql": "SELECT id FROM information_schema.processlist WHERE user = 'reader'",
    "postgresql": "SELECT pid FROM pg_stat_activity WHERE usename = 'reader'",
}
_END = {"mysql": "KILL {}", "postgresql": "SELECT pg_terminate_backend({})"}


def _owner(server: made.Server) -> list[str]:
    if server.scheme == "mysql":
        text = f"CREATE OR REPLACE USER owner@'%' IDENTIFIED BY '{made.PASSWORD}'"
        return [text, "GRANT ALL ON asterisk.* TO owner@'%'"]
    return [f"CREATE USER owner SUPERUSER PASSWORD '{made.PASSWORD}'"]


def _stranger(server: made.Server) -> list[str]:
    if server.scheme == "mysql":
        return [f"CREATE OR REPLACE USER stranger@'%' IDENTIFIED BY '{made.PASSWORD}'"]
    return [f"CREATE USER stranger PASSWORD '{made.PASSWORD}'"]


class TestAType:
    MAPPING = (
        '[calls.columns]\ncall_id = "id"\nstarted_at = "at"\ncontact_id = "who"\ntalk_s = { column = "took", optional = true }\n'
        'value = { column = "amount", optional = true }\n'
    )
    KINDS: ClassVar = {
        "mysql": ("timestamp NULL", "time", "decimal(8,2)", "SET time_zone = '+00:00'"),
        "postgresql": ("timestamptz", "interval", "numeric(8,2)", "SET TimeZone = 'UTC'"),
    }

    def test_survives(self, server: made.Server, tmp_path: Path) -> None:
        moment, span, amount, _ = self.KINDS[server.scheme]
        made.run(
            server,
            f"CREATE TABLE deals (id int PRIMARY KEY, at {moment}, who varchar(9), took {span}, amount {amount})",
            "INSERT INTO deals VALUES (1, '2026-10-24 21:59:59', 'a', '00:01:05', 1234.50)",
            "INSERT INTO deals VALUES (2, '2026-10-24 22:00:00', 'b', '26:00:00', NULL)",
            "INSERT INTO deals VALUES (3, '2026-10-25 22:59:59', 'c', NULL, 0.10)",
            "INSERT INTO deals VALUES (4, '2026-10-25 23:00:00', 'd', '00:00:01', 7)",
            "GRANT SELECT ON deals TO reader",
        )
        mapping = tmp_path / "m.toml"
        mapping.write_text('[file]\ndecimal = ","\n' + self.MAPPING, encoding="utf-8")
        try:
            # in Paris 25 October has 25 hours: from 22:00 to 23:00 in UTC
            data = september(server, "#deals", source=None, mapping=mapping, period="2026-10-25")
            whole = september(server, "#deals", source=None, mapping=mapping, period=None)
        finally:
            made.run(server, "DROP TABLE deals")
        assert sorted(frame(data, "calls")["call_id"]) == ["2", "3"]
        calls = frame(whole, "calls").sort_values("call_id")
        assert calls["started_at"].dt.strftime("%F %T").tolist()[:2] == [
            "2026-10-24 21:59:59",
            "2026-10-24 22:00:00",
        ]
        assert calls["value"].fillna(-1).tolist() == [1234.5, -1, 0.1, 7]
        assert calls["talk_s"].fillna(-1).tolist()[0] == 65

    def test_of_a_date_that_is_none_is_unknown(self, server: made.Server) -> None:
        if server.scheme != "mysql":
            pytest.skip("PostgreSQL has no such dates")
        made.run(
            server, "SET sql_mode = ''",
            "UPDATE vicidial_list SET entry_date = '0000-00-00 00:00:00' WHERE lead_id = 1",
        )  # fmt: skip
        try:
            contacts = frame(september(server), "contacts").set_index("contact_id")
            assert contacts["loaded_at"].isna().sum() == 1
            assert contacts.loc[["1"], "loaded_at"].isna().all()
        finally:
            made.run(server, "UPDATE vicidial_list SET entry_date = '2026-08-31 00:00:00' WHERE lead_id = 1")


STREAM = """
import resource, sys
from callstats.dataset.importing import arrive
from callstats.dataset.period import Period
from callstats.sources import find, servers
from tests.sources.dialer_servers import ZONE
rows = 0
for piece in servers.stretches(sys.argv[1], find("vicidial"), Period.parse("2026-09"), ZONE):
    rows += sum(raw.height for raw, _ in piece if raw.file.endswith("vicidial_log"))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", STARTS)
def test_a_million_calls_have_the_figures_of_their_export_and_stream_in_little_memory(
    name: str, tmp_path: Path
) -> None:
    try:
        with STARTS[name]() as server:
            made.fill(server, 1_000_000)
            done = subprocess.run(
                [sys.executable, "-c", STREAM, server.address()], check=True, capture_output=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )  # fmt: skip
            rows, megabytes = map(int, done.stdout.split())
            assert rows == 1_000_000
            assert megabytes < 500
            direct = september(server)
            export = cs.read(made.export(server, tmp_path), source="vicidial", time_zone=made.ZONE)
            assert figures(direct) == figures(export)
            assert cs.measure(direct, "successes")["value"].tolist() == [1_000_000 / 20 * made.SOLD]
    except made.NotThereError as error:
        pytest.skip(str(error))
