"""Rows that are taken, joined, and made one call or several; every figure counted by hand."""

from pathlib import Path

import pandas as pd
import pytest

from callstats.dataset import read
from callstats.errors import InputError

COLUMNS = '[calls.columns]\ncall_id = "Id"\nstarted_at = "Date"\n'
ZONE = 'time_zone = "Europe/Paris"\n'


def imported(folder: Path, mapping: str, *files: tuple[str, str]):
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "m.toml").write_text(ZONE + mapping, encoding="utf-8")
    return read([folder / name for name, _ in files], mapping=folder / "m.toml")


def calls(dataset) -> pd.DataFrame:
    return dataset.frames["calls"].collect("pandas").to_native().set_index("call_id")


def test_rows_left_out_by_two_conditions_are_counted_by_the_first_that_they_fail(tmp_path):
    where = '[calls]\nwhere = { Type = ["out"], Sec = { above = 0 }, Who = { filled = true } }\n'
    rows = "Id,Date,Type,Sec,Who\n" + "".join(
        f"{i},2026-09-08 12:00,{kind},{sec},{who}\n"
        for i, (kind, sec, who) in enumerate(
            [("Out", 5, "a"), ("in", 0, "a"), ("OUT ", 0, "a"), ("out", 3, ""), ("out", "", "b")]
        )
    )
    data = imported(tmp_path, where + COLUMNS, ("c.csv", rows))
    assert list(calls(data).index) == ["0"]
    assert data.provenance["books"][0]["left_out"] == {
        "Type is not out": 1,
        "Sec is not above 0": 2,
        "Who is empty": 1,
    }
    assert data.provenance["books"][0]["taken"] == 1


def test_a_join_by_two_columns_with_other_names_takes_the_first_match_and_keeps_rows_without_one(tmp_path):
    mapping = (
        '[calls]\nfile = "c.csv"\njoin = { file = "d.csv", on = { Lead = "Person", Month = "Month" } }\n'
        + COLUMNS
        + 'outcome_code = "Stage"\n[calls.statuses]\nWon = "success"\nLost = "refusal"\n'
    )
    data = imported(
        tmp_path, mapping,
        ("c.csv", "Id,Date,Lead,Month\n1,2026-09-08,L1,9\n2,2026-09-08,L1,8\n3,2026-09-08,,9\n"),
        ("d.csv", "Person,Month,Stage\nl1,9,Won\nL1,9,Lost\nL1,8,Lost\n"),
    )  # fmt: skip
    assert calls(data)["outcome_code"].fillna("none").tolist() == ["Won", "Lost", "none"]
    assert any("1 key comes several times" in note for note in data.provenance["notes"])


def test_a_join_with_a_file_that_was_not_given_says_so(tmp_path):
    mapping = '[calls]\njoin = { file = "d.csv", on = "Lead" }\n' + COLUMNS
    with pytest.raises(InputError, match=r"join needs d\.csv"):
        imported(tmp_path, mapping, ("c.csv", "Id,Date,Lead\n1,2026-09-08 12:00,L1\n"))


LEGS = (
    '[calls.legs]\nkey = ["Link", "Id"]\nfirst = "Date"\nbest = ["ANSWERED", "BUSY", "NO ANSWER"]\n'
    + COLUMNS
    + 'outcome_code = "S"\ntalk_s = "Talk"\nring_s = "Ring"\nagent_id = "Who"\n'
    '[calls.statuses]\nANSWERED = "spoken"\nBUSY = "busy"\n"NO ANSWER" = "no_answer"\n'
)


def test_legs_of_a_call_are_one_call_without_a_word_of_how_each_column_is_made(tmp_path):
    rows = (
        "Id,Link,Date,S,Talk,Ring,Who\n"
        "b,x,2026-09-08 12:00:10,answered,30,4,bob\n"
        "a,x,2026-09-08 12:00:00,NO ANSWER,0,9,ann\n"
        "c,x,2026-09-08 12:01:00,ANSWERED,50,2,cid\n"
        "d,,2026-09-08 13:00:00,BUSY,0,1,ann\n"
    )
    data = imported(tmp_path, LEGS, ("c.csv", rows))
    found = calls(data)
    assert sorted(found.index) == ["a", "d"]
    call = found.loc["a"]
    assert (call["talk_s"], call["ring_s"], call["agent_id"]) == (80, 9, "cid")
    assert bool(call["handled"])
    assert str(call["local_started_at"]) == "2026-09-08 12:00:00"
    assert data.provenance["books"][0]["merged"] == 2
    assert len(data.rejects) == 0


def test_legs_are_ordered_by_the_column_that_first_names_though_it_is_not_their_start(tmp_path):
    rows = (
        "Id,Link,Date,S,Talk,Ring,Who,Seq\n"
        "a,x,2026-09-08 12:00:00,BUSY,0,1,ann,10\n"
        "b,x,2026-09-08 12:00:00,BUSY,0,1,bob,9\n"
    )
    data = imported(tmp_path, LEGS.replace('first = "Date"', 'first = "Seq"'), ("c.csv", rows))
    assert list(calls(data).index) == ["b"]


def test_an_order_of_legs_by_a_column_that_is_not_there_is_refused_by_name(tmp_path):
    rows = "Id,Link,Date,S,Talk,Ring,Who\na,x,2026-09-08 12:00:00,BUSY,0,1,ann\n"
    with pytest.raises(InputError, match="Sequence"):
        imported(tmp_path, LEGS.replace('first = "Date"', 'first = "Sequence"'), ("c.csv", rows))


def test_legs_of_one_call_in_two_files_are_one_call_and_each_file_s_books_balance(tmp_path):
    head = "Id,Link,Date,S,Talk,Ring,Who\n"
    data = imported(
        tmp_path, LEGS,
        ("1.csv", head + "a,x,2026-08-31 23:59:50,NO ANSWER,0,9,ann\n"),
        ("2.csv", head + "b,x,2026-09-01 00:00:05,ANSWERED,30,1,bob\n"),
    )  # fmt: skip
    assert len(calls(data)) == 1
    assert [(b["rows"], b["taken"], b["merged"]) for b in data.provenance["books"]] == [(1, 1, 0), (1, 0, 1)]


def test_a_column_a_state_becomes_stretches_that_follow_one_another(tmp_path):
    mapping = (
        '[calls]\nfile = "c.csv"\n' + COLUMNS + '[agent_time]\nfile = "h.csv"\n[agent_time.columns]\n'
        'agent_id = "Agent"\nstart = "Day"\n[agent_time.wide]\nunit = "hh:mm:ss"\n'
        'states = { talk = "Talk", wait = "Idle", pause = "Break" }\n'
    )
    data = imported(
        tmp_path, mapping, ("c.csv", "Id,Date\n1,2026-09-08 12:00\n"),
        ("h.csv", "Agent,Day,Talk,Idle,Break\nann,2026-09-08,2:00:00,1:30:00,\nTotal,,2:00:00,1:30:00,\n"),
    )  # fmt: skip
    time = data.frames["agent_time"].collect("pandas").to_native()
    assert time["state"].tolist() == ["talk", "wait"]
    assert time["seconds"].tolist() == [7200, 5400]
    assert [str(at) for at in time["local_start"]] == ["2026-09-08 00:00:00", "2026-09-08 02:00:00"]
    assert data.provenance["books"][1]["left_out"] == {"a row of totals": 1}
