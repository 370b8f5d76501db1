"""Months add up: what comes in joins what is there, whole or not at all, in any order to the same bytes."""

from __future__ import annotations

import json
import random
import shutil

import pandas as pd
import pytest

import callstats as cs
from callstats.config import Config
from callstats.errors import InputError, UsageError
from tests.dataset.desk import AUGUST, HEADER, MAPPING, SEPTEMBER, UNNAMED, bytes_of, calls, put, told


class TestMonths:
    def test_two_months_in_either_order_and_the_second_again_are_the_same_bytes(self, desk):
        for names, to in ((("aug.csv", "sep.csv", "sep.csv"), "one"), (("sep.csv", "aug.csv"), "other")):
            for name in names:
                put(desk, name, to=to)
        assert bytes_of(desk / "one") == bytes_of(desk / "other")
        assert {"calls/2024-08.parquet", "calls/2024-09.parquet"} <= bytes_of(desk / "one").keys()

    def test_both_months_at_once_are_the_same_calls(self, desk):
        put(desk, "aug.csv")
        put(desk, "sep.csv")
        put(desk, "aug.csv", "sep.csv", to="once")
        one, once = bytes_of(desk / "data"), bytes_of(desk / "once")
        assert {n: b for n, b in one.items() if n.startswith("calls/")} == {
            n: b for n, b in once.items() if n.startswith("calls/")
        }

    def test_a_new_month_does_not_write_the_old_one_again(self, desk):
        put(desk, "aug.csv")
        file = desk / "data" / "calls" / "2024-08.parquet"
        before = (file.stat().st_ino, file.stat().st_mtime_ns)
        put(desk, "sep.csv")
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == before

    def test_an_earlier_month_that_comes_late_changes_the_attempts_of_later_ones(self, desk):
        put(desk, "sep.csv")
        assert calls(desk / "data", "call_id", "attempt_no") == [["3", 1], ["4", 1], ["5", 1]]
        put(desk, "aug.csv")
        assert calls(desk / "data", "attempt_no") == [[1], [1], [2], [1], [1]]

    def test_calls_without_a_local_time_lie_in_a_file_of_their_own(self, tmp_path):
        frame = pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})
        cs.add(cs.open({"calls": frame}), tmp_path / "data")
        assert [file.name for file in (tmp_path / "data" / "calls").iterdir()] == ["undated.parquet"]

    def test_a_call_that_moved_to_another_month_leaves_the_first(self, desk):
        put(desk, "aug.csv")
        put(desk, "more.csv", text=HEADER + "1,2024-09-01 00:10,c1,No\n2,2024-09-02 00:10,c2,No\n")
        assert [file.stem for file in (desk / "data" / "calls").iterdir()] == ["2024-09"]

    def test_a_column_that_only_one_month_has_is_unknown_in_the_other(self, desk):
        put(desk, "aug.csv")
        (desk / "long.toml").write_text(MAPPING.replace('"Date"\n', '"Date"\ntalk_s = "Talk"\n'))
        text = "Id,Date,Who,Result,Talk\n3,2024-09-09 12:00,c1,Sold,60\n"
        put(desk, "long.csv", text=text, mapping="long.toml")
        found = [None if pd.isna(row[0]) else row[0] for row in calls(desk / "data", "talk_s")]
        assert found == [None, None, 60.0]


