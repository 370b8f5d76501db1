"""Exports of telephone systems are recognised and read: calls, agents, waits and talks as counted by hand."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

import callstats as cs
from callstats.sources import guess
from callstats.sources.switchboard import INTERNAL
from tests.sources import telephony_exports as exports

RECORDS, OF_RECORDS = exports.records()
PLAIN = tuple(name for name in exports.CDR if name not in ("recordingfile",))
LEAN = tuple(name for name in exports.CDR if name != "linkedid")
LINKED = (*exports.MASTER[:16], "userfield", "uniqueid", "linkedid")
CUSTOM = (
    "clid",
    *exports.MASTER[1:4],
    *exports.MASTER[5:16],
    "accountcode",
    "uniqueid",
    "userfield",
    "linkedid",
    "sequence",
)


def linked(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Records of a system that joins legs by uniqueid alone."""
    return [{**row, "uniqueid": row["linkedid"]} for row in rows]


SAMPLES = {
    "asterisk": ("export.csv", exports.table(RECORDS, PLAIN), OF_RECORDS),
    "freepbx": ("cdr.csv", exports.table(RECORDS, exports.CDR), OF_RECORDS),
    "issabel": ("cdr.csv", exports.table(linked(RECORDS), LEAN), OF_RECORDS),
    "3cx": ("log.csv", *exports.three_cx()),
    "five9": ("log.csv", *exports.five9()),
    "genesys-cloud": ("log.csv", *exports.genesys()),
    "nice-cxone": ("log.csv", *exports.cxone()),
}
KNOWS_OUTCOMES = ("five9", "genesys-cloud", "nice-cxone")


def read(folder: Path, name: str, content: str, source: str | None = None) -> cs.Dataset:
    (folder / name).write_text(content, encoding="utf-8")
    return cs.read(folder / name, source=source, time_zone="Europe/Paris")


def frame(dataset: cs.Dataset, table: str = "calls") -> pd.DataFrame:
    return dataset.table(table).collect().to_pandas()


def value(dataset: cs.Dataset, kpi: str) -> float:
    return float(cs.measure(dataset, kpi)["value"].iloc[0])


@pytest.fixture(params=[(name, by_name) for name in SAMPLES for by_name in (False, True)], ids=str)
def sample(request, tmp_path):
    name, by_name = request.param
    file, content, tally = SAMPLES[name]
    return name, read(tmp_path, file, content, name if by_name else None), tally


def test_a_sample_is_counted_as_by_hand(sample):
    name, dataset, tally = sample
    calls = frame(dataset)
    assert dataset.provenance["source"] == name
    assert not dataset.provenance["rejected"]
    outbound, inbound = calls[calls["direction"] == "outbound"], calls[calls["direction"] == "inbound"]
    assert (len(outbound), len(inbound)) == (tally.dials, tally.offered)
    assert outbound["connected"].eq(True).sum() == tally.connected
    assert inbound["handled"].eq(True).sum() == tally.answered
    assert inbound["abandoned"].eq(True).sum() == tally.abandoned
    assert calls["talk_s"].sum() == pytest.approx(tally.talk_s)
    assert Counter(calls["agent_id"].dropna()) == tally.by_agent
    shown = calls["local_started_at"].sort_values().dt.strftime("%Y-%m-%d %H:%M:%S")
    assert (shown.iloc[0], shown.iloc[-1]) == (tally.first_local, tally.last_local)


def test_the_books_of_a_sample_balance(sample):
    _, dataset, tally = sample
    (book,) = dataset.provenance["books"]
    assert book["rows"] == tally.rows
    assert book["taken"] == tally.calls
    assert book["merged"] + sum(book["left_out"].values()) == tally.rows - tally.calls


def test_successes_are_those_of_systems_that_know_them(sample):
    name, dataset, tally = sample
    calls = frame(dataset)
    if name in KNOWS_OUTCOMES:
        assert calls["success"].eq(True).sum() == tally.successes
        handled = calls["handled"].eq(True)
        assert calls.loc[handled, "wrap_s"].sum() == pytest.approx(tally.wrap_s)
        assert calls.loc[handled, "hold_s"].sum() == pytest.approx(tally.hold_s)
    else:
        assert not calls["success"].eq(True).any()
        assert calls.loc[calls["connected"].eq(True) & ~calls["abandoned"].eq(True), "success"].isna().all()


