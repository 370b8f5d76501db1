"""Cells that lead to another report, and what stands beneath their text."""

import pytest

from callstats.errors import UsageError
from callstats.report import table_layout as layout
from callstats.show.display import Cell, TableView
from callstats.show.links import beside
from callstats.show.markup import render

ELSEWHERE = [
    "javascript:alert(1)",
    "javascript:alert(1)//.html",
    "https://example.org/a.html",
    "//example.org/a.html",
    "../a.html",
    "a/b.html",
    "a.html#x",
    "a.html?x=1",
    'a".html',
    "a.html\n",
    "a.pdf",
    ".html/",
    "",
    None,
    7,
]


@pytest.mark.parametrize("href", ELSEWHERE)
def test_only_a_page_in_the_same_folder_can_be_named(href):
    assert beside(href) == ""


@pytest.mark.parametrize("href", [one for one in ELSEWHERE if isinstance(one, str)])
def test_a_cell_refuses_to_lead_elsewhere(href):
    with pytest.raises(UsageError, match="cannot lead to"):
        Cell("Spring", href=href)


def test_a_cell_leads_to_a_report_and_its_text_stays_text():
    html = TableView("t", ["a"], [[Cell("<b>Spring</b>", href="campaign_report-spring.html")]]).to_html()
    assert '<a href="campaign_report-spring.html">&lt;b&gt;Spring&lt;/b&gt;</a>' in html


@pytest.mark.parametrize("href", ELSEWHERE)
def test_a_payload_made_by_hand_leads_nowhere_else(href):
    payload = TableView("t", ["a"], [["Spring"]]).payload()
    payload["rows"][0][0]["href"] = href
    assert "<a" not in render(payload)
    assert "<a" not in render(layout.fit(payload))


def test_lines_beneath_a_text_are_escaped_and_kept_by_the_layout():
    view = TableView("t", ["a"], [[Cell("12%", under=("10% to 14%", "<img src=x>"))]])
    assert '<span class="cs-under">&lt;img src=x&gt;</span>' in view.to_html()
    assert "12% (10% to 14% · <img src=x>)" in str(view)
    assert layout.fit(view.payload())["rows"][0][0]["under"] == ["10% to 14%", "<img src=x>"]


def test_a_cell_without_a_link_says_nothing_of_one():
    assert set(TableView("t", ["a"], [["x"]]).payload()["rows"][0][0]) == {"text", "bar", "strong", "tone"}


def test_lines_beneath_a_text_count_for_the_width_of_a_column():
    wide = TableView("t", ["a"] * 9, [[Cell("1", under=("x" * 20,))] * 9])
    assert layout.fit(wide.payload())["turned"]
