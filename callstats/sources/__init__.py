"""What each dialer or CRM writes, as data, and one reader for them all.

Sources are found by the entry points of the group ``callstats.sources``, so a
package of one's own can add one. ``mapping`` brings a TOML file to the same form.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from callstats.errors import InputError, unknown_name
from callstats.sources.base import Source

__all__ = ["Source", "find", "guess", "known"]

_OWN = {"vicidial": "callstats.sources.vicidial:SOURCE"}


@cache
def known() -> dict[str, Source]:
    """Return every source there is, by name."""
    from importlib.metadata import EntryPoint

    group = "callstats.sources"
    points = {name: EntryPoint(name, value, group) for name, value in _OWN.items()}
    points |= {point.name: point for point in entry_points(group=group)}
    return {name: point.load() for name, point in sorted(points.items())}


def find(name: str) -> Source:
    """Return a source by its name.

    Raises
    ------
    UsageError
        There is no such source.

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
    """Return the source whose tables the files look like.

    Raises
    ------
    InputError
        They look like none of them.
    """
    from callstats.sources.files import expand, table_name

    names = [layout.name for source in known().values() for layout in source.layouts]
    paths = expand(files, names)
    for path in paths:
        for source in known().values():
            if table_name(path.stem, [layout.name for layout in source.layouts]) or _recognised(path, source):
                return source
    raise InputError(
        "the columns are those of no known system",
        file=paths[0].name,
        hint=f"Name one of {', '.join(known())} as the source, or describe the columns in a mapping file.",
    )


def _recognised(path: Path, source: Source) -> bool:
    from callstats.sources.files import is_text, read_file
    from callstats.sources.reader import recognise
    from callstats.sources.text import peek

    if is_text(path):
        columns = {column for layout in source.layouts for column in layout.known}
        return recognise(peek(path, source.text, columns), source) is not None
    raws = read_file(path, source.text, source.layouts)
    return any(raw.name or recognise(raw.columns, source) for raw in raws)
