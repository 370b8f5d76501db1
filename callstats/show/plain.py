"""Plain output: JSON-compatible data, and display payloads as text for terminals and logs."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_MARKS = {"good": "+", "bad": "!", "neutral": "·", "unknown": "?"}
_ARROWS = {"up": "▲ ", "down": "▼ ", "none": ""}
_DIGITS = 10
_BETWEEN = " · "  # the same in every language


def clean(text: str) -> str:
    r"""Return text without control characters, on one line, in its own reading direction.

    Examples
    --------
    >>> clean("list\x1b[31m A\n"), clean("\u202elist")
    ('list[31m A ', 'list')
    """
    spaced = straight(text).replace("\n", " ").replace("\t", " ")
    return "".join(c for c in spaced if unicodedata.category(c) not in {"Cc", "Cs"})


#: Characters that turn the reading direction of what follows them, beyond the name they stand in: letters of
#: Arabic and Hebrew have a direction of their own and need none of them.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def straight(value: Any) -> Any:
    r"""Return plain data without the characters that turn the reading direction of a text.

    Examples
    --------
    >>> straight(["5 %", {"list": "A\u202e % 5"}])
    ['5 %', {'list': 'A % 5'}]
    """
    if isinstance(value, str):
        return _TURNS.sub("", value)
    if isinstance(value, dict):
        return {key: straight(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [straight(item) for item in value]
    return value


def plain_data(value: Any) -> Any:
    """Return a value as JSON-compatible data: lists, text, numbers; nan becomes null.

    Numbers keep ten digits: an engine sums rows in any order, so the last digits of a sum
    differ from run to run, and a report must not.

    Examples
    --------
    >>> plain_data({"low": float("nan"), "days": (1, 2), "share": 0.1 + 0.2})
    {'low': None, 'days': [1, 2], 'share': 0.3}
    """
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Iterable):
        return [plain_data(item) for item in value]
    if hasattr(value, "item"):  # numpy's own numbers
        return plain_data(value.item())
    return str(value)


def lean(told: Mapping[str, Any], rare: Iterable[str]) -> dict[str, Any]:
    """Return plain data without optional keys that have no value.

    Examples
    --------
    >>> lean({"text": "", "href": None}, ["href"])
    {'text': ''}
    """
    return {key: value for key, value in told.items() if value or key not in rare}


def every_row(table: Mapping[str, Any]) -> Sequence[Any]:
    """Return all rows of a table, where a page shows only those that say something.

    Examples
    --------
    >>> every_row({"rows": [["a"]]}), every_row({"rows": [["a"]], "all_rows": [["a"], ["b"]]})
    ([['a']], [['a'], ['b']])
    """
    return table.get("all_rows") or table["rows"]


def render(payload: dict[str, Any]) -> str:
    """Return the payload of any display object as text."""
    return _RENDERERS[payload["kind"]](payload)


def _table(payload: dict[str, Any]) -> str:
    columns = payload["columns"]
    rows = [[clean(_cell(cell)) for cell in row] for row in every_row(payload)]
    heads = [clean(column["label"]) for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    right = [column["align"] == "right" for column in columns]
    lines = [
        "  ".join(_fit(*item) for item in zip(row, widths, right, strict=True)).rstrip()
        for row in [heads, *rows]
    ]
    return "\n".join([clean(payload["caption"]), *lines, *map(clean, payload["notes"])])


def _cell(cell: dict[str, Any]) -> str:
    """Return a cell's text, with the lines beneath it in brackets."""
    under = _BETWEEN.join(cell.get("under") or ())
    return f"{cell['text']} ({under})" if under else cell["text"]


def _fit(text: str, width: int, right: bool) -> str:
    return text.rjust(width) if right else text.ljust(width)


def _figure(payload: dict[str, Any]) -> str:
    return clean(payload["alt"])


def _verdict(payload: dict[str, Any]) -> str:
    lines = [f"{_MARKS[s['tone']]} {clean(s['text'])}" for s in payload["sentences"]]
    headline = payload.get("headline")
    return "\n".join([clean(headline), *lines] if headline else lines)


def _key_figures(payload: dict[str, Any]) -> str:
    lines = []
    for f in payload["figures"]:
        interval = f" ({f['interval']})" if f["interval"] else ""
        change = _ARROWS[f["arrow"]] + f["change"] if f["change"] else ""
        target = _BETWEEN.join(part for part in (f["target"], f.get("outcome_text")) if part)
        parts = [f["value"] + interval, f["n"], target, change, f["note"]]
        lines.append(clean(f"{f['label']}: " + _BETWEEN.join(part for part in parts if part)))
    return "\n".join(lines)


def _title(payload: dict[str, Any]) -> str:
    facts = [f"{label}: {value}" for label, value in payload["facts"]]
    return "\n".join(clean(line) for line in [payload["title"], payload["subtitle"], *facts] if line)


def _note(payload: dict[str, Any]) -> str:
    return clean(payload["text"])


def _caption(payload: dict[str, Any]) -> str:
    return clean(f"{payload.get('finding', '')} {payload['text']}".lstrip())


def _record(payload: dict[str, Any]) -> str:
    return "record of " + clean(", ".join(map(str, payload["results"])))


_RENDERERS = {
    "table": _table,
    "figure": _figure,
    "verdict": _verdict,
    "key_figures": _key_figures,
    "title": _title,
    "note": _note,
    "caption": _caption,
    "record": _record,
}
