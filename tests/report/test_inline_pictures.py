"""Pictures of a page: ours are part of it, in its colours; what is not known to be a drawing is an image."""

import io
import re

import pypdf
import pytest
from bs4 import BeautifulSoup

from callstats.report import pdf
from callstats.report.glyphs import drawable
from callstats.report.html import CallstatsHTMLExporter
from callstats.report.inline_pictures import inlined
from callstats.report.pdf import CallstatsPDFExporter
from callstats.show import theme
from callstats.show.display import FigureView, figure
from callstats.show.pictures import MEASURED_IN
from tests.report.conftest import shown
from tests.show.drawn import EN, groups, heat, intervals, shares

SPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
ROOT = f'<svg {SPACES} font-family="{MEASURED_IN}">'


def drawn(*names, draw=intervals):
    return figure(draw(list(names), [0.1 * k for k in range(1, len(names) + 1)], EN), "Lists", "Two lists")


def page(*views):
    return BeautifulSoup(CallstatsHTMLExporter().from_notebook_node(shown(*views))[0], "html.parser")


def test_the_words_of_a_figure_are_text_of_the_page():
    read = page(drawn("Leipzig", "a < b & c"))
    assert not read.find_all("img")
    words = {text.get_text() for text in read.select("figure.plot text")}
    assert {"Leipzig", "a < b & c"} <= words


def test_a_figure_says_what_it_shows():
    (svg,) = page(drawn("A", "B")).select("figure.plot svg")
    assert (svg["role"], svg["aria-label"]) == ("img", "Two lists")


def test_a_mark_tells_its_numbers_to_a_pointer():
    read = page(drawn("A", "B", draw=shares))
    assert {"A: 10.0%", "B: 20.0%"} <= {title.get_text() for title in read.select("figure.plot title")}


def test_a_figure_has_the_typeface_and_the_colours_of_the_page():
    (svg,) = page(drawn("A", "B", draw=groups)).select("figure.plot svg")
    assert "font-family" not in str(svg)
    left = {colour.upper() for colour in re.findall(r"#[0-9a-fA-F]{6}\b", str(svg))}
    assert left == set()


def test_letters_on_a_shade_keep_their_colour_on_a_dark_page():
    view = drawn("A", "B", "C", draw=heat)
    (svg,) = page(view).select("figure.plot svg")
    inks = {
        text["style"].split("fill: ")[1] for text in svg.select("text") if text.get_text() in {"10", "30"}
    }
    assert inks == {"#010101", "#fefefe"}


def test_figures_of_a_page_share_no_id():
    view = drawn("A", "B", draw=groups)
    read = page(view, view)
    ids = [tag["id"] for tag in read.select("figure.plot [id]")]
    assert len(ids) > 1
    assert len(set(ids)) == len(ids)
    links = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', "".join(map(str, read.select("figure.plot")))))
    assert links <= set(ids)


def test_a_picture_of_another_maker_is_an_image():
    other = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M 0 0"/></svg>'
    (image,) = page(FigureView(other, "Calls", "A dot")).find_all("img")
    assert image["alt"] == "A dot"


@pytest.mark.parametrize(
    "part",
    [
        "<script>alert(1)</script>",
        "<style>* { fill: red }</style>",
        '<image href="http://harm.invalid/x.png"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="https://harm.invalid"><text>x</text></a>',
        '<use href="http://harm.invalid/x.svg#a"/>',
        '<use xlink:href="//harm.invalid/x.svg#a"/>',
        '<path d="M 0 0" onload="alert(1)"/>',
        '<path d="M 0 0" class="cs-note"/>',
        '<path d="M 0 0" style="fill: url(http://harm.invalid/x)"/>',
        '<path d="M 0 0" style="background: url(http://harm.invalid/x)"/>',
        '<path d="M 0 0" style="position: fixed"/>',
        '<path d="M 0 0" clip-path="url(http://harm.invalid/x)"/>',
        '<path d="M 0 0" fill="url(http://harm.invalid/x)"/>',
        '<path d="M 0 0" style="fill: \\75rl(http://harm.invalid/x)"/>',
        '<set attributeName="href" to="javascript:alert(1)"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<text xmlns="http://www.w3.org/1999/xhtml">x</text>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>',
        "<?xml-stylesheet href='http://harm.invalid/x.css'?><unknown/>",
        "<path",
    ],
)
def test_what_no_plot_has_keeps_a_picture_out_of_the_page(part):
    assert inlined(f"{ROOT}{part}</svg>".encode(), alt="x", prefix="p1") is None


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE svg [<!ENTITY x "y">]>',
        '<!DOCTYPE svg SYSTEM "http://harm.invalid/x.dtd">',
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_picture_with_entities_stays_out_of_the_page(head):
    assert inlined(f"{head}{ROOT}</svg>".encode(), alt="x", prefix="p1") is None


def test_markup_in_the_words_of_a_picture_stays_text():
    words = "&lt;img src=x onerror=alert(1)&gt; &quot;id=&quot;p&quot; url(#a) #262626"
    made = inlined(f"{ROOT}<text>{words}</text></svg>".encode(), alt='"><script>', prefix="p1")
    read = BeautifulSoup(made or "", "html.parser")
    assert [tag.name for tag in read.find_all(True)] == ["svg", "text"]
    assert read.get_text() == '<img src=x onerror=alert(1)> "id="p" url(#a) #262626'
    assert read.svg["aria-label"] == '"><script>'


def test_the_pdf_sets_a_figure_in_the_typeface_of_the_text_and_its_words_are_found():
    made = CallstatsPDFExporter().from_notebook_node(shown(drawn("Leipzig", "Łódź"), before=("# T",)))[0]
    reader = pypdf.PdfReader(io.BytesIO(made))
    text = "".join(one.extract_text() for one in reader.pages)
    assert "Leipzig" in text
    assert "Łódź" in text
    assert "DejaVu" not in "".join(fonts(reader))


def fonts(reader):
    found = (one["/Resources"].get("/Font", {}) for one in reader.pages)
    return [str(font.get_object()["/BaseFont"]) for named in found for font in named.values()]


def test_a_letter_that_the_typeface_lacks_is_told_by_its_code_in_the_pdf():
    view = drawn("هدف", "B")
    assert "هدف" in view.svg
    told = pdf._in_typeface(view.svg.encode(), ["Libertinus Serif"], drawable).decode()
    assert "[U+0647]" in told
    assert MEASURED_IN not in told


def test_the_colours_of_the_theme_are_all_the_pages_to_change():
    from callstats.report.inline_pictures import _OF_THE_PAGE

    known = {value for name, value in vars(theme).items() if re.fullmatch("#[0-9A-F]{6}", str(value))}
    assert known <= set(_OF_THE_PAGE)
