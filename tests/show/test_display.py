import json
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import pytest
from bs4 import BeautifulSoup

from callstats.errors import UsageError
from callstats.show.display import (
    MIME,
    Bullet,
    Cell,
    Column,
    FigureView,
    KeyFigure,
    KeyFigures,
    Note,
    Record,
    Sentence,
    TableView,
    TitleView,
    Verdict,
    figure,
)
from callstats.show.markup import render, style_element, stylesheet

HOSTILE = (
    '"\'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\x1b[31m\x00 #read("/etc/passwd") $x$'
)


def hostile_views():
    cell = Cell(HOSTILE, bar=0.5, strong=True, tone="accent")
    card = KeyFigure(
        *[HOSTILE] * 6,
        bullet=Bullet(1, 0.5, 2, 0, None, -1, 3),
        change=HOSTILE,
        change_interval=HOSTILE,
        note=HOSTILE,
    )
    return [
        TableView(
            HOSTILE, [Column(HOSTILE, "right", HOSTILE), Column(HOSTILE)], [[cell, HOSTILE]], [HOSTILE]
        ),
        Verdict([Sentence(HOSTILE, "bad"), HOSTILE]),
        KeyFigures([card], HOSTILE),
        TitleView(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)]),
        Note(HOSTILE),
    ]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("view", hostile_views(), ids=lambda view: view.kind)
def test_text_from_data_is_never_markup(view):
    parser = Tags()
    parser.feed(view.to_html())
    assert not {"script", "img"} & parser.seen
    assert not any(name.startswith("on") for name in parser.attributes)
    assert "<script>alert(1)</script>" in BeautifulSoup(view.to_html(), "html.parser").get_text()


@pytest.mark.parametrize("view", hostile_views(), ids=lambda view: view.kind)
def test_control_characters_reach_neither_page_nor_terminal(view):
    assert not {"\x1b", "\x00"} & (set(view.to_html()) | set(str(view)))


@pytest.mark.parametrize("view", [*hostile_views(), Record({"a": 1})], ids=lambda view: view.kind)
def test_every_bundle_has_text_and_plain_data_of_its_kind(view):
    bundle = view._repr_mimebundle_(include=None, exclude=None)
    assert bundle["text/plain"]
    assert bundle[MIME]["kind"] == view.kind
    assert json.loads(json.dumps(bundle[MIME], allow_nan=False)) == bundle[MIME]


@pytest.mark.parametrize("view", hostile_views(), ids=lambda view: view.kind)
def test_the_stylesheet_goes_before_the_page_and_can_be_taken_out(view):
    html = view._repr_mimebundle_()["text/html"]
    assert html.removeprefix(style_element()) == view.to_html()
    assert not set(view.to_html()) & {"\x00"}


def test_the_same_view_gives_the_same_html():
    first, second = hostile_views(), hostile_views()
    assert [view.to_html() for view in first] == [view.to_html() for view in second]
    assert ' id="' not in "".join(view.to_html() for view in first)


def test_a_tables_payload_is_its_plain_data():
    table = TableView(
        "Lists", ["list", Column("rate", "right", "reach")], [["A", Cell("12%", 0.5)]], ["note"]
    )
    assert table.payload() == {
        "kind": "table",
        "caption": "Lists",
        "columns": [
            {"label": "list", "align": "left", "group": None},
            {"label": "rate", "align": "right", "group": "reach"},
        ],
        "rows": [
            [
                {"text": "A", "bar": None, "strong": False, "tone": None},
                {"text": "12%", "bar": 0.5, "strong": False, "tone": None},
            ]
        ],
        "notes": ["note"],
    }


def test_payloads_of_the_other_views_have_the_agreed_keys():
    assert Verdict(["So."]).payload() == {
        "kind": "verdict",
        "sentences": [{"text": "So.", "tone": "neutral"}],
    }
    assert Note("x").payload() == {"kind": "note", "text": "x"}
    assert TitleView("t", "s", [("a", "b")]).payload() == {
        "kind": "title",
        "title": "t",
        "subtitle": "s",
        "facts": [["a", "b"]],
    }
    card = KeyFigures(
        [KeyFigure("roi", "ROI", "31%", bullet=Bullet(0.31, 0.2, 0.4, 0, None, -0.1, 0.5))], "Key"
    )
    assert card.payload() == {
        "kind": "key_figures",
        "figures": [
            {
                "name": "roi",
                "label": "ROI",
                "value": "31%",
                "interval": "",
                "n": "",
                "target": "",
                "bullet": {
                    "value": 0.31,
                    "low": 0.2,
                    "high": 0.4,
                    "target_low": 0,
                    "target_high": None,
                    "min": -0.1,
                    "max": 0.5,
                },
                "change": "",
                "change_interval": "",
                "arrow": "none",
                "good": None,
                "note": "",
            }
        ],
        "caption": "Key",
    }


def test_a_record_holds_numbers_json_can_hold_and_shows_nothing():
    import numpy as np

    record = Record({"rate": np.float64(0.5), "n": np.int64(3), "low": float("nan"), "by": {1: (1, 2)}})
    assert record.payload()["results"] == {"rate": 0.5, "n": 3, "low": None, "by": {"1": [1, 2]}}
    assert record.to_html() == ""
    assert "text/html" not in record._repr_mimebundle_()


def test_a_table_is_readable_by_ear():
    table = TableView(
        "Lists", ["list", Column("rate", "right", "reach"), Column("n", "right", "reach")], [["A", "1", "2"]]
    )
    page = BeautifulSoup(table.to_html(), "html.parser")
    assert page.caption.get_text() == "Lists"
    assert [th["scope"] for th in page.find_all("th")] == ["colgroup", "col", "col", "col", "row"]
    assert page.find("th", scope="colgroup")["colspan"] == "2"


