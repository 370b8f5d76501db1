"""Calls of VICIdial that came to an in-group: every expected number is counted from the rows given."""

# ruff: noqa: E501, PLR0917 - rows of a table stand on one line

from __future__ import annotations

from pathlib import Path

import pandas as pd

import callstats as cs
from callstats.dataset.importing import read

# 2024-09-09 12:00:00 in Paris is 10:00:00 UTC, which is the epoch 1725876000.
NOON = 1725876000
DIAL = ("uniqueid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "length_in_sec", "status",
        "user", "called_count")  # fmt: skip
CLOSER = ("closecallid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "length_in_sec", "status",
          "user", "queue_seconds", "xfercallid", "uniqueid")  # fmt: skip
AGENT = ("agent_log_id", "user", "event_time", "lead_id", "campaign_id", "pause_sec", "wait_sec", "talk_sec",
         "dispo_sec", "dead_sec", "uniqueid")  # fmt: skip


def _clock(second: int) -> str:
    return (pd.Timestamp("2024-09-09 12:00:00") + pd.Timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S")


def _dial(uniqueid: str, lead: int, second: int, length: int | str, status: str, user: str = "VDAD") -> tuple:
    return (uniqueid, lead, 101, "spring", _clock(second), NOON + second, length, status, user, 1)


def _reached(
    number: int, lead: int, second: int, length: int | str, status: str, user: str = "VDCL",
    queue: int | str = 0, uniqueid: str = "", group: str = "group_in", transfer: int = 0,
) -> tuple:  # fmt: skip
    """A row of the closer log: the call came to an in-group."""
    when = (_clock(second), NOON + second)
    return (number, lead, 999, group, *when, length, status, user, queue, transfer, uniqueid)


def _import(folder: Path, dials: list[tuple] = (), closers: list[tuple] = (), agents: list[tuple] = ()):
    for name, header, rows in (
        ("vicidial_log", DIAL, dials), ("vicidial_closer_log", CLOSER, closers), ("vicidial_agent_log", AGENT, agents)
    ):  # fmt: skip
        lines = [",".join(header), *(",".join(map(str, row)) for row in rows)]
        if rows:
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    return read(folder, source="vicidial", time_zone="Europe/Paris")


def _calls(dataset) -> pd.DataFrame:
    frame = dataset.frames["calls"].collect("pandas").to_native().set_index("call_id")
    return frame.reindex(
        columns=[*frame, *({"queue_s", "talk_s", "first_agent_id", "abandoned"} - set(frame))]
    )


def _measured(dataset, kpi: str) -> float:
    return cs.measure(dataset, kpi).value.item()


def _flags(call: pd.Series) -> list:
    return call[["connected", "live", "handled", "abandoned", "success"]].tolist()


def test_a_dial_dropped_into_an_in_group_and_sold_there_is_one_success_of_the_campaign(
    tmp_path: Path,
) -> None:
    dataset = _import(
        tmp_path, [_dial("u1", 1, 0, 8, "DROP")], [_reached(1, 1, 8, 130, "SALE", "bob", 10, "u1")]
    )
    call = _calls(dataset).loc["u1"]
    assert _flags(call) == [True, True, True, False, True]
    assert call[["campaign_id", "list_id", "agent_id", "direction"]].tolist() == [
        "spring", "101", "bob", "outbound",
    ]  # fmt: skip
    assert call[["queue_s", "talk_s"]].tolist() == [10, 120]
    assert pd.isna(call["first_agent_id"])  # nobody handed it over: the dialer did


def test_a_dial_dropped_again_in_the_in_group_is_abandoned_once(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path, [_dial("u1", 1, 0, 8, "DROP")], [_reached(1, 1, 8, 30, "DROP", queue=30, uniqueid="u1")]
    )
    assert _measured(dataset, "abandoned_calls") == 1
    assert _measured(dataset, "dials") == 1


def test_a_dropped_dial_that_found_the_in_group_closed_stays_abandoned(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path, [_dial("u1", 1, 0, 8, "DROP")], [_reached(1, 1, 8, 2, "AFTHRS", uniqueid="u1")]
    )
    assert _flags(_calls(dataset).loc["u1"]) == [True, True, False, True, False]


def test_a_machine_heard_by_the_agent_of_the_in_group_was_no_person(tmp_path: Path) -> None:
    dataset = _import(tmp_path, [_dial("u1", 1, 0, 8, "DROP")], [_reached(1, 1, 8, 20, "A", "bob", 5, "u1")])
    assert _flags(_calls(dataset).loc["u1"]) == [True, False, False, False, False]


def test_a_call_that_an_agent_is_still_on_is_neither_abandoned_nor_sold_yet(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, 8, "DROP"), _dial("u2", 2, 0, 40, "NI", "anna")],
        [_reached(1, 1, 8, "", "INCALL", "bob", 5, "u1")],
    )
    call = _calls(dataset).loc["u1"]
    assert call[["connected", "live"]].tolist() == [True, True]
    assert call[["handled", "abandoned", "success", "talk_s"]].isna().all()