class TestRowsThatComeAgain:
    def test_a_provisional_outcome_becomes_the_final_one(self, desk):
        put(desk, "a.csv", text=HEADER + "5,2024-09-11 12:00,c4,Nobody\n6,2024-09-30 19:59,c5,Nobody\n")
        added = put(desk, "b.csv", text=HEADER + "6,2024-09-30 19:59,c5,Sold\n7,2024-10-01 09:00,c6,No\n")
        assert calls(desk / "data", "call_id", "success") == [["5", False], ["6", True], ["7", False]]
        assert (added.fates["calls"].new, added.fates["calls"].changed, added.fates["calls"].same) == (
            1,
            1,
            0,
        )

    def test_of_two_files_of_one_import_the_later_counts(self, desk):
        (desk / "a.csv").write_text(HEADER + "6,2024-09-30 19:59,c5,Nobody\n")
        (desk / "b.csv").write_text(HEADER + "6,2024-09-30 19:59,c5,Sold\n")
        data = cs.read([desk / "a.csv", desk / "b.csv"], mapping=desk / "m.toml")
        assert data.table("calls").collect("pandas").to_native()["success"].tolist() == [True]
        assert len(data.rejects) == 0
        assert data.provenance["notes"] == ["1 row came again in a later file, which counts"]

    def test_the_same_file_changes_nothing_and_is_named(self, desk):
        put(desk, "aug.csv")
        before = bytes_of(desk / "data")
        added = put(desk, "aug.csv")
        assert (added.known, added.nothing_new) == (("aug.csv",), True)
        assert bytes_of(desk / "data") == before

    def test_rows_are_counted_in_the_files_whatever_the_log_says_of_them(self, desk):
        put(desk, "aug.csv")
        log = desk / "data" / "dataset.json"
        log.write_text(json.dumps({**told(desk / "data"), "rows": {}}))
        assert put(desk, "aug.csv").rows == {"calls": 2}

    def test_other_bytes_with_the_same_rows_are_a_line_that_says_nothing_was_new(self, desk):
        put(desk, "aug.csv")
        put(desk, "again.csv", text=AUGUST.replace("\n", "\r\n"))
        assert sorted(item.get("nothing_new", False) for item in told(desk / "data")["imports"]) == [
            False,
            True,
        ]
        assert told(desk / "data")["rows"] == {"calls": 2}

    def test_the_same_file_read_by_another_mapping_takes_the_place_of_the_first_reading(self, desk):
        put(desk, "aug.csv")
        (desk / "new.toml").write_text(MAPPING.replace('No = "refusal"', 'No = "success"'))
        put(desk, "aug.csv", mapping="new.toml")
        assert calls(desk / "data", "success") == [[False], [True]]
        assert len(told(desk / "data")["imports"]) == 1


class TestCallsWithoutNames:
    @pytest.fixture(autouse=True)
    def _unnamed(self, desk):
        (desk / "m.toml").write_text(UNNAMED)

    def test_a_copy_under_another_name_is_read_once(self, desk):
        shutil.copy(desk / "aug.csv", desk / "aug (1).csv")
        data = cs.read([desk / "aug.csv", desk / "aug (1).csv"], mapping=desk / "m.toml")
        assert data.provenance["rows"] == {"calls": 2}
        assert data.provenance["notes"] == ["aug (1).csv: the same to the byte as aug.csv; read once"]

    def test_a_copy_that_comes_later_changes_nothing(self, desk):
        put(desk, "aug.csv")
        shutil.copy(desk / "aug.csv", desk / "aug (1).csv")
        added = put(desk, "aug (1).csv")
        assert (added.rows, added.known) == ({"calls": 2}, ("aug (1).csv",))

    def test_another_month_under_the_same_name_is_another_month(self, desk):
        put(desk, "calls.csv", text=AUGUST)
        put(desk, "calls.csv", text=SEPTEMBER)
        assert told(desk / "data")["rows"] == {"calls": 5}

    def test_files_of_one_name_from_two_folders_do_not_collide(self, desk):
        for folder, text in {"a": AUGUST, "b": SEPTEMBER}.items():
            (desk / folder).mkdir()
            (desk / folder / "calls.csv").write_text(text)
        put(desk, "a/calls.csv", "b/calls.csv")
        assert told(desk / "data")["rows"] == {"calls": 5}

    def test_alike_rows_of_two_files_are_kept_and_are_a_finding(self, desk):
        put(desk, "aug.csv")
        put(desk, "late.csv", text=HEADER + "9,2024-08-06 12:00,c2,No\n10,2024-08-07 12:00,c9,No\n")
        found = {f.rule: f.rows for f in cs.check(cs.open(desk / "data")).findings}
        assert told(desk / "data")["rows"] == {"calls": 4}
        assert found == {"a call is in one file": 2}

    def test_alike_rows_of_one_file_may_be_two_calls(self, desk):
        put(desk, "twice.csv", text=HEADER + "1,2024-08-06 12:00,c2,No\n2,2024-08-06 12:00,c2,No\n")
        assert [f.rule for f in cs.check(cs.open(desk / "data")).findings] == []


