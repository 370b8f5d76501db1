"""Names that mean harm, in a browser with the page's own policy taken away: they are text, and stay text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callstats.report import monthly
from tests.browser.watching import elsewhere, watched
from tests.hostile import CAMPAIGNS, NAMES, write_data

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>', re.IGNORECASE)
#: What runs, or is asked for, without anybody's doing.
ACTIVE = """() => [...document.querySelectorAll('*')].filter(one =>
    ['IFRAME', 'OBJECT', 'EMBED', 'FORM', 'BASE', 'LINK'].includes(one.tagName)
    || one.tagName === 'SCRIPT' && one !== document.body.lastElementChild
    || [...one.attributes].some(a => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value))
).map(one => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Make the month of a call centre whose every name means harm, and take the policy out of its pages."""
    data = write_data(tmp_path_factory.mktemp("centre") / "data")
    out = tmp_path_factory.mktemp("out")
    made = monthly(data, "2026-09", formats=("html",), out=out)
    assert not made.failed, [one.error for one in made.outcomes if one.error]
    found = sorted((out / "2026-09").glob("*.html"))
    for page in found:
        bare, taken = POLICY.subn("", page.read_text(encoding="utf-8"))
        assert taken == 1, page.name
        page.write_text(bare, encoding="utf-8")
    return found


def test_nothing_runs_and_nothing_is_asked_for(chromium, pages):
    for path in pages:
        with watched(chromium, path) as seen:
            assert not seen.dialogs, path.name
            assert not seen.said, path.name
            assert not elsewhere(seen, path), path.name
            assert not seen.page.evaluate(ACTIVE), path.name


def test_names_are_read_as_they_are_written(chromium, pages):
    for name in CAMPAIGNS:
        shown = [
            path for path in pages if path.name.startswith("campaign_report") and told(chromium, path, name)
        ]
        assert shown, name


def test_the_index_tells_every_campaign(chromium, pages):
    index = next(path for path in pages if path.name == "index.html")
    for name in CAMPAIGNS:
        assert told(chromium, index, name), name


def told(chromium, path: Path, name: str) -> bool:
    """Tell whether a page shows a name to its reader, spaces and line breaks apart."""
    with watched(chromium, path) as seen:
        return "".join(NAMES[name].split()) in "".join(seen.page.inner_text("body").split())
