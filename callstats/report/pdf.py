"""The typeset PDF: the document as data, drawn by a fixed typst template.

The template is code and the report is a JSON file it reads, so no text in a report can
become code. Typst is a wheel that includes its fonts: no TeX, no browser, no network.
"""

from __future__ import annotations

import base64
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape, unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Bool

from callstats.errors import ReportError
from callstats.report import document
from callstats.report import table_layout as layout
from callstats.report.branding import font_files
from callstats.report.glyphs import drawable
from callstats.report.language import frame_words
from callstats.report.notebook_pictures import SUFFIXES, notebook_folder
from callstats.report.system_fonts import fonts_for, lay_fonts
from callstats.report.typesetting_limits import confined_to
from callstats.show.pictures import MEASURED_IN

_TEMPLATE = "report.typ"
_CONTENT = "report.json"
#: A page that ends higher than this is nearly empty: a third of A4 [points].
_NEARLY_EMPTY = 281.0
#: Blocks that hold others, and where.
_NESTING = {"list": "items", "quote": "blocks"}
#: Those of the template's text, and how much larger its letters are to look as large as those measured.
_TYPEFACES = ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono")
_LARGER = 1.12


class CallstatsPDFExporter(Exporter):
    """An executed notebook as PDF: ``jupyter nbconvert --to callstats-pdf``."""

    export_from_notebook = "PDF by callstats"
    file_extension = ".pdf"
    output_mimetype = "application/pdf"

    accessible = Bool(True, help="Hold the PDF to PDF/UA-1 and refuse what does not meet it.").tag(
        config=True
    )

    def _file_extension_default(self) -> str:
        return ".pdf"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[bytes, dict[str, Any]]:
        """Return the bytes of the PDF and the resources."""
        copy, resources = super().from_notebook_node(nb, resources, **kw)
        name = resources.get("metadata", {}).get("name") or "report"
        resources["output_extension"] = ".pdf"
        read = document.read(copy, name=name, folder=notebook_folder(resources))
        return typeset(read, accessible=self.accessible), resources


def typeset(report: dict[str, Any], *, accessible: bool = True) -> bytes:
    """Return a document (see `callstats.report.document.read`) as the bytes of a PDF.

    Parameters
    ----------
    report : dict
    accessible : bool
        Require PDF/UA-1.

    Raises
    ------
    ReportError
        The document cannot be typeset.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="callstats-") as folder:
        main, fonts = _lay_out(report, Path(folder))
        options = {**confined_to(Path(folder)), "font_paths": fonts}
        try:
            _fill_pages(main, options)
            return typst.compile(main, pdf_standards=["ua-1"] if accessible else [], timestamp=0, **options)
        except typst.TypstError as error:
            raise ReportError(
                f"the PDF cannot be typeset: {error.message}",
                hint="Ask for the HTML alone with --format html.",
            ) from error


def _fill_pages(main: Path, options: Mapping[str, Any]) -> None:
    """Have the report set closer where its last page is nearly empty and that saves the page."""
    try:
        page, end = _end_of(main, options)
    except RuntimeError:  # it cannot be laid out: compiling it says why
        return
    if page == 1 or end > _NEARLY_EMPTY:
        return
    told = main.with_name(_CONTENT)
    usual = told.read_text(encoding="utf-8")
    told.write_text(json.dumps({**json.loads(usual), "close": True}, ensure_ascii=False), encoding="utf-8")
    if _end_of(main, options)[0] >= page:
        told.write_text(usual, encoding="utf-8")


def _end_of(main: Path, options: Mapping[str, Any]) -> tuple[int, float]:
    """Return the last page and how far down it the report ends [points]; typst keeps what it laid out."""
    import typst

    found = typst.query(main, "<end-of-report>", field="value", one=True, **options)
    place = json.loads(found) if isinstance(found, str) else found
    return int(place["page"]), float(str(place["y"]).removesuffix("pt"))


def _side_by_side(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the blocks with pictures of half a column two by two, as blocks of kind pair."""
    paired: list[dict[str, Any]] = []
    for block in blocks:
        if paired and paired[-1].get("half") and block.get("half"):
            paired[-1] = {"kind": "pair", "figures": [paired[-1], block]}
        else:
            paired.append(block)
    return paired


