"""The database by its address, on SQLite and DuckDB files: every number is worked out from the rows below."""

# ruff: noqa: E501 - rows of a table stand on one line

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from callstats.dataset.importing import arrive, read
from callstats.dataset.period import Period
from callstats.errors import InputError, UsageError
from callstats.sources import servers
from callstats.sources.servers.addresses import parse_address
from callstats.sources.servers.embedded import SQLite
from callstats.sources.servers.picking import Pick
from callstats.sources.servers.ranges import Moment, moment_of
from callstats.sources.servers.sessions import Relation
from tests.sources.small_databases import CLOSER, LIST, LOG, VICIDIAL, calls_of, database, dial, lead, taken


class TestThePeriod:
    TIMES = (
        "2026-08-31 23:59:59",
        "2026-09-01 00:00:00",
        "2026-09-14 12:00:00",
        "2026-09-30 23:59:59",
        "2026-10-01 00:00:00",
    )

    def test_holds_the_days_of_the_sites_clock_to_the_second(self, tmp_path: Path) -> None:
        rows = [dial(f"u{n}", at, lead=n + 1) for n, at in enumerate(self.TIMES)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
        assert calls_of(address, "2026-09")["call_id"].tolist() == ["u1", "u2", "u3"]

    def test_left_out_is_everything_there_is(self, tmp_path: Path) -> None:
        rows = [dial(f"u{n}", at, lead=n + 1) for n, at in enumerate(self.TIMES)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
        assert len(calls_of(address)) == 5

    def test_left_out_keeps_what_has_no_time_for_the_reader_to_refuse(self, tmp_path: Path) -> None:
        rows = [dial("u1", "2026-09-14 12:00:00"), dial("u2", None), dial("u3", "0000-00-00 00:00:00")]  # type: ignore[arg-type]
        data = read(database(tmp_path / "d.db", vicidial_log=(LOG, rows)), source="vicidial", time_zone="UTC")
        assert data.provenance["rows"] == {"calls": 1}
        assert len(data.rejects.frame()) == 2

    def test_passes_over_empty_years_when_it_is_left_out(self, tmp_path: Path) -> None:
        rows = [dial("u1", "2001-03-01 12:00:00"), dial("u2", "2026-09-14 12:00:00", lead=2)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
        assert len(list(servers.stretches(address, VICIDIAL, None, "UTC"))) == 2

    def test_without_a_row_says_what_there_is(self, tmp_path: Path) -> None:
        address = database(tmp_path / "d.db", vicidial_log=(LOG, [dial("u1", "2026-07-14 12:00:00")]))
        with pytest.raises(
            InputError, match=r"(?s)no row from 2026-09-01 to 2026-09-30.*2026-07-14 to 2026-07-14"
        ):
            calls_of(address, "2026-09")

    def test_is_not_asked_of_a_file(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="a file is read whole"):
            read(tmp_path / "calls.csv", source="vicidial", period="2026-09")


class TestAStretch:
    def test_of_a_day_ends_at_four_in_the_morning(self, tmp_path: Path) -> None:
        times = ("2026-09-01 12:00:00", "2026-09-02 03:59:59", "2026-09-02 04:00:00", "2026-09-03 12:00:00")
        rows = [dial(f"u{n}", at, lead=n + 1) for n, at in enumerate(times)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
        stretches = servers.stretches(address, VICIDIAL, Period.parse("2026-09-01..2026-09-03"), "UTC")
        assert [raw.cells["uniqueid"].as_text().tolist() for ((raw, _),) in stretches] == [
            ["u0", "u1"],
            ["u2"],
            ["u3"],
        ]

    def test_holds_a_call_whole_that_goes_on_after_its_end(self, tmp_path: Path) -> None:
        log = [dial("u1", "2026-09-02 03:58:00", status="XFER"), dial("u2", "2026-09-02 04:10:00", lead=2)]
        closer = [taken(1, "u1", "2026-09-02 04:05:00"), taken(2, "v9", "2026-09-02 04:06:00", lead=9)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_closer_log=(CLOSER, closer))
        first, second = servers.stretches(address, VICIDIAL, Period.parse("2026-09-01..2026-09-02"), "UTC")
        assert [raw.cells["uniqueid"].as_text().tolist() for raw, _ in first] == [["u1"], ["u1"]]
        assert [raw.cells["uniqueid"].as_text().tolist() for raw, _ in second] == [["u2"], ["v9"]]

    def test_a_call_over_midnight_is_of_the_period_it_begins_in_alone(self, tmp_path: Path) -> None:
        log = [dial("u1", "2026-08-31 23:59:50", status="XFER"), dial("u2", "2026-09-30 23:59:50", 2, "XFER")]
        closer = [taken(1, "u1", "2026-09-01 00:00:20"), taken(2, "u2", "2026-10-01 00:00:20", lead=2)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_closer_log=(CLOSER, closer))
        for month, name in (("2026-08", "u1"), ("2026-09", "u2")):
            calls = calls_of(address, month)
            assert calls["call_id"].tolist() == [name]
            assert calls["success"].tolist() == [True]

    def test_rows_are_numbered_through_or_by_their_key(self, tmp_path: Path) -> None:
        log = [dial(f"u{n}", f"2026-09-0{n} 12:00:00") for n in (1, 2)]
        closer = [taken(70 + n, f"v{n}", f"2026-09-0{n} 12:00:00") for n in (1, 2)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_closer_log=(CLOSER, closer))
        pieces = list(servers.stretches(address, VICIDIAL, Period.parse("2026-09-01..2026-09-02"), "UTC"))
        assert [[raw.rows for raw, _ in piece] for piece in pieces] == [[[1], [71]], [[2], [72]]]

    def test_tells_how_far_it_is(self, tmp_path: Path) -> None:
        rows = [dial(f"u{n}", f"2026-09-0{n} 12:00:00", lead=n) for n in (1, 2, 3)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
        told: list[servers.Fetched] = []
        arrive(
            address,
            source="vicidial",
            time_zone="UTC",
            period="2026-09-01..2026-09-03",
            on_day=told.append,
        )
        assert [(str(f.last), f.done, f.total, f.rows) for f in told] == [
            ("2026-09-01", 1, 3, 1), ("2026-09-02", 2, 3, 2), ("2026-09-03", 3, 3, 3),
        ]  # fmt: skip


class TestWhatIsAskedFor:
    def test_is_no_column_that_is_not_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        address = database(tmp_path / "d.db", vicidial_log=(LOG, [dial("u1", "2026-09-14 12:00:00")]))
        asked: list[str] = []
        batches = SQLite.batches
        monkeypatch.setattr(
            SQLite, "batches", lambda self, query: (asked.append(query), batches(self, query))[1]
        )
        calls_of(address, "2026-09-14")
        rows = [query for query in asked if 'FROM "vicidial_log" WHERE' in query]
        assert rows
        assert not any("comments" in query or "*" in query for query in rows)
        assert not any(
            '("call_date")' in query.replace(" ", "") for query in rows
        )  # no function on the column

    def test_is_an_archive_too_and_a_row_in_both_counts_once(self, tmp_path: Path) -> None:
        live = [dial("u2", "2026-09-14 12:00:00", 2, "SALE"), dial("u3", "2026-09-15 12:00:00", 3)]
        old = [dial("u1", "2026-09-02 12:00:00"), dial("u2", "2026-09-14 12:00:00", 2, "SALE")]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, live), vicidial_log_archive=(LOG, old))
        data = read(address, source="vicidial", time_zone="UTC", period="2026-09")
        assert data.provenance["rows"] == {"calls": 3}
        note = (
            "sqlite:///d.db/vicidial_log_archive holds rows that are in vicidial_log as well; they count once"
        )
        assert note in data.provenance["notes"]

    def test_is_no_archive_whose_days_are_not_asked_for(self, tmp_path: Path) -> None:
        live, old = [dial("u2", "2026-09-14 12:00:00")], [dial("u1", "2025-09-02 12:00:00")]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, live), vicidial_log_archive=(LOG, old))
        data = read(address, source="vicidial", time_zone="UTC", period="2026-09")
        assert [file["name"] for file in data.provenance["files"]] == ["sqlite:///d.db/vicidial_log"]

    def test_are_the_contacts_called_their_lists_and_those_loaded_in_the_period(self, tmp_path: Path) -> None:
        # 1 is called; 2 is on its list; 3 was moved to a list nobody dialled, 4 is of that list; 5 was loaded in September
        log = [dial("u1", "2026-09-14 12:00:00", lead=1), dial("u3", "2026-09-15 12:00:00", lead=3)]
        leads = [lead(1, 101), lead(2, 101), lead(3, 900), lead(4, 900), lead(5, 901, "2026-09-03 08:00:00")]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_list=(LIST, leads))
        data = read(address, source="vicidial", time_zone="UTC", period="2026-09")
        contacts = data.table("contacts").collect().to_pandas()
        assert sorted(contacts["contact_id"]) == ["1", "2", "3", "5"]

    def test_are_all_contacts_without_a_period(self, tmp_path: Path) -> None:
        leads = [lead(1, 101), lead(4, 900)]
        log = [dial("u1", "2026-09-14 12:00:00", lead=1)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_list=(LIST, leads))
        data = read(address, source="vicidial", time_zone="UTC")
        assert data.provenance["rows"] == {"calls": 1, "contacts": 2}

    def test_a_contact_that_several_days_name_is_one(self, tmp_path: Path) -> None:
        log = [dial(f"u{n}", f"2026-09-0{n} 12:00:00") for n in (1, 2, 3)]
        address = database(tmp_path / "d.db", vicidial_log=(LOG, log), vicidial_list=(LIST, [lead(1, 101)]))
        data = read(address, source="vicidial", time_zone="UTC", period="2026-09-01..2026-09-03")
        assert data.provenance["rows"] == {"calls": 3, "contacts": 1}

    def test_other_tables_are_told(self, tmp_path: Path) -> None:
        rows = (LOG, [dial("u1", "2026-09-14 12:00:00")])
        address = database(tmp_path / "d.db", vicidial_log=rows, phones=(("a",), []), servers=(("b",), []))
        data = read(address, source="vicidial", time_zone="UTC", period="2026-09")
        assert "sqlite:///d.db: 2 other tables are not read" in data.provenance["notes"]


