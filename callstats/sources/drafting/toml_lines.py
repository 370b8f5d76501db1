"""TOML written line by line: text from a file is a quoted string or a comment of one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any


def text(value: str) -> str:
    r"""Return a text as a TOML string.

    Examples
    --------
    >>> print(text('a "b"\n[calls]'))
    "a \"b\"\n[calls]"
    """
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007f")


def comment(said: str, most: int = 400) -> str:
    r"""Return a comment of one line.

    Examples
    --------
    >>> comment("a\n[calls]")
    '# a [calls]'
    """
    return f"# {shown(said, most)}"


def shown(said: str, most: int = 60) -> str:
    """Return a text of a file as it may stand in a comment: one line, no control characters, not too long."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in said).split())
    line = line.encode("utf-8", "replace").decode("utf-8")
    return line if len(line) <= most else line[: most - 1] + "…"


def value(item: Any) -> str:
    """Return a value as TOML.

    Examples
    --------
    >>> print(value({"column": "Dir", "values": {"In": "inbound"}}), value(("a", "b")), value(True))
    { column = "Dir", values = { "In" = "inbound" } } ["a", "b"] true
    """
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return text(item)
    if isinstance(item, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {value(inner)}" for name, inner in item.items()) + " }"
    if isinstance(item, Iterable):
        return "[" + ", ".join(value(inner) for inner in item) + "]"
    return str(item)


def _key(name: str) -> str:
    return name if name in _BARE else text(name)


_BARE = frozenset(
    [
        "column",
        "columns",
        "by",
        "first",
        "minus",
        "filled",
        "above",
        "constant",
        "template",
        "row_number",
        "format",
        "unit",
        "type",
        "country",
        "values",
        "true",
        "false",
        "file",
        "on",
        "handled",
        "outcome_code",
        "agent_id",
        "started_at",
        "talk_s",
        "ring_s",
        "queue_s",
        "hold_s",
        "wrap_s",
        "talk",
        "hold",
        "wrap",
        "wait",
        "pause",
        "optional",
    ]
)


def line(key: str, item: Any, *remarks: str) -> str:
    """Return ``key = value``, with remarks behind it.

    Examples
    --------
    >>> line("call_id", "Ref", "or: Id")
    'call_id = "Ref"  # or: Id'
    """
    said = "; ".join(shown(remark, 120) for remark in remarks if remark)
    return f"{key} = {value(item)}" + (f"  # {said}" if said else "")
