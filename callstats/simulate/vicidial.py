"""The same call centre as a VICIdial server exports it: the call report and the tables.

Statuses follow the flags, so that a reader gets the simulation's own figures
back. What VICIdial does not keep is lost, as it is for its users: hold is part
of the talk, nobody notes whether the right party was on the line, and a contact
that was given up has no status for it.
"""

from __future__ import annotations

import csv
from pathlib import Path

from callstats.simulate.run import Simulation
from callstats.simulate.vicidial_statuses import SERVED, STATUSES, campaign_statuses
from callstats.simulate.vicidial_tables import (
    Frame,
    agent_log,
    callbacks,
    closer_log,
    leads,
    outbound_log,
    with_lead,
)

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
    """Write what a VICIdial server would export of a simulation.

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
    """Return the call report: outbound and inbound rows by time, seconds in the queue in alt_dial."""
    facts = lead.set_index("lead_id")[
        ["entry_date", "last_local_call_time", "modify_date", "called_since_last_reset", "gmt_offset_now"]
    ]
    rows = calls.join(facts, on="lead_id")
    inbound = rows["direction"] == "inbound"
    names = STATUSES.names() | {SERVED[0]: SERVED[1]}
    made = rows.assign(
        phone_number_dialed=rows["phone_number"],
        full_name=rows["user"].str.capitalize(),
        alt_dial=rows["queue_seconds"].astype(str).where(inbound, "MAIN"),
        length_in_sec=rows["length_in_sec"] + rows["queue_seconds"].where(inbound, 0),
        list_name=rows["list_id"].map("List {}".format),
        status_name=rows["status"].map(names),
    )
    return made.reindex(columns=list(HEADER))
