"""What VICIdial's tables need beyond a column map: joining, splitting, clocks.

A transfer is two rows but one call; an agent's row covers up to four stretches of
time; a contact's clock is an offset that is correct on the day of the export.
"""

from __future__ import annotations

import pandas as pd

from callstats.sources import notes as told
from callstats.sources.cells import TEXT
from callstats.sources.raw import Frame, Series
from callstats.sources.times import clock

Tables = dict[str, Frame]
NO_END = 3600  # s; longest time a transfer of unknown length may take to reach the next agent
SLACK = 300  # s; the closer log is written when the call reaches the next agent's queue
OFFSETS = (-12.0, 14.0)  # h, the offsets in use


def prepare(tables: Tables) -> Tables:
    """Complete each row: identity, direction, queue and talk."""
    tables = dict(tables)
    if "calls" in tables:
        tables["calls"] = _calls(tables["calls"])
    if "agent_log" in tables:
        log = tables["agent_log"]
        log["dead_s"] = log["dead_s"].fillna(0.0) if "dead_s" in log else 0.0
        tables["agent_log"] = log
    return tables


def _calls(calls: Frame) -> Frame:
    direction = calls.get("direction", pd.Series(pd.NA, index=calls.index, dtype=TEXT))
    queue = calls.get("queue_s", pd.Series(float("nan"), index=calls.index))
    if "alt_dial" in calls:
        digits = calls["alt_dial"].str.fullmatch(r"-?\d+(\.\d+)?").fillna(False).astype(bool)
        seconds = digits & direction.isna()
        queue = queue.fillna(pd.to_numeric(calls["alt_dial"].where(seconds).astype(object), errors="coerce"))
        direction = direction.mask(seconds, "inbound")
    calls = calls.assign(direction=direction.fillna("outbound").astype(TEXT), queue_s=queue)
    calls["call_id"] = _identity(calls)
    calls["handed_over"] = calls["handed_over"].fillna(False)
    if "attempt_no" in calls:
        calls["attempt_no"] = calls["attempt_no"].where(calls["attempt_no"] >= 1)
    talk = calls["length_s"] - calls["queue_s"].fillna(0.0)
    # The queue has fractions of a second and the length does not: under one second is no talk.
    talk = talk.where((talk >= 0) | (talk <= -1), 0.0)
    calls["talk_s"] = talk.where(calls["handled"].eq(True).fillna(False))
    return calls.drop(columns=["alt_dial", "closecallid"], errors="ignore")


def _identity(calls: Frame) -> Series:
    """Identify a call by uniqueid, the closer log's number, or, if neither is exported, lead and second."""
    second = calls["local_started_at"].dt.strftime("%Y%m%d%H%M%S").astype(TEXT)
    way = calls["direction"].map({"inbound": "-in"}).fillna("").astype(TEXT)
    identity = calls["contact_id"].fillna("").astype(TEXT) + "-" + second + way
    if "uniqueid" in calls:
        identity = (calls["uniqueid"].astype(TEXT) + way).fillna(identity)
    if "closecallid" in calls:
        identity = ("C" + calls["closecallid"].astype(TEXT)).fillna(identity)
    return identity


def shape(tables: Tables, notes: list[str], zone: str) -> Tables:
    """Turn accepted rows into canonical tables."""
    tables = dict(tables)
    log = tables.pop("agent_log", None)
    tables.pop("statuses", None)
    if log is not None:
        tables["agent_time"] = _stretches(log, zone)
    if "calls" in tables:
        calls = tables["calls"]
        if log is not None and "uniqueid" in calls and "uniqueid" in log:
            calls = _with_agent_log(calls, log, notes)
        calls = _one_call_each(calls, notes)
        calls = _on_contact_clock(calls, tables.get("contacts"), notes)
        helpers = ["uniqueid", "handed_over", "gmt_offset"]
        tables["calls"] = calls.drop(columns=helpers, errors="ignore")
    if "contacts" in tables:
        tables["contacts"] = _contact_zones(tables["contacts"], tables.get("calls"))
    return tables