@pytest.mark.parametrize("name", ["3cx", "five9", "genesys-cloud", "nice-cxone"])
def test_the_wait_of_callers_is_known(name, tmp_path):
    file, content, tally = SAMPLES[name]
    dataset = read(tmp_path, file, content)
    assert value(dataset, "average_speed_of_answer") == pytest.approx(tally.wait_s / tally.answered)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_taken_for_its_own_system(name, tmp_path):
    file, content, _ = SAMPLES[name]
    (tmp_path / file).write_text(content, encoding="utf-8")
    assert guess([tmp_path / file]).name == name


@pytest.mark.parametrize(
    "columns",
    [
        LINKED,
        CUSTOM,
        (*exports.MASTER, "linkedid", "peeraccount", "sequence"),
        (*exports.MASTER, "peeraccount", "linkedid", "sequence"),
    ],
    ids=["linkedid last", "cdr_custom", "all", "newcdrcolumns"],
)
@pytest.mark.parametrize("header", [True, False], ids=["header", "no header"])
def test_master_csv_is_read_in_every_order_of_its_columns(columns, header, tmp_path):
    dataset = read(tmp_path, "Master.csv", exports.table(RECORDS, columns, header=header))
    calls = frame(dataset)
    assert dataset.provenance["source"] == "asterisk"
    assert len(calls) == OF_RECORDS.calls
    assert calls["talk_s"].sum() == OF_RECORDS.talk_s
    assert dataset.provenance["books"][0]["left_out"] == {INTERNAL: 26}


def test_records_without_any_id_are_calls_of_their_own(tmp_path):
    dataset = read(tmp_path, "Master.csv", exports.table(RECORDS, exports.MASTER[:16], header=False))
    # each of the 26 answered calls of the queue has a second leg that came in, and a third one inside
    assert len(frame(dataset)) == OF_RECORDS.calls + 26


def test_a_download_that_overlaps_counts_a_leg_once(tmp_path):
    for part, rows in (("cdr-1.csv", RECORDS[:120]), ("cdr-2.csv", RECORDS[100:])):
        (tmp_path / part).write_text(exports.table(rows, exports.CDR))
    calls = frame(cs.read(tmp_path, source="freepbx", time_zone="Europe/Paris"))
    assert len(calls) == OF_RECORDS.calls
    assert calls["talk_s"].sum() == OF_RECORDS.talk_s


def test_a_dump_of_the_database_is_freepbx(tmp_path):
    columns = ",\n".join(f"  `{name}` varchar(80)" for name in exports.CDR)
    rows = ",".join("(" + ",".join(f"'{row[name]}'" for name in exports.CDR) + ")" for row in RECORDS)
    dump = f"CREATE TABLE `cdr` (\n{columns}\n);\nINSERT INTO `cdr` VALUES {rows};\n"
    dataset = read(tmp_path, "asteriskcdrdb.sql", dump)
    assert dataset.provenance["source"] == "freepbx"
    assert len(frame(dataset)) == OF_RECORDS.calls


def test_a_local_channel_repeats_no_seconds(tmp_path):
    rows = (
        "calldate,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,uniqueid,linkedid\n"
        '2024-09-09 12:00:00,0199001001,600,ext-queues,SIP/trunk-1,Local/101@from-queue-2;1,Queue,"600,t",75,60,ANSWERED,9.1,9.1\n'
        "2024-09-09 12:00:05,0199001001,101,from-queue,Local/101@from-queue-2;2,SIP/101-3,Dial,SIP/101,70,58,ANSWERED,9.3,9.1\n"
    )
    (call,) = frame(read(tmp_path, "cdr.csv", rows)).to_dict("records")
    assert (call["talk_s"], call["agent_id"], call["campaign_id"], call["direction"]) == (
        60,
        "101",
        "600",
        "inbound",
    )