def test_a_press_one_dial_is_one_call_whatever_its_code_says(tmp_path: Path) -> None:
    codes = ("SVYCLM", "SVYEXT", "PU", "PRESS1")  # the last one is the installation's own
    dials = [_dial(f"p{n}", n, 60 * n, 20, code) for n, code in enumerate(codes, start=1)]
    closers = [_reached(n, n, 60 * n + 15, 200, "SALE", "bob", 5, f"p{n}") for n in range(1, 5)]
    dataset = _import(tmp_path, dials, closers)
    calls = _calls(dataset)
    assert calls.index.tolist() == ["p1", "p2", "p3", "p4"]
    assert calls["success"].tolist() == [True] * 4
    assert _measured(dataset, "answer_rate") == 1.0
    assert all(finding.rule != "every outcome code is known" for finding in cs.check(dataset).findings)


def test_a_press_one_dial_that_hung_up_before_the_in_group_was_no_conversation(tmp_path: Path) -> None:
    dataset = _import(tmp_path, [_dial("p1", 1, 0, 20, "SVYCLM")])
    assert _flags(_calls(dataset).loc["p1"]) == [True, True, False, False, False]


def test_a_call_transferred_twice_is_one_call_of_the_last_agent(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, 60, "XFER", "anna")],
        [
            _reached(1, 1, 60, 100, "XFER", "bob", 20, "u1", transfer=7),
            _reached(2, 1, 160, 50, "SALE", "eve", 5, "u1", transfer=8),
        ],
    )
    calls = _calls(dataset)
    assert calls.index.tolist() == ["u1"]
    assert calls.loc["u1", ["first_agent_id", "agent_id", "success"]].tolist() == ["anna", "eve", True]
    assert calls.loc["u1", "talk_s"] == 60 + 80 + 45
    assert calls.loc["u1", "queue_s"] == 20 + 5
    assert _measured(dataset, "handled_calls") == 1


def test_two_transfers_at_once_are_told_apart_by_their_uniqueid(tmp_path: Path) -> None:
    # Lead 1 was dialled again, in vain, while it was on the line: the closer log's row is the first call's.
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, 60, "XFER", "anna"), _dial("u2", 1, 30, 0, "B")],
        [_reached(1, 1, 60, 100, "SALE", "bob", 0, "u1")],
    )
    assert _calls(dataset)["success"].to_dict() == {"u1": True, "u2": False}


def test_an_agents_refusal_stands_though_the_caller_was_then_lost_in_another_queue(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, 60, "NI", "anna")],
        [_reached(1, 1, 60, 30, "DROP", queue=30, uniqueid="u1")],
    )
    call = _calls(dataset).loc["u1"]
    assert call[["outcome_code", "closed_reason", "agent_id"]].tolist() == ["NI", "refusal", "anna"]
    assert _flags(call) == [True, True, True, False, False]


def test_a_caller_who_overflows_is_one_call_and_waited_in_both_queues(tmp_path: Path) -> None:
    closers = [
        _reached(1, 31, 0, 60, "TIMEOT", queue=60, uniqueid="u1", group="first_in"),
        _reached(2, 31, 60, 120, "NI", "bob", 20, "u1", group="second_in"),
        _reached(3, 32, 600, 45, "TIMEOT", queue=45, uniqueid="u2", group="first_in"),
        _reached(4, 32, 645, 30, "DROP", queue=30, uniqueid="u2", group="second_in"),
        _reached(5, 33, 900, 50, "DROP", queue=50, uniqueid="u3", group="first_in"),
    ]
    calls = _calls(_import(tmp_path, [], closers))
    assert calls["queue_s"].to_dict() == {"C1": 80, "C3": 75, "C5": 50}
    assert calls["abandoned"].tolist() == [False, True, True]
    assert calls["campaign_id"].unique().tolist() == ["first_in"]
    assert calls.loc["C1", "talk_s"] == 100