class TestAMapping:
    COLUMNS = ("id INTEGER PRIMARY KEY", "started", "caller", "result")
    ROWS = ((11, "2026-09-14 12:00:00", "a", "won"), (12, "2026-09-15 12:00:00", "b", "lost"))
    TEXT = '[calls.columns]\nstarted_at = "started"\ncontact_id = "caller"\noutcome_code = "result"\n[calls.statuses]\nwon = "success"\nlost = "refusal"\n'

    def made(self, tmp_path: Path, before: str = "", **tables: Any) -> tuple[str, Path]:
        mapping = tmp_path / "m.toml"
        mapping.write_text(before + self.TEXT, encoding="utf-8")
        return database(tmp_path / "d.db", **tables), mapping

    def count(self, address: str, mapping: Path) -> int:
        return len(calls_of(address, "2026-09", source=None, mapping=mapping))

    def test_is_read_from_the_table_of_its_name(self, tmp_path: Path) -> None:
        address, mapping = self.made(
            tmp_path, calls=(self.COLUMNS, self.ROWS), calls_copy=(self.COLUMNS, self.ROWS)
        )
        assert self.count(address, mapping) == 2

    def test_is_read_from_the_only_table_that_has_the_columns(self, tmp_path: Path) -> None:
        address, mapping = self.made(tmp_path, activity=(self.COLUMNS, self.ROWS), other=(("x",), []))
        assert self.count(address, mapping) == 2

    def test_does_not_guess_between_two(self, tmp_path: Path) -> None:
        address, mapping = self.made(
            tmp_path, one=(self.COLUMNS, self.ROWS), two=(self.COLUMNS, self.ROWS[:1])
        )
        with pytest.raises(InputError, match=r"(?s)several tables have the columns: one, two.*d\.db#one"):
            self.count(address, mapping)
        assert self.count(f"{address}#two", mapping) == 1

    def test_names_its_table_by_file_or_sheet(self, tmp_path: Path) -> None:
        tables = {"one": (self.COLUMNS, self.ROWS), "two": (self.COLUMNS, self.ROWS[:1])}
        address, mapping = self.made(tmp_path, '[file]\nsheet = "two"\n', **tables)
        assert self.count(address, mapping) == 1
        mapping.write_text('[calls]\nfile = "one"\n' + self.TEXT, encoding="utf-8")
        assert self.count(address, mapping) == 2

    def test_names_its_calls_by_the_key_of_the_table(self, tmp_path: Path) -> None:
        address, mapping = self.made(tmp_path, calls=(self.COLUMNS, self.ROWS))
        whole = calls_of(address, "2026-09", source=None, mapping=mapping)
        day = calls_of(address, "2026-09-15", source=None, mapping=mapping)
        assert whole["call_id"].tolist() == ["sqlite:///d.db/calls:11", "sqlite:///d.db/calls:12"]
        assert day["call_id"].tolist() == ["sqlite:///d.db/calls:12"]

    def test_says_which_column_is_missing(self, tmp_path: Path) -> None:
        address, mapping = self.made(tmp_path, calls=(("id", "startet", "caller", "result"), []))
        with pytest.raises(InputError, match=r"(?s)d\.db/calls: no column 'started'.*'startet'"):
            self.count(address, mapping)

    def test_joins_a_second_table(self, tmp_path: Path) -> None:
        address, mapping = self.made(
            tmp_path, '[calls]\njoin = { file = "people", on = { caller = "code" } }\n',
            calls=(self.COLUMNS, self.ROWS), people=(("code", "team"), [("a", "north")]),
        )  # fmt: skip
        text = mapping.read_text(encoding="utf-8").replace(
            '"caller"\n', '"caller"\nlist_id = { column = "team", optional = true }\n'
        )
        mapping.write_text(text, encoding="utf-8")
        calls = calls_of(address, "2026-09", source=None, mapping=mapping)
        assert calls["list_id"].fillna("").tolist() == ["north", ""]


