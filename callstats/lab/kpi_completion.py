"""KPI names complete with the tab key: in ``cs.measure(ds, "ans`` and in ``cs.kpis.ans``."""

from __future__ import annotations

import re
from typing import Any

from callstats.kpis.registry import names

#: What takes the name of a KPI, and the keywords it goes by.
_ASKING = frozenset(
    ("measure", "compare", "agents", "definitions", "plan_from", "calling_hours", "portrait", "trend",
     "method", "calibrate", "ab_test", "explore")
)  # fmt: skip
_KEYWORDS = frozenset({"", "kpi", "kpis", "primary", "guardrails"})
#: A text that is open at the end of the line, and what stands before it.
_OPEN = re.compile(r"""(?P<before>.*[(\[,={:\s])(?P<quote>["'])(?P<begun>\w*)$""", re.DOTALL)
_ATTRIBUTE = re.compile(r"\bkpis\.(?P<begun>\w*)$")
_KEYWORD = re.compile(r"(\w+)\s*=\s*[\[({]?[^=()]*$")
_CALLED = re.compile(r"(\w+)\s*$")
#: Characters before the cursor that are looked at.
_LOOKED_AT = 4000


def kpi_names_for(text: str) -> tuple[str, list[str]]:
    """Return what was begun of a KPI's name where the cursor stands, and the names it may become.

    Parameters
    ----------
    text : str
        The cell, as far as the cursor.

    Examples
    --------
    >>> kpi_names_for('cs.measure(ds, ["answer_rate", "average_ha')
    ('average_ha', ['average_handle_time'])
    >>> kpi_names_for('cs.kpis.average_ha')
    ('average_ha', ['average_handle_time'])
    >>> kpi_names_for('cs.measure(ds, "answer_rate", by="li')
    ('', [])
    """
    text = text[-_LOOKED_AT:]
    found = _ATTRIBUTE.search(text)
    if found is None:
        found = _OPEN.match(text)
        if found is None or not _asks_for_a_kpi(found["before"]):
            return "", []
    begun = found["begun"]
    return begun, [name for name in names() if name.startswith(begun)]


def _asks_for_a_kpi(before: str) -> bool:
    """Return whether the innermost call still open takes a KPI at its end."""
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        depth += (before[at] == ")") - (before[at] == "(")
        if depth < 0:
            depth = 0
            if called := _CALLED.search(before[:at]):  # otherwise a bracket around several
                keyword = _KEYWORD.search(before[at + 1 :])
                return called[1] in _ASKING and (keyword[1] if keyword else "") in _KEYWORDS
    return False


def register(shell: Any) -> None:
    """Let an IPython shell complete KPI names; once, however often it is called."""
    matchers = shell.Completer.custom_matchers
    if not any(getattr(matcher, "__name__", "") == match_kpis.__name__ for matcher in matchers):
        matchers.append(match_kpis)


def match_kpis(context: Any) -> dict[str, Any]:
    """Return the completions of IPython's protocol, version 2."""
    from IPython.core.completer import SimpleCompletion

    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    text = "\n".join([*lines[:-1], lines[-1][: context.cursor_position]])
    begun, found = kpi_names_for(text)
    completions = [SimpleCompletion(text=name, type="KPI") for name in found]
    return {"completions": completions, "matched_fragment": begun, "suppress": bool(found), "ordered": True}


match_kpis.matcher_api_version = 2  # type: ignore[attr-defined]
match_kpis.matcher_identifier = "callstats.kpis"  # type: ignore[attr-defined]
