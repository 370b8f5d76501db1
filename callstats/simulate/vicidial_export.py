"""The same call centre as a VICIdial server's export: the call report and the tables.

Statuses follow the flags, so that reading the export gives the simulation's own
figures. What VICIdial does not store is lost, as for its users: hold is part of
talk, right-party contact is not recorded, and a contact that was given up has no
status for it.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.simulate.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

#: The columns of the call report, with every optional one.
HEADER = (
    "call_date", "phone_number_dialed", "status", "user", "full_name", "campaign_id", "vendor_lead_code",
    "source_id", "list_id", "gmt_offset_now", "phone_code", "phone_number", "title", "first_name",
    "middle_initial", "last_name", "address1", "address2", "address3", "city", "state", "province",
    "postal_code", "country_code", "gender", "date_of_birth", "alt_phone", "email", "security_phrase",
    "comments", "length_in_sec", "user_group", "alt_dial", "rank", "owner", "lead_id", "entry_date",
    "called_count", "last_local_call_time", "modify_date", "called_since_last_reset", "term_reason",
    "list_name", "list_description", "status_name",
)  # fmt: skip


def write_vicidial(simulation: Simulation, folder: str | Path) -> list[Path]:
    """Write what a VICIdial server would export for a simulation.

    ``export.txt`` is the call report; ``tables/`` holds a dump of each table.
    All are tab separated with a header; the report ends its lines in CRLF.

    Returns
    -------
    list of Path
        The files, the call report first.
    """
    folder = Path(folder)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    calls, lead = with_lead(simulation), leads(simulation)
    tables = {
        "vicidial_log": outbound_log(calls),
        "vicidial_closer_log": closer_log(calls),
        "vicidial_agent_log": agent_log(simulation, calls),
        "vicidial_list": lead,
        "vicidial_callbacks": callbacks(simulation),
        "vicidial_statuses": STATUSES.frame(),
        "vicidial_campaign_statuses": campaign_statuses(
            [queue.queue_id for queue in simulation.scenario.queues]
        ),
    }
    report = folder / "export.txt"
    _write(_report(calls, lead), report, "\r\n")
    for name, frame in tables.items():
        _write(frame, folder / "tables" / f"{name}.txt", "\n")
    return [report, *(folder / "tables" / f"{name}.txt" for name in tables)]


def _write(frame: Frame, file: Path, end: str) -> None:
    frame.to_csv(file, sep="\t", index=False, lineterminator=end, quoting=csv.QUOTE_NONE, escapechar="\\")


def _report(calls: Frame, lead: Frame) -> Frame:
    """Return the call report: outbound and inbound rows by time, with queue seconds in alt_dial."""
    facts = lead.set_index("lead_id")[
        ["entry_date", "last_local_call_time", "modify_date", "called_since_last_reset", "gmt_offset_now"]
    ]
    rows = calls.join(facts, on="lead_id")
    inbound = rows["direction"] == "inbound"
    names = STATUSES.names() | {SERVED[0]: SERVED[1]}
    renamed = rows.assign(
        phone_number_dialed=rows["phone_number"],
        full_name=rows["user"].str.capitalize(),
        alt_dial=rows["queue_seconds"].astype(str).where(inbound, "MAIN"),
        length_in_sec=rows["length_in_sec"] + rows["queue_seconds"].where(inbound, 0),
        list_name=rows["list_id"].map("List {}".format),
        status_name=rows["status"].map(names),
    )
    return renamed.reindex(columns=list(HEADER))


Frame = Any  # a pandas frame; its type stubs cannot tell one column from several
Column = Any

TIME = "%Y-%m-%d %H:%M:%S"
DIALER = "VDAD"  # the "user" of a call that no agent was on
INBOUND_LIST = "999"  # the list VICIdial assigns to unknown callers
#: The parts of an agent's row: pause, wait, talk (including hold), after-call work.
STAGE = {"pause": 0, "wait": 1, "talk": 2, "hold": 2, "wrap": 3}


def with_lead(simulation: Simulation) -> Frame:
    """Return the calls with VICIdial's names alongside the canonical ones."""
    calls: Frame = simulation.frame("calls")
    epoch = calls["started_at"].astype("int64") // 1_000_000
    talk = (calls["talk_s"].fillna(0) + calls["hold_s"].fillna(0)).astype("int64")
    queue = calls["queue_s"].fillna(0).astype("int64")
    ended = talk.where(calls["agent_id"].notna(), queue.where(calls["live"], calls["ring_s"].astype("int64")))
    return calls.assign(
        lead_id=calls["contact_id"],
        uniqueid=epoch.astype(str) + "." + calls["call_id"].astype("int64").astype(str),
        call_date=calls["local_started_at"].dt.strftime(TIME),
        start_epoch=epoch,
        queue_seconds=queue,
        length_in_sec=talk.where(calls["direction"] == "inbound", ended),
        status=calls["outcome_code"],
        user=calls["agent_id"].fillna(DIALER),
        user_group=calls["agent_id"].notna().map({True: "AGENTS", False: ""}),
        list_id=calls["list_id"].fillna(INBOUND_LIST),
        phone_code="33",
        phone_number=_phone(calls["contact_id"]),
        called_count=calls["attempt_no"].astype("Int64").fillna(1),
        term_reason=_term_reason(calls),
        comments="",
        processed="N",
        alt_dial="MAIN",
    )


