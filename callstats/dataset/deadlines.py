"""By when each contact of a list should have been dialled, in working hours, and whether it was.

A list is to be dialled within so many hours of work of its loading. The hours and the
number are the project's, so the table follows from the settings and is never stored.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from typing import Any

import narwhals as nw
import numpy as np

from callstats.config import Config
from callstats.dataset.working_hours import WorkingHours

Schemas = Mapping[str, Mapping[str, Any]]

#: Working hours from loading a list to its deadline, where the project does not say.
DEFAULT_HOURS = 8.0
#: What was loaded longer before the first dial of the data was due before the data begin.
_WAIT = timedelta(days=7)

_CLOCK = nw.Datetime("us")
_NAMING = ("contact_id", "list_id", "campaign_id")


def hours(config: Config) -> float:
    """Return the working hours from loading to the deadline [h]."""
    return config.setting("list_deadline_h", DEFAULT_HOURS)


def settings(config: Config) -> Hashable:
    """Return what of the settings the deadlines follow from."""
    return config.calling_hours, config.time_zone, hours(config)


def lacking(schemas: Schemas) -> str:
    """Return what deadlines cannot be known without, empty if everything is there.

    Examples
    --------
    >>> lacking({"calls": {}}), lacking({"calls": {}, "contacts": {"contact_id": None}})
    ('contacts', 'calls.contact_id, calls.direction, calls.local_started_at')
    """
    for table in ("contacts", "calls"):
        if table not in schemas:
            return table
    calls, contacts = schemas["calls"], schemas["contacts"]
    missing = [f"calls.{c}" for c in ("contact_id", "direction", "local_started_at") if c not in calls]
    if "contact_id" not in contacts:
        missing.append("contacts.contact_id")
    if missing:
        return ", ".join(missing)
    if "since_loaded_s" in calls or ("loaded_at" in contacts and "started_at" in calls):
        return ""
    return "contacts.loaded_at" if "loaded_at" not in contacts else "calls.started_at"


def schema(schemas: Schemas) -> dict[str, Any]:
    """Return the types of the table's columns."""
    own = {name: schemas["contacts"][name] for name in _NAMING if name in schemas["contacts"]}
    return {**own, "local_loaded_at": _CLOCK, "local_deadline": _CLOCK, "in_time": nw.Boolean()}


def deadlines(frames: Mapping[str, nw.LazyFrame], schemas: Schemas, config: Config) -> nw.LazyFrame:
    """Return the contacts of every list whose deadline is over, with whether they were dialled by then.

    Parameters
    ----------
    frames, schemas : mapping
        The canonical tables, whole, and their types.
    config : Config
        Its calling hours, ``list_deadline_h`` and time zone.

    Returns
    -------
    narwhals.LazyFrame
        On the engine of the calls: contact_id, list_id, campaign_id, and on the clock of the
        calls ``local_loaded_at``, ``local_deadline`` and ``in_time``, all null where nobody
        knows when the contact was loaded. Contacts whose deadline lies after the last call, or
        before the data begin, are left out.

    Notes
    -----
    The site works in its calling hours on each day on which it dialled. A contact is dialled
    by a dial for its list, or for no known one, after it was loaded.
    """
    people = _people(frames, schemas)
    days, last = _days_and_end(frames["calls"])
    people["local_loaded_at"] = _loaded(people, config.time_zone)
    if days:
        early = np.datetime64(days[0] - _WAIT, "us")
        people = people[~(people["local_loaded_at"] < early)]
    site = WorkingHours.of(days, config.calling_hours)
    loaded = people["local_loaded_at"].to_numpy("datetime64[us]")
    due = site.after(loaded, hours(config))
    over = np.isnat(loaded) | (due <= np.datetime64(last, "us"))
    people = people.assign(local_deadline=due)[over]
    in_time = (people["first"] <= people["local_deadline"]).astype("boolean")
    people["in_time"] = in_time.mask(people["local_deadline"].isna())
    return _on_engine(frames["contacts"], people[list(schema(schemas))])


def _people(frames: Mapping[str, nw.LazyFrame], schemas: Schemas) -> Any:
    """Return contacts with the first dial after loading, as far as the calls say when that was.

    ``first`` is the first dial on the clock; ``since`` its distance from loading [s], where
    the calls carry it; ``zone`` the zone of that clock.
    """
    calls, contacts = schemas["calls"], schemas["contacts"]
    names = [name for name in (*_NAMING, "loaded_at", "time_zone") if name in contacts]
    people = frames["contacts"].select(*names)
    dials = frames["calls"].filter(nw.col("direction") == "outbound", ~nw.col("contact_id").is_null())
    wanted = ["contact_id", "list_id", "local_started_at", "started_at", "since_loaded_s", "time_zone"]
    dials = dials.select(*(name for name in wanted if name in calls))
    if "time_zone" in calls:
        dials = dials.rename({"time_zone": "zone"})
    by_list = "list_id" in calls and "list_id" in contacts
    keys = [name for name in ("contact_id", "list_id") if name in contacts]
    found = _read(people)
    if by_list:
        known = ~nw.col("list_id").is_null()
        parts = [
            _firsts(people, dials.filter(known), keys, ["contact_id", "list_id"]),
            _firsts(people, dials.filter(~known).drop("list_id"), keys, ["contact_id"]),
        ]
    else:
        lists = [name for name in ("list_id",) if name in calls]
        parts = [_firsts(people, dials.drop(*lists) if lists else dials, keys, ["contact_id"])]
    return _with_firsts(found, parts, keys)


