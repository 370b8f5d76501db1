"""A dump of VICIdial's tables: every expected number is worked out from the rows below."""

# ruff: noqa: E501 - rows of a file stand on one line

from __future__ import annotations

import sqlite3
from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset.importing import read

# 2026-09-08 12:00:00 in Paris is 10:00:00 UTC, which is the epoch 1788861600.
NOON = 1788861600

LOG = f"""uniqueid,lead_id,list_id,campaign_id,call_date,start_epoch,end_epoch,length_in_sec,status,user,called_count
u1,1,101,spring,2026-09-08 12:00:00,{NOON},,95,SALE,anna,3
u2,2,101,spring,2026-09-08 12:02:00,{NOON + 120},,60,XFER,anna,1
u3,3,102,spring,2026-09-08 12:05:00,{NOON + 300},,2,PDROP,VDAD,1
u4,4,102,spring,2026-09-08 12:06:00,{NOON + 360},,30,A,bob,1
u5,4,102,spring,2026-09-08 15:00:00,{NOON + 10800},,40,NI,bob,2
u6,5,102,spring,2026-09-08 15:10:00,{NOON + 11400},,0,DNCL,VDAD,1
u7,6,102,spring,2026-09-08 15:20:00,{NOON + 12000},,80,BOOKED,bob,1
u8,7,102,autumn,2026-09-08 15:30:00,{NOON + 12600},,80,NI,bob,1
"""

CLOSER = f"""closecallid,lead_id,list_id,campaign_id,call_date,start_epoch,length_in_sec,status,user,queue_seconds,xfercallid,uniqueid
11,2,101,CLOSERS,2026-09-08 12:03:00,{NOON + 180},130,SALE,eve,10,77,u2
12,9,999,INBOUND,2026-09-08 13:00:00,{NOON + 3600},65,CALLBK,eve,5,0,v1
13,10,999,INBOUND,2026-09-08 13:10:00,{NOON + 4200},30,DROP,VDCL,30,0,v2
"""

AGENTS = f"""agent_log_id,user,event_time,lead_id,campaign_id,pause_epoch,pause_sec,wait_epoch,wait_sec,talk_epoch,talk_sec,dispo_epoch,dispo_sec,dead_epoch,dead_sec,status,uniqueid,sub_status
1,anna,2026-09-08 11:58:00,1,spring,{NOON - 120},60,{NOON - 60},60,{NOON},100,{NOON + 100},10,{NOON + 95},5,SALE,u1,COFFEE
2,eve,2026-09-08 12:00:00,2,CLOSERS,{NOON},0,{NOON},180,{NOON + 190},120,{NOON + 310},20,0,0,SALE,u2,
3,bob,2026-09-08 12:00:00,,spring,{NOON},70000,0,0,0,0,0,0,0,0,,,LUNCH
4,bob,2026-09-08 12:00:00,,spring,{NOON},30,0,0,0,0,0,0,0,0,,,LAGGED
"""

LIST = """lead_id,entry_date,modify_date,status,user,list_id,gmt_offset_now,country_code,called_count,last_local_call_time
1,2026-09-07 12:00:00,2026-09-08 12:00:00,SALE,anna,101,2.00,FRA,3,2026-09-08 12:00:00
2,2026-09-07 12:00:00,2026-09-08 12:00:00,SALE,anna,101,-4.00,USA,1,2026-09-08 12:00:00
8,2026-09-07 12:00:00,2026-09-07 12:00:00,NEW,,101,2.00,FRA,0,
"""

CALLBACKS = """callback_id,lead_id,list_id,campaign_id,status,entry_time,callback_time,user,recipient
1,4,102,spring,ACTIVE,2026-09-08 12:06:30,2026-09-08 14:30:00,bob,USERONLY
2,1,101,spring,ACTIVE,2026-09-08 12:01:00,2026-09-08 13:30:00,anna,USERONLY
3,2,101,spring,ACTIVE,2026-09-08 12:01:00,2026-10-08 13:30:00,anna,USERONLY
"""

