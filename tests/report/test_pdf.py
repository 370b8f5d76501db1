import io
import re

import pandas as pd
import pypdf
import pytest

from callstats.errors import ReportError
from callstats.report import document, pdf, system_fonts
from callstats.report.pdf import CallstatsPDFExporter
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
from tests.report.conftest import HOSTILE, SVG, in_one_cell, notebook, shown


def exported(made):
    return CallstatsPDFExporter().from_notebook_node(made)[0]


def opened(made):
    return pypdf.PdfReader(io.BytesIO(exported(made)))


def text(reader):
    """Return the text of all pages, words separated by single blanks."""
    return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)


def squeezed(value):
    """Return a text without blanks and hyphenation, as line ends leave it."""
    return re.sub(r"[\s\u00ad‐-]", "", value)


@pytest.fixture(scope="module")
def portrait():
    figure = KeyFigure(
        "profit",
        "Profit",
        "12 480 €",
        interval="9 900 to 15 060 €",
        target="target 10 500 €",
        bullet=Bullet(12480, 9900, 15060, 10500, None, 0, 20000),
        change="+18 %",
        arrow="up",
    )
    return shown(
        TitleView("Rapport de campagne : été", "septembre 2026", [("Devise", "EUR")]),
        Verdict(["Le bénéfice dépasse l’objectif, cœur de cible.", "Прибыль выше цели."]),
        KeyFigures([figure] * 7, "Sept chiffres"),
        FigureView(SVG, "Appels par semaine", "Une barre"),
        Note("non calculable"),
        before=(
            "# T",
            "## Pourquoi ?",
            "## Quand ?",
            "### Comment ?",
            "md:$$\\hat p = \\frac{x}{n}$$\n\n1. un\n2. deux",
        ),
        language="fr",
    )


def test_what_the_report_says_can_be_read_in_french_and_russian(portrait):
    said = squeezed(text(opened(portrait)))
    for words in (
        "Rapport de campagne : été",
        "cœur de cible",
        "Прибыль выше цели",
        "12 480 €",
        "Pourquoi ?",
    ):
        assert squeezed(words) in said


def test_the_file_is_tagged_and_says_title_and_language(portrait):
    reader = opened(portrait)
    assert reader.metadata.title == "Rapport de campagne : été\N{NO-BREAK SPACE}: septembre 2026, 2026-09"
    assert reader.root_object["/Lang"] == "fr"
    assert "/StructTreeRoot" in reader.root_object
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_alternative_text_of_a_plot_is_in_the_file(portrait):
    tree = opened(portrait).root_object["/StructTreeRoot"]

    def alts(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            return [alt for child in node for alt in alts(child)]
        if not isinstance(node, dict):
            return []
        own = [str(node["/Alt"])] if "/Alt" in node else []
        return own + (alts(node["/K"]) if "/K" in node else [])

    assert "Une barre" in alts(tree)


def test_the_headings_are_bookmarks(portrait):
    def titles(items):
        return [t for item in items for t in (titles(item) if isinstance(item, list) else [item.title])]

    assert titles(opened(portrait).outline) == ["Pourquoi ?", "Quand ?", "Comment ?"]


def test_the_first_page_begins_with_what_matters_and_not_with_a_list_of_the_sections(portrait):
    first = opened(portrait).pages[0].extract_text()
    assert "Sommaire" not in text(opened(portrait))
    assert first.index("Le bénéfice") < first.index("Sept chiffres")
    assert first.count("Pourquoi") == 1


def test_the_same_notebook_gives_the_same_bytes(portrait):
    assert exported(portrait) == exported(portrait)


def test_no_date_is_in_the_file(portrait):
    assert opened(portrait).metadata.get("/CreationDate") is None


def test_hostile_text_is_typeset_as_text():
    made = shown(
        TitleView(HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)]),
        Verdict([HOSTILE]),
        TableView(HOSTILE, [Column(HOSTILE, "left", HOSTILE)], [[Cell(HOSTILE)]], [HOSTILE]),
        FigureView(SVG, HOSTILE, HOSTILE),
        {"text/html": pd.DataFrame({HOSTILE: [HOSTILE]}).to_html()},
        {"text/markdown": HOSTILE},
        {"text/plain": HOSTILE},
        before=("# T", f"## {HOSTILE}"),
    )
    said = squeezed(text(opened(made)))
    assert said.count(squeezed('#read("/etc/passwd") $x$')) >= 10
    assert "root:" not in said