def _firsts(people: nw.LazyFrame, dials: nw.LazyFrame, keys: list[str], on: list[str]) -> Any:
    """Return the first dial after loading of each contact that has one."""
    columns, own = dials.collect_schema(), people.collect_schema()
    joined = people.select(*(c for c in (*keys, "loaded_at") if c in own)).join(dials, on=on, how="inner")
    if "loaded_at" in own and "started_at" in columns:
        zones = [getattr(dtype, "time_zone", None) for dtype in (columns["started_at"], own["loaded_at"])]
        same = (zones[0] is None) == (zones[1] is None)
        placed, loaded = (
            nw.col(name) if same or zone is None else nw.col(name).dt.replace_time_zone(None)
            for name, zone in zip(("started_at", "loaded_at"), zones, strict=True)
        )
        joined = joined.filter((placed >= loaded) | loaded.is_null())
    known = [nw.col("since_loaded_s").min().alias("since")] if "since_loaded_s" in columns else []
    zone = [nw.col("zone").min()] if "zone" in columns else []
    if known:
        aged = nw.when(~nw.col("since_loaded_s").is_null()).then(nw.col("local_started_at"))
        joined = joined.with_columns(aged=aged)
        known.append(nw.col("aged").min())
    firsts = joined.group_by(*keys).agg(nw.col("local_started_at").min().alias("first"), *known, *zone)
    return _read(firsts)


def _read(frame: nw.LazyFrame) -> Any:
    """Return a frame of pandas, by way of Arrow: DuckDB's own way warns of zones."""
    return frame.collect("pyarrow").to_native().to_pandas()


def _with_firsts(people: Any, parts: list[Any], keys: list[str]) -> Any:
    """Join the earliest of the first dials to the contacts."""
    import pandas as pd

    firsts = pd.concat([part for part in parts if len(part)] or parts[:1])
    firsts = firsts.sort_values("first", kind="stable").drop_duplicates(keys)
    people = people.merge(firsts, on=keys, how="left")
    for column, kind in (("since", "float64"), ("aged", "datetime64[us]"), ("first", "datetime64[us]")):
        found = people[column] if column in people else pd.Series(None, people.index)
        people[column] = found.astype(kind)
    return people


def _days_and_end(calls: nw.LazyFrame) -> tuple[list[date], Any]:
    """Return the days on which the site dialled, and the last call."""
    clock = nw.col("local_started_at")
    day = calls.filter(nw.col("direction") == "outbound", ~clock.is_null()).select(
        day=(clock.dt.year() * 100 + clock.dt.month()) * 100 + clock.dt.day()
    )
    numbers = sorted(int(n) for n in day.unique().collect("pandas").to_native()["day"])
    last = calls.select(clock.max().alias("last")).collect("pandas").to_native()["last"].iloc[0]
    return [date(n // 10000, n // 100 % 100, n % 100) for n in numbers], last


def _loaded(people: Any, zone: str) -> Any:
    """Return when contacts were loaded, on the clock of their calls.

    The clock is the contact's: that of its dials, else its own, else that of the site.
    """
    import pandas as pd

    ages = pd.to_timedelta(people["since"].round(6), unit="s")
    told = (people["aged"] - ages).astype("datetime64[us]")
    if "loaded_at" not in people:
        return told
    site = people["zone"].mode() if "zone" in people else []
    zones = pd.Series(site[0] if len(site) else zone, index=people.index, dtype="object")
    for column in ("time_zone", "zone"):
        if column in people:
            zones = people[column].astype("object").where(people[column].notna(), zones)
    moments = people["loaded_at"]
    moments = moments.dt.tz_localize("UTC") if moments.dt.tz is None else moments
    clocks = pd.Series(pd.NaT, index=people.index, dtype="datetime64[us]")
    for one in zones.unique():
        rows = zones == one
        clocks[rows] = moments[rows].dt.tz_convert(one).dt.tz_localize(None).astype("datetime64[us]")
    return clocks.where(clocks.notna(), told)


def _on_engine(like: nw.LazyFrame, people: Any) -> nw.LazyFrame:
    """Return a frame of pandas on the engine of another, in DuckDB on its connection."""
    import pyarrow as pa

    names = [name for name in people.columns if name in _NAMING]
    clocks = [("local_loaded_at", pa.timestamp("us")), ("local_deadline", pa.timestamp("us"))]
    kinds = pa.schema([*((name, pa.string()) for name in names), *clocks, ("in_time", pa.bool_())])
    made = pa.Table.from_pandas(people, schema=kinds, preserve_index=False)
    if like.implementation.is_duckdb():
        relation: Any = like.to_native()
        return nw.from_native(relation.query("contacts_loaded", "SELECT * FROM made")).lazy()
    if like.implementation.is_pyarrow():
        return nw.from_native(made).lazy()
    if like.implementation.is_pandas():
        native = people.astype({**dict.fromkeys(names, "string"), "in_time": "boolean"})
        return nw.from_native(native.reset_index(drop=True)).lazy()
    return nw.from_native(made).lazy(str(like.implementation.value))  # type: ignore[arg-type]
