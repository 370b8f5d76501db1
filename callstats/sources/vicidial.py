"""VICIdial, and GOautodial, which is built on it: the call export and the tables.

Facts, not logic: ``TRAPS`` lists what is easily misread; anything that needs more
than a column map is in :mod:`.vicidial_shape`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from callstats.sources.base import Field, Layout, Source, TextOptions
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame
from callstats.sources.vicidial_shape import prepare, shape


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

#: The first flag set decides what an installation's own status means.
KIND_BY_FLAG = (
    ("sale", "success"),
    ("dnc", "do_not_call"),
    ("not_interested", "refusal"),
    ("scheduled_callback", "callback"),
    ("answering_machine", "machine"),
)

_DEFAULT_FLAGS = {status.code: frozenset(status.flags.split()) for status in STATUSES}


def from_flags(flags: frozenset[str]) -> Outcome:
    """Return the outcome that VICIdial's flags imply, for a status the installation added.

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
    """Read an installation's status tables; a campaign's row overrides the system's.

    A code with the flags of a fresh installation keeps the meaning above.
    """
    frame = tables.get("statuses")
    if frame is None:
        return {}
    records = frame.reindex(columns=["campaign_id", "status", *FLAGS])
    outcomes = {}
    for campaign, code, *values in records.itertuples(index=False, name=None):
        flags = frozenset(
            name for name, value in zip(FLAGS, values, strict=True) if not pd.isna(value) and value
        )
        usual = _DEFAULT_FLAGS.get(code) == flags
        outcome = OUTCOME_OF[code] if usual else from_flags(flags)
        outcomes["" if pd.isna(campaign) else campaign, code] = outcome
    return outcomes


STATES = ("pause", "wait", "talk", "dispo", "dead")

TRAPS = (
    "The users VDAD and VDCL are the dialer: such a call has no agent.",
    "SALE, DNC and NP are talks with an agent, though customer_contact is N.",
    "AA is an answering machine, though it is not flagged as one.",
    "NI, DC and ADC close the contact, though completed is N; so do DEC and AFAX.",
    "DNCL and DNCC were never dialled: they are left out, by the rule 'a call was dialled'.",
    "PDROP is a person who was hung up on before an agent was tried: an abandoned call.",
    "dead_sec (the customer has hung up) lies inside talk_sec; it is counted as work after the call, as VICIdial's own export does.",
    "A row with a *_sec of 65,000 or more is faulty, and is left out whole.",
    "XFER is handed over; its outcome is in the closer log, and both rows are one call.",
    "A dial that was dropped into an in-group, or a press-1 dial, is one call with its rows of the closer log: they bear its uniqueid.",
    "DROP and SVYCLM say what the dialer did; an agent who took the call in the in-group says what came of it.",
    "A caller who overflows into the next in-group (TIMEOT) has a row for each, and is one call.",
    "Rows of the closer log without their dial, as in a file of their own, are inbound calls.",
    "lead_id 0 is no lead: the contact is unknown.",
    "An empty length_in_sec or queue_seconds is unknown, not 0.",
    "NEW, QUEUE and INCALL are no outcomes: their flags are unknown.",
    "Times are on the server's clock; start_epoch, where it is exported, settles the hour that comes twice.",
    "gmt_offset_now is the contact's offset on the day of the export, not of the call.",
    "Inbound rows of the call export have the seconds in the queue where alt_dial stands.",
    "length_in_sec of an inbound row includes the seconds in the queue.",
    "VICIdial keeps no time on hold: it is part of the talk.",
    "wrapup_time of the call export (EXTENDED) is 0 also where the agent log has no row: 0 is unknown.",
    "The call export ALTERNATE_1 has no agent, no lead and no seconds; contacts are told apart by number.",
    "Excel rounds a uniqueid to its second; where leads then share one, it is left out.",
)

_CALL = (
    Field("campaign_id", ("campaign_id",)),
    Field("list_id", ("list_id",)),
    Field("contact_id", ("lead_id",), required=True),
    Field("phone", ("phone_number",)),
    Field("agent_id", ("user",), required=True),
    Field("outcome_code", ("status",), required=True),
    Field("started_at", ("call_date",), required=True),
    Field("length_s", ("length_in_sec",), "number", required=True),
)