def utc(*texts):
    return pd.to_datetime(list(texts), utc=True)


def base(**tables):
    """A data set of one call and whatever else."""
    start = utc("2024-09-09 12:00")
    call = pd.DataFrame(
        {"call_id": ["1"], "contact_id": ["c1"], "list_id": ["A"], "direction": ["outbound"],
         "started_at": start, "local_started_at": start.tz_localize(None)}
    )  # fmt: skip
    return cs.open({"calls": call, **tables})


def table(folder, name, *by):
    frame = cs.open(folder).table(name).collect().to_pandas()
    return frame.sort_values(list(by), ignore_index=True)


class TestOtherTables:
    def test_a_contact_keeps_its_first_load_and_takes_on_what_is_newly_known(self, tmp_path):
        first = pd.DataFrame(
            {"contact_id": ["c1"], "list_id": ["A"], "loaded_at": utc("2024-09-01"), "age": ["30"]}
        )
        again = first.assign(loaded_at=utc("2024-09-08"), age=["31"], region=["North"])
        for contacts in (first, again):
            cs.add(base(contacts=contacts), tmp_path / "data")
        found = table(tmp_path / "data", "contacts", "contact_id")
        assert found[["age", "region"]].values.tolist() == [["31", "North"]]
        assert found["loaded_at"].tolist() == [pd.Timestamp("2024-09-01", tz="UTC")]
        assert calls(tmp_path / "data", "since_loaded_s") == [[8.5 * 86400]]

    def test_contacts_that_come_after_the_calls_date_them(self, tmp_path):
        cs.add(base(), tmp_path / "data")
        contacts = pd.DataFrame(
            {"contact_id": ["c1"], "list_id": ["A"], "loaded_at": utc("2024-09-09 11:00")}
        )
        cs.add(base(contacts=contacts), tmp_path / "data")
        assert calls(tmp_path / "data", "since_loaded_s") == [[3600.0]]

    def test_costs_of_the_same_month_and_kind_replace_those_there(self, tmp_path):
        def costs(*rows):
            return pd.DataFrame(rows, columns=["campaign_id", "period", "kind", "amount"])

        both = [("s", "2024-09", "labour", amount) for amount in (100.0, 20.0)]
        cs.add(base(costs=costs(*both, ("s", "2024-08", "labour", 7.0))), tmp_path / "data")
        assert table(tmp_path / "data", "costs", "amount")["amount"].tolist() == [7.0, 20.0, 100.0]
        cs.add(base(costs=costs(("s", "2024-09", "labour", 130.0))), tmp_path / "data")
        assert table(tmp_path / "data", "costs", "amount")["amount"].tolist() == [7.0, 130.0]

    def test_agent_time_scores_and_cases_are_there_once(self, tmp_path):
        tables = {
            "agent_time": pd.DataFrame(
                {"agent_id": ["a", "a"], "start": utc("2024-09-09 09:00", "2024-09-09 09:00"),
                 "state": ["talk", "wait"], "seconds": [60.0, 5.0]}
            ),
            "evaluations": pd.DataFrame({"call_id": ["1"], "criterion": ["script"], "score": [4.0]}),
            "surveys": pd.DataFrame({"call_id": ["1", "1"], "kind": ["csat", "nps"], "score": [4.0, 9.0]}),
            "cases": pd.DataFrame({"case_id": ["k"], "calls": [2]}),
        }  # fmt: skip
        for _ in range(2):
            added = cs.add(base(**tables), tmp_path / "data")
        assert added.rows == {"calls": 1, "agent_time": 2, "evaluations": 1, "surveys": 2, "cases": 1}
        assert added.nothing_new

    def test_a_promise_that_was_still_open_is_judged_by_the_next_month(self, tmp_path):
        promise = pd.DataFrame(
            {"contact_id": ["c1"], "asked_at": utc("2024-09-09 12:00"), "due_at": utc("2024-09-10 15:00")}
        )
        cs.add(base(callbacks=promise), tmp_path / "data")
        assert "kept" not in cs.open(tmp_path / "data").schemas["callbacks"]
        later = base().frames["calls"].collect().to_native().assign(
            call_id=["2"], started_at=utc("2024-09-10 15:30")
        )  # fmt: skip
        cs.add(cs.open({"calls": later}), tmp_path / "data")
        assert table(tmp_path / "data", "callbacks", "contact_id")["kept"].tolist() == [True]

    def test_a_table_without_calls_cannot_begin_a_data_set(self, tmp_path):
        (tmp_path / "m.toml").write_text('[costs.columns]\nperiod = "M"\nkind = "K"\namount = "A"\n')
        (tmp_path / "c.csv").write_text("M,K,A\n2024-09,labour,5\n")
        with pytest.raises(InputError, match="no calls yet"):
            put(tmp_path, "c.csv")
        assert not (tmp_path / "data").exists()


