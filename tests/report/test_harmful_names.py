"""Names that mean harm in every part of a report, as HTML and PDF, without a kernel: text, and no more."""

from __future__ import annotations

import io
import re

import pypdf
import pytest
from bs4 import BeautifulSoup

from callstats.report.html import CallstatsHTMLExporter
from callstats.report.pdf import CallstatsPDFExporter
from callstats.show import pictures, plots
from callstats.show.display import (
    Bullet,
    Cell,
    Column,
    FigureView,
    KeyFigure,
    KeyFigures,
    Note,
    TableView,
    TitleView,
    Verdict,
)
from callstats.show.format import Formatter
from tests.hostile import NAMES
from tests.report.conftest import shown

#: What a page may fetch or run from.
REMOTE = re.compile(r"^\s*(?:https?:|//|javascript:|file:|ftp:)", re.IGNORECASE)


def plot(name: str) -> str:
    """Draw a plot all of whose words are a name."""
    ax = plots.interval_plot(
        [name, f"{name} 2"], [0.1, 0.2], [0.05, 0.1], [0.2, 0.3], unit="%", formatter=Formatter("en"),
        label=name, reference=0.1, reference_label=name,
    )  # fmt: skip
    return pictures.to_svg(ax.figure, name)


def report(name: str):
    figure = KeyFigure(
        name, name, name, name, name, name, Bullet(1, 0, 2, 1, None, 0, 3), name, name, "up", True, name
    )
    return shown(
        TitleView(name, name, [(name, name)]),
        Verdict([name]),
        KeyFigures([figure], name),
        TableView(
            name, [Column(name, "left", name), Column("n", "right")], [[Cell(name), Cell("1")]], [name]
        ),
        FigureView(plot(name), name, name),
        Note(name),
        before=("# T", f"## {name}", f"md:{name}\n\n- {name}"),
    )


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return NAMES[request.param]


def test_a_name_makes_no_element_and_asks_for_nothing(name):
    page = BeautifulSoup(CallstatsHTMLExporter().from_notebook_node(report(name))[0], "html.parser")
    plain = BeautifulSoup(CallstatsHTMLExporter().from_notebook_node(report("plain"))[0], "html.parser")
    known = {tag.name for tag in plain.find_all(True)}
    # Markdown of a notebook may stress a word, set code and link to a page: what asks for nothing by itself
    assert {tag.name for tag in page.find_all(True)} - known <= {"em", "strong", "code", "math", "mi", "a"}
    for tag in page.find_all(True):
        assert not [key for key in tag.attrs if key.startswith("on")], tag
        for key in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert not REMOTE.match(str(tag.get(key, ""))), tag
    assert "\u202e" not in page.get_text()  # what stands beside a name is read in its own direction
    assert not page.find_all(["iframe", "object", "embed", "form", "base", "link"])
    assert len(page.find_all("script")) == len(plain.find_all("script"))


def test_a_name_is_typeset_as_letters_with_no_link_and_no_action(name):
    made = CallstatsPDFExporter().from_notebook_node(report(name))[0]
    for key in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/URI", b"/GoToR"):
        assert not re.search(re.escape(key) + rb"\b", made), key
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert "root:" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_name_in_a_plot_is_no_element(name):
    def drawn(words: str) -> set[str]:
        return {tag.name for tag in BeautifulSoup(plot(words), "html.parser").find_all(True)}

    assert drawn(name) <= drawn("plain")