#: The columns of the export form, in its order: what it writes without a header.
_FORM = (
    "call_date", "phone_number_dialed", "status", "user", "full_name", "campaign_id",
    "vendor_lead_code", "source_id", "list_id", "gmt_offset_now", "phone_code", "phone_number",
    "title", "first_name", "middle_initial", "last_name", "address1", "address2", "address3",
    "city", "state", "province", "postal_code", "country_code", "gender", "date_of_birth",
    "alt_phone", "email", "security_phrase", "comments", "length_in_sec", "user_group",
    "alt_dial", "rank", "owner", "lead_id",
)  # fmt: skip
_LEAD = ("entry_date", "called_count", "last_local_call_time", "modify_date", "called_since_last_reset")
_NAMES = ("list_name", "list_description", "status_name")
_CARRIER = (
    "wrapup_time", "queue_time", "uniqueid", "caller_code", "server_ip", "hangup_cause", "dialstatus",
    "channel", "dial_time", "answered_time", "cpd_result", "did_pattern", "did_id", "did_description",
)  # fmt: skip
_DID = (
    "did_custom_one", "did_custom_two", "did_custom_three", "did_custom_four", "did_custom_five",
    "did_carrier_description",
)  # fmt: skip

_EXPORT = (
    *_CALL,
    Field("alt_dial", ("alt_dial",)),
    Field("uniqueid", ("uniqueid",)),
    Field("gmt_offset", ("gmt_offset_now",), "number"),
    Field("loaded_at", ("entry_date",), "instant"),
    Field("attempt_no", ("called_count",)),
    Field("wrap_s", ("wrapup_time",)),
)

#: A call and the in-groups that it came to are of one lead; so are its agents' log and what was loaded.
_LEAD_ROWS = ("lead_id",)

CALL_EXPORT = Layout(
    "call export", "calls", _EXPORT,
    signature=("call_date", "status", "user", "campaign_id", "lead_id", "length_in_sec"),
    unlike=("start_epoch", "closecallid", "agent_log_id"),
    order=(*_FORM, *_NAMES),
    together=_LEAD_ROWS,
)  # fmt: skip

#: The form's other choices; with a header they are read as the one above. Older versions end with the names.
EXTENDED = tuple(
    Layout(
        f"call export, {name}",
        "calls",
        _EXPORT,
        order=(*_FORM, *_LEAD, *more, *_NAMES, *end),
        together=_LEAD_ROWS,
    )
    for name, more, end in (
        ("EXTENDED without the carrier", (), ()),
        ("EXTENDED", (), _CARRIER),
        ("EXTENDED_2 without the carrier", ("term_reason",), ()),
        ("EXTENDED_2", ("term_reason",), _CARRIER),
        ("EXTENDED_3", ("term_reason",), (*_CARRIER, *_DID)),
    )
)

_SHORT = (
    "call_date", "phone_number_dialed", "status", "campaign_id", "vendor_lead_code", "source_id",
    "first_name", "last_name", "length_in_sec", "called_count", "last_local_call_time", "caller_code",
)  # fmt: skip

ALTERNATE = Layout(
    "call export, ALTERNATE_1", "calls",
    (
        Field("campaign_id", ("campaign_id",)),
        Field("contact_id", ("phone_number_dialed",), required=True),
        Field("outcome_code", ("status",), required=True),
        Field("started_at", ("call_date",), required=True, formats=("%Y%m%d%H%M",)),
        Field("length_s", ("length_in_sec",), "number", required=True),
        Field("uniqueid", ("caller_code",)),
        Field("count_or_uniqueid", ("called_count",)),
    ),
    signature=(*_SHORT[:4], "vendor_lead_code", "length_in_sec", "called_count", "last_local_call_time"),
    unlike=("user", "lead_id"),
    order=_SHORT,
    together=("phone_number_dialed",),
)  # fmt: skip

VICIDIAL_LOG = Layout(
    "vicidial_log", "calls",
    (
        Field("uniqueid", ("uniqueid",), required=True),
        *_CALL,
        Field("started_at", ("start_epoch",), "epoch"),
        Field("direction", constant="outbound"),
        Field("attempt_no", ("called_count",)),
    ),
    signature=("uniqueid", "call_date", "status", "user", "lead_id", "length_in_sec", "start_epoch"),
    unlike=("closecallid", "queue_seconds"),
    together=_LEAD_ROWS,
)  # fmt: skip