@pytest.mark.parametrize(
    ("cells", "direction", "handled", "abandoned"),
    [
        ("0199001001,600,from-trunk,SIP/trunk-1,,Queue,ANSWERED", "inbound", False, True),
        ("0199001001,s,ivr-1,SIP/trunk-1,,BackGround,ANSWERED", "inbound", False, False),
        ("0199001001,vmu101,ext-local,SIP/trunk-1,SIP/101-2,VoiceMail,ANSWERED", "inbound", False, True),
        ("anonymous,600,ext-queues,SIP/trunk-1,SIP/101-2,Queue,ANSWERED", "inbound", True, False),
        ("0199001001,0199009999,from-trunk,SIP/trunk-1,SIP/101-2,Dial,ANSWERED", "inbound", True, False),
        ("0199009999,0199001001,from-internal,SIP/101-1,SIP/trunk-2,Dial,ANSWERED", "outbound", None, None),
        ("101,0199001001,from-internal,SIP/101-1,SIP/trunk-2,Dial,CONGESTION", "outbound", False, False),
    ],
)
def test_the_parties_tell_whose_call_it_is(cells, direction, handled, abandoned, tmp_path):
    src, dst, context, channel, other, app, disposition = cells.split(",")
    header = "calldate,src,dst,dcontext,channel,dstchannel,lastapp,duration,billsec,disposition,uniqueid\n"
    line = f"2024-09-09 12:00:00,{src},{dst},{context},{channel},{other},{app},30,20,{disposition},1.1\n"
    (call,) = frame(read(tmp_path, "cdr.csv", header + line)).to_dict("records")
    unknown = lambda flag: None if pd.isna(flag) else bool(flag)  # noqa: E731
    found = (call["direction"], unknown(call.get("handled")), unknown(call.get("abandoned")))
    assert found == (direction, handled, abandoned)


def test_an_agent_who_dials_under_the_number_of_the_house_is_named(tmp_path):
    rows = (
        "calldate,src,dst,dcontext,channel,dstchannel,lastapp,duration,billsec,disposition,uniqueid,cnum\n"
        "2024-09-09 12:00:00,0199009999,0199001001,from-internal,PJSIP/104-1,PJSIP/trunk-2,Dial,30,20,ANSWERED,1.1,104\n"
        "2024-09-09 12:01:00,0199009999,0199001002,from-internal,PJSIP/105-1,PJSIP/trunk-2,Dial,30,20,ANSWERED,1.2,\n"
    )
    assert frame(read(tmp_path, "cdr.csv", rows))["agent_id"].tolist() == ["104", "105"]


def test_3cx_reports_of_older_versions_have_no_id_and_no_direction(tmp_path):
    rows = [
        (
            "09.09.2024 15:04:05",
            "Ann Example (100)",
            "0199001001",
            "answered",
            "00:00:07",
            "00:03:25",
            "00:03:32",
            "",
            "",
        ),
        (
            "23.09.2024 15:10:00",
            "0199001002",
            "Bob Example (101)",
            "answered",
            "00:00:20",
            "00:01:00",
            "00:01:20",
            "",
            "",
        ),
        (
            "23.09.2024 15:11:00",
            "Ann Example (100)",
            "Bob Example (101)",
            "answered",
            "00:00:02",
            "00:01:00",
            "00:01:02",
            "",
            "",
        ),
        (
            "23.09.2024 15:12:00",
            "0199001003",
            "Bob Example (101)",
            "unanswered",
            "00:00:30",
            "",
            "00:00:30",
            "",
            "",
        ),
    ]
    content = (
        "Call Report\nPeriod: September\n"
        + exports.text([exports.THREE_CX_OLD, *rows])
        + "Totals,,,,00:00:59,,,,\n"
    )
    calls = frame(read(tmp_path, "report.csv", content))
    assert calls["direction"].tolist() == ["outbound", "inbound", "inbound"]
    assert calls["contact_id"].tolist() == ["0199001001", "0199001002", "0199001003"]
    assert calls["agent_id"].fillna("").tolist() == ["Ann Example", "Bob Example", ""]
    assert calls["queue_s"].tolist()[1:] == [20, 30]
    assert calls["talk_s"].fillna(0).tolist() == [205, 60, 0]


