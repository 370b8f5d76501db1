"""3CX: the call report of versions 16 and 18, and the call log of version 20."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from callstats.sources.base import Field, Layout, Legs, Source
from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.switchboard import (
    TALKED,
    calls_outside,
    direction_of_calls,
    filled,
    holds,
    is_nobody,
    is_outside,
    like,
    made_up_id,
    seconds,
    set_flags,
)  # fmt: skip
from callstats.sources.typed_cells import TEXT

_STATUSES: Mapping[str, Outcome] = {
    "answered": Outcome(connected=True),
    "unanswered": OUTCOMES["no_answer"],
    "not answered": OUTCOMES["no_answer"],
    "missed": OUTCOMES["no_answer"],
    "abandoned": OUTCOMES["no_answer"],
    "waiting": OUTCOMES["no_answer"],
    "busy": OUTCOMES["busy"],
    "failed": OUTCOMES["failed"],
    "redirected": Outcome(),
}
_ONE_CALL = Legs(
    key=("call_key",),
    keep={"agent_id": "answered", "talk_s": "sum", "ring_s": "sum", "queue_s": "sum", "connected": "any",
          "live": "any", "handled": "any", "abandoned": "any"},
    best=("answered", "busy", "unanswered", "missed", "abandoned", "waiting", "redirected", "failed"),
)  # fmt: skip
#: "Ann Example (100)": a name and a number; or either of them alone.
_PARTY = r"^\s*(?P<name>.*?)\s*(?:\((?P<number>[^()]*)\))?\s*$"


def prepare(tables: Mapping[str, Frame]) -> dict[str, Frame]:
    """Tell who called whom, and make one call of the rows of each."""
    legs = tables["calls"].copy()
    (who, from_number), (whom, to_number) = _party(filled(legs, "from")), _party(filled(legs, "to"))
    way = _way(filled(legs, "way"), from_number, to_number)
    key = filled(legs, "call_key")
    group = key.fillna(made_up_id(legs, "from", "to"))
    legs["direction"] = direction_of_calls(legs, group, way)
    legs["call_id"] = group
    inbound = legs["direction"].eq("inbound").fillna(False).astype(bool)
    # the further legs of a call that came in are rung by the queue, not by the caller
    caller = from_number.mask(is_nobody(from_number) | ~is_outside(from_number))
    legs["contact_id"] = to_number.where(is_outside(to_number)).mask(inbound, caller)
    legs["agent_id"] = who.mask(is_outside(from_number)).mask(inbound, whom.mask(is_outside(to_number)))
    queue = holds(filled(legs, "way"), "queue")
    _add_flags(legs, inbound, queue)
    legs = legs.drop(columns=["from", "to", "way", "call_key"], errors="ignore")
    return {**tables, "calls": calls_outside(legs, key, _ONE_CALL)}


def _party(texts: Series) -> tuple[Series, Series]:
    """Return name and number of a party; who has no name is called by the number.

    Examples
    --------
    >>> [part.tolist() for part in _party(pd.Series(["Ann Example (100)", "0199001001"]))]
    [['Ann Example', '0199001001'], ['100', '0199001001']]
    """
    parts = texts.astype(object).str.extract(_PARTY)
    name = parts["name"].where(parts["name"].astype(object).ne(""))
    number = parts["number"].fillna(name)
    return name.fillna(number).astype(TEXT), number.astype(TEXT)


def _way(stated: Series, source: Series, target: Series) -> Series:
    """Return the direction that is stated, else what the numbers say."""
    way = pd.Series("internal", index=stated.index, dtype=TEXT)
    way = way.mask((is_outside(source) | is_nobody(source)) & ~is_outside(target), "inbound")
    way = way.mask(is_outside(target), "outbound")
    for word in ("internal", "outbound", "inbound"):
        way = way.mask(holds(stated, word), word)
    return way


def _add_flags(legs: Frame, inbound: Series, queue: Series) -> None:
    answered = like(filled(legs, "outcome_code"), r"\s*answered\s*")
    machine = holds(filled(legs, "to"), "voice ?mail|ivr|digital receptionist")
    talked = inbound & answered & ~machine & ~queue
    talk = seconds(legs, "talk_s")
    legs["talk_s"] = talk.where(answered & (talked | ~inbound))
    legs["queue_s"] = seconds(legs, "ring_s").where(inbound)
    set_flags(legs, inbound & answered & machine, OUTCOMES["turned_away"])
    # the queue's own row is answered by music; a row of an agent says who took the call
    set_flags(legs, inbound & ~talked & ~(answered & machine), OUTCOMES["abandoned"])
    set_flags(legs, talked, TALKED)
    legs["agent_id"] = legs["agent_id"].mask(inbound & ~talked)


TRAPS = (
    "The report has a title above and totals below; they are no calls.",
    "Times are written as the console's language has them: 09.09.2024 or 9/9/2024. Where no day is above 12, say which with --dates day-first or month-first.",
    "Who is outside is told by the number where no direction is stated: six digits or more.",
    "Calls between extensions are left out.",
    "Answered of a dial may be a voicemail: the line was answered, by whom is unknown.",
    "Version 20 writes a row for each step of a call, with one Call ID: they are one call. Older reports have no id, so that every row is a call.",
    "The row of a queue (Inbound Queue) is answered by its music; a call was handled if a row of an agent was answered.",
    "Ringing of a call that came in is what the caller waited; time in a menu before is not written.",
    "Talking contains time on hold.",
    "What came of a talk (sale, refusal) is not in 3CX.",
)
_LACKS = {
    "success": "3CX does not record what came of a talk",
    "wrap_s": "3CX does not record work after the call",
    "hold_s": "3CX does not record time on hold; it is part of the talk",
}

_CALL = (
    Field("started_at", ("Call Time", "Start Time"), required=True),
    Field("outcome_code", ("Status",), required=True),
    Field("ring_s", ("Ringing", "Ringing Time"), unit="hh:mm:ss"),
    Field("talk_s", ("Talking", "Talking Time"), unit="hh:mm:ss", required=True),
)

SOURCE = Source(
    name="3cx",
    title="3CX",
    layouts=(
        Layout(
            "call log", "calls",
            (
                *_CALL,
                Field("call_key", ("Call ID",), "text"),
                Field("from", ("From",), "text", required=True),
                Field("to", ("To",), "text", required=True),
                Field("way", ("Direction",), "text"),
            ),
            signature=("Call Time", "From", "To", "Status", "Talking"),
        ),
        Layout(
            "call report", "calls",
            (
                *_CALL,
                Field("from", ("Caller ID",), "text", required=True),
                Field("to", ("Destination",), "text", required=True),
                Field("way", ("Direction",), "text"),
            ),
            signature=("Call Time", "Caller ID", "Destination", "Status", "Talking"),
        ),
    ),
    statuses=_STATUSES,
    prepare=prepare,
    traps=TRAPS,
    lacks=_LACKS,
)  # fmt: skip