VICIDIAL_CLOSER_LOG = Layout(
    "vicidial_closer_log", "calls",
    (
        Field("closecallid", ("closecallid",), required=True),
        Field("uniqueid", ("uniqueid",)),
        *_CALL,
        Field("started_at", ("start_epoch",), "epoch"),
        Field("direction", constant="inbound"),
        Field("queue_s", ("queue_seconds",)),
        Field("transfer_id", ("xfercallid",)),
    ),
    signature=("closecallid", "call_date", "status", "user", "lead_id", "length_in_sec", "queue_seconds"),
    together=_LEAD_ROWS,
)  # fmt: skip

VICIDIAL_AGENT_LOG = Layout(
    "vicidial_agent_log", "agent_log",
    (
        Field("agent_log_id", ("agent_log_id",)),
        Field("agent_id", ("user",), required=True),
        Field("campaign_id", ("campaign_id",)),
        Field("contact_id", ("lead_id",)),
        Field("uniqueid", ("uniqueid",)),
        Field("event_at", ("event_time",), "instant", required=True),
        *(Field(f"{state}_at", (f"{state}_epoch",), "epoch") for state in STATES),
        *(Field(f"{state}_s", (f"{state}_sec",), "number", required=state != "dead") for state in STATES),
        Field("pause_code", ("sub_status",)),
    ),
    signature=("user", "event_time", "pause_sec", "wait_sec", "talk_sec", "dispo_sec"),
    together=_LEAD_ROWS,
)  # fmt: skip

VICIDIAL_LIST = Layout(
    "vicidial_list", "contacts",
    (
        Field("contact_id", ("lead_id",), required=True),
        Field("phone", ("phone_number",)),
        Field("list_id", ("list_id",), required=True),
        Field("loaded_at", ("entry_date",)),
        Field("gmt_offset", ("gmt_offset_now",), "number"),
        *(Field(name, (name,)) for name in ("source_id", "state", "province", "postal_code", "country_code", "gender", "owner")),
        Field("lead_rank", ("rank",)),
        Field("lead_status", ("status",)),
    ),
    signature=("lead_id", "entry_date", "list_id", "gmt_offset_now", "called_count", "last_local_call_time"),
    unlike=("call_date", "length_in_sec"),
    together=_LEAD_ROWS,
)  # fmt: skip

VICIDIAL_CALLBACKS = Layout(
    "vicidial_callbacks", "callbacks",
    (
        Field("contact_id", ("lead_id",), required=True),
        Field("campaign_id", ("campaign_id",)),
        Field("list_id", ("list_id",)),
        Field("agent_id", ("user",)),
        Field("asked_at", ("entry_time",)),
        Field("due_at", ("callback_time",), required=True),
    ),
    signature=("lead_id", "callback_time", "entry_time"),
    together=_LEAD_ROWS,
)  # fmt: skip

_STATUS_FLAGS = tuple(
    Field(name, (name,), "flag")
    for name in (
        "human_answered", "sale", "dnc", "customer_contact", "not_interested",
        "unworkable", "scheduled_callback", "completed", "answering_machine",
    )
)  # fmt: skip
_STATUS = (
    Field("status", ("status",), required=True),
    Field("campaign_id", ("campaign_id",)),
    *_STATUS_FLAGS,
)

SOURCE = Source(
    name="vicidial",
    title="VICIdial or GOautodial",
    layouts=(
        CALL_EXPORT,
        VICIDIAL_LOG,
        VICIDIAL_CLOSER_LOG,
        VICIDIAL_AGENT_LOG,
        VICIDIAL_LIST,
        VICIDIAL_CALLBACKS,
        Layout(
            "vicidial_campaign_statuses",
            "statuses",
            _STATUS,
            ("status", "campaign_id", "human_answered"),
            shared=True,
        ),
        Layout(
            "vicidial_statuses",
            "statuses",
            _STATUS,
            ("status", "human_answered"),
            unlike=("campaign_id",),
            shared=True,
        ),
        *EXTENDED,
        ALTERNATE,
    ),
    statuses=OUTCOME_OF,
    text=TextOptions(unquoted=("\t", "|")),
    no_agent=("VDAD", "VDCL"),
    handled_needs_agent=True,
    more_statuses=own_statuses,
    prepare=prepare,
    shape=shape,
    traps=TRAPS,
)
