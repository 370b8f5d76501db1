"""The report on the data."""

from __future__ import annotations

from itertools import pairwise

import nbformat

from callstats.report import document, notebooks
from callstats.report import table_layout as layout

NOTEBOOK = nbformat.read(notebooks.find("data_quality"), as_version=4)


def test_each_question_is_answered_in_order() -> None:
    blocks = document.read(NOTEBOOK)["blocks"]
    headings = [block["text"] for block in blocks if block["kind"] == "heading"]
    assert (headings[0], headings[-1]) == ("Can these data be trusted?", "How do we know?")
    kinds = [block["kind"] for block in blocks]
    empty = [a for a, b in pairwise(blocks) if a["kind"] == b["kind"] == "heading"]
    assert empty == []
    assert kinds.count("figure") == 2


def test_its_results_say_what_is_missing() -> None:
    told = document.results(NOTEBOOK)["data_quality"]
    assert (told["rows_left_out"], told["unknown_codes"], told["kpis_not_computable"]) == (0, {}, [])
    assert told["days_missing"] == ["2026-07-14"]


def test_no_table_is_turned_on_paper() -> None:
    blocks = document.read(NOTEBOOK)["blocks"]
    assert not [b["caption"] for b in blocks if b["kind"] == "table" and layout.fit(b)["turned"]]
