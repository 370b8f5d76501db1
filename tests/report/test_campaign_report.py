import pytest

from callstats.show.display import FigureView, Note, TableView
from tests.report.shown import cells, texts, views


def kinds(shown):
    return [type(view) for view in views(shown)]


def test_the_verdict_names_what_moved_profit_most_and_what_worked_against_it():
    said = str(cells("campaign_report", until="bridge")["verdict"])
    assert "What moved profit most since August 2026: more hours were worked, labour taken off" in said
    assert "against it: lists cost more" in said


def test_the_change_of_profit_is_told_with_one_interval():
    shown = cells("campaign_report", until="bridge")
    moved = shown["bridge"].change
    card = shown["figures"].figures["profit"].change
    assert (card.estimate, card.low, card.high) == (moved.estimate, moved.low, moved.high)


def test_the_bridge_is_a_waterfall_and_its_table():
    assert kinds(cells("campaign_report", until="bridge")["bridge"])[1:3] == [FigureView, TableView]


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({"period": "2026-07"}, "No call in June 2026: nothing to compare with."),
        ({"compare_with": "none"}, "What changed profit: no period to compare with was asked for."),
        ({"campaign_id": "service"}, "No dial in August 2026: nothing to compare with."),
    ],
)
def test_where_there_is_no_bridge_one_line_says_why(parameters, line):
    shown = cells("campaign_report", until="bridge", **parameters)["bridge"]
    assert kinds(shown) == [Note]
    assert views(shown)[0].text.startswith(line)


def test_a_campaign_that_changed_little_is_not_given_a_reason():
    said = str(cells("campaign_report", until="bridge", campaign_id="renewal")["verdict"])
    assert "What moved profit" in said


def test_every_text_of_the_report_is_written():
    assert all("nan" not in text.split() for text in texts(cells("campaign_report", period="2026-07")))
