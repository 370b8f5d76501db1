"""What a site says of its exports of a known system: its own outcome codes, the order of dates.

The place for it is the project file, where a site decides everything else once. A second
kind of mapping that adds to a source would ask for the columns as well, and would have to be
named with every import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callstats.config import FILE_NAME, SourceSettings
from callstats.errors import InputError, near_names, unknown_name
from callstats.sources import known
from callstats.sources.base import Source, Tables
from callstats.sources.matching import folded
from callstats.sources.outcomes import Outcome
from callstats.sources.status_entries import outcomes_of
from callstats.sources.times import DATE_ORDERS


def check(settings: Mapping[str, SourceSettings]) -> None:
    """Refuse what a project file cannot mean, whichever source is about to be read.

    Raises
    ------
    InputError
        A source, an outcome, a flag or an order of dates is unknown.
    """
    for name, said in settings.items():
        if name not in known():
            raise InputError(
                f"[sources.{name}]: unknown source {name!r}", file=FILE_NAME,
                near=near_names(name, known()),
                hint=f"Known: {', '.join(known())}. A mapping says such things itself.",
            )  # fmt: skip
        _own(name, said)
        if said.dates and said.dates not in DATE_ORDERS:
            raise InputError(
                f"sources.{name}.dates: unknown order {said.dates!r}", file=FILE_NAME,
                near=near_names(said.dates, DATE_ORDERS), hint=f"Known: {', '.join(DATE_ORDERS)}.",
            )  # fmt: skip


def order_of_dates(name: str) -> str:
    """Return the name of an order of dates, checked.

    Raises
    ------
    UsageError
        There is no such order.
    """
    if name and name not in DATE_ORDERS:
        raise unknown_name("order of dates", name, DATE_ORDERS)
    return name


def with_settings(source: Source, said: SourceSettings) -> Source:
    """Return a source as a site writes it.

    What the site says of a code stands above all else that is known of it: above the table of the
    source, that of inbound calls, and an exported table of statuses.
    """
    own = _own(source.name, said)
    words = {folded(code) for code in own}
    more = source.more_statuses

    def others(tables: Tables) -> dict[tuple[str, str], Outcome]:
        return (
            {at: outcome for at, outcome in more(tables).items() if folded(at[1]) not in words}
            if more
            else {}
        )

    return replace(
        source,
        statuses={**_without(source.statuses, words), **own},
        inbound_statuses=_without(source.inbound_statuses, words),
        more_statuses=more
        and (lambda tables: {k: v for k, v in more(tables).items() if folded(k[1]) not in words}),
        dates=said.dates or source.dates,
    )


def _own(name: str, said: SourceSettings) -> dict[str, Outcome]:
    return outcomes_of(said.statuses, f"sources.{name}.statuses", FILE_NAME)


def _without(statuses: Mapping[str, Outcome], words: set[str]) -> dict[str, Outcome]:
    return {code: outcome for code, outcome in statuses.items() if folded(code) not in words}
