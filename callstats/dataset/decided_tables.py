"""What the project's settings make of the stored tables: values of successes, hours, and charged costs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import narwhals as nw

from callstats.config import Config, MoneySettings
from callstats.dataset import estimated_hours, success_values
from callstats.model import CHARGED_AT

Schemas = Mapping[str, Mapping[str, nw.dtypes.DType]]
_FIXED = ("cost_per_dial", "cost_per_minute", "fixed_per_month")


def schemas_of(stored: Schemas, config: Config) -> Schemas:
    """Return the columns of every table, with those that the settings add."""
    calls = stored.get("calls", {})
    added: dict[str, Mapping[str, nw.dtypes.DType]] = {}
    if "success" in calls and success_values.values_stated(config):
        added["calls"] = {**calls, "value": nw.Float64()}
    if estimates_hours(stored, config):
        added["agent_time"] = estimated_hours.columns_of(calls)
    if charges(stored, config):
        added["costs"] = _cost_columns(stored)
    return {**stored, **added} if added else stored


def estimates_hours(stored: Schemas, config: Config) -> bool:
    """Return whether agents' hours are read off the calls: an hour has a price, and no table has hours."""
    here = "agent_time" not in stored and estimated_hours.can_be_estimated(stored.get("calls", {}))
    return here and estimated_hours.hours_priced(config)


def charges(stored: Schemas, config: Config) -> bool:
    """Return whether costs are known, from the data or by prices, and can be charged to calls."""
    calls = stored.get("calls", {})
    if "direction" not in calls:
        return False
    if {"kind", "amount"} <= set(stored.get("costs", ())):
        return True
    by_hour = estimated_hours.hours_priced(config)
    hours = "agent_time" in stored or estimates_hours(stored, config)
    return (by_hour and hours) or any(
        money.lists or any(getattr(money, name) is not None for name in _FIXED) for money in prices(config)
    )


def prices(config: Config) -> tuple[MoneySettings, ...]:
    """Return the site's prices, then those of its campaigns."""
    return (config.money, *(own.money for own in config.campaign.values()))


def hours_priced(config: Config) -> bool:
    """Return whether a project says what an hour costs."""
    return estimated_hours.hours_priced(config)


def _cost_columns(stored: Schemas) -> dict[str, nw.dtypes.DType]:
    calls, costs = stored["calls"], stored.get("costs", {})
    hours = stored.get("agent_time", {})
    names = [c for c in ("campaign_id", "list_id") if c in calls or c in costs]
    names += ["agent_id"] if "agent_id" in calls or "agent_id" in hours else []
    texts: dict[str, nw.dtypes.DType] = dict.fromkeys((*names, "direction"), nw.String())
    clock = {CHARGED_AT: nw.Datetime("us")} if "local_started_at" in calls else {}
    rest = dict.fromkeys(("period", "kind", "origin", "basis"), nw.String())
    return {**texts, **clock, **rest, "amount": nw.Float64(), "charged": nw.Boolean()}


def settings_key(config: Config) -> Hashable:
    """Return what tables depend on: equal for settings that decide alike."""
    return repr((config.money, {name: own.money for name, own in config.campaign.items() if own.money}))


def tables_of(frames: Mapping[str, nw.LazyFrame], stored: Schemas, config: Config) -> dict[str, nw.LazyFrame]:
    """Return the tables as the settings decide them; costs are left as they are stored."""
    tables = dict(frames)
    if "success" in stored.get("calls", {}) and success_values.values_stated(config):
        tables["calls"] = success_values.with_values(frames["calls"], stored["calls"], config)
    if estimates_hours(stored, config):
        tables["agent_time"] = estimated_hours.estimated_hours(frames["calls"], stored["calls"])
    return tables