class TestAFreePBX:
    COLUMNS = (
        "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration", "billsec",
        "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "did", "recordingfile", "cnum", "cnam",
        "outbound_cnum", "outbound_cnam", "dst_cnam", "linkedid", "peeraccount", "sequence",
    )  # fmt: skip

    def record(self, at: str, name: str, linked: str, seconds: int) -> tuple:
        own = {
            "calldate": at, "src": "100", "dst": "0601020304", "dcontext": "from-internal", "channel": f"SIP/100-{name}",
            "dstchannel": "SIP/trunk-1", "lastapp": "Dial", "duration": seconds + 5, "billsec": seconds,
            "disposition": "ANSWERED", "uniqueid": name, "linkedid": linked,
        }  # fmt: skip
        return tuple(own.get(column, "") for column in self.COLUMNS)

    def test_is_told_by_its_tables_and_its_legs_stay_one_call(self, tmp_path: Path) -> None:
        rows = [
            self.record("2026-09-02 03:59:00", "1788300000.1", "1788300000.1", 30),
            self.record("2026-09-02 04:00:30", "1788300030.2", "1788300000.1", 20),
            self.record("2026-09-02 10:00:00", "1788300100.3", "1788300100.3", 15),
        ]
        address = database(tmp_path / "asteriskcdrdb.db", cdr=(self.COLUMNS, rows), cel=(("id",), []))
        data = read(address, time_zone="Europe/Paris", period="2026-09-01..2026-09-02")
        assert data.provenance["source"] == "freepbx"
        calls = data.table("calls").collect().to_pandas()
        assert calls.sort_values("call_id")["talk_s"].tolist() == [50.0, 15.0]


