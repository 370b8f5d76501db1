"""Tables are sorted by a click on a column's head, under the page's own policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from callstats.report.html import CallstatsHTMLExporter
from callstats.show.display import Column, TableView
from tests.browser.watching import watched
from tests.report.conftest import shown

ROWS = [["Bob", "9%"], ["ann", "−10%"], ["Eve", "–"], ["Dan", "100%"]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    table = TableView("Agents", [Column("agent", "left"), Column("rate", "right")], ROWS)
    page = tmp_path / "page.html"
    page.write_text(CallstatsHTMLExporter().from_notebook_node(shown(table))[0], encoding="utf-8")
    return page


def names(page) -> list[str]:
    return page.locator("tbody tr > :first-child").all_inner_texts()


def test_a_click_sorts_up_another_down_a_third_puts_back(chromium, path):
    with watched(chromium, path) as seen:
        rate = seen.page.get_by_role("button", name="rate")
        rate.click()
        assert names(seen.page) == ["ann", "Bob", "Dan", "Eve"]
        rate.click()
        assert names(seen.page) == ["Dan", "Bob", "ann", "Eve"]
        rate.click()
        assert names(seen.page) == [row[0] for row in ROWS]
        assert not seen.said


def test_the_head_says_how_it_is_sorted(chromium, path):
    with watched(chromium, path) as seen:
        seen.page.get_by_role("button", name="agent").press("Enter")
        assert names(seen.page) == ["ann", "Bob", "Dan", "Eve"]
        assert seen.page.locator("th[aria-sort=ascending]").inner_text().startswith("agent")


def test_without_scripts_the_page_is_as_it_was(chromium, path):
    with watched(chromium, path, java_script_enabled=False) as seen:
        assert seen.page.locator("button").count() == 0
        assert seen.page.locator("tbody tr").count() == len(ROWS)
