"""Over the months that are joined, a name has one spelling and a night is one shift."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest

import callstats as cs
from tests.dataset.desk import bytes_of, put, told

MAPPING = """
time_zone = "UTC"
[calls.columns]
call_id = "Id"
started_at = "Date"
agent_id = "Agent"
campaign_id = "Campaign"
outcome_code = "Result"
[calls.statuses]
Sold = "success"
No = "refusal"
"""
HEADER = "Id,Date,Agent,Campaign,Result\n"
TIME = """
time_zone = "UTC"
[agent_time.columns]
agent_id = "Agent"
start = "From"
state = "State"
seconds = "Seconds"
"""


@pytest.fixture
def months(tmp_path):
    (tmp_path / "m.toml").write_text(MAPPING)
    (tmp_path / "time.toml").write_text(TIME)
    return tmp_path


def month(folder, number, *agents, campaign="Spring", first=0):
    """Write a month's calls, one an agent that is named."""
    rows = [
        f"{number}-{n},2026-{number:02d}-01 09:{n:02d},{agent},{campaign},No\n"
        for n, agent in enumerate(agents, first)
    ]
    (folder / f"{number}.csv").write_text(HEADER + "".join(rows))
    return f"{number}.csv"


def time(folder, name, *rows):
    (folder / name).write_text("Agent,From,State,Seconds\n" + "".join(f"{row}\n" for row in rows))
    return name


def names(folder, column="agent_id", table="calls"):
    found = cs.open(folder).table(table).select(column).collect().to_pandas()[column]
    return found.value_counts().to_dict()


def in_every_order(months, *files):
    """Add files in every order; return the folder, which is the same to the byte."""
    found = []
    for order in itertools.permutations(files):
        to = "then ".join(order)
        for name in order:
            put(months, name, to=to)
        found.append(bytes_of(months / to))
    assert all(other == found[0] for other in found)
    return months / to


class TestNames:
    def test_two_months_in_either_order_are_the_same_bytes_with_one_agent(self, months):
        folder = in_every_order(months, month(months, 8, "Ann", "Ann"), month(months, 9, "ANN"))
        assert names(folder) == {"Ann": 3}
        assert told(folder)["notes"] == ["agent_id: ANN and Ann are taken as one, Ann"]

    def test_three_months_in_any_order_count_the_rows_as_they_were_given(self, months):
        # in each month another spelling has most rows; of all rows it is ANN, with five of nine
        files = [
            month(months, 7, "Ann", "Ann", "ANN"), month(months, 8, "ANN", "ANN", "ann"),
            month(months, 9, "Ann", "ANN", "ANN"),
        ]  # fmt: skip
        folder = in_every_order(months, *files)
        assert names(folder) == {"ANN": 9}
        assert told(folder)["notes"] == ["agent_id: ANN and Ann and ann are taken as one, ANN"]

    def test_a_name_is_the_same_whether_months_come_at_once_or_one_by_one(self, months):
        files = [month(months, 8, "Ann", "Ann"), month(months, 9, "ANN", "ANN", "ANN")]
        put(months, *files, to="once")
        for name in files:
            put(months, name)
        once, data = (
            {n: b for n, b in bytes_of(months / to).items() if n.startswith("calls/")}
            for to in ("once", "data")
        )
        assert once == data

    def test_a_month_is_written_again_only_where_a_name_of_it_changes(self, months):
        for name in (month(months, 7, "Bob"), month(months, 8, "Ann")):
            put(months, name)
        july, august = ((months / "data" / "calls" / f"2026-0{n}.parquet") for n in (7, 8))
        before = [file.stat().st_ino for file in (july, august)]
        put(months, month(months, 9, "ANN", "ANN", "ANN"))
        assert july.stat().st_ino == before[0]
        assert august.stat().st_ino != before[1]
        assert names(months / "data") == {"ANN": 4, "Bob": 1}

    def test_a_slip_in_a_new_month_writes_no_old_one_again(self, months):
        put(months, month(months, 8, "Ann", "Ann"))
        august = months / "data" / "calls" / "2026-08.parquet"
        before = august.stat().st_ino
        put(months, month(months, 9, "aNN"))
        assert (august.stat().st_ino, names(months / "data")) == (before, {"Ann": 3})

    def test_the_same_month_again_is_nothing_new(self, months):
        files = [month(months, 8, "Ann"), month(months, 9, "ANN", "ANN")]
        for name in files:
            put(months, name)
        before = bytes_of(months / "data")
        for name in files:
            assert put(months, name).nothing_new
        assert bytes_of(months / "data") == before

    def test_what_is_brought_together_is_told_when_it_is_and_not_again(self, months):
        assert put(months, month(months, 7, "Ann", "Ann")).notes == ()
        first = put(months, month(months, 8, "ANN"))
        assert first.notes == ("agent_id: ANN and Ann are taken as one, Ann",)
        assert put(months, month(months, 9, "Ann")).notes == ()

    def test_a_row_that_comes_again_in_another_spelling_counts_once(self, months):
        put(months, month(months, 8, "ANN", "ANN"))
        put(months, month(months, 9, "Ann"))
        assert names(months / "data") == {"ANN": 3}
        put(months, month(months, 8, "Ann", "ANN"))  # now two of three
        assert names(months / "data") == {"Ann": 3}

    def test_a_spelling_that_no_row_says_any_more_is_gone_with_its_note(self, months):
        put(months, month(months, 8, "ANN", "ANN"))
        put(months, month(months, 9, "Ann"))
        put(months, month(months, 8, "Ann", "Ann"))
        assert names(months / "data") == {"Ann": 3}
        assert told(months / "data")["notes"] == []
        put(months, month(months, 9, "Ann"), to="new")
        put(months, month(months, 8, "Ann", "Ann"), to="new")
        whole = [bytes_of(months / to)["calls/2026-09.parquet"] for to in ("data", "new")]
        assert whole[0] == whole[1]

    def test_agent_time_joins_the_calls_of_a_name_and_comes_again_as_the_same(self, months):
        put(months, month(months, 8, "Ann", "Ann", "Ann"))
        put(months, time(months, "t.csv", "ANN,2026-08-01 09:00,wait,60"), mapping="time.toml")
        assert names(months / "data", table="agent_time") == {"Ann": 1}
        added = put(months, time(months, "u.csv", "ann ,2026-08-01 09:00,wait,90"), mapping="time.toml")
        assert (added.rows["agent_time"], added.fates["agent_time"].changed) == (1, 1)

    def test_a_name_that_calls_decide_is_written_so_in_tables_that_did_not_come_in(self, months):
        put(months, month(months, 8, "Ann"))
        put(months, time(months, "t.csv", "Ann,2026-08-01 09:00,wait,60"), mapping="time.toml")
        put(months, month(months, 9, "ANN", "ANN", "ANN"))
        assert names(months / "data", table="agent_time") == {"ANN": 1}

    def test_campaigns_are_brought_together_and_so_are_their_costs(self, months):
        (months / "c.toml").write_text(
            '[costs.columns]\ncampaign_id = "C"\nperiod = "P"\nkind = "K"\namount = "A"\n'
        )
        put(months, month(months, 8, "a", "b", campaign="Spring"))
        for amount in (90, 70):
            text = f"C,P,K,A\nSPRING,2026-08,labour,{amount}\n"
            put(months, "c.csv", text=text, mapping="c.toml")
        costs = cs.open(months / "data").table("costs").collect().to_pandas()
        assert costs[["campaign_id", "amount"]].values.tolist() == [["Spring", 70.0]]

    def test_what_was_said_is_no_column_to_ask_by(self, months):
        put(months, month(months, 8, "Ann", "ANN"))
        assert [c for c in cs.open(months / "data").columns["calls"] if c.startswith("_")] == []

    def test_what_is_saved_of_them_can_be_added_to(self, months):
        put(months, month(months, 8, "Ann", "Ann", "ANN"))
        cs.open(months / "data").save(months / "saved")
        put(months, month(months, 9, "ANN", "ANN"), to="saved")
        assert names(months / "saved") == {"ANN": 5}

    @pytest.mark.parametrize("seed", range(4))
    def test_any_spellings_in_any_order_are_the_same_bytes(self, months, seed):
        chance = random.Random(seed)
        ways = ["Ann", "ANN", " ann", "Bob", "BOB", "Bo b", "Cy"]
        files = [
            month(months, number, *chance.choices(ways, k=8), campaign=chance.choice(["S", "s", "T"]))
            for number in (1, 2, 3)
        ]
        assert len({n.casefold() for n in names(in_every_order(months, *files))}) <= 4