FLAGS = "human_answered,sale,dnc,customer_contact,not_interested,unworkable,scheduled_callback,completed,answering_machine"
STATUSES = f"""status,status_name,{FLAGS}
BOOKED,Booked,Y,Y,N,Y,N,N,N,Y,N
NI,Not Interested,Y,N,N,Y,Y,N,N,N,N
"""
CAMPAIGN_STATUSES = f"""status,status_name,campaign_id,{FLAGS}
NI,Later,autumn,Y,N,N,Y,N,N,Y,N,N
"""

TABLES = {
    "vicidial_log": LOG,
    "vicidial_closer_log": CLOSER,
    "vicidial_agent_log": AGENTS,
    "vicidial_list": LIST,
    "vicidial_callbacks": CALLBACKS,
    "vicidial_statuses": STATUSES,
    "vicidial_campaign_statuses": CAMPAIGN_STATUSES,
}


def _folder(tmp_path: Path, tables: dict[str, str], ending: str = "csv") -> Path:
    for name, text in tables.items():
        (tmp_path / f"{name}.{ending}").write_text(text.replace(",", "\t") if ending == "tsv" else text)
    return tmp_path


def _frame(dataset, table: str) -> pd.DataFrame:
    return dataset.frames[table].collect("pandas").to_native()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory):
    return read(_folder(tmp_path_factory.mktemp("dump"), TABLES), source="vicidial", time_zone="Europe/Paris")


@pytest.fixture(scope="module")
def calls(dataset) -> pd.DataFrame:
    return _frame(dataset, "calls").set_index("call_id")


def test_a_transfer_is_one_call_with_the_closers_outcome(calls: pd.DataFrame) -> None:
    assert list(calls.index) == ["u1", "u2", "u3", "u4", "C12", "C13", "u5", "u7", "u8"]
    call = calls.loc["u2"]
    assert (call["success"], call["agent_id"], call["first_agent_id"]) == (True, "eve", "anna")
    assert (call["campaign_id"], call["direction"]) == ("spring", "outbound")


def test_the_talk_of_a_transfer_is_that_of_both_agents(calls: pd.DataFrame) -> None:
    # anna has no row in the agent log for it: 60 s of vicidial_log; eve talked 120 s.
    assert calls.loc["u2", "talk_s"] == 60 + 120


def test_dead_time_is_work_after_the_call_and_no_talk(calls: pd.DataFrame) -> None:
    assert calls.loc["u1", "talk_s"] == 100 - 5
    assert calls.loc["u1", "wrap_s"] == 10 + 5


def test_an_inbound_talk_leaves_the_queue_out(calls: pd.DataFrame) -> None:
    assert (calls.loc["C12", "direction"], calls.loc["C12", "queue_s"], calls.loc["C12", "talk_s"]) == (
        "inbound", 5, 60,
    )  # fmt: skip


def test_a_caller_dropped_in_the_queue_is_abandoned(calls: pd.DataFrame) -> None:
    assert calls.loc["C13", ["live", "handled", "abandoned"]].tolist() == [True, False, True]


def test_pdrop_is_an_abandoned_live_call_without_an_agent(calls: pd.DataFrame) -> None:
    call = calls.loc["u3"]
    assert call[["live", "handled", "abandoned"]].tolist() == [True, False, True]
    assert pd.isna(call["agent_id"])


def test_a_status_of_the_firms_own_is_read_from_its_flags(calls: pd.DataFrame) -> None:
    assert calls.loc["u7", ["success", "argued", "closed_reason"]].tolist() == [True, True, "success"]


def test_a_campaigns_status_overrides_that_of_the_system(calls: pd.DataFrame) -> None:
    assert calls.loc["u5", ["argued", "closed"]].tolist() == [True, True]
    assert calls.loc["u8", ["argued", "closed"]].tolist() == [False, False]


def test_a_machine_heard_by_an_agent_was_not_handled(calls: pd.DataFrame) -> None:
    assert calls.loc["u4", ["connected", "live", "handled"]].tolist() == [True, False, False]
    assert pd.isna(calls.loc["u4", "talk_s"])


