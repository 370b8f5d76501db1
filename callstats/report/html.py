"""The page: one self-contained HTML file.

The page is drawn from the same document as the PDF, by a template that escapes all
its input; its one script, which sorts tables, is allowed by its hash. The preparation
is an nbconvert preprocessor named in the template's conf.json, so ``jupyter nbconvert
--to html --template callstats`` gives the same page as the exporter.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from traitlets import default

from callstats.report import document, inline_pictures, sorting
from callstats.report import table_layout as layout
from callstats.report.branding import page_style
from callstats.report.language import frame_words
from callstats.report.notebook_pictures import notebook_folder

_HERE = Path(__file__).parent / "template"


class PreparePage(Preprocessor):
    """Read the notebook into ``resources["callstats"]``, which is all the template draws."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook unchanged, with the page in the resources."""
        name = resources.get("metadata", {}).get("name") or "report"
        resources["callstats"] = page(document.read(nb, name=name, folder=notebook_folder(resources)))
        return nb, resources


class CallstatsHTMLExporter(TemplateExporter):
    """An executed notebook as one HTML file: ``jupyter nbconvert --to callstats-html``."""

    export_from_notebook = "HTML by callstats"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "callstats"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(_HERE)]


def page(report: dict[str, Any]) -> dict[str, Any]:
    """Return what the template draws: the document, its fixed texts and its style sheet.

    Parameters
    ----------
    report : dict
        From `callstats.report.document.read`.
    """
    from callstats.show.markup import stylesheet
    from callstats.show.plain import straight

    report = straight(report)
    own, sort = (_HERE.joinpath("callstats", name).read_text("utf-8") for name in ("report.css", "sort.js"))
    blocks = [_drawn(block, report["language"], place) for place, block in enumerate(report["blocks"], 1)]
    script = sort if any(sorting.sorts(block) for block in blocks) else ""
    return {
        **report,
        "blocks": blocks,
        "words": frame_words(report["language"]),
        "style": stylesheet() + own + page_style(report.get("brand") or {}),
        "script": script,
        "script_hash": base64.b64encode(sha256(script.encode()).digest()).decode(),
    }


def _drawn(block: dict[str, Any], language: str, place: int) -> dict[str, Any]:
    """Add what the template cannot compute to a block."""
    from callstats.show.markup import caption, render

    kind = block["kind"]
    if kind == "table" and not any(cell.get("inlines") for row in block["rows"] for cell in row):
        fitted = sorting.sortable(layout.fit(block), language)
        return {**fitted, "html": render(fitted)}
    if kind in {"verdict", "key_figures", "note"}:
        return {**block, "html": render(block)}
    if kind == "figure":
        block = {**block, "caption_html": caption(block["caption"], block.get("finding", ""))}
        if block["mime"] == "image/svg+xml":
            own = inline_pictures.inlined(block["content"], alt=block["alt"], prefix=f"p{place}")
            if own is not None:
                return {**block, "html": own}
        content = base64.b64encode(block["content"]).decode("ascii")
        return {**block, "source": f"data:{block['mime']};base64,{content}"}
    if kind == "source":
        return {**block, "html": _coloured(block["text"])}
    return block


def _coloured(code: str) -> str:
    """Return Python as escaped HTML with a class for each kind of token."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
