"""The costs of a data set, charged to its calls once and read within any filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd

from callstats.config import Config
from callstats.dataset import table_links as links
from callstats.dataset.clock import TIME_KEYS
from callstats.dataset.cost_cells import CELL, NOBODY, cells_of
from callstats.dataset.cost_items import PricedWork, WorkDone, items_of
from callstats.dataset.cost_shares import SharedCosts, over, shared_costs
from callstats.dataset.decided_tables import Schemas, prices, tables_of
from callstats.dataset.filters import Filters
from callstats.model import CHARGED_AT

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset


#: What amounts are shared by, as a ledger names it: seconds of agents, or the calls that stand for them.
_BASES = {"seconds": "time", "spoken": "time"} | {name: name for name in ("calls", "dials", "minutes", "")}


def charge(frames: Mapping[str, nw.LazyFrame], stored: Schemas, config: Config) -> SharedCosts:
    """Charge all costs to the work of all calls, whatever a data set is narrowed to."""
    tables = tables_of(frames, stored, config)
    cells = cells_of(frames["calls"], stored["calls"])
    work = WorkDone(cells, _logins(tables), _loaded(frames, stored, config))
    items = items_of(_collected(frames["costs"])) if "costs" in stored else []
    return shared_costs(items, PricedWork(config, items, work))


def _collected(frame: nw.LazyFrame) -> pd.DataFrame:
    found: Any = frame.collect("pandas").to_native()
    return found


def _logins(tables: Mapping[str, nw.LazyFrame]) -> pd.DataFrame:
    """Return the seconds that agents were logged in, and those paid, by agent, campaign and day."""
    names = ["agent_id", "campaign_id", "day", "seconds", "paid"]
    if "agent_time" not in tables:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
    frame = tables["agent_time"]
    columns = frame.collect_schema().names()
    seconds = nw.col("seconds").cast(nw.Float64).fill_null(0.0)
    paid = nw.col("paid").fill_null(True) if "paid" in columns else nw.lit(True)  # unknown counts as paid
    day = TIME_KEYS["day"](nw.col("local_start")) if "local_start" in columns else nw.lit(0)
    own = [c for c in ("agent_id", "campaign_id") if c in columns]
    rows = frame.select(*own, day=day, seconds=seconds, paid=nw.when(paid).then(seconds).otherwise(0.0))
    found = _collected(rows.group_by(*own, "day").agg(nw.col("seconds", "paid").sum()))
    texts = {
        c: found[c].astype(object).fillna(NOBODY) if c in own else NOBODY for c in ("agent_id", "campaign_id")
    }
    found = found.assign(**texts, day=found["day"].fillna(0).astype("int64"))
    return found.sort_values(names[:3], kind="stable", ignore_index=True)[names]


def _loaded(frames: Mapping[str, nw.LazyFrame], stored: Schemas, config: Config) -> pd.DataFrame:
    """Return how many contacts each list was loaded with, by month; of calls alone, how many it has."""
    if not any(money.lists for money in prices(config)):
        return pd.DataFrame({"list_id": [], "month": [], "contacts": []})
    if "list_id" in stored.get("contacts", {}):
        known = "loaded_at" in stored["contacts"]
        month = TIME_KEYS["month"](nw.col("loaded_at")) if known else nw.lit(0)
        rows = frames["contacts"].select("list_id", month=month)
    elif {"list_id", "contact_id"} <= set(stored["calls"]):
        rows = frames["calls"].select("list_id", "contact_id").unique().select("list_id", month=nw.lit(0))
    else:
        return pd.DataFrame({"list_id": [], "month": [], "contacts": []})
    found = _collected(rows.group_by("list_id", "month").agg(contacts=nw.len()))
    found = found.assign(month=found["month"].fillna(0).astype("int64"))
    return found.sort_values(["list_id", "month"], kind="stable", ignore_index=True)


def costs_within(dataset: Dataset, shared: SharedCosts, keys: Sequence[str]) -> nw.LazyFrame:
    """Return the charged costs within a data set's filters, with the keys that are asked for.

    What cells do not tell apart is read off the calls: an hour's costs are those of its dials
    and of the agents' time they took.
    """
    own = dataset.schemas["costs"]
    columns = dataset.columns
    narrowed = [name for name in dataset.filters.equals if name not in own]
    narrowed = [name for name in narrowed if links.path(columns, "calls", name) is not None]
    beyond = [k for k in keys if (k not in own and k not in TIME_KEYS) or k == "hour"]
    rows = shared.rows
    if narrowed:
        rows = rows[rows["cell"] >= 0]
    if narrowed or beyond:
        rows = over(shared, rows, beyond, _work(dataset, beyond))
    frame = nw.from_native(_shown(rows, own, beyond)).lazy()
    kept = Filters(dataset.filters.period, {n: v for n, v in dataset.filters.equals.items() if n in own})
    conditions = kept.conditions(columns, "costs")
    frame = frame.filter(*conditions) if conditions else frame
    times = [k for k in keys if k in TIME_KEYS and k not in beyond]
    return frame.with_columns(**{k: TIME_KEYS[k](nw.col(CHARGED_AT)) for k in times}) if times else frame


def _work(dataset: Dataset, keys: Sequence[str]) -> pd.DataFrame:
    """Return the work within the filters; an idle agent's wages stand on the calls of others."""
    calls = dataset.without("agent_id").table("calls", *keys)
    return cells_of(calls, dataset.schemas["calls"], keys)


def _shown(rows: pd.DataFrame, own: Mapping[str, nw.dtypes.DType], keys: Sequence[str]) -> pd.DataFrame:
    names = [c for c in CELL if c in own]
    texts = {c: rows[c].astype(object).where(rows[c] != NOBODY, None).astype("string") for c in names}
    shown = pd.DataFrame({**texts, **{c: rows[c] for c in keys if c not in texts}}, index=rows.index)
    if CHARGED_AT in own:
        day = rows["day"].to_numpy(dtype="int64")
        text = pd.Series(np.where(day > 0, day, -1), index=rows.index).astype(str)
        shown[CHARGED_AT] = pd.to_datetime(text, format="%Y%m%d", errors="coerce").astype("datetime64[us]")
    return shown.assign(
        period=rows["period"].astype("string"),
        kind=rows["kind"].astype("string"),
        amount=rows["amount"].astype(float),
        origin=rows["origin"].astype("string"),
        basis=rows["basis"].map(_BASES).astype("string"),
        charged=(rows["cell"] >= 0).astype(bool),
    )
