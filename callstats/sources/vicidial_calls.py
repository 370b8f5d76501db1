"""The rows that are one call of VICIdial: a dial, and every in-group that it came to.

A transfer, a dial that was dropped into an in-group, a press-1 dial and a queue
that overflows into the next one each leave several rows. They bear one
uniqueid; where that is not exported, they are found by lead, time and status.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from callstats.sources import notes as told
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

NO_END = 3600  # s; how long a transfer of unknown length may take to reach the next agent
SLACK = 300  # s; the closer log is written when the next agent's queue is reached
AT_ONCE = 30  # s; the dialer sends a person on at once: whoever comes later has called by themselves
OUTCOME = (
    "argued", "success", "closed", "closed_reason", "do_not_call", "invalid_number", "right_party",
    "outcome_code",
)  # fmt: skip


def one_call_each(calls: Frame, notes: list[str]) -> Frame:
    """Join the rows of every call.

    The call keeps the start, list and campaign of its first row; outcome and
    agent are those of the last row with an agent; ``first_agent_id`` is who
    handed it over.
    """
    calls = calls.assign(_way=(calls["direction"] == "inbound"), _who=_who(calls))
    calls = calls.sort_values(["_who", "started_at", "_way"], kind="stable", ignore_index=True)
    first = _first_row(calls)
    _tell(calls, first, notes)
    several = pd.Series(first).duplicated(keep=False).to_numpy()
    if several.any():
        calls = pd.concat([calls[~several], _joined(calls[several], first[several])], ignore_index=True)
    calls = calls.drop(columns=["_way", "_who"])
    return calls.sort_values("started_at", kind="stable", ignore_index=True)


def _who(calls: Frame) -> Series:
    """Return the contact; unknown, the one of another row of the same uniqueid, else nobody else."""
    contact = calls["contact_id"].astype(TEXT)
    nobody = pd.Series(calls.index.astype(str), index=calls.index, dtype=TEXT)
    if "uniqueid" in calls:
        known = calls[contact.notna()].drop_duplicates("uniqueid").dropna(subset=["uniqueid"])
        contact = contact.fillna(
            calls["uniqueid"].map(known.set_index("uniqueid")["contact_id"]).astype(TEXT)
        )
        nobody = calls["uniqueid"].astype(TEXT).fillna(nobody)
    return contact.fillna("nobody " + nobody)


def _first_row(calls: Frame) -> np.ndarray:
    """Return for every row the place of the first row of its call.

    Rows are in the order of contact and time.
    """
    places = np.arange(len(calls))
    before = np.where(_sent_on(calls), places - 1, places)
    inbound = calls["_way"].to_numpy(bool)
    if "uniqueid" in calls:
        by_id, place = [calls["_who"], calls["uniqueid"]], pd.Series(places)
        # The dial comes first, though the closer log may be a second ahead of it.
        start = place.mask(inbound).groupby(by_id).transform("min")
        start = start.fillna(place.groupby(by_id).transform("min")).fillna(place).to_numpy(np.int64)
        before = np.where(inbound & (start != places), start, before)
    while (before != before[before]).any():
        before = before[before]
    return before


def _sent_on(calls: Frame) -> np.ndarray:
    """Mark the rows of an in-group that the row above was sent on to, by lead, time and status.

    An agent's transfer may wait for the next agent. A person whom the dialer or a
    queue sends on arrives at once; with another uniqueid it is another call.
    """
    above = calls.shift(1)
    over = above["handed_over"].eq(True).fillna(False).astype(bool)
    left = ~over & _agents(above).isna() & _maybe(above["live"]) & ~_surely(above["handled"])
    if "uniqueid" in calls:
        left &= calls["uniqueid"].isna() | above["uniqueid"].isna()
    length = above["length_s"]
    wait = (length.fillna(NO_END) + SLACK).where(over, length.fillna(0.0) + AT_ONCE)
    soon = calls["started_at"] <= above["started_at"] + pd.to_timedelta(wait, unit="s")
    same = calls["_who"].eq(above["_who"]).fillna(False).astype(bool)
    return (calls["_way"].astype(bool) & same & (over | left) & soon).to_numpy(bool)


def _surely(flag: Series) -> Series:
    return flag.eq(True).fillna(False).astype(bool)


def _maybe(flag: Series) -> Series:
    return flag.ne(False).fillna(True).astype(bool)


def _agents(calls: Frame) -> Series:
    return calls.get("agent_id", pd.Series(pd.NA, index=calls.index, dtype=TEXT))


def _tell(calls: Frame, first: np.ndarray, notes: list[str]) -> None:
    number = pd.Series(first)
    ends, alone = ~number.duplicated(keep="last").to_numpy(), ~number.duplicated(keep=False).to_numpy()
    over = _surely(calls["handed_over"]).to_numpy()
    counts = {told.NO_CLOSER_LOG: over & ends, told.JOINED: first != np.arange(len(calls))}
    if "transfer_id" in calls:
        moved = calls["transfer_id"].str.fullmatch(r"0*[1-9]\d*").fillna(False).to_numpy(bool)
        counts[told.NO_DIAL] = moved & alone
    for message, rows in counts.items():
        if rows.any():
            notes.append(told.write(message, count=int(rows.sum())))


def _joined(rows: Frame, number: np.ndarray) -> Frame:
    """Make one row of the rows of every call; ``number`` is the place of the call's first row."""
    call = rows.loc[np.unique(number)].reset_index(drop=True)
    rows = rows.reset_index(drop=True)
    groups = rows.groupby(number, sort=True)
    final = rows.loc[_final(rows, number)].reset_index(drop=True)
    for name in rows.columns.intersection(list(OUTCOME)):
        call[name] = final[name]
    guess = _refuted(rows, number)
    for name in ("live", "abandoned"):
        call[name] = _any(rows[name].mask(guess, False), number)
    for name in ("connected", "handled"):
        call[name] = _any(rows[name], number)
    # Whoever has spoken with an agent was not abandoned, whatever happened before or after.
    call["abandoned"] = call["abandoned"] & ~call["handled"]
    call["argued"] = call["argued"] & call["handled"]
    for name in rows.columns.intersection(["talk_s", "wrap_s", "queue_s", "length_s"]):
        call[name] = _sum(rows, name, number)
    call["contact_id"] = groups["contact_id"].first().reset_index(drop=True)
    if "agent_id" in rows:
        agents = groups["agent_id"]
        call["agent_id"] = final["agent_id"].fillna(agents.last().reset_index(drop=True))
        handed = agents.first().where(agents.count() > 1)
        call["first_agent_id"] = handed.reset_index(drop=True).astype(TEXT)
    return call