class TestAnAddress:
    def test_is_told_without_user_password_and_folder(self) -> None:
        for given, told in (
            ("mysql://me:p%40ss@host:3307/asterisk?ssl-mode=REQUIRED", "mysql://host:3307/asterisk"),
            ("postgres://me@[::1]/cdr", "postgres://::1/cdr"),
            ("sqlite:////home/me/private/calls.db", "sqlite:///calls.db"),
        ):
            assert str(parse_address(given)) == told

    @pytest.mark.parametrize(
        "given",
        ["mysql://me:hush@host", "mysql://me:hu#sh@host/a", "mysql://me:hush@host:port/a", "mssql://me:hush@host/a",
         "mysql://me:hush@host/a/b", "sqlite://hush.db"],
    )  # fmt: skip
    def test_that_is_none_is_refused_without_repeating_it(self, given: str) -> None:
        with pytest.raises(UsageError) as refused:
            parse_address(given)
        assert "hush" not in str(refused.value)

    def test_of_a_file_is_relative_with_three_strokes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        database(tmp_path / "d.db", vicidial_log=(LOG, [dial("u1", "2026-09-14 12:00:00")]))
        assert len(calls_of("sqlite:///d.db", "2026-09")) == 1
        assert len(calls_of(f"sqlite:///{tmp_path}/d.db", "2026-09")) == 1
        with pytest.raises(InputError, match=r"(?s)no such file.*'d\.db'"):
            calls_of("sqlite:///dd.db", "2026-09")

    def test_of_another_database_says_what_is_there(self, tmp_path: Path) -> None:
        address = database(tmp_path / "d.db", vicidial_logs=(("a",), []), orders=(("b",), []))
        with pytest.raises(
            InputError, match=r"(?s)no table of VICIdial.*'vicidial_logs'.*It has: orders, vicidial_logs"
        ):
            calls_of(address, "2026-09")

    def test_of_an_unknown_table_says_which_is_near(self, tmp_path: Path) -> None:
        address = database(tmp_path / "d.db", vicidial_log=(LOG, []))
        with pytest.raises(InputError, match=r"(?s)no table 'vicidial_lok'.*'vicidial_log'"):
            calls_of(f"{address}#vicidial_lok")

    def test_stands_alone(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="by itself"):
            read([f"sqlite:///{tmp_path}/d.db", "calls.csv"], source="vicidial")

    def test_of_a_server_without_its_driver_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("mysql", "postgresql"):
            monkeypatch.delitem(sys.modules, f"callstats.sources.servers.{name}", raising=False)
        for driver, address in (("pymysql", "mysql://h/a"), ("adbc_driver_postgresql", "postgresql://h/a")):
            monkeypatch.setitem(sys.modules, driver, None)
            with pytest.raises(InputError, match=r'pip install "callstats\[databases\]"'):
                read(address, source="vicidial")