def _stretches(log: Frame, zone: str) -> Frame:
    """Split each row into its stretches: pause, wait, talk, and after-call work.

    A stretch without an epoch starts where the previous ones ended.
    """
    dead = log["dead_s"]
    parts = (
        ("pause", log["pause_s"], "pause_at"),
        ("wait", log["wait_s"], "wait_at"),
        ("talk", log["talk_s"] - dead, "talk_at"),
        ("wrap", log["dispo_s"].fillna(0) + dead, ""),
    )
    pieces, start = [], log["event_at"]
    for state, seconds, epoch in parts:
        if epoch in log:
            start = log[epoch].fillna(start)
        piece = log[["_raw", "_position", "agent_id", "campaign_id"]].assign(
            start=start, state=state, seconds=seconds
        )
        code = log.get("pause_code")
        piece["pause_code"] = code if state == "pause" and code is not None else pd.NA
        pieces.append(piece[seconds.fillna(0) != 0])
        start = start + pd.to_timedelta(seconds.fillna(0), unit="s").astype("timedelta64[us]")
    time = pd.concat(pieces, ignore_index=True)
    time["local_start"] = clock(time["start"], zone)
    time["pause_code"] = time["pause_code"].astype(TEXT)
    time["state"] = time["state"].astype(TEXT)
    return time.sort_values(["agent_id", "start"], kind="stable", ignore_index=True)


def _with_agent_log(calls: Frame, log: Frame, notes: list[str]) -> Frame:
    """Take talk and after-call work from the agent's row, where there is one."""
    rows = log[log["uniqueid"].notna() & log["agent_id"].notna()]
    sums = rows.assign(
        agent_talk_s=rows["talk_s"].fillna(0) - rows["dead_s"],
        wrap_s=rows["dispo_s"].fillna(0) + rows["dead_s"],
    ).groupby(["uniqueid", "agent_id"], as_index=False)[["agent_talk_s", "wrap_s"]].sum()  # fmt: skip
    joined = calls.drop(columns="wrap_s", errors="ignore").merge(
        sums, on=["uniqueid", "agent_id"], how="left"
    )
    handled = joined["handled"].eq(True).fillna(False).to_numpy(bool)
    joined["talk_s"] = joined["agent_talk_s"].where(handled).fillna(joined["talk_s"])
    missing = int((handled & joined["agent_talk_s"].isna()).sum())
    if missing:
        notes.append(told.write(told.NO_AGENT_LOG, count=missing))
    return joined.drop(columns="agent_talk_s")


def _one_call_each(calls: Frame, notes: list[str]) -> Frame:
    """Join every transfer with the row of the agent it was handed to.

    The call keeps the start, list and campaign of its first row, and the outcome
    and agent of its last; ``first_agent_id`` is the agent who handed it over.
    """
    calls = calls.assign(_way=(calls["direction"] == "inbound"))
    calls = calls.sort_values(["contact_id", "started_at", "_way"], kind="stable", ignore_index=True)
    continues = _continues(calls)
    over = calls["handed_over"].eq(True).fillna(False)
    lone = int((over & ~continues.shift(-1, fill_value=False)).sum())
    if lone:
        notes.append(told.write(told.NO_CLOSER_LOG, count=lone))
    if continues.any():
        notes.append(told.write(told.JOINED, count=int(continues.sum())))
        number = (~continues).cumsum()
        several = number.duplicated(keep=False)
        calls = pd.concat([calls[~several], _joined(calls[several], number[several])], ignore_index=True)
    return calls.drop(columns="_way").sort_values("started_at", kind="stable", ignore_index=True)


def _continues(calls: Frame) -> Series:
    """Mark the rows that continue the row before: handed over, same lead, immediately."""
    before = calls.shift(1)
    same = calls["contact_id"].eq(before["contact_id"]).fillna(False).astype(bool)
    over = before["handed_over"].eq(True).fillna(False).astype(bool)
    until = before["started_at"] + pd.to_timedelta(before["length_s"].fillna(NO_END) + SLACK, unit="s")
    soon = calls["started_at"] <= until
    if "uniqueid" in calls:
        soon |= calls["uniqueid"].eq(before["uniqueid"]).fillna(False).astype(bool)
    inbound = calls["_way"].fillna(False).astype(bool)
    return pd.Series((same & over & soon & inbound).to_numpy(bool), index=calls.index)


