"""Columns that follow from others: which attempt a call was, how old its contact, whether a promise was kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pandas as pd

from callstats.sources.raw import Frame, Series

#: Frames and columns of pandas; its own annotations are unions that nothing narrows.
Tables = dict[str, Frame]
KEPT_WITHIN = timedelta(hours=1)


def derive(tables: Mapping[str, Frame]) -> Tables:
    """Add the derived columns that accepted tables lack.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Canonical tables.

    Returns
    -------
    dict of str to DataFrame

    Examples
    --------
    >>> calls = pd.DataFrame({
    ...     "call_id": ["b", "a"], "contact_id": ["7", "7"], "live": [True, False],
    ...     "started_at": pd.to_datetime(["2026-09-02", "2026-09-01"], utc=True),
    ... }).astype({"live": "boolean"})
    >>> derived = derive({"calls": calls})["calls"]
    >>> derived[["call_id", "attempt_no", "live_no"]].to_dict("list")
    {'call_id': ['a', 'b'], 'attempt_no': [1, 2], 'live_no': [None, 1]}
    """
    done = dict(tables)
    if "calls" in done:
        done["calls"] = _calls(done["calls"], done.get("contacts"))
    if "contacts" in done:
        done["contacts"] = _contacts(done["contacts"], done.get("calls"))
    if "callbacks" in done and "calls" in done:
        done["callbacks"] = _callbacks(done["callbacks"], done["calls"])
    if "cases" in done and {"opened_at", "closed_at"} <= set(done["cases"]):
        cases = done["cases"]
        done["cases"] = cases.assign(
            resolution_s=(cases["closed_at"] - cases["opened_at"]).dt.total_seconds()
        )
    return done


def _calls(calls: Frame, contacts: Frame | None) -> Frame:
    order = ["started_at", "attempt_no"] if "attempt_no" in calls else ["started_at"]
    calls = calls.sort_values(order, kind="stable", ignore_index=True)
    if "contact_id" not in calls:
        return calls
    known = calls["contact_id"].notna()
    counted = _count(calls, known & _outbound(calls))
    calls["attempt_no"] = calls["attempt_no"].fillna(counted) if "attempt_no" in calls else counted
    if "live" in calls:
        calls["live_no"] = _count(calls, known & calls["live"].eq(True).fillna(False).astype(bool))
    loaded = _loaded(calls, contacts)
    if loaded is not None:
        age = (calls["started_at"] - loaded).dt.total_seconds()
        calls["since_loaded_s"] = age.where(age >= 0)
    return calls.drop(columns="loaded_at", errors="ignore")


def _outbound(calls: Frame) -> Series:
    if "direction" not in calls:
        return pd.Series(True, index=calls.index)
    return calls["direction"].ne("inbound").fillna(True).astype(bool)


def _count(calls: Frame, among: Series) -> Series:
    """Number the rows of each contact among some rows, in their order."""
    chosen = calls.loc[among, "contact_id"]
    number = chosen.groupby(chosen).cumcount() + 1
    return number.reindex(calls.index).astype("Int64")


def _loaded(calls: Frame, contacts: Frame | None) -> Series | None:
    stated = calls.get("loaded_at")
    if contacts is None or "loaded_at" not in contacts:
        return stated
    first = contacts.dropna(subset=["contact_id", "loaded_at"]).groupby("contact_id")["loaded_at"].min()
    looked_up = calls["contact_id"].map(first)
    if "list_id" in calls and "list_id" in contacts:
        keys = ["contact_id", "list_id"]
        once = contacts.dropna(subset=[*keys, "loaded_at"]).drop_duplicates(keys)
        exact = calls[keys].merge(once[[*keys, "loaded_at"]], on=keys, how="left")["loaded_at"]
        looked_up = exact.fillna(looked_up)
    return looked_up if stated is None else stated.fillna(looked_up)


def _contacts(contacts: Frame, calls: Frame | None) -> Frame:
    """A contact's campaign is the one its list was mostly dialled for."""
    if "campaign_id" in contacts and contacts["campaign_id"].notna().all():
        return contacts
    if calls is None or not {"list_id", "campaign_id"} <= set(calls) or "list_id" not in contacts:
        return contacts
    pairs = calls.loc[_outbound(calls), ["list_id", "campaign_id"]].dropna()
    counts = pairs.groupby(["list_id", "campaign_id"]).size().rename("n").reset_index()
    most = counts.sort_values(["n", "campaign_id"], ascending=[False, True]).drop_duplicates("list_id")
    campaign = contacts["list_id"].map(most.set_index("list_id")["campaign_id"])
    stated = contacts.get("campaign_id")
    return contacts.assign(campaign_id=campaign if stated is None else stated.fillna(campaign))


def _callbacks(callbacks: Frame, calls: Frame) -> Frame:
    """A promise is kept if the contact was dialled within an hour of the due time.

    Promises that fall due outside the time of the calls are unknown.
    """
    if "due_at" not in callbacks or "kept" in callbacks or "contact_id" not in calls or calls.empty:
        return callbacks
    callbacks = callbacks.sort_values("due_at", kind="stable", ignore_index=True)
    columns = ["contact_id", "started_at"] + (["success"] if "success" in calls else [])
    dials = calls.loc[calls["contact_id"].notna() & _outbound(calls), columns].sort_values("started_at")
    due = callbacks[["contact_id", "due_at"]].dropna()
    met = pd.merge_asof(
        due, dials, left_on="due_at", right_on="started_at", by="contact_id",
        tolerance=KEPT_WITHIN, direction="nearest",
    ).set_index(due.index)  # fmt: skip
    inside = due["due_at"].between(calls["started_at"].min(), calls["started_at"].max() - KEPT_WITHIN)
    kept = met["started_at"].notna().astype("boolean").where(inside | met["started_at"].notna())
    callbacks["kept"] = kept.reindex(callbacks.index).astype("boolean")
    if "success" in met and "success" not in callbacks:
        callbacks["success"] = met["success"].reindex(callbacks.index).astype("boolean")
    return callbacks
