"""VICIdial's status codes: its own flags, and the outcome each one really is.

The flags are those of a fresh installation's ``vicidial_statuses`` [1]_. They do
not always say what happened: SALE, DNC and NP are talks with an agent though
``customer_contact`` is N; AA is a machine that is not flagged; NI, DC and ADC
close the contact though ``completed`` is N; DNCL and DNCC were stopped before
they were dialled. The last column is what callstats counts. An installation's
own statuses are read from its tables and translated from their flags.

References
----------
.. [1] VICIdial, ``extras/first_server_install.sql`` and ``MySQL_AST_CREATE_tables.sql``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame


@dataclass(frozen=True, slots=True)
class Status:
    """One status: code, name, the flags VICIdial sets to Y, and the kind of outcome."""

    code: str
    name: str
    flags: str
    outcome: str


STATUSES: tuple[Status, ...] = (
    Status("NEW", "New Lead", "", "no_outcome"),
    Status("QUEUE", "Lead To Be Called", "", "no_outcome"),
    Status("INCALL", "Lead Being Called", "", "no_outcome"),
    Status("DROP", "Agent Not Available", "human_answered", "abandoned"),
    Status("XDROP", "Agent Not Available IN", "human_answered", "abandoned"),
    Status("NA", "No Answer AutoDial", "", "no_answer"),
    Status("CALLBK", "Call Back", "human_answered customer_contact scheduled_callback", "callback"),
    Status("CBHOLD", "Call Back Hold", "human_answered customer_contact scheduled_callback", "callback"),
    Status("A", "Answering Machine", "answering_machine", "machine"),
    Status("AA", "Answering Machine Auto", "", "machine"),
    Status("AM", "Answering Machine SentToMesg", "answering_machine", "machine"),
    Status("AL", "Answering Machine Msg Played", "answering_machine", "machine"),
    Status("AFAX", "Fax Machine Auto", "unworkable", "fax"),
    Status("AB", "Busy Auto", "", "busy"),
    Status("B", "Busy", "", "busy"),
    Status("DC", "Disconnected Number", "unworkable", "invalid"),
    Status("ADC", "Disconnected Number Auto", "unworkable", "invalid"),
    Status("DEC", "Declined Sale", "human_answered customer_contact", "refusal"),
    Status("DNC", "DO NOT CALL", "human_answered dnc completed", "do_not_call"),
    Status("DNCL", "DO NOT CALL Hopper Sys Match", "dnc completed", "not_dialled"),
    Status("DNCC", "DO NOT CALL Hopper Camp Match", "dnc completed", "not_dialled"),
    Status("SALE", "Sale Made", "human_answered sale completed", "success"),
    Status("N", "No Answer", "", "no_answer"),
    Status("NI", "Not Interested", "human_answered customer_contact not_interested", "refusal"),
    Status("NP", "No Pitch No Price", "human_answered", "handled"),
    Status("PU", "Call Picked Up", "", "picked_up"),
    Status("PM", "Played Message", "", "picked_up"),
    Status("XFER", "Call Transferred", "human_answered customer_contact", "transferred"),
    Status("ERI", "Agent Error", "", "no_outcome"),
    Status("SVYEXT", "Survey sent to Extension", "", "picked_up"),
    Status("SVYVM", "Survey sent to Voicemail", "", "picked_up"),
    Status("SVYHU", "Survey Hungup", "", "picked_up"),
    Status("SVYREC", "Survey sent to Record", "", "picked_up"),
    Status("QVMAIL", "Queue Abandon Voicemail Left", "", "abandoned"),
    Status("RQXFER", "Re-Queue", "human_answered", "requeued"),
    Status("TIMEOT", "Inbound Queue Timeout Drop", "human_answered", "abandoned"),
    Status("AFTHRS", "Inbound After Hours Drop", "human_answered", "turned_away"),
    Status("NANQUE", "Inbound No Agent No Queue Drop", "human_answered", "abandoned"),
    Status("IQNANQ", "InQueue No-Agent-No-Queue drop", "human_answered", "abandoned"),
    Status("PDROP", "Outbound Pre-Routing Drop", "human_answered", "abandoned"),
    Status("IVRXFR", "Outbound drop to Call Menu", "human_answered", "abandoned"),
    Status("SVYCLM", "Survey sent to Call Menu", "human_answered", "turned_away"),
    Status("MLINAT", "Multi-Lead auto-alt set inactv", "human_answered completed", "no_outcome"),
    Status("MAXCAL", "Inbound Max Calls Drop", "human_answered", "abandoned"),
    Status("LRERR", "Outbound Local Channel Res Err", "human_answered", "abandoned"),
    Status("QCFAIL", "QC_FAIL_CALLBK", "human_answered customer_contact scheduled_callback", "spoken"),
    Status("ADCT", "Disconnected Number Temporary", "", "failed"),
    Status("LSMERG", "Agent lead search old lead mrg", "", "no_outcome"),
    Status("DAIR", "Dead Air", "", "silence"),
    Status("ADAIR", "Dead Air Auto", "", "silence"),
)

OUTCOME_OF: dict[str, Outcome] = {status.code: OUTCOMES[status.outcome] for status in STATUSES}

FLAGS = (
    "human_answered", "sale", "dnc", "customer_contact", "not_interested",
    "unworkable", "scheduled_callback", "completed", "answering_machine",
)  # fmt: skip

#: The first flag that is set decides what a status of an installation's own means.
KIND_BY_FLAG = (
    ("sale", "success"),
    ("dnc", "do_not_call"),
    ("not_interested", "refusal"),
    ("scheduled_callback", "callback"),
    ("answering_machine", "machine"),
)

_DEFAULT_FLAGS = {status.code: frozenset(status.flags.split()) for status in STATUSES}


def from_flags(flags: frozenset[str]) -> Outcome:
    """Return the outcome that VICIdial's flags speak of, for a status of one's own.

    Examples
    --------
    >>> from_flags(frozenset({"sale", "completed"})).success
    True
    >>> from_flags(frozenset({"human_answered"})).argued is None
    True
    """
    for flag, kind in KIND_BY_FLAG:
        if flag in flags:
            return OUTCOMES[kind]
    human = not flags.isdisjoint({"human_answered", "customer_contact"})
    if "unworkable" in flags:
        return OUTCOMES["wrong_number" if human else "invalid"]
    if human:
        return OUTCOMES["completed" if "completed" in flags else "spoken"]
    return OUTCOMES["exhausted" if "completed" in flags else "not_live"]


def own_statuses(tables: Mapping[str, Frame]) -> dict[tuple[str, str], Outcome]:
    """Read an installation's status tables; a campaign's row overrides that of the system.

    A code whose flags are those of a fresh installation keeps the meaning above.
    """
    frame = tables.get("statuses")
    if frame is None:
        return {}
    records = frame.reindex(columns=["campaign_id", "status", *FLAGS])
    found = {}
    for campaign, code, *values in records.itertuples(index=False, name=None):
        flags = frozenset(
            name for name, value in zip(FLAGS, values, strict=True) if not pd.isna(value) and value
        )
        usual = _DEFAULT_FLAGS.get(code) == flags
        outcome = OUTCOME_OF[code] if usual else from_flags(flags)
        found["" if pd.isna(campaign) else campaign, code] = outcome
    return found
