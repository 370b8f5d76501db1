"""What each dialer or CRM writes, as data, and one reader for them all.

Sources are found through entry points of the group ``callstats.sources``, so your
own package can add one. ``mapping`` compiles a TOML file to the same form.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.errors import InputError, UsageError, unknown_name
from callstats.sources.base import Source
from callstats.sources.source_rules import problems

if TYPE_CHECKING:
    from callstats.sources.containers import Found

__all__ = ["Source", "find", "guess", "known"]


@cache
def known() -> dict[str, Source]:
    """Return every registered source, by name.

    Raises
    ------
    UsageError
        A registered source is not valid; the message says what is wrong with it.
    """
    sources: dict[str, Source] = {}
    for point in sorted(entry_points(group="callstats.sources"), key=lambda point: point.name):
        source = point.load()
        if wrong := [*problems(source), *_named_twice(source, sources)]:
            raise UsageError(f"the source {point.name!r} cannot be used: {'; '.join(wrong)}")
        sources[source.name] = source
    return sources


def _named_twice(source: Source, sources: Iterable[str]) -> list[str]:
    return [f"the name is its own, but: {source.name!r} exists already"] if source.name in sources else []


def find(name: str) -> Source:
    """Return a source by its name.

    Raises
    ------
    UsageError
        No source has that name.

    Examples
    --------
    >>> find("vicidial").title
    'VICIdial or GOautodial'
    """
    sources = known()
    if name not in sources:
        raise unknown_name("source", name, sources)
    return sources[name]


def guess(files: Iterable[str | Path]) -> Source:
    """Return the source whose tables the files look like: by their names, else by their headers.

    Raises
    ------
    InputError
        They match no source.
    """
    from callstats.sources.containers import expand
    from callstats.sources.scratch import scratch as scratch_folder

    with scratch_folder("import") as scratch:
        found = expand(files, Path(scratch))
        for single in found:
            likely = max(known().values(), key=lambda source: _likeness(single, source))
            if _likeness(single, likely):
                return likely
    raise InputError(
        "the columns are those of no known system",
        file=found[0].name,
        hint=f"Name one of {', '.join(known())} as the source, or draft a mapping with callstats map.",
    )


def _likeness(single: Found, source: Source) -> int:
    """Return how sure it is that a file is of a source: the columns by which it is recognised."""
    from callstats.sources.choosing import recognise
    from callstats.sources.files import peek
    from callstats.sources.headless import read_headless
    from callstats.sources.raw import table_name

    named = _NAMED if table_name(single.stem, [layout.name for layout in source.layouts]) else 0
    layouts = [recognise(columns, source) for columns in peek(single, source.text, source.layouts)]
    if named or any(layouts):
        return named + max((len(layout.signature) for layout in layouts if layout), default=0)
    return 1 if read_headless(single, source) is not None else 0


_NAMED = 1000  # a table's name says more than any header
