"""From call detail records of Asterisk to calls: whose call it is, who spoke, and which rows are one call."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import Legs
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

Tables = dict[str, Frame]

PICKED_UP = Outcome(connected=True, abandoned=None)
GAVE_UP, TURNED_AWAY = OUTCOMES["abandoned"], OUTCOMES["turned_away"]

_INBOUND = r"trunk|pstn|\bdid\b|from-did|incoming|inbound|from-zaptel|from-dahdi|from-sip-external"
_INTERNAL = r"internal"
_MACHINES = (
    r"VoiceMail(?:Main)?|Play(?:back|tones)|Background|WaitExten|Congestion|Busy|Hangup|Read|Echo|Record"
    r"|ReceiveFAX|Milliwatt"
)
_PEER = r"^(?:Local/|[A-Za-z0-9]+/)([^@/;]+?)(?:-[0-9a-fA-F]+)?(?:@.*|/.*|;.*)?$"
_BEST = ("ANSWERED", "BUSY", "NO ANSWER", "CONGESTION", "FAILED")
_ONE_CALL = Legs(
    key=("linkedid", "uniqueid"),
    keep={"agent_id": "answered", "talk_s": "sum", "ring_s": "max", "connected": "any", "live": "any",
          "handled": "any", "abandoned": "any", "_ids": "first"},
    best=_BEST,
)  # fmt: skip
_HELPERS = (
    "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "accountcode",
    "uniqueid", "linkedid", "cnum", "did", "duration_s", "bill_s",
)  # fmt: skip


def calls_of(records: Frame) -> Frame:
    """Make calls of call detail records.

    Parameters
    ----------
    records : DataFrame
        A row a leg: who rang whom, through which channels, and how long.

    Returns
    -------
    DataFrame
        A row a call. ``_ids`` are all its identifiers, to find it in the log of a queue;
        calls between extensions bear a reason in ``_left_out``.
    """
    legs = records.copy()
    own = filled(legs, "uniqueid").fillna(filled(legs, "linkedid"))
    key = filled(legs, "linkedid").fillna(own)
    way = _way(legs)
    key_or_row = key.fillna(made_up_id(legs, "src", "dst"))
    legs["direction"] = direction_of_calls(legs, key_or_row, way)
    legs["call_id"] = key_or_row
    legs["_ids"] = _all_ids(own, key_or_row)
    _add_parties(legs)
    _add_lengths(legs)
    _add_flags(legs)
    return calls_outside(legs.drop(columns=[name for name in _HELPERS if name in legs]), key, _ONE_CALL)


def _way(legs: Frame) -> Series:
    """Tell of each leg whether somebody outside was dialled, rang, or neither."""
    src, dst = filled(legs, "src"), filled(legs, "dst")
    context = filled(legs, "dcontext")
    src_out, dst_out, nobody = is_outside(src), is_outside(dst), is_nobody(src)
    inside = holds(context, _INTERNAL)
    way = pd.Series("internal", index=legs.index, dtype=TEXT)
    way = way.mask(dst_out, "outbound")
    way = way.mask(nobody & ~dst_out & ~inside, "inbound")
    way = way.mask(src_out & ~dst_out, "inbound")
    way = way.mask(holds(context, _INBOUND) & ~inside, "inbound")
    return way.mask(filled(legs, "did").notna() & ~(dst_out & inside), "inbound")


def _all_ids(own: Series, key: Series) -> Series:
    ids = own.fillna(key).groupby(key).agg(lambda names: " ".join(dict.fromkeys(names)))
    return key.map(ids).astype(TEXT)


def peer(channels: Series) -> Series:
    """Return whose phone a channel is.

    Examples
    --------
    >>> peer(pd.Series(["SIP/100-0000001a", "Local/101@from-queue-00000002;1", "PJSIP/ann-01"])).tolist()
    ['100', '101', 'ann']
    """
    return channels.astype(object).str.extract(_PEER)[0].astype(TEXT)


def _add_parties(legs: Frame) -> None:
    """Add contact, agent and campaign: the number outside, the phone inside, the queue or account."""
    inbound = legs["direction"].eq("inbound").fillna(False).astype(bool)
    src, dst = filled(legs, "src"), filled(legs, "dst")
    caller = src.mask(is_nobody(src))
    legs["contact_id"] = dst.mask(inbound, caller)
    own = filled(legs, "cnum")
    dialling = own.mask(is_outside(own)).fillna(src.mask(is_outside(src) | is_nobody(src)))
    legs["agent_id"] = dialling.fillna(peer(filled(legs, "channel"))).mask(
        inbound, peer(filled(legs, "dstchannel"))
    )
    queue = filled(legs, "lastdata").str.split(",").str[0].where(like(filled(legs, "lastapp"), "Queue"))
    legs["campaign_id"] = filled(legs, "accountcode").mask(inbound & queue.notna(), queue)


def _add_lengths(legs: Frame) -> None:
    bill, whole = seconds(legs, "bill_s"), seconds(legs, "duration_s")
    legs["ring_s"] = (whole - bill).where(whole >= bill)
    legs["talk_s"] = bill.where(_answered(legs) & ~_is_copy(legs))


def _is_copy(legs: Frame) -> Series:
    """Mark legs of a Local channel beside the leg that dialled it: their seconds are the same ones."""
    local = holds(filled(legs, "channel"), r"^Local/")
    dialled = filled(legs, "dstchannel")
    mates = (legs["call_id"] + "\x1f" + dialled.str.replace(r";[12]$", "", regex=True)).dropna()
    own = legs["call_id"] + "\x1f" + filled(legs, "channel").str.replace(r";[12]$", "", regex=True)
    return local & own.isin(set(mates)).fillna(False).astype(bool)


def _answered(legs: Frame) -> Series:
    return like(filled(legs, "outcome_code"), r"\s*ANSWERED\s*")


def _add_flags(legs: Frame) -> None:
    """Correct what the disposition says: of calls that came in it says little without the other phone."""
    inbound = legs["direction"].eq("inbound").fillna(False).astype(bool)
    answered, app = _answered(legs), filled(legs, "lastapp")
    machine = like(app, _MACHINES)
    reached = (
        filled(legs, "dstchannel").notna() if "dstchannel" in legs else app.isna() | like(app, "Dial|Queue")
    )
    talked = inbound & answered & reached & ~machine
    waited = like(app, "Dial|Queue|VoiceMail") | (app.isna() & ~answered)
    set_flags(legs, inbound & ~talked & waited, GAVE_UP)
    set_flags(legs, inbound & ~talked & ~waited, TURNED_AWAY)
    set_flags(legs, talked, TALKED)
    nobody = inbound & ~talked
    legs["agent_id"] = legs["agent_id"].mask(nobody)
    legs["talk_s"] = legs["talk_s"].mask(nobody)
    # a machine of our own answered a dial that found no line
    alone = ~inbound & answered & machine & ~reached
    set_flags(legs, alone, OUTCOMES["failed"])
    legs["talk_s"] = legs["talk_s"].mask(alone)