def _joined(rows: Frame, number: Series) -> Frame:
    groups = rows.groupby(number.to_numpy(), sort=True)
    first, last = groups.nth(0).reset_index(drop=True), groups.nth(-1).reset_index(drop=True)
    call = first.copy()
    for name in (
        "argued",
        "success",
        "closed",
        "closed_reason",
        "do_not_call",
        "invalid_number",
        "outcome_code",
    ):
        call[name] = last[name]
    for name in ("connected", "live", "handled"):
        call[name] = groups[name].max().reset_index(drop=True)
    # A person handed over has spoken with an agent: if dropped later, the call was not abandoned.
    call["abandoned"] = last["abandoned"] & ~call["handled"]
    call["argued"] = call["argued"] & call["handled"]
    for name in rows.columns.intersection(["talk_s", "wrap_s", "queue_s", "length_s"]):
        call[name] = groups[name].sum(min_count=1).reset_index(drop=True)
    call["first_agent_id"] = first["agent_id"]
    call["agent_id"] = groups["agent_id"].last().reset_index(drop=True)
    return call


def _on_contact_clock(calls: Frame, contacts: Frame | None, notes: list[str]) -> Frame:
    """Convert the local time to the contact's clock where its offset differs from the site's.

    The offset is that of the day of the export, so we keep its difference from the
    site's offset at the last call; both are assumed to change their clocks
    together.
    """
    offset = calls.get("gmt_offset")
    if offset is None and contacts is not None and "gmt_offset" in contacts:
        by_contact = contacts.drop_duplicates("contact_id").set_index("contact_id")["gmt_offset"]
        offset = calls["contact_id"].map(by_contact)
    if offset is None or calls.empty:
        return calls
    offset = offset.astype(float)
    possible = offset.between(*OFFSETS) & (offset * 4 % 1 == 0)
    if (offset.notna() & ~possible).any():
        odd = int((offset.notna() & ~possible).sum())
        notes.append(told.write(told.NO_OFFSET, count=odd))
    here = _hours(calls["local_started_at"], calls["started_at"])
    apart = (offset - here[calls["started_at"].idxmax()]).where(possible).fillna(0.0)
    away = apart != 0
    if away.any():
        notes.append(told.write(told.OTHER_CLOCK, count=int(away.sum())))
        calls = calls.copy()
        shift = pd.to_timedelta(apart, unit="h").astype("timedelta64[us]")
        calls["local_started_at"] = calls["local_started_at"] + shift
        names = (here + apart)[away].map(zone_of_offset)
        calls["time_zone"] = calls["time_zone"].mask(away, names)
    return calls


def _hours(local: Series, utc: Series) -> Series:
    return (local - utc.dt.tz_localize(None)).dt.total_seconds() / 3600


def zone_of_offset(hours: float) -> str:
    """Return the name of a fixed offset; IANA names whole hours, with the sign reversed.

    Examples
    --------
    >>> zone_of_offset(-5), zone_of_offset(5.5), zone_of_offset(0)
    ('Etc/GMT+5', 'UTC+05:30', 'Etc/GMT')
    """
    if hours % 1 == 0:
        return f"Etc/GMT{-int(hours):+d}" if hours else "Etc/GMT"
    whole, minutes = divmod(round(abs(hours) * 60), 60)
    return f"UTC{'-' if hours < 0 else '+'}{whole:02d}:{minutes:02d}"


def _contact_zones(contacts: Frame, calls: Frame | None) -> Frame:
    """Infer each contact's zone from the calls to it; unknown if it was never dialled."""
    if "gmt_offset" not in contacts:
        return contacts
    if calls is not None and len(calls):
        zones = calls.dropna(subset=["contact_id"]).drop_duplicates("contact_id", keep="last")
        contacts["time_zone"] = (
            contacts["contact_id"].map(zones.set_index("contact_id")["time_zone"]).astype(TEXT)
        )
    return contacts.drop(columns="gmt_offset")