@pytest.mark.parametrize("rows", [[["A"]], [["A", Cell("x", bar=1.2)]], [["A", Cell("x", bar=float("nan"))]]])
def test_a_table_that_does_not_fit_its_heads_is_refused(rows):
    with pytest.raises(UsageError, match="row 1 of the table"):
        TableView("t", ["a", "b"], rows)


def test_a_figure_without_words_is_refused():
    with pytest.raises(UsageError, match="alternative text"):
        FigureView("<svg></svg>", "caption", "  ")


def test_a_figures_bundle_has_picture_words_and_metadata():
    data, metadata = FigureView("<svg></svg>", "Lists", "A leads.")._repr_mimebundle_()
    assert data["image/svg+xml"] == "<svg></svg>"
    assert data["text/plain"] == "A leads."
    assert data[MIME] == {"kind": "figure", "caption": "Lists", "alt": "A leads."}
    assert metadata == {"image/svg+xml": {"alt": "A leads.", "caption": "Lists"}}


def test_a_figures_finding_comes_first_for_the_eye_and_the_ear():
    view = figure(drawn()[1], "Answer rate <b>", "Two bars.", "List B leads.")
    assert view.alt == "List B leads. Two bars."
    assert 'aria-label="List B leads. Two bars."' in view.svg
    caption = BeautifulSoup(view.as_html(), "html.parser").figcaption
    assert [span["class"] for span in caption.find_all("span")] == [["cs-finding"], ["cs-about"]]
    assert caption.get_text() == "List B leads. Answer rate <b>"


def drawn():
    fig, ax = plt.subplots()
    ax.plot([1, 2, 3], [3, 1, 2], "o-")
    ax.set_xlabel(HOSTILE.replace("\x00", "").replace("\x1b", ""))
    return fig, ax


def test_a_figure_is_closed_and_the_same_bytes_again():
    views = []
    for _ in range(2):
        fig, ax = drawn()
        views.append(figure(ax, "c", "a"))
        assert not plt.fignum_exists(fig.number)
    fig, _ = drawn()
    assert views[0].svg == views[1].svg == figure(fig, "c", "a").svg


def test_a_picture_carries_its_words_and_no_markup_of_the_data():
    svg = figure(drawn()[1], "c", 'say "<b>"').svg
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>")
    assert 'role="img" aria-label="say &quot;&lt;b&gt;&quot;"' in svg
    assert "<script" not in svg
    assert "<!--" not in svg
    assert "<style" not in svg


def test_pictures_on_one_page_share_no_id():
    import re

    first = figure(drawn()[1], "c", "a").svg
    fig, ax = drawn()
    ax.set_ylabel("other")
    second = figure(fig, "c", "a").svg
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= own


def test_the_stylesheet_asks_for_nothing_from_elsewhere_and_names_only_our_classes():
    import re

    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()
    selectors = re.findall(r"(?:^|\})\s*([^@{}/]+)\{", stylesheet())
    assert all("cs" in part for selector in selectors for part in selector.split(","))


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("+€5,170 more", "+€5,170"),
        ("+8 (+3 to +13), −£437.50.", "−£437.50"),
        ("+$1", "+$1"),
        ("callstats report x --period 2026-09", "--period"),
    ],
)
def test_a_sign_is_never_parted_from_what_it_belongs_to(told, kept):
    """UAX 14: a line may end between a sign and a currency sign (LB 31), and after a hyphen (LB 21)."""
    html = Note(told).to_html()
    assert f'<span class="cs-whole">{kept}</span>' in html
    assert html.count("cs-whole") == 1
    assert Note(told).payload() == {"kind": "note", "text": told}
    assert ".cs-whole { white-space: nowrap; }" in stylesheet()


@pytest.mark.parametrize("told", ["€5,170", "+5 170 €", "a+€b", "+ €5", "8+5", "a - b", "well-known"])
def test_text_that_does_not_break_is_left_alone(told):
    assert "cs-whole" not in Note(told).to_html()


def test_an_amount_in_hostile_text_stays_text():
    told = '<script>"+€5"</script>'
    assert Note(told).to_html() == (
        '<p class="cs cs-note">&lt;script&gt;&quot;<span class="cs-whole">+€5</span>&quot;&lt;/script&gt;</p>'
    )


def test_an_attribute_holds_no_markup():
    payload = TableView("t", ["a"], [["+€5"]]).payload()
    payload["rows"][0][0]["key"] = "+€5"
    html = render(payload)
    assert 'data-key="+€5"' in html
    assert '<span class="cs-whole">+€5</span>' in html


def test_a_range_of_days_or_hours_stays_on_one_line():
    html = Verdict(["missed (14–18 Sept), at 12:00–14:00"]).to_html()
    assert '<span class="cs-whole">14–18</span> Sept' in html
    assert '<span class="cs-whole">12:00–14:00</span>' in html


def test_a_page_has_the_rows_that_say_something_and_a_terminal_all_of_them():
    table = TableView("Agents", ["agent"], [["Bob"], ["2 others"]], all_rows=[["Ann"], ["Bob"], ["Cid"]])
    assert str(table).splitlines() == ["Agents", "agent", "Ann", "Bob", "Cid"]
    assert "2 others" in table.to_html()
    assert "Cid" not in table.to_html()
    assert "all_rows" not in TableView("Agents", ["agent"], [["Bob"]]).payload()
