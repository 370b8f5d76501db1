"""Aircall: the exported call history, or calls of the API."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import Field, Layout, Source
from callstats.sources.outcomes import OUTCOMES, unsold
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

_NOBODY = ("[No associated user]", "No associated user", "[Deleted user]")

_HISTORY = Layout(
    "Aircall call history",
    "calls",
    (
        Field("call_id", ("call id (internal)", "call id", "id"), pick="filled"),
        Field("_row", row_number=True),
        Field("direction", ("direction",), required=True),
        Field("started_at", template="{datetime (UTC)} UTC", required=True),
        Field("contact_id", ("to", "from"), pick="direction"),
        Field("agent_id", ("user",)),
        Field("campaign_id", ("line",)),
        Field("_answered", ("answered",), type="flag", required=True),
        Field("outcome_code", ("missed_call_reason",)),
        Field("_total", ("duration (total)",), type="number", unit="s"),
        Field("talk_s", ("duration (in call)",), unit="s"),
    ),
    signature=(
        "direction",
        "answered",
        "missed_call_reason",
        "duration (total)",
        "duration (in call)",
        "datetime (UTC)",
    ),
)

_API = Layout(
    "Aircall call of the API",
    "calls",
    (
        Field("call_id", ("id",), required=True),
        Field("direction", ("direction",), required=True),
        Field("started_at", ("started_at",), type="epoch", unit="s", required=True),
        Field("contact_id", ("raw_digits", "contact.id"), pick="filled"),
        Field("agent_id", ("user.name", "user.id", "user_name", "user"), pick="filled"),
        Field("campaign_id", ("number.name", "number.digits", "number_name", "number"), pick="filled"),
        Field("_answered", ("answered_at",), type="flag", filled=True, required=True),
        Field("outcome_code", ("missed_call_reason",)),
        Field("_total", ("duration",), type="number", unit="s"),
        Field("talk_s", ("ended_at",), minus="answered_at"),
    ),
    signature=("direction", "started_at", "answered_at", "ended_at", "missed_call_reason"),
)


def _complete(calls: Frame) -> Frame:
    """Give each call the outcome that it has by answer and direction, and the wait before its talk."""
    if "_row" in calls:
        own = calls["call_id"] if "call_id" in calls else calls["_row"]
        calls = calls.assign(call_id=own.fillna(calls["_row"]))
    answered = calls["_answered"].fillna(False).astype(bool)
    reason = (
        calls["outcome_code"] if "outcome_code" in calls else pd.Series(pd.NA, index=calls.index, dtype=TEXT)
    )
    code = reason.mask(answered, "answered").fillna("not answered").mask(calls["_answered"].isna())
    inbound = calls["direction"].eq("inbound").fillna(False).astype(bool)
    waited = _waited(calls, answered)
    calls = calls.assign(
        outcome_code=code.astype(TEXT), ring_s=waited.mask(inbound), queue_s=waited.where(inbound)
    )
    return calls.drop(columns=[name for name in ("_row", "_answered", "_total") if name in calls])


def _waited(calls: Frame, answered: Series) -> Series:
    """Return the seconds before the talk: all of the call, where there was none."""
    if "_total" not in calls:
        return pd.Series(float("nan"), index=calls.index)
    talk = calls["talk_s"] if "talk_s" in calls else pd.Series(float("nan"), index=calls.index)
    waited = calls["_total"] - talk.mask(~answered, 0.0)
    return waited.mask(waited < 0)


SOURCE = Source(
    name="aircall",
    title="Aircall",
    layouts=(_HISTORY, _API),
    no_agent=_NOBODY,
    statuses={
        "answered": unsold("picked_up"),
        "not answered": OUTCOMES["no_answer"],
        **dict.fromkeys(("agents_did_not_answer", "no_available_agent"), OUTCOMES["no_answer"]),
    },
    inbound_statuses={
        "answered": unsold("spoken"),
        "not answered": OUTCOMES["abandoned"],
        "no_available_agent": OUTCOMES["abandoned"],
        "agents_did_not_answer": OUTCOMES["abandoned"],
        "abandoned_in_classic": OUTCOMES["abandoned"],
        "short_abandoned": OUTCOMES["abandoned"],
        "abandoned_in_ivr": OUTCOMES["turned_away"],
        "out_of_opening_hours": OUTCOMES["turned_away"],
        "caller_hung_up": OUTCOMES["abandoned"],
        "caller_requested_callback": OUTCOMES["turned_away"],
    },
    complete=_complete,
    call_by_call=True,
    traps=(
        "duration (total), and duration of the API, include ringing and the wait: talk is duration (in call), or ended_at less answered_at.",
        "An outbound call is answered also when a machine answers: whether a person spoke is unknown.",
        "datetime (UTC) is read; datetime (TZ offset incl.) is on the clock of the number, without its offset.",
        "A caller who hung up in the voice menu, or came out of hours, was not promised an agent: not abandoned. short_abandoned is.",
        "A line is taken as the campaign.",
        "Aircall keeps no hold and no outcome of a talk; tags are the site's own and not read.",
        "The wait of an inbound call includes the voice menu.",
    ),
)