def test_the_dialers_own_count_of_attempts_outweighs_that_of_the_rows(calls: pd.DataFrame) -> None:
    assert calls.loc[["u1", "u4", "u5"], "attempt_no"].tolist() == [3, 1, 2]


def test_the_contacts_clock_is_used_where_its_offset_differs(calls: pd.DataFrame) -> None:
    assert calls.loc["u1", "local_started_at"] == pd.Timestamp("2026-09-08 12:00:00")
    assert calls.loc["u1", "time_zone"] == "Europe/Paris"
    # Lead 2 is at -4, six hours behind Paris in summer.
    assert calls.loc["u2", "local_started_at"] == pd.Timestamp("2026-09-08 06:02:00")
    assert calls.loc["u2", "time_zone"] == "Etc/GMT+4"


def test_the_age_of_a_lead_is_counted_from_its_entry(calls: pd.DataFrame) -> None:
    assert calls.loc["u1", "since_loaded_s"] == 86400


def test_an_agents_row_becomes_a_stretch_for_each_state(dataset) -> None:
    time = _frame(dataset, "agent_time")
    anna = time[time["agent_id"] == "anna"]
    assert anna[["state", "seconds"]].to_records(index=False).tolist() == [
        ("pause", 60), ("wait", 60), ("talk", 95), ("wrap", 15),
    ]  # fmt: skip
    assert anna["start"].diff().dt.total_seconds().tolist()[1:] == [60, 60, 95]
    assert anna["pause_code"].tolist()[0] == "COFFEE"
    assert anna["local_start"].iloc[0] == pd.Timestamp("2026-09-08 11:58:00")


def test_a_faulty_row_of_the_agent_log_is_left_out_whole(dataset) -> None:
    rejects = dataset.rejects.frame().set_index("file")
    row = rejects.loc["vicidial_agent_log.csv"]
    assert (row["row"], row["rule"], row["found"]) == (4, "a duration is under 65,000 seconds", "70000")
    time = _frame(dataset, "agent_time")
    assert time.loc[time["agent_id"] == "bob", "seconds"].tolist() == [30]


def test_a_number_stopped_before_dialling_is_left_out_with_the_reason(dataset) -> None:
    row = dataset.rejects.frame().set_index("file").loc["vicidial_log.csv"]
    assert (row["row"], row["rule"]) == (7, "a call was dialled")


def test_leads_become_contacts_with_the_campaign_of_their_list(dataset) -> None:
    contacts = _frame(dataset, "contacts").set_index("contact_id")
    assert contacts["campaign_id"].tolist() == ["spring"] * 3
    assert contacts.loc["2", "country_code"] == "USA"
    assert contacts.loc["2", "time_zone"] == "Etc/GMT+4"
    assert contacts.loc["1", "loaded_at"] == pd.Timestamp("2026-09-07 10:00:00", tz="UTC")


def test_a_callback_is_kept_within_the_hour_and_unknown_after_the_last_call(dataset) -> None:
    kept = _frame(dataset, "callbacks").set_index("contact_id")["kept"]
    # Lead 4 was dialled at 15:00, half an hour after it was due; lead 1 never again.
    assert (kept["4"], kept["1"]) == (True, False)
    assert pd.isna(kept["2"])


def test_nothing_is_said_of_hold(dataset) -> None:
    assert "hold_s" not in dataset.columns["calls"]


def test_a_dump_of_tab_separated_files_says_the_same(dataset, tmp_path: Path) -> None:
    other = read(_folder(tmp_path, TABLES, "tsv"), source="vicidial", time_zone="Europe/Paris")
    pd.testing.assert_frame_equal(_frame(other, "calls"), _frame(dataset, "calls"))


def test_a_sqlite_database_says_the_same(dataset, tmp_path: Path) -> None:
    import io

    base = sqlite3.connect(tmp_path / "dump.db")
    for name, text in TABLES.items():
        pd.read_csv(io.StringIO(text)).to_sql(name, base, index=False)
    base.close()
    other = read(tmp_path / "dump.db", source="vicidial", time_zone="Europe/Paris")
    pd.testing.assert_frame_equal(_frame(other, "calls"), _frame(dataset, "calls"))
    assert len(other.rejects) == len(dataset.rejects)


