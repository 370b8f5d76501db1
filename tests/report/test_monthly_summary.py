"""The month's summary as a report."""

from __future__ import annotations

from pathlib import Path

import nbformat

from callstats.report import document, notebooks

NOTEBOOK = notebooks.find("monthly_summary")


def test_it_takes_the_reports_that_the_batch_made() -> None:
    taken = {parameter.name: parameter for parameter in notebooks.parameters(NOTEBOOK)}
    assert set(taken) == {
        "data", "period", "compare_with", "reports", "language", "config", "settings", "audience",
    }  # fmt: skip
    given = notebooks.check(taken.values(), {"reports": ["spring=campaign_report-spring.html"]})
    assert given == {"reports": ["spring=campaign_report-spring.html"]}


def test_it_opens_with_the_verdict_and_ends_with_the_method() -> None:
    stored = nbformat.read(Path(NOTEBOOK), as_version=4)
    blocks = document.read(stored)["blocks"]
    kinds = [block["kind"] for block in blocks]
    assert kinds.index("verdict") < kinds.index("key_figures") < kinds.index("table")
    headings = [block["text"] for block in blocks if block["kind"] == "heading"]
    assert headings[0] == "How did the month go?"
    assert headings[-1] == "How do we know?"


def test_its_results_tell_site_campaigns_movements_and_targets() -> None:
    told = document.results(nbformat.read(Path(NOTEBOOK), as_version=4))
    assert {"period", "compared_with", "kpis", "campaigns", "movements", "missed", "bridge"} <= set(told)


def test_no_table_is_turned_on_paper() -> None:
    from callstats.report import table_layout as layout

    blocks = document.read(nbformat.read(Path(NOTEBOOK), as_version=4))["blocks"]
    assert not [b["caption"] for b in blocks if b["kind"] == "table" and layout.fit(b)["turned"]]