class TestWhatWasStated:
    def test_an_attempt_that_the_export_counts_itself_is_kept(self, tmp_path):
        (tmp_path / "m.toml").write_text(MAPPING.replace('"Date"\n', '"Date"\nattempt_no = "Try"\n'))
        put(tmp_path, "a.csv", text="Id,Date,Who,Result,Try\n1,2024-08-05 12:00,c1,No,5\n")
        (tmp_path / "m.toml").write_text(MAPPING)
        put(tmp_path, "b.csv", text=HEADER + "2,2024-09-05 12:00,c1,No\n")
        assert calls(tmp_path / "data", "attempt_no") == [[5], [2]]

    def test_an_earlier_versions_folder_is_turned_and_what_did_not_follow_was_stated(self, tmp_path):
        start = utc("2024-08-05 12:00", "2024-08-06 12:00")
        old = pd.DataFrame(
            {"call_id": ["1", "2"], "contact_id": ["c1", "c2"], "direction": ["outbound"] * 2,
             "started_at": start, "local_started_at": start.tz_localize(None), "attempt_no": [1, 9]}
        )  # fmt: skip
        (tmp_path / "data").mkdir()
        old.to_parquet(tmp_path / "data" / "calls.parquet")
        (tmp_path / "data" / "dataset.json").write_text(
            '{"format": 1, "time_zone": "UTC", "rows": {"calls": 2}}'
        )
        (tmp_path / "data" / "mine.txt").write_text("notes")
        more = old.assign(call_id=["3", "4"], started_at=start + pd.Timedelta(days=31)).drop(
            columns="attempt_no"
        )
        cs.add(cs.open({"calls": more}), tmp_path / "data")
        assert calls(tmp_path / "data", "attempt_no") == [[1], [9], [2], [2]]
        assert not (tmp_path / "data" / "calls.parquet").exists()
        assert (tmp_path / "data" / "mine.txt").read_text() == "notes"

    def test_what_was_stated_is_no_column_to_ask_by(self, tmp_path):
        (tmp_path / "m.toml").write_text(MAPPING.replace('"Date"\n', '"Date"\nattempt_no = "Try"\n'))
        put(tmp_path, "a.csv", text="Id,Date,Who,Result,Try\n1,2024-08-05 12:00,c1,No,5\n")
        assert [c for c in cs.open(tmp_path / "data").columns["calls"] if c.startswith("_")] == []