def test_a_duckdb_database_says_the_same(dataset, tmp_path: Path) -> None:
    import duckdb

    folder = _folder(tmp_path, TABLES)
    with duckdb.connect(str(tmp_path / "dump.duckdb")) as base:
        for name in TABLES:
            base.read_csv(str(folder / f"{name}.csv")).create(name)
    other = read(tmp_path / "dump.duckdb", source="vicidial", time_zone="Europe/Paris")
    pd.testing.assert_frame_equal(_frame(other, "calls"), _frame(dataset, "calls"))


def test_a_dump_by_mysqldump_says_the_same(dataset, tmp_path: Path) -> None:
    statements = ["-- MySQL dump 10.13", "/*!40101 SET NAMES utf8 */;"]
    for name, text in TABLES.items():
        header, *rows = (line.split(",") for line in text.splitlines())
        columns = [f"  `{column}` varchar(40) DEFAULT NULL," for column in header]
        values = ["(" + ",".join(f"'{v}'" if v else "NULL" for v in row) + ")" for row in rows]
        statements += [f"CREATE TABLE `{name}` (", *columns, "  PRIMARY KEY (`x`)", ") ENGINE=MyISAM;"]
        statements += [f"INSERT INTO `{name}` VALUES {','.join(values)};"]
    (tmp_path / "asterisk.sql").write_text("\n".join(statements))
    other = read(tmp_path / "asterisk.sql", time_zone="Europe/Paris")
    pd.testing.assert_frame_equal(_frame(other, "calls"), _frame(dataset, "calls"))
    assert len(other.rejects) == len(dataset.rejects)


def test_texts_of_a_dump_are_unescaped_and_never_run(tmp_path: Path) -> None:
    from callstats.sources.sqldump import read_dump

    (tmp_path / "d.sql").write_text(
        r"INSERT INTO `t` (`a`,`b`) VALUES (1,'it\'s (a), \"b\"; DROP TABLE t'),(NULL,'two''s\nlines'),(-1.5,'');"
        + "\n"
    )
    (raw,) = read_dump(tmp_path / "d.sql", "d.sql", ["t"])
    assert {name: cells.as_text().tolist() for name, cells in raw.cells.items()} == {
        "a": ["1", pd.NA, "-1.5"],
        "b": ['it\'s (a), "b"; DROP TABLE t', "two's\nlines", ""],
    }


def test_a_wrong_time_zone_is_told_from_the_epochs(tmp_path: Path) -> None:
    other = read(_folder(tmp_path, {"vicidial_log": LOG}), source="vicidial", time_zone="UTC")
    assert any("+2.00 h from start_epoch" in note for note in other.provenance["notes"])


def test_a_transfer_without_its_closer_row_has_an_unknown_outcome(tmp_path: Path) -> None:
    other = read(_folder(tmp_path, {"vicidial_log": LOG}), source="vicidial", time_zone="Europe/Paris")
    call = _frame(other, "calls").set_index("call_id").loc["u2"]
    assert call["handled"]
    assert pd.isna(call["success"])
    assert any(note.startswith("1 transferred call ") for note in other.provenance["notes"])


def test_a_simulated_server_gives_its_own_figures_back(tmp_path: Path) -> None:
    from callstats.simulate import Scenario, simulate, write_vicidial

    simulation = simulate(Scenario.small(contacts=100))
    write_vicidial(simulation, tmp_path)
    truth = simulation.frame("calls")
    for files in ("tables", "export.txt"):
        read_back = _frame(read(tmp_path / files, source="vicidial", time_zone="Europe/Paris"), "calls")
        flags = [
            "connected",
            "live",
            "handled",
            "abandoned",
            "argued",
            "success",
            "do_not_call",
            "invalid_number",
        ]
        assert read_back[flags].sum().tolist() == truth[flags].sum().tolist()
        handled = truth["handled"].eq(True)
        talk = truth.loc[handled, ["talk_s", "hold_s"]].sum().sum()  # VICIdial has no hold
        assert read_back["talk_s"].sum() == talk
