"""The looks of a house: colours that can be read, a logo that asks for nothing, text that stays text."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pypdf
import pytest
from PIL import Image

from callstats.config import BrandSettings
from callstats.errors import InputError
from callstats.report.branding import branding, checked_brand, contrast, font_files, page_style, readable
from callstats.report.html import CallstatsHTMLExporter
from callstats.report.logo_files import read_logo
from callstats.report.pdf import CallstatsPDFExporter
from tests.report.conftest import notebook

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">{}</svg>'
RED = SVG.format('<rect id="r" width="20" height="10" fill="#f00"/><use href="#r"/>')


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20)) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#7a1f5c").save(written, kind)
    return written.getvalue()


@pytest.fixture
def logo(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    def write(name: str, content: bytes | str) -> Path:
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write


def test_contrasts_are_those_of_wcag() -> None:
    # https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: black on white is 21; #767676 the palest grey at 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("colour", ["#ffe000", "#ffffff", "#7a1f5c", "#000000", "#00ff00"])
@pytest.mark.parametrize("ground", ["#ffffff", "#16181b"])
def test_text_in_the_colour_of_a_house_can_be_read(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= 4.5


def test_a_colour_that_is_too_pale_is_told_and_one_that_is_not_is_kept() -> None:
    pale, dark = (branding(BrandSettings(colour=colour), []) for colour in ("#FFE000", "#7A1F5C"))
    assert "too pale on white" in pale.notes[0]
    assert dark.notes == ()
    assert dark.plain["accent"] == "#7a1f5c"


def test_a_typeface_that_is_not_there_is_told() -> None:
    assert "not on this system" in branding(BrandSettings(typeface="No Such Face"), []).notes[0]
    assert branding(BrandSettings(typeface="DejaVu Sans"), []).notes == ()
    assert font_files("DejaVu Sans")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", picture(), "image/png"),
        ("a.JPG", picture("JPEG"), "image/jpeg"),
        ("a.svg", RED, "image/svg+xml"),
        ("b.svg", '<?xml version="1.0" encoding="UTF-8"?>\n' + RED, "image/svg+xml"),
        (
            "c.svg",
            SVG.format('<style>.a { fill: url(#g) }</style><path class="a" d="M0 0h9"/>'),
            "image/svg+xml",
        ),
    ],
)
def test_a_picture_is_a_logo(logo, name: str, content: bytes | str, kind: str) -> None:
    file = logo(name, content)
    assert read_logo(file) == (file.read_bytes(), kind)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.gif", b"GIF89a", "a logo is a PNG, JPEG or SVG file"),
        ("a.png", b"not a picture", "no PNG picture"),
        ("a.png", picture("JPEG"), "no PNG picture"),
        ("a.png", picture()[:60], "no PNG picture"),
        ("a.png", b"\0" * 500_000, "at most 400 kB"),
        ("a.png", picture(size=(5000, 1)), "at most 4,000 pixels"),
        ("a.svg", "<html></html>", "no SVG drawing"),
        ("a.svg", "<svg", "no SVG drawing that can be read"),
        ("a.svg", SVG.format("<script>alert(1)</script>"), "<script>"),
        ("a.svg", SVG.format("<s:script xmlns:s='http://www.w3.org/2000/svg'/>"), "<script>"),
        ("a.svg", SVG.format("<foreignObject/>"), "<foreignobject>"),
        ("a.svg", SVG.format('<a href="http://example.com"><rect/></a>'), "<a>"),
        ("a.svg", SVG.format('<rect onload="alert(1)"/>'), "onload"),
        ("a.svg", SVG.format('<image href="http://example.com/x.png"/>'), "refers to other files"),
        ("a.svg", SVG.format('<image href="/etc/passwd"/>'), "refers to other files"),
        ("a.svg", SVG.format('<use href="other.svg#a"/>'), "refers to other files"),
        ("a.svg", SVG.format("<style>@import 'x.css';</style>"), "refers to other files"),
        ("a.svg", SVG.format('<rect style="fill: url(http://example.com/x)"/>'), "refers to other files"),
        ("a.svg", SVG.format('<image href="data:image/svg+xml;base64,PHN2Zz4="/>'), "refers to other files"),
        ("a.svg", '<?xml-stylesheet href="x.css"?>' + RED, "style sheet"),
        ("a.svg", '<!DOCTYPE svg [<!ENTITY a "b">]>' + RED, "entities"),
    ],
)
def test_what_runs_loads_or_is_too_large_is_refused(logo, name: str, content: bytes | str, why: str) -> None:
    with pytest.raises(InputError, match=re.escape(why)):
        read_logo(logo(name, content))


def test_a_logo_is_looked_for_beside_the_project_file(logo, tmp_path: Path) -> None:
    logo("logo.svg", RED)
    told = branding(BrandSettings(logo="logo.svg"), [tmp_path / "elsewhere", tmp_path]).plain
    assert base64.b64decode(told["logo"]) == RED.encode()
    with pytest.raises(InputError, match="no such file"):
        branding(BrandSettings(logo="other.svg"), [tmp_path])


def branded(**brand: str) -> nbformat.NotebookNode:
    made = notebook("# Report", "1", "# A", "2", "# B", "3")
    made.metadata["callstats"] = {"language": "en", "brand": brand}
    return made


LOOKS = {
    "accent": "#7a1f5c", "accent_on_dark": "#c58cb0", "typeface": "DejaVu Serif",
    "footer": 'Fils & <script>alert("1")</script> #set page()', "logo_type": "image/svg+xml",
    "logo": base64.b64encode(RED.encode()).decode(),
}  # fmt: skip


def test_a_page_has_the_looks_in_one_file_and_its_policy_stays() -> None:
    page, _ = CallstatsHTMLExporter().from_notebook_node(branded(**LOOKS))
    assert f'src="data:image/svg+xml;base64,{LOOKS["logo"]}" alt="Logo"' in page
    assert "--accent: #7a1f5c" in page
    assert 'font-family: "DejaVu Serif", system-ui' in page
    assert "Fils &amp; &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "default-src 'none'; img-src data:" in page


def test_paper_has_the_looks_and_stays_accessible() -> None:
    content, _ = CallstatsPDFExporter().from_notebook_node(branded(**LOOKS))
    read = pypdf.PdfReader(io.BytesIO(content))
    text = read.pages[0].extract_text()
    assert 'Fils & <script>alert("1")</script> #set page()' in text
    fonts = {
        str(font["/BaseFont"])
        for font in (f.get_object() for f in read.pages[0]["/Resources"]["/Font"].values())
    }
    assert any("DejaVuSerif" in name for name in fonts)


def test_the_same_looks_give_the_same_bytes() -> None:
    made = [CallstatsPDFExporter().from_notebook_node(branded(**LOOKS))[0] for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "brand",
    [
        {"accent": "red; } body { display: none"},
        {"typeface": 'x"; } body { display: none } .a { b: "'},
        {"logo": '"><script>', "logo_type": "image/png"},
        {"logo": "QUJD", "logo_type": 'text/html" onerror="alert(1)'},
        {"accent": 7, "footer": None},
    ],
)
def test_what_somebody_wrote_into_a_notebook_is_no_markup(brand: dict[str, str]) -> None:
    assert checked_brand(brand) == {}
    assert page_style(checked_brand(brand)) == ""


def test_without_looks_nothing_changes() -> None:
    assert branding(BrandSettings(), []).plain == {}
    assert "--accent" not in page_style({})
