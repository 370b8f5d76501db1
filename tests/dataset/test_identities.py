"""Agents and campaigns that differ only in case or spaces are one, in all tables."""

import pandas as pd

from callstats.dataset.identities import one_spelling
from callstats.sources import notes


def test_the_spelling_of_most_rows_is_kept_over_all_tables() -> None:
    calls = pd.DataFrame({"agent_id": ["ann", "ANN", "Bob"]})
    time = pd.DataFrame({"agent_id": ["ANN", " Ann", "Bob"]})
    done, told = one_spelling({"calls": calls, "agent_time": time})
    assert done["calls"]["agent_id"].tolist() == ["ANN", "ANN", "Bob"]
    assert done["agent_time"]["agent_id"].tolist() == ["ANN", "ANN", "Bob"]
    assert told == ["agent_id:  Ann and ANN and ann are taken as one, ANN"]


def test_campaigns_are_brought_together_as_agents_are() -> None:
    done, told = one_spelling({"calls": pd.DataFrame({"campaign_id": ["Spring", "spring\u00a0", "Spring"]})})
    assert done["calls"]["campaign_id"].tolist() == ["Spring"] * 3
    assert len(told) == 1


def test_names_that_differ_in_more_stay_apart_and_nothing_is_told() -> None:
    calls = pd.DataFrame({"agent_id": ["007", "7", "Ann-Marie", "Ann Marie", None]})
    done, told = one_spelling({"calls": calls})
    assert done["calls"] is calls
    assert told == []


def test_of_many_names_a_few_are_told_and_the_rest_counted() -> None:
    pairs = [name for n in range(7) for name in (f"agent {n}", f"AGENT {n}")]
    _, told = one_spelling({"calls": pd.DataFrame({"agent_id": pairs})})
    assert len(told) == 6
    assert told[-1] == "agent_id: 2 more names are written in several ways and taken as one each"
    assert all(notes.read(note) is not None for note in told)