def _phone(contact: Column) -> Column:
    return "01990" + (contact.astype("int64") % 100_000).astype(str).str.zfill(5)


def _term_reason(calls: Frame) -> np.ndarray:
    return np.where(calls["abandoned"], "ABANDON", np.where(calls["agent_id"].notna(), "AGENT", "NONE"))


def outbound_log(calls: Frame) -> Frame:
    """Return ``vicidial_log``: one row per dial."""
    rows = calls[calls["direction"] == "outbound"]
    rows = rows.assign(end_epoch=rows["start_epoch"] + rows["length_in_sec"])
    return rows[[
        "uniqueid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "end_epoch",
        "length_in_sec", "status", "phone_code", "phone_number", "user", "comments", "processed",
        "user_group", "term_reason", "alt_dial", "called_count",
    ]]  # fmt: skip


def closer_log(calls: Frame) -> Frame:
    """Return ``vicidial_closer_log``: one row per inbound call; its length includes the queue."""
    rows = calls[calls["direction"] == "inbound"]
    length = rows["length_in_sec"] + rows["queue_seconds"]
    rows = rows.assign(
        closecallid=np.arange(1, len(rows) + 1),
        length_in_sec=length,
        end_epoch=rows["start_epoch"] + length,
        xfercallid=0,
    )
    return rows[[
        "closecallid", "lead_id", "list_id", "campaign_id", "call_date", "start_epoch", "end_epoch",
        "length_in_sec", "status", "phone_code", "phone_number", "user", "comments", "processed",
        "queue_seconds", "user_group", "xfercallid", "term_reason", "uniqueid",
    ]]  # fmt: skip


def leads(simulation: Simulation) -> Frame:
    """Return ``vicidial_list``: one row per contact, in its final state."""
    contacts: Frame = simulation.frame("contacts")
    calls: Frame = simulation.frame("calls").sort_values("started_at", kind="stable")
    last = calls.drop_duplicates("contact_id", keep="last").set_index("contact_id")
    final = last.reindex(contacts["contact_id"]).reset_index(drop=True)
    zone = simulation.scenario.time_zone
    entry = contacts["loaded_at"].dt.tz_convert(zone).dt.strftime(TIME)
    called = final["local_started_at"].dt.strftime(TIME)
    count = final["attempt_no"].fillna(0).astype("int64")
    columns = {
        "lead_id": contacts["contact_id"],
        "entry_date": entry,
        "modify_date": called.fillna(entry),
        "status": final["outcome_code"].fillna("NEW"),
        "user": final["agent_id"].fillna(DIALER),
        "vendor_lead_code": "L" + contacts["contact_id"],
        "source_id": "",
        "list_id": contacts["list_id"],
        "gmt_offset_now": _offset(calls),
        "called_since_last_reset": (count > 0).map({True: "Y", False: "N"}),
        "phone_code": "33",
        "phone_number": _phone(contacts["contact_id"]),
        **dict.fromkeys(
            ("title", "first_name", "middle_initial", "last_name", "address1", "address2", "address3",
             "city", "state", "province", "postal_code"), ""
        ),
        "country_code": "FRA",
        **dict.fromkeys(
            ("gender", "date_of_birth", "alt_phone", "email", "security_phrase", "comments"), ""
        ),
        "called_count": count,
        "last_local_call_time": called.fillna(""),
        "rank": 0,
        "owner": "",
    }  # fmt: skip
    return contacts[[]].assign(**columns)


