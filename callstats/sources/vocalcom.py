"""Vocalcom Hermes: the table ODCalls, as it is or exported by a query."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import Field, Layout, Source
from callstats.sources.matching import is_one_of
from callstats.sources.outcomes import OUTCOMES, Outcome, unsold
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

_WAYS = {
    "1": "inbound", "Inbound call": "inbound", "Inbound": "inbound", "Appel entrant": "inbound",
    "2": "outbound", "Outbound call": "outbound", "Outbound": "outbound", "Appel sortant": "outbound",
}  # fmt: skip

_CALLS = Layout(
    "ODCalls",
    "calls",
    (
        Field("call_id", ("ID", "CallID"), required=True),
        Field("_indice", ("Indice",), type="text"),
        Field("phone", ("OutTel", "OutDialed", "ANI"), pick="filled"),
        Field("campaign_id", ("FirstCampaign", "LastCampaign"), pick="filled"),
        Field("agent_id", ("LastAgent", "FirstAgent")),
        Field("direction", ("CallType",), required=True, values=_WAYS),
        Field("started_at", ("CallLocalTime", "CallLocalTimeString"), required=True),
        Field("talk_s", ("ConvDuration",), unit="s"),
        Field("queue_s", ("WaitDuration",), unit="s"),
        Field("wrap_s", ("WrapupDuration",), unit="s"),
        Field("abandoned", ("Abandon",)),
        Field("outcome_code", ("StatusText", "CallStatusText", "CallStatusNum"), pick="filled"),
    ),
    signature=("CallType", "CallLocalTime", "ConvDuration", "WrapupDuration"),
)

#: Plain words for an outcome, where the query adds the text of the status; sites choose their own.
_STATUSES: dict[str, Outcome] = {
    **dict.fromkeys(("Répondeur", "Repondeur", "Answering machine"), OUTCOMES["machine"]),
    **dict.fromkeys(("Pas de réponse", "Non réponse", "Sans réponse", "No answer"), OUTCOMES["no_answer"]),
    **dict.fromkeys(("Occupé", "Busy"), OUTCOMES["busy"]),
    **dict.fromkeys(("Faux numéro", "Wrong number"), OUTCOMES["wrong_number"]),
    **dict.fromkeys(("Refus", "Refusal", "Not interested"), OUTCOMES["refusal"]),
    **dict.fromkeys(("Vente", "Sale"), OUTCOMES["success"]),
    **dict.fromkeys(("Rappel", "À rappeler", "Callback"), OUTCOMES["callback"]),
    "Fax": OUTCOMES["fax"],
    "*": unsold("no_outcome"),
}
_WORDS = tuple(word for word in _STATUSES if word != "*")


def _complete(calls: Frame) -> Frame:
    """Say who spoke with an agent: an agent and seconds of talk, unless the status says otherwise."""
    talk = calls["talk_s"] if "talk_s" in calls else pd.Series(float("nan"), index=calls.index)
    agent = _text(calls, "agent_id").notna()
    said = is_one_of(_text(calls, "outcome_code"), _WORDS)
    spoken = ((talk > 0) & agent).astype("boolean").mask(talk.isna() & agent)
    spoken = spoken.mask(spoken.eq(True).fillna(False).astype(bool) & said)
    inbound = calls["direction"].eq("inbound").fillna(False).astype(bool)
    gave_up = (
        calls["abandoned"] if "abandoned" in calls else pd.Series(pd.NA, index=calls.index, dtype="boolean")
    )
    nobody = (spoken.eq(False) & gave_up.eq(False) & ~inbound).fillna(False).astype(bool)
    live = pd.Series(pd.NA, index=calls.index, dtype="boolean").mask(nobody, False).mask(inbound, True)
    return calls.assign(
        handled=spoken,
        live=live,
        abandoned=gave_up.mask(spoken.eq(True).fillna(False).astype(bool), False),
        contact_id=_contact(calls),
    ).drop(columns=["_indice"], errors="ignore")


def _text(calls: Frame, name: str) -> Series:
    return calls[name] if name in calls else pd.Series(pd.NA, index=calls.index, dtype=TEXT)


def _contact(calls: Frame) -> Series:
    """Name a contact by its record in the campaign's calling file, else by its number."""
    record = _text(calls, "_indice")
    record = record.mask(is_one_of(record, ("0", "-1")))
    campaign = _text(calls, "campaign_id")
    return (campaign + "/" + record).fillna(record).fillna(_text(calls, "phone")).astype(TEXT)


SOURCE = Source(
    name="vocalcom",
    title="Vocalcom Hermes",
    layouts=(_CALLS,),
    statuses=_STATUSES,
    complete=_complete,
    call_by_call=True,
    no_agent=("0", "-1"),
    traps=(
        "CallType 1 is inbound and 2 outbound; what other types are is not documented: such rows are rejected by name.",
        "LastAgent 0 is no agent.",
        "A call with an agent and seconds of ConvDuration was handled, unless the text of its status says machine, busy or no answer.",
        "CallStatusGroup, CallStatusNum and CallStatusDetail are numbers that each site defines (table ListCallStatus): join StatusText in the query, or give a mapping. Otherwise what came of a talk is unknown.",
        "Indice is the record in the calling file of a campaign: the same Indice in two campaigns is two contacts. Where it is 0, the number is the contact.",
        "CallLocalTime is on the clock of the site; CallUniversalTime is not read.",
        "WaitDuration is the caller's wait; durations are in seconds.",
        "What Closed, NoAgent and Overflow mean beside Abandon is not documented: they are not read.",
    ),
)
