"""A report's tables as a workbook, from the same document as the page and the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from callstats.report.language import frame_words
from callstats.show.plain import every_row
from callstats.show.words import LANGUAGES, mark, words
from callstats.show.workbook import WorkbookCover, workbook

#: The parts of a key figure, and the heads of their columns.
_FIGURE = {
    "label": mark("Indicator"),
    "value": mark("Value"),
    "interval": mark("interval"),
    "n": mark("n"),
    "target": mark("Target"),
    "change": mark("Change"),
    "change_interval": mark("interval of the change"),
    "note": mark("Note"),
}
_PLAIN = re.compile(r"[-+\N{MINUS SIGN}]?\d+(\.\d+)?([eE][-+]?\d+)?")


def report_workbook(report: dict[str, Any]) -> bytes:
    """Return a document as the bytes of a workbook: a cover with its verdicts, then a sheet for each table.

    Parameters
    ----------
    report : dict
        From `callstats.report.document.read`.
    """
    language = report["language"] if report["language"] in LANGUAGES else "en"
    verdicts: dict[str, list[str]] = {}
    for question, block in _under_headings(report):
        if block["kind"] == "verdict":
            told = [block.get("headline"), *(s["text"] for s in block["sentences"])]
            verdicts.setdefault(question, []).extend(text for text in told if text)
    cover = WorkbookCover(
        report["title"], report["subtitle"], report["facts"], tuple(verdicts.items()), language
    )
    tables = []
    for question, block in _under_headings(report):
        if block["kind"] == "table":
            tables.append(_titled(_numbered(block), question or frame_words(language)["table"]))
        elif block["kind"] == "key_figures" and block["figures"]:
            tables.append(_titled(_figures(block, language), question))
    return workbook(cover, tables)


def _under_headings(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every block with the heading above it."""
    heading = ""
    for block in report["blocks"]:
        if block["kind"] == "heading":
            heading = block["text"]
        else:
            yield heading, block


def _titled(table: dict[str, Any], otherwise: str) -> dict[str, Any]:
    return table if table["caption"] else {**table, "caption": otherwise}


def _figures(block: dict[str, Any], language: str) -> dict[str, Any]:
    """Return key figures as a table, without the columns that none of them has."""
    _ = words(language)
    parts = [part for part in _FIGURE if any(figure.get(part) for figure in block["figures"])]
    return {
        "kind": "table",
        "caption": block["caption"],
        "columns": [{"label": _(_FIGURE[part]), "align": "left"} for part in parts],
        "rows": [[_figure_cell(figure, part) for part in parts] for figure in block["figures"]],
        "notes": [],
    }


def _figure_cell(figure: dict[str, Any], part: str) -> dict[str, Any]:
    typed = (figure.get("typed") or {}).get(part)
    return {"text": str(figure.get(part) or ""), "typed": [typed] if typed else []}


def _numbered(table: dict[str, Any]) -> dict[str, Any]:
    """Return a table that another library drew, such as pandas, with its plain numbers as numbers."""
    return {
        **table,
        "rows": [[_plain_number(cell) for cell in row] for row in every_row(table)],
        "all_rows": (),
    }


def _plain_number(cell: dict[str, Any]) -> dict[str, Any]:
    found = _PLAIN.fullmatch(cell.get("text") or "") if "bar" not in cell else None
    if found is None or re.match(r"\D?0\d", found[0]):  # a number that begins with 0 is a name
        return cell
    decimals = len(found[1]) - 1 if found[1] else 0
    value = float(found[0].replace("\N{MINUS SIGN}", "-"))
    return {**cell, "typed": [{"numbers": [value], "unit": "n", "decimals": decimals}]}