def _offset(calls: Frame) -> str:
    """Return the site's offset from UTC on the day of the export [h]."""
    if calls.empty:
        return "0.00"
    apart = calls["local_started_at"] - calls["started_at"].dt.tz_localize(None)
    return f"{apart.iloc[-1].total_seconds() / 3600:.2f}"


def callbacks(simulation: Simulation) -> Frame:
    """Return ``vicidial_callbacks``: one row per promised call-back."""
    import pandas as pd

    columns = [
        "callback_id", "lead_id", "list_id", "campaign_id", "status", "entry_time", "callback_time",
        "modify_date", "user", "recipient", "comments", "user_group", "lead_status",
    ]  # fmt: skip
    if "callbacks" not in simulation.tables:
        return pd.DataFrame(columns=columns)
    rows: Frame = simulation.frame("callbacks")
    entry = rows["local_asked_at"].dt.strftime(TIME)
    exported = rows.assign(
        callback_id=np.arange(1, len(rows) + 1),
        lead_id=rows["contact_id"],
        status=rows["kept"].eq(True).map({True: "INACTIVE", False: "LIVE"}),
        entry_time=entry,
        callback_time=rows["due_at"].dt.tz_convert(simulation.scenario.time_zone).dt.strftime(TIME),
        modify_date=entry,
        user=rows["agent_id"],
        recipient="ANYONE",
        comments="",
        user_group="AGENTS",
        lead_status="CALLBK",
    )
    return exported[columns]


def agent_log(simulation: Simulation, calls: Frame) -> Frame:
    """Return ``vicidial_agent_log``: pause, wait, talk and after-call work, one row per cycle.

    In a third of the calls the customer hangs up before the agent does: part of
    the after-call work is then stored as ``dead_sec``, inside ``talk_sec``.
    """
    time: Frame = simulation.frame("agent_time").sort_values(["agent_id", "start"], kind="stable")
    stage = time["state"].map(STAGE)
    before, same = time["state"].shift(), time["agent_id"].eq(time["agent_id"].shift())
    same &= time["local_start"].dt.date.eq(time["local_start"].dt.date.shift())
    goes_on = (stage > stage.shift()) | (before.eq("talk") & time["state"].eq("hold"))
    row = (~(same & goes_on)).cumsum()
    stages = time.assign(row=row, stage=stage).pivot_table(
        index="row", columns="stage", values="seconds", aggfunc="sum", fill_value=0
    )
    stages = stages.reindex(columns=range(4), fill_value=0).astype("int64").reset_index(drop=True)
    first = time.assign(code=time["pause_code"]).groupby(row).first().reset_index(drop=True)
    talk_at = time["start"].where(time["state"].eq("talk")).groupby(row).first().reset_index(drop=True)
    return _agent_rows(first, stages, _calls_by_answer(calls, first["agent_id"], talk_at))


def _calls_by_answer(calls: Frame, agent: Column, talk_at: Column) -> Frame:
    """Return the call of each agent row, matched by agent and second of the answer."""
    import pandas as pd

    on_line = calls[calls["agent_id"].notna()]
    waited = pd.to_timedelta(on_line["ring_s"] + on_line["queue_s"].fillna(0), unit="s")
    on_line = on_line.assign(answered=(on_line["started_at"] + waited).astype("datetime64[us, UTC]"))
    keys = pd.DataFrame({"agent_id": agent, "answered": talk_at.astype("datetime64[us, UTC]")})
    found = on_line[["agent_id", "answered", "lead_id", "status", "uniqueid"]]
    return keys.merge(found, on=["agent_id", "answered"], how="left")