def test_nothing_can_be_written(tmp_path: Path) -> None:
    address = database(tmp_path / "d.db", vicidial_log=(LOG, []))
    session = SQLite(parse_address(address))
    with pytest.raises(InputError, match="readonly"):
        session.table("DELETE FROM vicidial_log")
    session.close()


def test_a_time_column_is_the_first_that_the_layout_names(tmp_path: Path) -> None:
    address = database(tmp_path / "d.db", vicidial_log=(LOG, [dial("u1", "2026-09-14 12:00:00")]))
    session = SQLite(parse_address(address))
    relation = Relation("vicidial_log", dict.fromkeys(LOG, "text"))
    layout = next(item for item in VICIDIAL.layouts if item.name == "vicidial_log")
    moment = moment_of(Pick(relation, [layout], "x"), session)
    session.close()
    assert moment == Moment("call_date", "text")


def test_the_command_line_takes_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from callstats.cli.app import app

    rows = [dial("u1", "2026-09-14 12:00:00"), dial("u2", "2026-10-01 12:00:00", lead=2)]
    address = database(tmp_path / "d.db", vicidial_log=(LOG, rows))
    to = tmp_path / "data"
    app(
        ["import", address, "--source", "vicidial", "--period", "2026-09", "--time-zone", "UTC", "--to", str(to)],
        result_action="return_value",
    )  # fmt: skip
    told = json.loads((to / "dataset.json").read_text(encoding="utf-8"))
    assert told["rows"] == {"calls": 1}
    assert told["files"][0]["name"] == "sqlite:///d.db/vicidial_log"
    assert "\r" not in capsys.readouterr().err