def _fonts(report: dict[str, Any], folder: Path) -> list[Path]:
    """Copy the files of the house's typeface to where typst may read; none where the system lacks it."""
    family = (report.get("brand") or {}).get("typeface")
    files = font_files(family) if family else ()
    if not files:
        return []
    fonts = folder / "typeface"
    fonts.mkdir()
    for number, file in enumerate(files):
        (fonts / f"{number}{file.suffix}").write_bytes(file.read_bytes())
    return [fonts]


def _brand(report: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the looks as the template draws them: the logo as a file, a typeface that is there."""
    told = dict(report.get("brand") or {})
    if "logo" in told:
        told["file"] = f"logo.{SUFFIXES[told.pop('logo_type')]}"
        (folder / told["file"]).write_bytes(base64.b64decode(told.pop("logo")))
    if not font_files(told.get("typeface", "")):
        told.pop("typeface", None)
    return told


def _in_typeface(picture: bytes, families: Sequence[str], draw: Callable[[Any], Any]) -> bytes:
    """Return one of our pictures in the typeface of the text, whose letters are smaller and narrower."""
    svg, measured = picture.decode("utf-8", "replace"), f'font-family="{MEASURED_IN}"'
    if measured not in svg.partition(">")[0]:
        return picture
    parts = re.split(r"(<[^>]*>)", svg.replace(measured, f'font-family="{escape(", ".join(families))}"', 1))
    for place, part in enumerate(parts):
        if part.startswith("<text"):
            parts[place] = re.sub(r"(?<=font-size: )[\d.]+(?=px)", _larger, part)
        elif part and not part.startswith("<"):
            parts[place] = escape(draw(unescape(part)), quote=False)
    return "".join(parts).encode()


def _larger(size: re.Match[str]) -> str:
    return f"{_LARGER * float(size[0]):.2f}"


def _lay_out(report: dict[str, Any], folder: Path) -> tuple[Path, list[Path]]:
    """Write only the template, the document, its pictures and fonts where typst may read."""
    counted = 0
    found = fonts_for({**report, "blocks": [b for b in report["blocks"] if b["kind"] != "source"]})
    draw = (
        partial(drawable, others=frozenset().union(*(font.points for font in found))) if found else drawable
    )
    brand = _brand(report, folder)
    others = list(dict.fromkeys(font.family for font in found))
    families = (*([brand["typeface"]] if "typeface" in brand else []), *_TYPEFACES, *others)

    def prepared(block: dict[str, Any]) -> dict[str, Any]:
        nonlocal counted
        if block["kind"] == "table":
            return layout.fit(draw({key: value for key, value in block.items() if key != "all_rows"}))
        if block.get("page"):
            return {**block, "inlines": [{**block["inlines"][0], "url": f"./{block['page']}.pdf"}]}
        if block["kind"] in _NESTING:
            inside = block[_NESTING[block["kind"]]]
            nested = (
                [[prepared(b) for b in item] for item in inside]
                if block["kind"] == "list"
                else list(map(prepared, inside))
            )
            return {**block, _NESTING[block["kind"]]: nested}
        if block["kind"] != "figure":
            return {key: value for key, value in block.items() if key != "html"}
        counted += 1
        name = f"figure-{counted}.{SUFFIXES[block['mime']]}"
        svg = block["mime"] == "image/svg+xml"
        (folder / name).write_bytes(
            _in_typeface(block["content"], families, draw) if svg else block["content"]
        )
        return {key: value for key, value in block.items() if key != "content"} | {"file": name}

    blocks = [prepared(block) for block in report["blocks"] if block["kind"] != "source"]
    content = draw(
        {
            **report,
            "blocks": layout.keep_together(_side_by_side(blocks)),
            "words": frame_words(report["language"]),
            "fonts": others,
            "brand": brand,
        }
    )
    (folder / _CONTENT).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    main = folder / _TEMPLATE
    main.write_bytes(files("callstats.report").joinpath("template", _TEMPLATE).read_bytes())
    return main, [*_fonts(report, folder), *([lay_fonts(found, folder)] if found else [])]