class TestProvenance:
    def test_every_import_is_a_line_with_its_files_rows_and_days(self, desk):
        put(desk, "sep.csv")
        put(desk, "aug.csv")
        lines = told(desk / "data")["imports"]
        assert [[file["name"] for file in item["files"]] for item in lines] == [["aug.csv"], ["sep.csv"]]
        assert [item["rows"] for item in lines] == [{"calls": 2}, {"calls": 3}]
        assert [(item["begin"][:10], item["end"][:10]) for item in lines] == [
            ("2024-08-05", "2024-08-06"), ("2024-09-09", "2024-09-11"),
        ]  # fmt: skip
        assert [len(file["sha256"]) for file in told(desk / "data")["files"]] == [64, 64]

    def test_rejects_of_earlier_imports_stay_and_are_not_doubled(self, desk):
        put(desk, "bad.csv", text=AUGUST + "8,never,c8,No\n")
        put(desk, "sep.csv")
        put(desk, "bad.csv", "sep.csv")
        rejects = cs.open(desk / "data").rejects.frame()
        assert rejects[["file", "row"]].values.tolist() == [["bad.csv", 4]]
        assert told(desk / "data")["rejected"] == {"a time can be read": 1}

    def test_a_data_set_that_is_one_import_brings_its_books(self, desk):
        put(desk, "aug.csv")
        put(desk, "sep.csv", to="other")
        cs.add(cs.open(desk / "other"), desk / "data")
        put(desk, "aug.csv", to="right")
        put(desk, "sep.csv", to="right")
        assert [line["books"] for line in told(desk / "data")["imports"]] == [
            line["books"] for line in told(desk / "right")["imports"]
        ]

    def test_times_of_another_clock_are_refused(self, desk):
        put(desk, "aug.csv")
        (desk / "m.toml").write_text(MAPPING.replace("Europe/Paris", "America/New_York"))
        before = bytes_of(desk / "data")
        with pytest.raises(InputError, match=r"Europe/Paris.*America/New_York"):
            put(desk, "sep.csv")
        assert bytes_of(desk / "data") == before

    def test_money_of_another_currency_is_refused(self, tmp_path):
        costs = pd.DataFrame({"period": ["2024-09"], "kind": ["labour"], "amount": [5.0]})
        cs.add(base(costs=costs), tmp_path / "data")
        dollars = cs.open({"calls": base().frames["calls"], "costs": costs}, config=Config(currency="USD"))
        with pytest.raises(InputError, match="currency EUR"):
            cs.add(dollars, tmp_path / "data")

    def test_to_begin_anew_removes_what_was_there(self, desk):
        put(desk, "aug.csv")
        added = put(desk, "sep.csv", replace=True)
        assert (added.removed, added.rows) == ({"calls": 2}, {"calls": 3})
        assert sorted(n for n in bytes_of(desk / "data") if "/" in n) == ["calls/2024-09.parquet"]

    def test_something_else_that_is_there_is_left_alone(self, desk):
        (desk / "data").mkdir()
        (desk / "data" / "thesis.txt").write_text("mine")
        with pytest.raises(UsageError, match="no data set"):
            put(desk, "aug.csv")


def test_months_may_come_in_any_order(desk):
    """Five files of twelve calls to four contacts: whatever the order, the same bytes."""
    chance = random.Random(5)
    for month in range(1, 6):
        rows = [
            f"{month}-{n},2024-{month:02d}-{chance.randint(1, 28):02d} 12:00,c{chance.randint(1, 4)},No\n"
            for n in range(12)
        ]
        (desk / f"{month}.csv").write_text(HEADER + "".join(rows))
    found = []
    for order in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [3, 1, 5, 2, 4]):
        to = "-".join(map(str, order))
        for month in order:
            put(desk, f"{month}.csv", to=to)
        found.append(bytes_of(desk / to))
    assert found[0] == found[1] == found[2]
