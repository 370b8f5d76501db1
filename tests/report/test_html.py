import base64
import hashlib
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from nbconvert.exporters import HTMLExporter

from callstats.report import html
from callstats.report.html import CallstatsHTMLExporter
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
from tests.report.conftest import HOSTILE, SVG, notebook, shown

KNOWN_TAGS = """
html head title style body meta nav main header section div span p ul ol li a h1 h2 h3 strong em del
blockquote table caption thead tbody tr th td figure figcaption img details summary pre code dl dt dd
br hr svg rect line math mrow mi mn mo mtext mfrac msqrt mroot msubsup munderover mover mtable mtr mtd
"""
KNOWN_ATTRIBUTES = """
class id href rel src alt style scope colspan lang charset content name http-equiv aria-label aria-hidden
start display accent stretchy viewbox preserveaspectratio x y x1 x2 y1 y2 width height
"""


class Page(HTMLParser):
    """What a page is made of: its elements, their attributes, its text."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.texts = [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def exported(made):
    return CallstatsHTMLExporter().from_notebook_node(made)[0]


@pytest.fixture(scope="module")
def hostile():
    figure = KeyFigure(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE,
                       Bullet(1, 0, 2, 1, None, 0, 3), HOSTILE, HOSTILE, "up", True, HOSTILE)  # fmt: skip
    made = shown(
        TitleView(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)]),
        Verdict([HOSTILE]),
        KeyFigures([figure], HOSTILE),
        TableView(
            HOSTILE, [Column(HOSTILE, "left", HOSTILE)], [[Cell(HOSTILE, 0.5, True, "grey")]], [HOSTILE]
        ),
        FigureView(SVG, HOSTILE, HOSTILE),
        Note(HOSTILE),
        {"text/html": pd.DataFrame({HOSTILE: [HOSTILE]}, index=[HOSTILE]).to_html(escape=False)},
        {"text/markdown": HOSTILE + f"\n\n## {HOSTILE}\n\n[{HOSTILE}](javascript:alert(1))"},
        {"text/plain": HOSTILE},
        {"application/javascript": "alert(1)", "text/html": "<script>alert(1)</script>", "text/plain": "x"},
        before=("# A report", f"## {HOSTILE}", f"md:{HOSTILE}", "md:`" + HOSTILE + "`"),
    )
    made.cells[-1]["source"] = f"x = '''{HOSTILE}'''"
    return Page(exported(made))


def test_hostile_text_makes_no_element(hostile):
    assert {tag for tag, _ in hostile.elements} <= set(KNOWN_TAGS.split())


def test_hostile_text_makes_no_attribute_that_runs_or_loads(hostile):
    for tag, attrs in hostile.elements:
        assert not any(name.startswith("on") for name in attrs), (tag, attrs)
        for name in ("src", "href"):
            assert re.match(r"data:image/|#|https?:|mailto:|$", attrs.get(name, "")), (tag, attrs)
        assert set(attrs) <= set(KNOWN_ATTRIBUTES.split())


def test_hostile_text_shows_as_text(hostile):
    assert sum(HOSTILE in text for text in hostile.texts) >= 20


@pytest.fixture(scope="module")
def page():
    return Page(
        exported(
            shown(
                TableView("Lists", ["list"], [["A"]]),
                FigureView(SVG, "Calls", "One bar"),
                before=("# T", "## First?", "## Second?", "### Third?", "md:$\\frac{1}{2}$"),
                language="fr",
            )
        )
    )


def test_the_page_is_whole_in_itself(page):
    assert not page.all("script")
    assert not page.all("link")
    assert all(image["src"].startswith("data:image/") for image in page.all("img"))


def test_the_page_forbids_what_it_does_not_need(page):
    (policy,) = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_a_page_with_a_table_to_sort_lets_in_that_one_script_by_its_hash():
    made = exported(shown(TableView("Lists", ["list", "rate"], [[name, "12%"] for name in "ABCD"])))
    scripts = re.findall(r"<script>(.*?)</script>", made, re.DOTALL)
    assert len(scripts) == 1
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in made


def test_the_page_says_its_language_and_title(page):
    assert page.all("html") == [{"lang": "fr"}]
    assert "Sommaire" in page.texts
    assert "Voir le code" in page.texts


def test_every_link_of_the_contents_leads_to_a_heading(page):
    ids = [attrs["id"] for tag, attrs in page.elements if re.fullmatch("h[1-6]", tag) and "id" in attrs]
    targets = [a["href"][1:] for a in page.all("a")]
    assert len(ids) == len(set(ids)) == 3
    assert targets == ids * 2  # beside the text, and above it on small screens


def test_headings_skip_no_level(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels == [1, 2, 2, 3]


def test_pictures_say_what_they_show(page):
    assert [image["alt"] for image in page.all("img")] == ["One bar"]


def test_formulas_are_mathml(page):
    assert page.all("mfrac")


def test_the_stock_exporter_gives_the_same_page_with_the_template():
    made = shown(TableView("Lists", ["list"], [["A"]]))
    stock = HTMLExporter(template_name="callstats", extra_template_basedirs=[str(html._HERE)])
    theirs, ours = Page(stock.from_notebook_node(made)[0]), Page(exported(made))
    assert theirs.elements == ours.elements
    assert "".join(theirs.texts).split() == "".join(ours.texts).split()


def test_a_wide_table_scrolls_in_its_own_box():
    table = TableView("Wide", [f"c{n}" for n in range(20)], [["x" * 9] * 20])
    read = Page(exported(shown(table)))
    assert {"class": "cs-scroll"} in read.all("div")


def test_any_notebook_gives_a_page():
    assert "<h1>Notebook</h1>" in exported(notebook())


def test_the_title_of_a_tab_says_what_the_page_is_about_and_of_when():
    made = exported(shown(TitleView("Campaign report", "Spring offer")))
    assert "<title>Campaign report: Spring offer, 2026-09</title>" in made
