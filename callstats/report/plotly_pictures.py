"""Figures of plotly, which only a browser draws, as pictures for a page and for paper.

plotly's own renderer (kaleido) draws them where it is installed beside plotly; elsewhere a
line stands in their place, and whoever makes the report is warned.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from callstats.report import notebook_pictures

MIME = "application/vnd.plotly.v1+json"

_LOG = logging.getLogger("callstats.report")
_HOW = "pip install plotly kaleido draws it; so does a picture beside it: fig.show('svg')"


def picture(figure: Any) -> dict[str, Any]:
    """Return a figure of plotly as a block: a picture, or a line in place of it.

    Parameters
    ----------
    figure : dict
        ``data`` and ``layout``, as a notebook keeps them.
    """
    title = title_of(figure)
    try:
        content = drawn(figure)
    except Exception as error:
        _LOG.warning("a figure of plotly is left out: %s. %s", _first_line(error), _HOW)
        told = f"plotly: {title}" if title else "plotly"
        return {"kind": "note", "text": f"[{told}] – {_HOW}"}
    return notebook_pictures.figure_of("image/svg+xml", content, title, title)


def drawn(figure: Any) -> bytes:
    """Return a figure as SVG, drawn by plotly and kaleido."""
    import plotly.io  # type: ignore[import-not-found]

    plain = {"data": figure.get("data", []), "layout": figure.get("layout", {})}
    made = plotly.io.from_json(json.dumps(plain), skip_invalid=True)
    return bytes(plotly.io.to_image(made, format="svg"))


def title_of(figure: Any) -> str:
    """Return the title of a figure.

    Examples
    --------
    >>> title_of({"layout": {"title": {"text": "Calls"}}}), title_of({"layout": {"title": "Hours"}})
    ('Calls', 'Hours')
    """
    title = figure.get("layout", {}).get("title", "") if isinstance(figure, dict) else ""
    return str(title.get("text", "") if isinstance(title, dict) else title or "")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
