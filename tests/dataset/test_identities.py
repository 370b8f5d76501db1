"""Agents and campaigns that differ only in case or spaces are one, in all tables."""

import pandas as pd

from callstats.dataset.deriving import derive
from callstats.dataset.reading import to_arrow
from callstats.sources import notes

TIME = {"state": "wait", "seconds": 1.0}


def one_spelling(**tables: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], list[str]]:
    told: list[str] = []
    done = derive({name: to_arrow(name, frame) for name, frame in tables.items()}, told)
    return {name: table.to_pandas() for name, table in done.items()}, told


def calls(column: str, *names: str | None) -> pd.DataFrame:
    return pd.DataFrame({"call_id": [str(n) for n in range(len(names))], column: names})


def test_the_spelling_of_most_rows_is_kept_over_all_tables() -> None:
    time = pd.DataFrame({"agent_id": ["ANN", " Ann", "Bob"], **TIME})
    done, told = one_spelling(calls=calls("agent_id", "ann", "ANN", "Bob"), agent_time=time)
    assert done["calls"]["agent_id"].tolist() == ["ANN", "ANN", "Bob"]
    assert done["agent_time"]["agent_id"].tolist() == ["ANN", "ANN", "Bob"]
    assert told == ["agent_id:  Ann and ANN and ann are taken as one, ANN"]


def test_what_a_row_said_stays_beside_the_name_that_is_kept() -> None:
    done, _ = one_spelling(calls=calls("agent_id", "Ann", "ANN", "Ann"))
    said = done["calls"]["_stated_agent_id"]
    assert said[said.notna()].to_dict() == {1: "ANN"}


def test_campaigns_are_brought_together_as_agents_are() -> None:
    done, told = one_spelling(calls=calls("campaign_id", "Spring", "spring\u00a0", "Spring"))
    assert done["calls"]["campaign_id"].tolist() == ["Spring"] * 3
    assert len(told) == 1


def test_a_contacts_campaign_is_written_as_that_of_the_calls() -> None:
    contacts = pd.DataFrame(
        {"contact_id": ["7", "8"], "campaign_id": ["SPRING", None], "list_id": ["A", "B"]}
    )
    dialled = calls("campaign_id", "Spring", "Spring", "spring").assign(list_id=["A", "A", "B"])
    done, _ = one_spelling(calls=dialled, contacts=contacts)
    assert done["contacts"]["campaign_id"].tolist() == ["Spring", "Spring"]


def test_rows_keep_their_order() -> None:
    costs = pd.DataFrame(
        {"campaign_id": ["b", "A", "a", "B", "a"], "period": "2026-09", "kind": "labour",
         "amount": [1.0, 2.0, 3.0, 4.0, 5.0]}
    )  # fmt: skip
    done, _ = one_spelling(calls=calls("campaign_id", "B"), costs=costs)
    assert done["costs"]["campaign_id"].tolist() == ["B", "a", "a", "B", "a"]
    assert done["costs"]["amount"].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_names_that_differ_in_more_stay_apart_and_nothing_is_told() -> None:
    names = ["007", "7", "Ann-Marie", "Ann Marie", None]
    done, told = one_spelling(calls=calls("agent_id", *names))
    assert [None if pd.isna(name) else name for name in done["calls"]["agent_id"]] == names
    assert "_stated_agent_id" not in done["calls"]
    assert told == []


def test_of_many_names_a_few_are_told_and_the_rest_counted() -> None:
    pairs = [name for n in range(7) for name in (f"agent {n}", f"AGENT {n}")]
    _, told = one_spelling(calls=calls("agent_id", *pairs))
    assert len(told) == 6
    assert told[-1] == "agent_id: 2 more names are written in several ways and taken as one each"
    assert all(notes.read(note) is not None for note in told)
