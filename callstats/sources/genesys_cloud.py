"""Genesys Cloud: the export of the interactions view."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from callstats.sources.base import Field, Layout, Legs, Source
from callstats.sources.outcome_words import PLAIN
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.switchboard import (
    LAST_SAYS,
    add_facts,
    filled,
    holds,
    like,
    made_up_id,
    merged,
    seconds,
    surely,
)
from callstats.sources.typed_cells import TEXT

_DIALER = {
    "no_answer": ("NO-ANSWER", "NOT-ANSWERED"),
    "busy": ("BUSY",),
    "machine": ("MACHINE", "ANSWERING-MACHINE"),
    "fax": ("FAX",),
    "invalid": ("SIT-UNCALLABLE", "UNCALLABLE", "INVALID-PHONE-NUMBER"),
    "failed": ("SIT-CALLABLE", "SIT", "DISCONNECT", "NETWORK-FAILURE", "CALL-FAILED", "STUCK-INTERACTION", "ERROR"),
    "silence": ("AMBIGUOUS",),
    "picked_up": ("LINE-CONNECTED", "TRANSFERRED-TO-FLOW", "FAILED-TO-REACH-FLOW"),
    "abandoned": ("FAILED-TO-REACH-AGENT", "ABANDON", "TRANSFERRED-TO-QUEUE"),
    "not_dialled": (
        "DNC-SKIPPED", "CONTACT-UNCALLABLE-SKIPPED", "NUMBER-UNCALLABLE-SKIPPED", "CONTACT-ATTEMPT-LIMIT-SKIPPED",
        "NUMBER-ATTEMPT-LIMIT-SKIPPED", "RULE-SKIPPED", "NOT-CALLED", "NO-ACTIVE-PHONE-NUMBER-SKIPPED",
        "CALLABLE-TIME-SKIPPED", "PREVIEW-SKIPPED",
    ),
}  # fmt: skip
STATUSES: Mapping[str, Outcome] = {
    **PLAIN,
    **{f"ININ-OUTBOUND-{word}": OUTCOMES[kind] for kind, words in _DIALER.items() for word in words},
    "ININ-OUTBOUND-LIVE-VOICE": Outcome(connected=True, live=True),
    "ININ-WRAP-UP-TIMEOUT": OUTCOMES["no_outcome"],
    "ININ-WRAP-UP-SKIPPED": OUTCOMES["no_outcome"],
    "ININ-WRAP-UP-DEFAULT": OUTCOMES["no_outcome"],
    "Default Wrap-up Code": OUTCOMES["no_outcome"],
}
_NO_CALL = "Media Type is not voice"
_ONE_CALL = Legs(
    key=("call_id",),
    keep={**LAST_SAYS, "talk_s": "sum", "wrap_s": "sum", "hold_s": "sum", "queue_s": "sum", "connected": "any", "live": "any", "handled": "any", "gave_up": "any"},
)  # fmt: skip


def prepare(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """Take calls by voice, the last of several agents, and numbers without their scheme."""
    calls = tables["calls"].copy()
    inbound = like(filled(calls, "way").fillna(filled(calls, "later_way")), r"\s*inbound.*")
    calls["direction"] = pd.Series("outbound", index=calls.index, dtype=TEXT).mask(inbound, "inbound")
    ani, dnis, remote = (_number(filled(calls, name)) for name in ("ani", "dnis", "remote"))
    calls["contact_id"] = dnis.mask(inbound, ani).fillna(remote)
    calls["agent_id"] = _one_of(filled(calls, "agent_id"), -1)
    calls["campaign_id"] = filled(calls, "campaign").fillna(_one_of(filled(calls, "queue"), 0))
    calls["outcome_code"] = _one_of(filled(calls, "outcome_code"), -1)
    media = filled(calls, "media")
    other = media.notna() & ~holds(media, "voice|call")
    calls["_left_out"] = pd.Series(pd.NA, index=calls.index, dtype=TEXT).mask(other, _NO_CALL)
    key = filled(calls, "call_id")
    calls["call_id"] = key.fillna(made_up_id(calls, "agent_id", "contact_id"))
    gone = ["way", "later_way", "ani", "dnis", "remote", "campaign", "queue", "media"]
    calls = merged(calls.drop(columns=gone, errors="ignore"), key, _ONE_CALL)
    gave_up = surely(calls["gave_up"]) if "gave_up" in calls else pd.Series(False, index=calls.index)
    if "talk_s" not in calls:
        calls["talk_s"] = float("nan")
    add_facts(calls, filled(calls, "agent_id").notna(), gave_up)
    wait = seconds(calls, "queue_s")
    calls["queue_s"] = wait.fillna(seconds(calls, "gave_up_s").where(gave_up))
    return {**tables, "calls": calls.drop(columns=["gave_up", "gave_up_s"], errors="ignore")}


def _number(texts: Series) -> Series:
    """Return a number without tel: or sip: and what follows it.

    Examples
    --------
    >>> _number(pd.Series(["tel:+33199001001", "sip:100@example.com;user=phone", "0199001001"])).tolist()
    ['+33199001001', '100', '0199001001']
    """
    plain = texts.astype(object).str.replace(r"^(?:tel|sips?):", "", regex=True, case=False)
    return plain.str.replace(r"[@;].*$", "", regex=True).str.strip().astype(TEXT)


def _one_of(texts: Series, place: int) -> Series:
    """Return the first or last of several names, which are divided by semicolons."""
    names = texts.astype(object).str.split(";")
    chosen = names.map(lambda x: [n.strip() for n in x if n.strip()] if isinstance(x, list) else [])
    return chosen.map(lambda x: x[place] if x else pd.NA).astype(TEXT)


TRAPS = (
    "The view is exported as it stands: only the columns that are shown are in the file. Show Conversation ID, Queue, Abandoned, Total Queue, Total Talk, Total Hold and Total ACW.",
    "Durations are milliseconds; where the export writes 00:03:25 they are read so.",
    "E-mails, chats and messages are left out (Media Type).",
    "Users names everybody who had the call, divided by semicolons: the last one is the agent, the last wrap-up code the outcome, the first queue the campaign.",
    "Direction Inbound/Outbound came in first; Initial Direction is used where it is there.",
    "Numbers bear tel: or sip:, which is taken off.",
    "Wrap-up codes are your own, save those that begin with ININ-: those that are not plain words are a finding, with what the seconds say of them (an agent who talked had somebody on the line).",
    "A wrap-up code that timed out (ININ-WRAP-UP-TIMEOUT) is no outcome.",
    "Full Export Completed NO means that the export was cut off: export a shorter time.",
    "Dates are in the time zone and the language of the user who exports: 9/9/24, 3:04 PM or 2024-09-09 15:04:05.",
)

_VIEW = (
    Field("started_at", ("Date", "Start Date", "Conversation Start"), required=True),
    Field("call_id", ("Conversation ID", "Interaction ID"), "text"),
    Field("media", ("Media Type",), "text"),
    Field("agent_id", ("Users", "Users - Interacted", "Agent Name"), required=True),
    Field("way", ("Initial Direction",), "text"),
    Field("later_way", ("Direction",), "text"),
    Field("ani", ("ANI",), "text"),
    Field("dnis", ("DNIS",), "text"),
    Field("remote", ("Remote",), "text"),
    Field("queue", ("First Queue", "Queue"), "text"),
    Field("campaign", ("Campaign Name", "Campaign", "Outbound Campaign"), "text"),
    Field("list_id", ("Contact List Name", "Contact List")),
    Field("outcome_code", ("Wrap-up", "Wrap-up Code")),
    Field("queue_s", ("Total Queue", "Queue Time"), unit="ms"),
    Field("ring_s", ("Total Alert",), unit="ms"),
    Field("talk_s", ("Total Talk", "Talk"), unit="ms"),
    Field("hold_s", ("Total Hold", "Hold"), unit="ms"),
    Field("wrap_s", ("Total ACW", "ACW"), unit="ms"),
    Field("gave_up", ("Abandoned", "Abandoned in Queue"), "flag"),
    Field("gave_up_s", ("Time to Abandon",), "number", unit="ms"),
)

SOURCE = Source(
    name="genesys-cloud",
    title="Genesys Cloud",
    layouts=(
        Layout(
            "interactions", "calls", _VIEW,
            signature=("Full Export Completed", "Users", "Date", "Direction", "Media Type"),
        ),
        Layout(
            "interactions, initial direction", "calls", _VIEW,
            signature=("Full Export Completed", "Users", "Date", "Initial Direction"),
        ),
        Layout(
            "interactions without the filters", "calls", _VIEW,
            signature=("Conversation ID", "Users", "Date", "Direction"), unlike=("Full Export Completed",),
        ),
    ),
    statuses=STATUSES,
    prepare=prepare,
    traps=TRAPS,
)  # fmt: skip