def test_genesys_lengths_are_milliseconds_or_a_clock(tmp_path):
    (first, tally), (second, _) = exports.genesys(), exports.genesys(milliseconds=False)
    for name, content in (("a.csv", first), ("b.csv", second)):
        calls = frame(read(tmp_path, name, content))
        assert calls["talk_s"].sum() == tally.talk_s


def test_five9_segments_of_a_call_are_one_call(tmp_path):
    head = "CALL ID,TIMESTAMP,CAMPAIGN,CALL TYPE,AGENT,DISPOSITION,ANI,DNIS,QUEUE WAIT TIME,TALK TIME,AFTER CALL WORK TIME,ABANDONED\n"
    rows = (
        '7,"Mon, 9 Sep 2024 15:04:05",Care,Inbound,ann@example.com,Handed on,5550101,5550199,00:00:10,00:01:00,00:00:05,0\n'
        '7,"Mon, 9 Sep 2024 15:05:20",Care,Inbound,bob@example.com,Sale,5550101,5550199,00:00:05,00:02:00,00:00:07,0\n'
    )
    (call,) = frame(read(tmp_path, "log.csv", head + rows)).to_dict("records")
    assert (call["queue_s"], call["talk_s"], call["wrap_s"]) == (15, 180, 12)
    assert (call["agent_id"], call["outcome_code"], call["success"]) == ("bob@example.com", "Sale", True)
    assert str(call["local_started_at"]) == "2024-09-09 15:04:05"


def test_a_sheet_of_five9_has_typed_cells(tmp_path):
    content, tally = exports.five9()
    cells = pd.read_csv(io.StringIO(content), dtype=object, keep_default_na=False)
    cells["TIMESTAMP"] = pd.to_datetime(cells["TIMESTAMP"], format="%a, %d %b %Y %H:%M:%S")
    for name in (
        "QUEUE WAIT TIME",
        "RING TIME",
        "TALK TIME",
        "HOLD TIME",
        "PARK TIME",
        "AFTER CALL WORK TIME",
    ):
        cells[name] = pd.to_datetime(cells[name], format="%H:%M:%S").dt.time
    cells["CALL ID"] = cells["CALL ID"].astype(int)
    cells.to_excel(tmp_path / "log.xlsx", index=False)
    dataset = cs.read(tmp_path / "log.xlsx", time_zone="Europe/Paris")
    calls = frame(dataset)
    assert dataset.provenance["source"] == "five9"
    assert (len(calls), calls["talk_s"].sum()) == (tally.calls, tally.talk_s)
    assert calls["local_started_at"].min().strftime("%Y-%m-%d %H:%M:%S") == tally.first_local


def test_five9_may_write_date_and_time_apart(tmp_path):
    content, tally = exports.five9()
    cells = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)
    at = pd.to_datetime(cells.pop("TIMESTAMP"), format="%a, %d %b %Y %H:%M:%S")
    cells["DATE"], cells["TIME"] = at.dt.strftime("%Y/%m/%d"), at.dt.strftime("%H:%M:%S")
    calls = frame(read(tmp_path, "log.csv", cells.to_csv(index=False)))
    assert len(calls) == tally.calls
    assert calls["local_started_at"].min().strftime("%Y-%m-%d %H:%M:%S") == tally.first_local


def test_columns_may_come_in_any_order_beside_others_and_by_semicolons(tmp_path):
    for name, (file, content, tally) in SAMPLES.items():
        cells = pd.read_csv(io.StringIO(content), dtype=str, keep_default_na=False)
        cells = cells[sorted(cells.columns, reverse=True)].assign(**{"Note of ours": "x"})
        calls = frame(read(tmp_path, f"{name}-{file}", cells.to_csv(index=False, sep=";"), name))
        assert (name, len(calls), calls["talk_s"].sum()) == (name, tally.calls, tally.talk_s)