@pytest.fixture
def no_fonts(monkeypatch):
    """Leave the PDF its own fonts alone, whatever this system has."""
    monkeypatch.setattr(system_fonts, "installed", tuple)


@pytest.mark.usefixtures("no_fonts")
def test_characters_without_a_glyph_are_named():
    assert "list [U+1F600] [U+6D3B]" in text(opened(shown(Note("list 😀 活\u200b\u202e"))))


def test_a_table_of_twenty_columns_is_turned_and_split():
    rows = [[f"r{r}c{c}-123456" for c in range(20)] for r in range(3)]
    reader = opened(shown(TableView("Wide", [f"column {c}" for c in range(20)], rows)))
    turned = [page for page in reader.pages if page.mediabox.width > page.mediabox.height]
    assert len(turned) == 2
    assert all("r1c0" in squeezed(page.extract_text()) for page in turned)
    said = squeezed(text(reader))
    assert all(squeezed(cell) in said for row in rows for cell in row)


def test_a_long_table_repeats_its_head_on_every_page():
    rows = [[f"day {n}", Cell(str(n), bar=n / 300)] for n in range(300)]
    pages = opened(shown(TableView("Long", ["Day of month", Column("Calls", "right")], rows))).pages
    held = [page.extract_text() for page in pages if "day " in page.extract_text()]
    assert len(held) > 3
    assert all("Day of month" in page for page in held)


def test_pages_are_numbered_of_how_many(portrait):
    reader = opened(portrait)
    assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()


@pytest.mark.parametrize("made", [notebook(), notebook("# Only a title"), notebook("md:" + "word " * 5000)])
def test_any_notebook_gives_a_pdf(made):
    assert exported(made).startswith(b"%PDF")


@pytest.mark.usefixtures("no_fonts")
def test_what_cannot_be_typeset_is_a_report_error(monkeypatch):
    monkeypatch.setattr(pdf, "drawable", lambda value: value)
    read = document.read(shown(Note("😀")))
    with pytest.raises(ReportError, match="cannot be typeset"):
        pdf.typeset(read)


def test_no_line_ends_within_an_amount_or_after_its_sign():
    amounts = [f"+€{n},{n:03}.50" for n in range(100, 160)]
    made = shown(Note("(" + ", ".join(amounts) + ")"), before=("# T",))
    lines = opened(made).pages[0].extract_text().splitlines()
    assert len(lines) > 5
    assert all(any(amount in line for line in lines) for amount in amounts)


def test_two_narrow_pictures_share_the_height_of_one():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="235pt" height="600pt" viewBox="0 0 235 600"></svg>'
    pair = [FigureView(svg, caption, "A line") for caption in ("Left", "Right")]
    assert len(opened(in_one_cell(shown(*pair))).pages) == 1


def test_every_page_after_the_first_says_what_it_is_about_and_of_when():
    made = shown(TitleView("Campaign report", "Spring offer"), {"text/plain": "line\n" * 120})
    head = opened(made).pages[1].extract_text()
    assert "Campaign report: Spring offer" in head
    assert "2026-09" in head


def test_a_pdf_leads_to_the_pdf_of_the_methods():
    made = shown(Note("Make it", beside="How we know"))
    made.metadata["callstats"]["method_page"] = "method"
    notes = [note.get_object() for page in opened(made).pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes] == ["./method.pdf"]


def lines(count):
    """Return how many lines of text the pages of a report of so many short notes have."""
    notes = [Note(f"row {n}") for n in range(count)]
    reader = opened(shown(TitleView("Report", "September 2026"), *notes))
    assert f"row {count - 1}" in text(reader)
    return [len(page.extract_text().splitlines()) for page in reader.pages]


def test_a_last_page_that_would_be_nearly_empty_is_saved_by_setting_the_report_closer():
    assert lines(56) == [60]
    usual = lines(66)
    assert len(usual) == 2
    assert usual[0] < 60  # not closer where it saves nothing
    assert usual[1] > 15
