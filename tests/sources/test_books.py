"""The books of an import in words: every row of a file is somewhere, one of them in the singular."""

import pytest

from callstats.model import TABLES
from callstats.sources.books import NOUNS, Account, counted, lines


def test_one_of_everything_is_said_in_the_singular() -> None:
    account = Account("a.csv", "calls", 4, rejected=1, left_out={"Type is not Outbound": 1}, merged=1)
    assert lines([account.as_dict()]) == [
        "a.csv: 4 rows = 1 call + 1 rejected + 1 further leg of the same call"
        " + 1 left out (Type is not Outbound)"
    ]


def test_none_and_many_are_said_in_the_plural() -> None:
    account = Account("a.csv", "queue_events", 1200, merged=1200)
    assert lines([account.as_dict()]) == [
        "a.csv: 1,200 rows = 0 events of queues + 1,200 further legs of the same calls"
    ]


def test_one_row_of_a_table_that_has_no_noun_is_a_row() -> None:
    assert lines([Account("a.csv", "join", 1).as_dict()]) == ["a.csv: 1 row = 1 row"]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_has_a_noun(table: str) -> None:
    assert table in NOUNS
    assert counted(1, table).startswith("1 ")
    assert counted(1, table) != counted(2, table).replace("2", "1")
