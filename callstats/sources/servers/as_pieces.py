"""A database as an export that comes part by part, and the system whose database it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from callstats.errors import InputError
from callstats.sources.base import Source
from callstats.sources.header import holds_all
from callstats.sources.pieces import Piece, told
from callstats.sources.raw import table_name
from callstats.sources.servers.addresses import Address, parse_address
from callstats.sources.servers.by_stretch import Fetched, WholeDays, stretches
from callstats.sources.servers.connecting import opened
from callstats.sources.servers.sessions import Relation


def pieces_from(
    address: str | Address,
    source: Source,
    period: WholeDays | None,
    zone: str,
    *,
    progress: Callable[[Fetched], None] | None = None,
) -> Iterator[Piece]:
    """Yield the stretches of a database as parts of an export; see :func:`.stretches`."""
    first = True
    for stretch in stretches(address, source, period, zone, progress=progress):
        explains = [not layouts or layouts[0].shared for _, layouts in stretch]
        own = [chosen for chosen, is_shared in zip(stretch, explains, strict=True) if not is_shared]
        shared = [chosen for chosen, is_shared in zip(stretch, explains, strict=True) if is_shared]
        yield Piece(own, shared if first else told(shared))
        first = False


def guess_from(address: str | Address, sources: Iterable[Source]) -> Source:
    """Return the source whose tables a database has.

    Raises
    ------
    InputError
        It has those of none.
    """
    where = address if isinstance(address, Address) else parse_address(address)
    sources = list(sources)
    session = opened(where)
    try:
        relations = session.relations()
    finally:
        session.close()
    likely = max(sources, key=lambda source: _likeness(relations, source))
    if _likeness(relations, likely):
        return likely
    names = [layout.name for source in sources for layout in source.layouts]
    session.check_stored(lambda name: bool(table_name(name, names)))
    raise InputError(
        "its tables are those of no known system", file=str(where),
        hint="Name the source, such as --source vicidial, or a mapping.",
    )  # fmt: skip


def _likeness(relations: Iterable[Relation], source: Source) -> int:
    """Count the columns by which tables that bear the names of a source are recognised."""
    found = 0
    for relation in relations:
        for layout in source.layouts:
            if table_name(relation.name, [layout.name]) and holds_all(list(relation.columns), layout.needs):
                found += max(1, len(layout.signature))
    return found
