"""Twilio's calls: the list of the API (JSON, or CSV by a script), or exported from the console."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import Field, Layout, Legs, RowCondition, Source
from callstats.sources.outcomes import OUTCOMES, Outcome, unsold
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

_WAYS = {
    "inbound": "inbound", "trunking-originating": "inbound", "outbound-api": "outbound",
    "outbound-dial": "outbound", "trunking-terminating": "outbound", "outbound": "outbound",
    "Incoming": "inbound", "Outgoing API": "outbound", "Outgoing Dial": "outbound",
}  # fmt: skip
_UNFINISHED = ("queued", "ringing", "in-progress", "initiated")

#: A person answered; whether an agent was on the other end is not said.
_PERSON = Outcome(connected=True, live=True, do_not_call=False, invalid_number=False)
_STATUSES: dict[str, Outcome] = {
    "human": _PERSON,
    **dict.fromkeys(
        ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"), OUTCOMES["machine"]
    ),
    "fax": OUTCOMES["fax"],
    "completed": unsold("picked_up"),
    "unknown": unsold("picked_up"),
    "busy": OUTCOMES["busy"],
    "no-answer": OUTCOMES["no_answer"],
    "canceled": OUTCOMES["no_answer"],
    "failed": OUTCOMES["failed"],
}
_INBOUND: dict[str, Outcome] = {
    "completed": _PERSON,
    "busy": OUTCOMES["turned_away"],
    "no-answer": OUTCOMES["abandoned"],
    "canceled": OUTCOMES["abandoned"],
}


def _layout(
    name: str, sid: str, parent: str, start: str, answered_by: str, signature: tuple[str, ...]
) -> Layout:
    return Layout(
        name,
        "calls",
        (
            Field("call_id", (sid,), required=True),
            Field("_parent", (parent,), type="text"),
            Field("_from", ("from", "from_formatted"), type="text"),
            Field("_to", ("to", "to_formatted"), type="text"),
            Field("direction", ("direction",), required=True, values=_WAYS),
            Field("started_at", (start, "date_created"), pick="filled", required=True),
            Field("talk_s", ("duration",), unit="s"),
            Field("outcome_code", (answered_by, "status"), pick="filled", required=True),
            Field("_status", ("status",), type="text"),
        ),
        signature=signature,
        where=(RowCondition("status", other_than=_UNFINISHED),),
        legs=Legs(
            key=(parent, sid),
            keep={"handled": "any", "contact_id": "first", "talk_s": "sum", "agent_id": "answered"},
            best=tuple(_STATUSES),
        ),
    )


def _complete(calls: Frame) -> Frame:
    """Tell the customer's legs of a call from the agent's, and whom an agent's browser called."""
    calls = calls.assign(_place=range(len(calls)))
    parent, child = _parents(calls), _text(calls, "_parent").notna()
    by_agent = _is_agent(calls["_from"]) & calls["direction"].eq("inbound") & ~child
    to_agent = _is_agent(calls["_to"]) & ~child
    first_agent = (by_agent | to_agent) & calls["call_id"].isin(calls["_parent"].dropna())
    agent_leg = (
        child & ~parent.map(calls.set_index("call_id")[first_agent.to_numpy()].index.to_series()).notna()
    )
    agent_leg = agent_leg & (parent.notna() | _is_agent(calls["_to"]))
    calls = _with_people(calls, by_agent, to_agent & first_agent, agent_leg)
    calls = _with_flags(calls, agent_leg)
    quiet = first_agent | agent_leg
    served = calls["call_id"].isin(calls.loc[agent_leg, "_parent"])
    talk = calls["talk_s"] if "talk_s" in calls else pd.Series(float("nan"), index=calls.index)
    calls = calls.assign(
        outcome_code=calls["outcome_code"].mask(quiet),
        talk_s=talk.mask(first_agent | served),
    )
    return calls.drop(columns=["_parent", "_from", "_to", "_status", "_place"], errors="ignore")


def _text(calls: Frame, name: str) -> Series:
    return calls[name] if name in calls else pd.Series(pd.NA, index=calls.index, dtype=TEXT)