def _final(rows: Frame, number: np.ndarray) -> Series:
    """Return the row of each call that says what came of it.

    It is the last one of an agent who talked and did not hand over, else the last one.
    """
    places = pd.Series(rows.index, index=rows.index)
    said = _maybe(rows["handled"]) & ~_surely(rows["handed_over"])
    last = places.groupby(number).max()
    return places.where(said).groupby(number).max().fillna(last).astype("int64")


def _refuted(rows: Frame, number: np.ndarray) -> Series:
    """Mark the dialer's rows that took for a person what an agent then heard was none."""
    agent, live = _agents(rows).notna(), rows["live"]
    nobody = (agent & live.eq(False).fillna(False).astype(bool)).groupby(number).transform("any")
    person = (agent & _maybe(live)).groupby(number).transform("any")
    return ~agent & ~_surely(rows["handed_over"]) & nobody & ~person


def _any(flag: Series, number: np.ndarray) -> Series:
    """Return whether a flag is set on any row of a call; unknown, if it may be set on one."""
    found, unknown = _surely(flag).groupby(number).any(), flag.isna().groupby(number).any()
    return found.astype("boolean").mask(~found & unknown).reset_index(drop=True)


def _sum(rows: Frame, name: str, number: np.ndarray) -> Series:
    """Return a duration of all rows of a call; unknown, if that of one is."""
    has_one = {"queue_s": rows["_way"].astype(bool), "length_s": True}.get(name, _surely(rows["handled"]))
    unknown = (rows[name].isna() & has_one).groupby(number).any()
    return rows[name].groupby(number).sum(min_count=1).mask(unknown).reset_index(drop=True)