def test_a_person_who_calls_back_after_a_drop_is_another_call(tmp_path: Path) -> None:
    # The uniqueids differ, though the call came ten seconds after the drop.
    dataset = _import(
        tmp_path, [_dial("u1", 1, 0, 8, "DROP")], [_reached(1, 1, 18, 90, "SALE", "bob", 5, "u9")]
    )
    calls = _calls(dataset)
    assert calls["direction"].to_dict() == {"u1": "outbound", "C1": "inbound"}
    assert calls["abandoned"].to_dict() == {"u1": True, "C1": False}


def test_without_a_uniqueid_a_person_sent_on_is_known_by_arriving_at_once(tmp_path: Path) -> None:
    # Lead 1 came to the in-group when the dial ended; lead 2 five minutes later; lead 3 was never reached.
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, 8, "DROP"), _dial("u2", 2, 60, 8, "DROP"), _dial("u3", 3, 120, 8, "NA")],
        [
            _reached(1, 1, 8, 90, "SALE", "bob", 5),
            _reached(2, 2, 368, 90, "NI", "bob", 5),
            _reached(3, 3, 128, 90, "NI", "bob", 5),
        ],
    )
    assert _calls(dataset)["success"].to_dict() == {
        "u1": True, "u2": False, "C2": False, "u3": False, "C3": False,
    }  # fmt: skip


def test_a_row_of_the_closer_log_without_its_dial_is_an_inbound_call_and_told(tmp_path: Path) -> None:
    # The first was transferred by an agent in a month that is not there; the second called by itself.
    dataset = _import(
        tmp_path, [],
        [_reached(1, 1, 0, 90, "SALE", "bob", 5, "u1", transfer=7), _reached(2, 2, 60, 90, "NI", "bob", 5, "u2")],
    )  # fmt: skip
    assert _calls(dataset)["direction"].tolist() == ["inbound", "inbound"]
    assert [note for note in dataset.provenance["notes"] if "closer log" in note] == [
        "1 row of the closer log goes on with a call that is not in the data: it is an inbound call here"
    ]


def test_calls_of_no_lead_are_of_unknown_contacts_and_not_of_one(tmp_path: Path) -> None:
    closers = [
        _reached(1, 0, 0, 90, "NI", "bob", 5, "u1"),
        _reached(2, 0, 300, 90, "NI", "bob", 5, "u2"),
        _reached(3, 0, 600, 60, "TIMEOT", queue=60, uniqueid="u3"),
        _reached(4, 44, 660, 90, "NI", "bob", 5, "u3"),  # the agent found the lead
    ]
    calls = _calls(_import(tmp_path, [], closers))
    assert calls["contact_id"].isna().tolist() == [True, True, False]
    assert calls.loc["C3", ["contact_id", "abandoned"]].tolist() == ["44", False]
    assert calls["direction"].unique().tolist() == ["inbound"]


def test_one_uniqueid_on_two_leads_is_two_calls(tmp_path: Path) -> None:
    # Two servers count alike.
    dataset = _import(
        tmp_path, [_dial("1725876000.1", 1, 0, 8, "DROP")],
        [_reached(1, 2, 8, 90, "SALE", "bob", 5, "1725876000.1")],
    )  # fmt: skip
    assert len(_calls(dataset)) == 2


def test_an_unknown_length_or_wait_leaves_the_talk_unknown(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path,
        [_dial("u1", 1, 0, "", "NI", "anna"), _dial("u2", 2, 60, 60, "XFER", "anna"), _dial("u3", 3, 90, 50, "NI", "bob")],
        [
            _reached(1, 2, 120, "", "SALE", "eve", 5, "u2"),
            _reached(2, 4, 600, 100, "NI", "eve", "", "v1"),
            _reached(3, 5, 900, 100, "NI", "eve", 30, "v2"),
        ],
    )  # fmt: skip
    calls = _calls(dataset)
    assert calls["talk_s"].dropna().to_dict() == {"u3": 50, "C3": 70}
    assert calls["handled"].tolist() == [True] * 5


