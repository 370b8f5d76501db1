"""The tables that follow from others and from the settings: what they need and hold, how they are made."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import narwhals as nw

from callstats.config import Config
from callstats.dataset import deadlines, wins
from callstats.model import MADE

Schemas = Mapping[str, Mapping[str, Any]]


class Recipe(NamedTuple):
    """How one such table is made.

    Attributes
    ----------
    lacking : callable
        What of the tables present it cannot be made without, empty if nothing.
    schema : callable
        The types of its columns.
    make : callable
        The table, from the frames, their types and the settings.
    settings : callable
        What of the settings it follows from: equal ones, equal tables.
    """

    lacking: Callable[[Schemas], str]
    schema: Callable[[Schemas], dict[str, Any]]
    make: Callable[[Mapping[str, nw.LazyFrame], Schemas, Config], nw.LazyFrame]
    settings: Callable[[Config], Hashable]


_RECIPES: dict[str, Recipe] = {
    "deadlines": Recipe(
        deadlines.lacking, deadlines.schema, deadlines.deadlines, deadlines.settings,
    ),
    "wins": Recipe(wins.lacking, wins.schema, lambda frames, own, _: wins.wins(frames, own), lambda _: None),
}  # fmt: skip


def schemas(own: Schemas) -> dict[str, dict[str, Any]]:
    """Return the types of the tables that can be made of those present.

    Examples
    --------
    >>> schemas({"calls": {}})
    {}
    """
    return {name: _RECIPES[name].schema(own) for name in MADE if not _RECIPES[name].lacking(own)}


def without(name: str, own: Schemas) -> str:
    """Return what a table cannot be made without.

    Examples
    --------
    >>> without("deadlines", {"calls": {}})
    'contacts'
    """
    return _RECIPES[name].lacking(own)


def settings(name: str, config: Config) -> Hashable:
    """Return what of the settings a table follows from."""
    return _RECIPES[name].settings(config)


def make(name: str, frames: Mapping[str, nw.LazyFrame], own: Schemas, config: Config) -> nw.LazyFrame:
    """Return a table that follows from the others."""
    return _RECIPES[name].make(frames, own, config)
