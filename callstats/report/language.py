"""The few texts of a report's frame, in the report's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callstats.show.words import LANGUAGES, words


def frame_words(language: str) -> dict[str, str]:
    """Return the texts of the templates themselves.

    A notebook in a language without a catalogue keeps its language and gets an
    English frame.

    Examples
    --------
    >>> frame_words("fr")["contents"]
    'Sommaire'
    """
    _ = words(language if language in LANGUAGES else "en")
    return {
        "contents": _("Contents"),
        "figure": _("Figure"),
        "table": _("Table"),
        "code": _("Show the code"),
        "continued": _("continued"),
        "logo": _("Logo"),
    }


def translate_cells(notebook: Any, language: str) -> None:
    """Translate the Markdown of a notebook, paragraph by paragraph.

    A heading is looked up without its marks; untranslated text stays as it is.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    language : str
    """
    if language not in LANGUAGES or language == "en":
        return
    _ = words(language)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = "\n\n".join(_translated(part, _) for part in cell.source.split("\n\n"))


def _translated(part: str, translate: Callable[[str], str]) -> str:
    marks = part[: len(part) - len(part.lstrip("# "))] if part.startswith("#") else ""
    text = part[len(marks) :].strip()
    return marks + translate(text) if text else part
