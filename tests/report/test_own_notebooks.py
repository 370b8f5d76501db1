"""Any notebook becomes a page and a PDF: nothing is cut, nothing is lost, nothing is fetched."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from PIL import Image

from callstats.report import document, markdown, notebook_pictures, pdf, plotly_pictures
from callstats.report.html import CallstatsHTMLExporter
from callstats.report.pdf import CallstatsPDFExporter
from tests.report.conftest import SVG, shown
from tests.report.test_pdf import opened, squeezed, text

_AROUND = ("source", "heading")


def png(mode: str = "RGB", kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new(mode, (30, 20), "#0072B2").save(made, kind)
    return made.getvalue()


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def blocks(*outputs: Any) -> list[dict[str, Any]]:
    return [b for b in document.read(shown(*outputs))["blocks"] if b["kind"] not in _AROUND]


def said(source: str, **places: Any) -> list[dict[str, Any]]:
    return notebook_pictures.placed(markdown.read(source), notebook_pictures.PicturePlaces(**places))


class TestPicturesInMarkdown:
    def test_an_attachment_is_set_between_the_words(self):
        attached = {"my pic.png": {"image/png": encoded(png())}}
        found = said("before ![a plot](<attachment:my pic.png>) after", attachments=attached)
        assert [block["kind"] for block in found] == ["paragraph", "figure", "paragraph"]
        assert (found[1]["alt"], found[1]["mime"], found[1]["content"]) == ("a plot", "image/png", png())

    @pytest.mark.parametrize(
        ("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif")]
    )
    def test_a_data_address_is_a_picture(self, kind: str, mime: str):
        (block,) = said(f"![]({'data:' + mime};base64,{encoded(png(kind=kind))})")
        assert (block["kind"], block["mime"]) == ("figure", mime)

    def test_a_picture_in_a_list_and_in_html_is_one(self):
        (listed,) = said(f"- ![x](data:image/png;base64,{encoded(png())})")
        assert listed["items"][0][0]["kind"] == "figure"
        (_, picture) = said(f'x <img alt="q" src="data:image/png;base64,{encoded(png())}">')
        assert picture["alt"] == "q"

    def test_a_picture_in_the_html_of_others_is_one(self):
        mine = f"data:image/png;base64,{encoded(png())}"
        html = f'<p>a</p><img alt="q" src="{mine}"><img src="https://x/y.png" alt="w">'
        told = blocks({"text/html": html, "text/plain": "x"})
        assert [block["kind"] for block in told] == ["paragraph", "figure", "paragraph"]
        assert markdown.plain(told[2]["inlines"]) == "w"

    def test_a_file_beside_the_notebook_is_read(self, tmp_path: Path):
        (tmp_path / "a plot.svg").write_text(SVG)
        (block,) = said("![x](a%20plot.svg)", folder=tmp_path)
        assert block["mime"] == "image/svg+xml"

    @pytest.mark.parametrize(
        "address",
        [
            "../secret.png",
            "/secret.png",
            "file:///secret.png",
            "https://example.org/x.png",
            "missing.png",
            "x.txt",
        ],
    )
    def test_nothing_else_is_read_or_fetched(self, tmp_path: Path, address: str):
        (tmp_path / "secret.png").write_bytes(png())
        (tmp_path / "desk").mkdir()
        (tmp_path / "desk" / "x.txt").write_bytes(png())
        (block,) = said(f"![the words]({address})", folder=tmp_path / "desk")
        assert markdown.plain(block["inlines"]) == "the words"

    def test_a_link_out_of_the_folder_is_not_followed(self, tmp_path: Path):
        (tmp_path / "secret.png").write_bytes(png())
        (tmp_path / "desk").mkdir()
        (tmp_path / "desk" / "x.png").symlink_to(tmp_path / "secret.png")
        (block,) = said("![x](x.png)", folder=tmp_path / "desk")
        assert block["kind"] == "paragraph"

    @pytest.mark.parametrize("content", [b"", b"no picture", png()[:60], b"<html><svg"])
    def test_a_damaged_picture_leaves_its_words(self, content: bytes):
        (block,) = said(f"![the words](data:image/png;base64,{encoded(content)})")
        assert markdown.plain(block["inlines"]) == "the words"

    def test_page_and_pdf_have_it_by_nbconvert(self, tmp_path: Path):
        (tmp_path / "plot.png").write_bytes(png())
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# T\n\n![x](plot.png)")])
        nbformat.write(made, tmp_path / "mine.ipynb")
        page, _ = CallstatsHTMLExporter().from_filename(str(tmp_path / "mine.ipynb"))
        assert f"data:image/png;base64,{encoded(png())}" in page
        paper, _ = CallstatsPDFExporter().from_filename(str(tmp_path / "mine.ipynb"))
        assert len(pdf_images(paper)) == 1


def pdf_images(content: bytes) -> list[Any]:
    from pypdf import PdfReader

    return [image for page in PdfReader(io.BytesIO(content)).pages for image in page.images]


def ends(page: Any) -> list[float]:
    """Return where each piece of text ends at least, were all its letters narrow [points]."""
    found: list[float] = []

    def seen(piece: str, _: object, place: list[float], __: object, size: float) -> None:
        found.append(place[4] + 0.25 * size * len(piece.strip()))

    page.extract_text(visitor_text=seen)
    return found


class TestWords:
    def test_a_task_begins_with_its_box(self):
        (block,) = markdown.read("- [ ] call\n- [x] done")
        assert [markdown.plain(item[0]["inlines"]) for item in block["items"]] == ["[ ] call", "[x] done"]

    def test_a_footnote_is_told_beneath(self):
        words, notes = markdown.read("Sure[^a].\n\n[^a]: Or **not**.")
        assert markdown.plain(words["inlines"]) == "Sure[1]."
        assert markdown.plain(notes["items"][0][0]["inlines"]) == "Or not."

    def test_an_entity_is_its_character(self):
        (block,) = markdown.read("a &amp; b &lt;script&gt;")
        assert block["inlines"][-1]["text"].endswith("<script>")

    @pytest.mark.parametrize("word", ["x" * 400, "https://example.org/" + "path/" * 60, "中" * 300])
    @pytest.mark.parametrize("where", ["output", "paragraph", "cell"])
    def test_a_word_that_no_line_holds_is_broken_and_not_cut(self, word: str, where: str):
        made = {
            "output": lambda: shown({"text/plain": word}),
            "paragraph": lambda: shown({"text/plain": "x"}, before=("# T", f"md:{word}")),
            "cell": lambda: shown({"text/html": pd.DataFrame({"a": [word], "n": [1]}).to_html()}),
        }[where]()
        reader = opened(made)
        for page in reader.pages:
            assert max(ends(page)) < float(page.mediabox.width)
        if word.isascii():  # it can still be found and copied
            assert word in squeezed(text(reader))

    def test_a_progress_bar_is_shown_as_it_ended(self):
        output = nbformat.v4.new_output("stream", name="stdout", text=" 50%|#  |\r100%|###|\nend\r\n")
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
        assert document.read(made)["blocks"][0]["text"] == "100%|###|\nend"


class TestTables:
    def test_a_cell_over_several_rows_moves_nothing(self):
        rows = pd.MultiIndex.from_product([["spring", "autumn"], ["A", "B"]], names=["campaign", "list"])
        frame = pd.DataFrame({"dials": [1, 2, 3, 4]}, index=rows)
        (table,) = blocks({"text/html": frame.to_html()})
        told = [[cell["text"] for cell in row] for row in table["rows"]]
        assert told == [["spring", "A", "1"], ["", "B", "2"], ["autumn", "A", "3"], ["", "B", "4"]]

    def test_every_cell_of_forty_columns_is_printed(self):
        frame = pd.DataFrame([[f"r{r}c{c}" for c in range(40)] for r in range(3)])
        printed = text(opened(shown({"text/html": frame.to_html()}))).replace("\n", " ")
        assert all(cell in printed for cell in frame.to_numpy().ravel())

    def test_every_row_of_five_hundred_is_printed(self):
        frame = pd.DataFrame({"row": [f"row-{i}-end" for i in range(500)]})
        printed = text(opened(shown({"text/html": frame.to_html()})))
        assert all(f"row-{i}-end" in printed for i in range(500))


class TestFormulas:
    @pytest.mark.parametrize(
        "source",
        [
            r"$\displaystyle \int \sqrt{\frac{1}{x}}\, dx$",
            r"$\displaystyle \left[\begin{matrix}1 & 2\\3 & 4\end{matrix}\right]$",
            r"$$\sum_{x=1}^{\infty} \frac{1}{x^{2}}$$",
            r"\begin{equation}E = mc^2\end{equation}",
            r"\[\begin{cases} 1 & \text{for}\: x > 0 \\0 & \text{otherwise} \end{cases}\]",
            r"$\mathbb{R} \subseteq \mathcal{L}, {\binom{n}{k}}, \underbrace{a + b}_{n}$",
        ],
    )
    def test_what_sympy_and_math_write_is_drawn(self, source: str):
        (block,) = blocks({"text/latex": source, "text/plain": "x"})
        assert block["math"]["kind"] == "math"
        assert "\\" not in text(opened(shown({"text/latex": source, "text/plain": "x"})))

    def test_what_is_beyond_them_is_shown_as_it_is_written(self):
        (block,) = blocks({"text/latex": r"$\input{x}$", "text/plain": "x"})
        assert block["math"] == {"kind": "code", "text": r"\input{x}"}


PLOTLY = {"data": [{"type": "scatter", "y": [1, 2]}], "layout": {"title": {"text": "Calls <b>"}}}


class TestPlotly:
    def test_without_a_renderer_a_line_stands_in_its_place(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ):
        def fails(_: object) -> bytes:
            raise ValueError("no kaleido here")

        monkeypatch.setattr(plotly_pictures, "drawn", fails)
        (block,) = blocks({plotly_pictures.MIME: PLOTLY, "text/html": "<div></div>"})
        assert block["kind"] == "note"
        assert "Calls <b>" in block["text"]
        assert "no kaleido here" in caplog.text
        pdf.typeset(document.read(shown({plotly_pictures.MIME: PLOTLY})))

    def test_with_one_it_is_a_picture(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(plotly_pictures, "drawn", lambda _: SVG.encode())
        (block,) = blocks({plotly_pictures.MIME: PLOTLY, "text/html": "<div></div>"})
        assert (block["kind"], block["content"], block["caption"]) == ("figure", SVG.encode(), "Calls <b>")

    def test_a_picture_beside_it_is_taken(self):
        (block,) = blocks({plotly_pictures.MIME: PLOTLY, "image/png": encoded(png())})
        assert block["content"] == png()
