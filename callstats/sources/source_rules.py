"""What must be true of every source, built-in or from a plug-in.

Each rule is named by the sentence that must be true, which is also the message.
A rule returns the violations it found, or nothing. Sources are checked when they
are registered, so that a mistake is reported before a file is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from zoneinfo import available_timezones

from callstats.model import TABLES
from callstats.sources.base import Field, Layout, Source
from callstats.sources.outcomes import Outcome

#: If a flag is set, the next one must be set or unknown.
_NEEDS = (
    ("success", "argued"),
    ("argued", "handled"),
    ("handled", "live"),
    ("abandoned", "live"),
    ("live", "connected"),
    ("do_not_call", "closed"),
)
_CLOCK_COLUMN = "column:"


def problems(source: Source) -> tuple[str, ...]:
    """Return what is wrong with a source, one sentence each; empty if nothing is.

    Parameters
    ----------
    source : Source

    Examples
    --------
    >>> from dataclasses import replace
    >>> from callstats.sources import find
    >>> vicidial = find("vicidial")
    >>> problems(vicidial)
    ()
    >>> problems(replace(vicidial, time_zone="Europe/Pariss"))
    ("the clock is the server's, a zone of IANA or a column, but: 'Europe/Pariss'",)
    """
    return tuple(f"{rule}, but: {wrong}" for rule, judge in RULES.items() if (wrong := judge(source)))


def _name(source: Source) -> str:
    return "" if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", source.name) else repr(source.name)


def _title(source: Source) -> str:
    return "" if source.title.strip() else "none is given"


def _calls(source: Source) -> str:
    return "" if any(layout.table == "calls" for layout in source.layouts) else "none of its layouts does"


def _layouts(source: Source) -> str:
    return _twice(layout.name for layout in source.layouts)


def _fields(source: Source) -> str:
    wrong = {layout.name: _twice(map(_from, layout.fields)) for layout in source.layouts}
    return "; ".join(f"{name}: {columns}" for name, columns in wrong.items() if columns)


def _from(item: Field) -> str:
    return f"{item.to} from {', '.join(item.columns)}"


def _origins(source: Source) -> str:
    bare = [
        f"{layout.name}: {item.to}"
        for layout in source.layouts
        for item in layout.fields
        if not (item.columns or item.constant is not None or item.template is not None or item.row_number)
    ]
    return ", ".join(bare)


def _columns(source: Source) -> str:
    """Check the columns of sources without ``prepare`` or ``shape``: helper columns would be unused."""
    if source.prepare or source.shape or source.complete:
        return ""
    strange = []
    for layout in source.layouts:
        if layout.table not in TABLES:
            strange.append(f"there is no table {layout.table!r}")
        elif layout.table != "contacts":  # whose other columns are attributes
            known = TABLES[layout.table].names
            strange += [
                f"{layout.table} has no {item.to!r}" for item in layout.fields if item.to not in known
            ]
    return ", ".join(strange)


def _required(source: Source) -> str:
    if source.prepare or source.shape:
        return ""
    missing = [f"{layout.name}: {', '.join(lacks)}" for layout in source.layouts if (lacks := _lacks(layout))]
    return "; ".join(missing)


def _lacks(layout: Layout) -> list[str]:
    if layout.table not in TABLES:
        return []
    have = {item.to for item in layout.fields}
    return [column for column in TABLES[layout.table].required if column not in have]


def _statuses(source: Source) -> str:
    both = (*source.statuses.items(), *source.inbound_statuses.items())
    wrong = {code: _contradiction(outcome) for code, outcome in both}
    return "; ".join(f"{code} is {what}" for code, what in wrong.items() if what)


def _contradiction(outcome: Outcome) -> str:
    for flag, needed in _NEEDS:
        if getattr(outcome, flag) is True and getattr(outcome, needed) is False:
            return f"{flag} and not {needed}"
    if outcome.closed_reason is not None and outcome.closed is False:
        return f"closed as {outcome.closed_reason} and not closed"
    return ""


def _clock(source: Source) -> str:
    zone = source.time_zone
    known = zone == "server" or zone.startswith(_CLOCK_COLUMN) or zone in available_timezones()
    return "" if known else repr(zone)


def _twice(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(sorted({name for name in listed if listed.count(name) > 1}))


#: The sentences that must be true, each with the function that finds violations.
RULES: dict[str, Callable[[Source], str]] = {
    "the name is in lower case": _name,
    "the title is given": _title,
    "one of the layouts holds calls": _calls,
    "layouts have names of their own": _layouts,
    "a column is got from the same columns of the export once": _fields,
    "a field is got from a column, a constant, a template or the row": _origins,
    "fields fill columns of the data set": _columns,
    "what a table cannot do without is filled": _required,
    "the flags of a status agree": _statuses,
    "the clock is the server's, a zone of IANA or a column": _clock,
}