class TestShifts:
    FIRST = "ann,2026-09-30 22:00,wait,7200"
    SECOND = "ann,2026-10-01 00:00,talk,7200"

    def shifts(self, folder):
        time = cs.open(folder).table("agent_time").sort("start").collect().to_pandas()
        if "shift_start" not in time:
            return None
        return [None if pd.isna(at) else at.strftime("%d %H") for at in time["shift_start"]]

    def test_a_night_whose_halves_come_in_two_imports_is_one_shift(self, months):
        put(months, month(months, 9, "ann"), to="base")
        for order in ((self.FIRST, self.SECOND), (self.SECOND, self.FIRST)):
            to = f"{order[0][:16]}"
            put(months, "9.csv", to=to)
            for row in order:
                name = "a.csv" if row == self.FIRST else "b.csv"
                put(months, time(months, name, row), to=to, mapping="time.toml")
        one, other = (months / f"{row[:16]}" for row in (self.FIRST, self.SECOND))
        assert bytes_of(one) == bytes_of(other)
        assert self.shifts(one) == ["30 22", "30 22"]

    def test_halves_that_name_the_agent_in_two_ways_are_one_shift(self, months):
        put(months, month(months, 9, "ann"))
        put(months, time(months, "a.csv", self.FIRST), mapping="time.toml")
        put(months, time(months, "b.csv", self.SECOND.upper().replace("TALK", "talk")), mapping="time.toml")
        assert self.shifts(months / "data") == ["30 22", "30 22"]

    def test_a_half_alone_is_a_shift_of_its_day(self, months):
        put(months, month(months, 9, "ann"))
        put(months, time(months, "b.csv", self.SECOND), mapping="time.toml")
        assert self.shifts(months / "data") is None

    def test_calls_alone_do_not_write_agent_time_again(self, months):
        put(months, month(months, 9, "ann"))
        put(months, time(months, "a.csv", self.FIRST, self.SECOND), mapping="time.toml")
        file = months / "data" / "agent_time.parquet"
        before = file.stat().st_ino
        put(months, month(months, 10, "ann"))
        assert file.stat().st_ino == before