def test_a_talk_shorter_than_a_second_is_none_and_not_unknown(tmp_path: Path) -> None:
    calls = _calls(_import(tmp_path, [], [_reached(1, 1, 0, 5, "NI", "bob", "5.4", "u1")]))
    assert calls.loc["C1", "talk_s"] == 0


def test_work_after_a_transferred_call_is_unknown_where_one_agents_row_is_missing(tmp_path: Path) -> None:
    dials = [_dial(f"u{n}", n, 300 * n, 60, "XFER", "anna") for n in (1, 2)]
    closers = [_reached(n, n, 300 * n + 60, 100, "SALE", "eve", 0, f"u{n}") for n in (1, 2)]
    row = ("2024-09-09 12:00:00", 1, "spring", 0, 0)
    agents = [
        (1, "anna", *row, 60, 10, 5, "u1"),
        (2, "eve", *row, 100, 20, 0, "u1"),
        (3, "eve", *row, 100, 20, 0, "u2"),
    ]
    calls = _calls(_import(tmp_path, dials, closers, agents))
    assert calls.loc["u1", ["talk_s", "wrap_s"]].tolist() == [55 + 100, 15 + 20]
    assert pd.isna(calls.loc["u2", "wrap_s"])


def test_a_number_dialled_by_hand_is_a_dial_of_its_list(tmp_path: Path) -> None:
    dial = ("u1", 1, 998, "spring", _clock(0), NOON, 40, "NI", "anna", 1)
    call = _calls(_import(tmp_path, [dial])).loc["u1"]
    assert call[["list_id", "direction", "agent_id"]].tolist() == ["998", "outbound", "anna"]


def test_a_code_of_the_dialers_own_rows_without_a_meaning_is_told(tmp_path: Path) -> None:
    dials = [_dial(f"u{n}", n, 60 * n, 0, code) for n, code in enumerate(("ZZDNA", "ZZDNA", "NA"), start=1)]
    found = [
        f for f in cs.check(_import(tmp_path, dials)).findings if f.rule == "every outcome code is known"
    ]
    assert [(f.rows, f.example) for f in found] == [(2, "ZZDNA (2)")]


def test_a_code_without_a_meaning_is_told_though_the_dialer_reached_the_person(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path, [_dial("u1", 1, 0, 8, "DROP"), _dial("u2", 2, 60, 40, "SALE", "anna")],
        [_reached(1, 1, 8, 90, "ZZOK", "bob", 5, "u1")],
    )  # fmt: skip
    found = [f for f in cs.check(dataset).findings if f.rule == "every outcome code is known"]
    assert [(f.rows, f.example) for f in found] == [(1, "ZZOK (1)")]


def test_a_closer_log_a_second_ahead_of_the_dial_is_still_the_dials_call(tmp_path: Path) -> None:
    dataset = _import(
        tmp_path, [_dial("u1", 1, 10, 8, "DROP"), _dial("u2", 2, 60, 40, "NI", "anna")],
        [_reached(1, 1, 9, 130, "SALE", "bob", 10, "u1")],
    )  # fmt: skip
    calls = _calls(dataset)
    assert calls.index.tolist() == ["u1", "u2"]
    assert calls.loc["u1", ["campaign_id", "direction", "agent_id", "success"]].tolist() == [
        "spring", "outbound", "bob", True,
    ]  # fmt: skip
    assert calls.loc["u1", "started_at"] == pd.Timestamp("2024-09-09 10:00:10", tz="UTC")


def test_two_calls_of_one_caller_a_few_seconds_apart_are_two(tmp_path: Path) -> None:
    closers = [
        _reached(1, 31, 0, 20, "DROP", queue=20, uniqueid="u1"),
        _reached(2, 31, 25, 120, "NI", "bob", 20, "u2"),
    ]
    assert _calls(_import(tmp_path, [], closers))["abandoned"].to_dict() == {"C1": True, "C2": False}