def _parents(calls: Frame) -> Series:
    """Return the call that each leg belongs to, where it is in the file."""
    parent = _text(calls, "_parent")
    return parent.where(parent.isin(calls["call_id"]))


def _is_agent(ends: Series) -> Series:
    return ends.str.match(r"(?:client|sips?):", case=False).eq(True).fillna(False).astype(bool)


def _name(ends: Series) -> Series:
    return ends.str.replace(r"^(?:client|sips?):", "", regex=True, case=False)


def _with_people(calls: Frame, by_agent: Series, to_agent: Series, agent_leg: Series) -> Frame:
    """Name the customer and the agent of each leg: an agent is a client or a phone that a call was sent on to."""
    orphan = agent_leg & _parents(calls).isna()
    way = calls["direction"].mask(by_agent, "outbound").mask(orphan, "inbound")
    customer = calls["_to"].where(way.eq("outbound"), calls["_from"])
    customer = customer.mask(agent_leg & ~orphan).mask(by_agent & _is_agent(calls["_to"])).mask(to_agent)
    leads_on = by_agent & calls["call_id"].isin(_text(calls, "_parent").dropna())
    agent = _name(calls["_to"]).where(agent_leg | to_agent).fillna(_name(calls["_from"]).where(by_agent))
    return calls.assign(direction=way, contact_id=customer.mask(leads_on), agent_id=agent)


def _with_flags(calls: Frame, agent_leg: Series) -> Frame:
    """Say whether an agent took the call that was sent on: if none did, a person on the line was abandoned."""
    taken = calls["_status"].str.casefold().eq("completed").fillna(False).astype(bool)
    handled = pd.Series(pd.NA, index=calls.index, dtype="boolean").mask(agent_leg, taken.astype("boolean"))
    sent_on = calls["call_id"].isin(calls.loc[agent_leg, "_parent"])
    reached = calls["call_id"].isin(calls.loc[agent_leg & taken, "_parent"])
    person = calls["direction"].eq("inbound") | calls["outcome_code"].str.casefold().eq("human").fillna(False)
    alone = (sent_on & ~reached & person & ~agent_leg).astype(bool)
    abandoned = pd.Series(pd.NA, index=calls.index, dtype="boolean").mask(alone, True)
    return calls.assign(handled=handled.mask(alone, False), abandoned=abandoned)


_API = _layout(
    "Twilio call of the API", "sid", "parent_call_sid", "start_time", "answered_by",
    ("sid", "from", "to", "status", "direction", "start_time", "duration"),
)  # fmt: skip
_CONSOLE = _layout(
    "Twilio call log", "Call Sid", "Parent Call Sid", "Start Time", "Answered By",
    ("Call Sid", "From", "To", "Status", "Direction", "Start Time", "Duration"),
)  # fmt: skip

SOURCE = Source(
    name="twilio",
    title="Twilio",
    layouts=(_API, _CONSOLE),
    statuses=_STATUSES,
    inbound_statuses=_INBOUND,
    complete=_complete,
    call_by_call=True,
    traps=(
        "Who answered is in answered_by, which is filled only where machine detection was on. completed alone says that the line was answered: live is unknown.",
        "Whether an agent took a call is known only where it was sent on (<Dial>): the leg to the agent has a parent_call_sid, and both are one call. Who is put through by a conference or a queue is not seen.",
        "A call that begins at a client or a SIP address is an agent's: it is outbound, and its customer is the leg that it led on to. So is an outbound-api call to one.",
        "Otherwise the first leg is the customer, and a number that it was sent on to is an agent.",
        "A person who was sent on and whom no leg took is abandoned.",
        "duration is in seconds, and of a call that was sent on the talk is that of the agent's leg.",
        "price is negative: it is what the call cost, and is not read.",
        "Times have an offset, or are in UTC: give the site's zone all the same, as hours are shown on its clock.",
    ),
    lacks={"campaign_id": "Twilio's calls belong to no campaign"},
)
