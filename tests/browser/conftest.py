"""Every page of the demo month in a real browser, without a network to answer it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: A sandbox needs rights that root in a container has not; the rest keeps Chromium from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium, or the one that CALLSTATS_CHROMIUM names."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = os.environ.get("CALLSTATS_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=["en", "fr", "ru"])
def language(request: pytest.FixtureRequest) -> str:
    """Return a language of the reports."""
    return request.param


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory, language: str) -> list[Path]:
    """Make every report of the demo's September in a language; return its pages, the index first."""
    from callstats.report import monthly

    out = tmp_path_factory.mktemp("month")
    made = monthly(ROOT / "data" / "demo", "2026-09", formats=("html",), out=out, language=language)
    assert not made.failed
    pages = sorted((out / "2026-09").glob("*.html"), key=lambda page: (page.name[:5] != "index", page.name))
    assert len(pages) > 8
    return pages
