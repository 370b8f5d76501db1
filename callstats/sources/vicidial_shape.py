"""What VICIdial's tables need beyond a column map: identity, queue and talk, splitting, clocks.

An agent's row is up to four stretches of time; a contact's clock is an offset
that is right on the day of the export. The rows of one call are joined by
:mod:`.vicidial_calls`.
"""

from __future__ import annotations

import pandas as pd

from callstats.sources import notes as told
from callstats.sources.raw import Frame, Series
from callstats.sources.times import clock
from callstats.sources.typed_cells import TEXT
from callstats.sources.vicidial_calls import one_call_each

Tables = dict[str, Frame]
NOBODY = "0"  # lead_id of a call that belongs to no lead
HIDDEN = r"X+\d*"  # a phone number that the server shows in part or not at all
#: A uniqueid that Excel has rounded: its second alone, or a power of ten.
ROUNDED = r"\d{9,}|\d(?:[.,]\d+)?[eE]\+?\d+"
OFFSETS = (-12.0, 14.0)  # h, the offsets in use


def prepare(tables: Tables) -> Tables:
    """Complete each row: identity, direction, queue and talk."""
    tables = dict(tables)
    if "calls" in tables:
        tables["calls"] = _calls(tables["calls"])
    if "agent_log" in tables:
        log = tables["agent_log"]
        log["dead_s"] = log["dead_s"].fillna(0.0) if "dead_s" in log else 0.0
        if "contact_id" in log:
            log["contact_id"] = _lead(log["contact_id"])
        tables["agent_log"] = log
    return tables


def _calls(calls: Frame) -> Frame:
    calls = calls.assign(**_way(calls))
    calls["call_id"] = _identity(calls)
    calls["contact_id"] = _lead(calls["contact_id"])
    calls["handed_over"] = calls["handed_over"].fillna(False)
    if "attempt_no" in calls:
        calls["attempt_no"] = calls["attempt_no"].where(calls["attempt_no"] >= 1)
    handled = calls["handled"].eq(True).fillna(False)
    calls["talk_s"] = _talk(calls).where(handled)
    if "wrap_s" in calls:
        # The export writes 0 also where the agent log has no row for the call.
        calls["wrap_s"] = calls["wrap_s"].where(handled & (calls["wrap_s"] != 0))
    return calls.drop(columns=["alt_dial", "closecallid", "count_or_uniqueid"], errors="ignore")


def _way(calls: Frame) -> dict[str, Series]:
    """Return direction, queue, uniqueid and attempt, which the export writes in one another's place.

    An inbound row of the call export has its queue where an outbound one has the
    kind of number dialled; in the short layout (ALTERNATE_1) it has its uniqueid
    where an outbound one has the number of attempts.
    """
    none = pd.Series(pd.NA, index=calls.index, dtype=TEXT)
    direction = calls.get("direction", none)
    queue = calls.get("queue_s", pd.Series(float("nan"), index=calls.index))
    found: dict[str, Series] = {}
    if "alt_dial" in calls:
        seconds = _like(calls["alt_dial"], r"-?\d+(\.\d+)?") & direction.isna()
        queue = queue.fillna(_numbers(calls["alt_dial"].where(seconds)))
        direction = direction.mask(seconds, "inbound")
    if "count_or_uniqueid" in calls:
        count = _like(calls["count_or_uniqueid"], r"\d{1,6}")
        inbound = calls["count_or_uniqueid"].notna() & ~count & direction.isna()
        direction = direction.mask(inbound, "inbound")
        attempts = _numbers(calls["count_or_uniqueid"].where(count)).astype("Int64")
        found["attempt_no"] = calls["attempt_no"].fillna(attempts) if "attempt_no" in calls else attempts
    if "uniqueid" in calls:
        found["uniqueid"] = _whole(calls)
    return found | {"direction": direction.fillna("outbound").astype(TEXT), "queue_s": queue}


def _like(texts: Series, pattern: str) -> Series:
    return texts.str.fullmatch(pattern).fillna(False).astype(bool)


def _numbers(texts: Series) -> Series:
    return pd.to_numeric(texts.astype(object), errors="coerce").astype(float)


def _whole(calls: Frame) -> Series:
    """Return the uniqueids, without those that Excel rounded until several leads share one."""
    uniqueid = calls["uniqueid"].astype(TEXT)
    rounded = _like(uniqueid, ROUNDED)
    if not rounded.any():
        return uniqueid
    leads = calls.loc[rounded].groupby(uniqueid[rounded])["contact_id"].nunique()
    return uniqueid.mask(rounded & (uniqueid.map(leads) > 1).fillna(False).astype(bool))


def _lead(contact: Series) -> Series:
    """Return the contact; unknown where there is no lead, or the server hides the number."""
    return contact.mask((contact == NOBODY) | _like(contact, HIDDEN)).astype(TEXT)


def _talk(calls: Frame) -> Series:
    """Return what of a call's length is no queue; unknown where either is."""
    inbound = (calls["direction"] == "inbound").fillna(False)
    talk = calls["length_s"] - calls["queue_s"].where(inbound, calls["queue_s"].fillna(0.0))
    # The queue has fractions of a second and the length has none: less than one is no talk.
    return talk.mask((talk < 0) & (talk > -1), 0.0)


def _identity(calls: Frame) -> Series:
    """Identify a call by uniqueid, the closer log's number, or, if neither is exported, lead and second.

    A call has a row for each in-group it reached, all with one uniqueid.
    """
    second = calls["local_started_at"].dt.strftime("%Y%m%d%H%M%S").astype(TEXT)
    inbound = (calls["direction"] == "inbound").fillna(False).astype(bool)
    way = inbound.map({True: "-in", False: ""}).astype(TEXT)
    identity = calls["contact_id"].fillna("").astype(TEXT) + "-" + second + way
    if "uniqueid" in calls:
        reached = calls["uniqueid"] + "-" + second + way
        identity = calls["uniqueid"].mask(inbound, reached).fillna(identity)
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
        calls = one_call_each(calls, notes)
        calls = _on_contact_clock(calls, tables.get("contacts"), notes)
        helpers = ["uniqueid", "handed_over", "gmt_offset", "transfer_id"]
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
    stated = calls.get("wrap_s")
    joined = calls.drop(columns="wrap_s", errors="ignore").merge(
        sums, on=["uniqueid", "agent_id"], how="left"
    )
    if stated is not None:
        joined["wrap_s"] = joined["wrap_s"].fillna(stated.reset_index(drop=True))
    handled = joined["handled"].eq(True).fillna(False).to_numpy(bool)
    joined["talk_s"] = joined["agent_talk_s"].where(handled).fillna(joined["talk_s"])
    missing = int((handled & joined["agent_talk_s"].isna()).sum())
    if missing:
        notes.append(told.write(told.NO_AGENT_LOG, count=missing))
    return joined.drop(columns="agent_talk_s")


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
