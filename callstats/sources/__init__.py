"""What each dialer or CRM writes, as data, and one reader for them all.

Sources are found through entry points of the group ``callstats.sources``, so your
own package can add one. ``mapping`` compiles a TOML file to the same form.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from callstats.errors import InputError, UsageError, unknown_name
from callstats.sources.base import Source
from callstats.sources.source_rules import problems

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
    """Return the source whose tables the files look like.

    Raises
    ------
    InputError
        They match no source.
    """
    from callstats.sources.files import expand
    from callstats.sources.raw import table_name

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
