import pytest

import callstats as cs
from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.show.display import Note
from callstats.simulate import Scenario, simulate
from tests.report.shown import cells, views


@pytest.fixture(scope="module")
def demo():
    return cells("list_ab_test")


@pytest.fixture(scope="module")
def nested(tmp_path_factory):
    """Two lists, each worked by agents of its own: nobody can tell the lists from the agents."""
    folder = tmp_path_factory.mktemp("nested") / "data"
    cs.open(simulate(Scenario.small(seed=4, contacts=400, nested=True)).tables).save(folder)
    return str(folder)


def test_the_verdict_is_in_contacts_in_money_and_final(demo):
    said = str(demo["verdict"])
    assert "Conversion per lead: evidence that List B (new supplier) is higher" in said
    assert "Profit per contact:" in said
    assert "per hour on the line +€19/h" in said
    assert "is the better choice with a chance of" in said
    assert "Final: 4,400 contacts were followed for 14 days." in said


def test_the_record_has_the_test_in_numbers(demo):
    record = next(v for v in views(demo["verdict"]) if v.kind == "record").payload()["results"]["ab_test"]
    assert record["status"] == "final"
    assert record["low"] < record["estimate"] < record["high"]
    assert record["split_sound"] is True


def test_the_head_says_what_is_compared(demo):
    facts = dict(demo["open"].facts)
    assert facts["Control"] == "List A (old supplier)"
    assert facts["Each contact followed for"] == "14 days"


def test_a_test_that_is_cut_short_says_how_much_is_missing():
    said = str(cells("list_ab_test", until="verdict", period="2026-09-01..2026-09-10")["verdict"])
    assert "Open: 4,400 of 4,400 contacts and 5 days are missing." in said


def test_before_anybody_has_been_followed_there_is_no_empty_table_and_no_empty_plot():
    shown = cells("list_ab_test", until="money", period="2026-09-01..2026-09-10")
    assert [view.kind for view in views(shown["primary"])] == ["note"]
    assert [view.kind for view in views(shown["money"])] == ["note"]
    assert "no contact has been followed" in views(shown["money"])[0].text


def test_arms_with_agents_of_their_own_are_not_compared(nested):
    shown = cells("list_ab_test", until="split", data=nested, treatment="B")
    assert "The split is not sound" in str(shown["split"])
    assert "are not comparable" in str(shown["verdict"])
    assert "better choice" not in str(shown["verdict"])


def test_guardrails_are_those_asked_for():
    shown = cells("list_ab_test", until="guardrails", guardrails=["refusal_rate"])["guardrails"]
    assert [line.name for line in shown.lines] == ["refusal_rate"]


def test_without_a_success_what_could_have_been_seen_is_one_line():
    shown = cells("list_ab_test", until="power", period="2026-09-01..2026-09-02")["power"]
    assert [type(view) for view in views(shown)] == [Note]


def test_an_unknown_list_is_refused():
    with pytest.raises(UsageError, match="unknown list_id 'C'"):
        cells("list_ab_test", treatment="C")


def test_the_parameters_are_those_that_a_project_declares():
    from callstats.config import DeclaredTest

    taken = {parameter.name for parameter in notebooks.parameters(notebooks.find("list_ab_test"))}
    assert set(DeclaredTest.__dataclass_fields__) <= taken
