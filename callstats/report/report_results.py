"""A report's JSON: what it found, what it is based on, and its seal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from callstats.report import document, state

if TYPE_CHECKING:
    from callstats.report.order import Order


def write(order: Order, executed: Any, files: Mapping[str, bytes], formats: Iterable[str]) -> bytes:
    """Return the JSON of a report.

    Parameters
    ----------
    order : Order
    executed : NotebookNode
        The executed notebook with its ``callstats`` metadata.
    files : mapping of str to bytes
        The other files of the report.
    formats : iterable of str
        The requested formats.
    """
    about = executed.metadata["callstats"]
    content = {
        "report": about["report"],
        "title": document.read(executed, name=about["report"])["title"],
        "period": about["period"],
        "language": about["language"],
        "parameters": about["parameters"],
        "provenance": about["provenance"],
        "headline": headline(executed),
        "verdict": document.verdict(executed),
        "results": document.results(executed),
    }
    return dumped(state.seal(content, files, state.key(order, formats)))


def headline(executed: Any) -> dict[str, Any]:
    """Return what a report opens with: headline and sentences of its first verdict, its first key figures.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from callstats.show.display import MIME, Sentence, Verdict
    >>> told = (Verdict([Sentence("Above target.")], "Profit up"), Verdict([Sentence("More.")]))
    >>> outputs = [{"data": {MIME: one.payload()}} for one in told]
    >>> headline(SimpleNamespace(cells=[{"outputs": outputs}]))
    {'text': 'Profit up', 'verdict': [{'text': 'Above target.', 'tone': 'neutral'}], 'figures': []}
    """
    first: dict[str, dict[str, Any]] = {}
    for payload in document.payloads(executed):
        first.setdefault(str(payload.get("kind")), payload)
    return {
        "text": str(first.get("verdict", {}).get("headline") or ""),
        "verdict": list(first.get("verdict", {}).get("sentences", ())),
        "figures": list(first.get("key_figures", {}).get("figures", ())),
    }


def dumped(content: Mapping[str, Any]) -> bytes:
    r"""Return results as the bytes of a file; equal content gives equal bytes.

    Examples
    --------
    >>> dumped({"b": 1, "a": "é"}).decode()
    '{\n "a": "é",\n "b": 1\n}\n'
    """
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"