def _agent_rows(first: Frame, stages: Frame, call: Frame) -> Frame:
    pause, wait, talk, wrap = (stages[number] for number in range(4))
    dead = (wrap // 3).where(np.arange(len(wrap)) % 3 == 0, 0).where(talk > 0, 0)
    begun = first["start"].astype("datetime64[us, UTC]").astype("int64") // 1_000_000
    columns = {
        "agent_log_id": np.arange(1, len(first) + 1),
        "user": first["agent_id"],
        "event_time": first["local_start"].dt.strftime(TIME),
        "lead_id": call["lead_id"].fillna(""),
        "campaign_id": first["campaign_id"],
        "pause_epoch": begun,
        "pause_sec": pause,
        "wait_epoch": begun + pause,
        "wait_sec": wait,
        "talk_epoch": begun + pause + wait,
        "talk_sec": talk + dead,
        "dispo_epoch": begun + pause + wait + talk + dead,
        "dispo_sec": wrap - dead,
        "status": call["status"].fillna(""),
        "user_group": "AGENTS",
        "comments": "",
        "sub_status": first["code"].fillna(""),
        "dead_epoch": (begun + pause + wait + talk).where(dead > 0, 0),
        "dead_sec": dead,
        "uniqueid": call["uniqueid"].fillna(""),
        "pause_type": np.where(pause > 0, "AGENT", "UNDEFINED"),
    }
    return first[[]].assign(**columns)


FLAGS = (
    "selectable", "human_answered", "sale", "dnc", "customer_contact", "not_interested",
    "unworkable", "scheduled_callback", "completed", "answering_machine",
)  # fmt: skip
COLUMNS = ("status", "status_name", *FLAGS[:2], "category", *FLAGS[2:])


@dataclass(frozen=True)
class Statuses:
    """Rows (code, name, the flags set to Y) of one status table."""

    rows: tuple[tuple[str, str, str], ...]

    def names(self) -> dict[str, str]:
        """Return the name of each code."""
        return {code: name for code, name, _ in self.rows}

    def frame(self) -> pd.DataFrame:
        """Return the table as VICIdial exports it."""
        import pandas as pd

        records = [
            {"status": code, "status_name": name, "category": "UNDEFINED"}
            | {flag: "Y" if flag in flags.split() else "N" for flag in FLAGS}
            for code, name, flags in self.rows
        ]
        return pd.DataFrame(records, columns=list(COLUMNS))


STATUSES = Statuses((
    ("NEW", "New Lead", ""),
    ("DROP", "Agent Not Available", "human_answered"),
    ("NA", "No Answer AutoDial", ""),
    ("CALLBK", "Call Back", "selectable human_answered customer_contact scheduled_callback"),
    ("A", "Answering Machine", "selectable answering_machine"),
    ("AA", "Answering Machine Auto", ""),
    ("AB", "Busy Auto", ""),
    ("ADC", "Disconnected Number Auto", "unworkable"),
    ("DNC", "DO NOT CALL", "selectable human_answered dnc completed"),
    ("SALE", "Sale Made", "selectable human_answered sale completed"),
    ("NI", "Not Interested", "selectable human_answered customer_contact not_interested"),
    ("NP", "No Pitch No Price", "selectable human_answered"),
))  # fmt: skip

#: A custom status: a caller who was helped.
SERVED = ("SERVED", "Caller served", "selectable human_answered customer_contact")


def campaign_statuses(queues: Sequence[str]) -> pd.DataFrame:
    """Return ``vicidial_campaign_statuses``: what each inbound queue adds to the system's."""
    import pandas as pd

    own = Statuses((SERVED,)).frame()
    rows = [own.assign(campaign_id=queue) for queue in queues] or [own.iloc[:0].assign(campaign_id="")]
    return pd.concat(rows, ignore_index=True)
