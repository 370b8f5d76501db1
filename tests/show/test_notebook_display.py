"""What a notebook is given by a display object: one picture with its caption, and no trace of a record."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

import callstats as cs
from callstats.report import document
from callstats.show.display import MIME, FigureView, Record
from tests.answers.small_campaigns import demo


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return what is published to the notebook, bundle by bundle."""
    import IPython.display

    bundles: list[tuple[dict[str, Any], dict[str, Any]]] = []
    monkeypatch.setattr(
        IPython.display, "publish_display_data", lambda data, about=None: bundles.append((data, about or {}))
    )
    return bundles


def test_a_record_travels_as_plain_data_and_nothing_else(published: list[Any]) -> None:
    Record({"profit": 1.5})._ipython_display_()
    assert published == [({MIME: {"kind": "record", "results": {"profit": 1.5}}}, {})]


def test_an_answer_with_a_record_says_no_word_of_it() -> None:
    found = cs.portrait(demo(), "2026-09")
    assert any(view.kind == "record" for view in found.views())
    assert "record of" not in str(found) + found._repr_html_() + repr(found)


def test_a_figure_has_its_caption_beneath(published: list[Any]) -> None:
    FigureView("<svg></svg>", "Calls <b>by</b> week", "One bar")._ipython_display_()
    (picture, _), (caption, _) = published
    assert picture["image/svg+xml"] == "<svg></svg>"
    assert caption["text/plain"] == "Calls <b>by</b> week"
    assert caption["text/html"].endswith('<p class="cs cs-figcaption">Calls &lt;b&gt;by&lt;/b&gt; week</p>')


def test_a_caption_begins_with_the_finding(published: list[Any]) -> None:
    FigureView("<svg></svg>", "Calls by week", "One bar", "No week stands out.")._ipython_display_()
    (_, metadata), (caption, _) = published
    assert metadata["image/svg+xml"]["finding"] == "No week stands out."
    assert caption["text/plain"] == "No week stands out. Calls by week"


def test_a_report_has_the_caption_once(published: list[Any]) -> None:
    FigureView(
        '<svg xmlns="http://www.w3.org/2000/svg"></svg>', "Calls by week", "One bar"
    )._ipython_display_()
    cell = nbformat.v4.new_code_cell("found")
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=data, metadata=about) for data, about in published
    ]
    read = document.read(nbformat.v4.new_notebook(cells=[cell]))
    assert [block["kind"] for block in read["blocks"]] == ["figure", "source"]
    assert read["blocks"][0]["caption"] == "Calls by week"


def test_the_repr_of_an_answer_is_its_verdict_in_plain_sentences() -> None:
    found = cs.attempts(demo(), "2026-09")
    assert repr(found) == " ".join(sentence.text for sentence in found.sentences)
    assert repr(found).startswith("Attempt 1 reaches ")


def test_the_repr_of_an_answer_without_a_verdict_is_what_it_shows() -> None:
    assert repr(cs.staffing(demo(), "2026-09")) == "Staffing: no inbound calls."
