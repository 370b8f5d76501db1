"""What telephone systems have in common: extensions, whose call it is, and the legs of a call."""

from __future__ import annotations

import re

import pandas as pd

from callstats.sources.base import Legs
from callstats.sources.outcomes import FLAGS, OUTCOMES, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.rows import one_call_each
from callstats.sources.typed_cells import TEXT

#: A talk with an agent, of which nobody wrote down what came of it.
TALKED = Outcome(connected=True, live=True, handled=True, abandoned=False)
#: A row that is no call of a call centre.
INTERNAL = "calls between extensions"
#: Of several agents the last one says what came of the call.
LAST_SAYS = dict.fromkeys(
    ("agent_id", "outcome_code", "argued", "success", "closed", "closed_reason", "right_party", "do_not_call",
     "invalid_number"), "last",
)  # fmt: skip
#: The shortest number outside; extensions have fewer digits.
LONGER_THAN_EXTENSION = 6
_NUMBER = r"\+?[\d\s().\-/]*\d"
_NOBODY = r"(?:anonymous|unknown|unavailable|private|restricted|withheld|no ?number|-)?"


def filled(frame: Frame, name: str) -> Series:
    """Return a column of texts; one that is not there is unknown in every row."""
    if name not in frame:
        return pd.Series(pd.NA, index=frame.index, dtype=TEXT)
    return frame[name].astype(TEXT)


def seconds(frame: Frame, name: str) -> Series:
    """Return a column of numbers; one that is not there is unknown in every row."""
    return frame[name].astype(float) if name in frame else pd.Series(float("nan"), index=frame.index)


def like(texts: Series, pattern: str) -> Series:
    """Mark the texts that a pattern fits as a whole, whatever their case."""
    marks = {text: bool(re.fullmatch(pattern, text, re.IGNORECASE)) for text in texts.dropna().unique()}
    return texts.map(marks).eq(True).fillna(False).astype(bool)


def holds(texts: Series, pattern: str) -> Series:
    """Mark the texts in which a pattern is found, whatever their case."""
    return like(texts, rf".*(?:{pattern}).*")


def is_outside(numbers: Series) -> Series:
    """Mark numbers of the public network: more digits than an extension has.

    Examples
    --------
    >>> is_outside(pd.Series(["0199001001", "600", "+33 1 99 00 10 01", "ann", None])).tolist()
    [True, False, True, False, False]
    """
    digits = numbers.str.replace(r"\D", "", regex=True).str.len()
    return like(numbers, _NUMBER) & (digits >= LONGER_THAN_EXTENSION).fillna(False).astype(bool)


def is_nobody(numbers: Series) -> Series:
    """Mark callers who hide their number."""
    return numbers.isna() | like(numbers, _NOBODY)


def made_up_id(legs: Frame, *names: str) -> Series:
    """Identify calls that have no number of their own, by their second and the parties.

    Examples
    --------
    >>> call = {"started_at": pd.Timestamp("2026-09-08 10:00", tz="UTC"), "src": "100", "dst": "0199001001"}
    >>> made_up_id(pd.DataFrame([call, call]), "src", "dst").tolist()
    ['20260908100000-100-0199001001', '20260908100000-100-0199001001-2']
    """
    made = legs["started_at"].dt.strftime("%Y%m%d%H%M%S").astype(TEXT).fillna("")
    for name in names:
        made = made + "-" + filled(legs, name).fillna("")
    again = made.groupby(made).cumcount() + 1
    return made.where(again == 1, made + "-" + again.astype(str).astype(TEXT))


def direction_of_calls(legs: Frame, key: Series, way: Series) -> Series:
    """Give every leg the direction of its call: that of the first leg with somebody outside.

    A queue then rings extensions, which say nothing of whose call it is.

    Examples
    --------
    >>> legs = pd.DataFrame({"started_at": [2, 1, 3], "_position": [0, 1, 2]})
    >>> way = pd.Series(["inbound", "internal", "outbound"])
    >>> direction_of_calls(legs, pd.Series(["a", "a", "b"]), way).tolist()
    ['inbound', 'inbound', 'outbound']
    """
    order = legs.assign(_key=key, _way=way, _inside=way.eq("internal"))
    order = order.sort_values(["_inside", "started_at", "_position"], kind="stable")
    return key.map(order.drop_duplicates("_key").set_index("_key")["_way"]).astype(TEXT)


def calls_outside(legs: Frame, key: Series, how: Legs) -> Frame:
    """Make one call of its legs; calls between extensions bear the reason in ``_left_out``."""
    calls = merged(legs, key, how)
    set_flags(calls, surely(calls["handled"]), TALKED)
    outside = calls["direction"].isin(["inbound", "outbound"])
    calls["_left_out"] = pd.Series(pd.NA, index=calls.index, dtype=TEXT).mask(~outside, INTERNAL)
    return calls


def merged(calls: Frame, key: Series, legs: Legs, order: Series | None = None) -> Frame:
    """Make one row of the legs of every call; the same leg exported twice is one.

    Parameters
    ----------
    calls : DataFrame
        With ``started_at`` and the flags of each leg.
    key : Series of str
        Names the call; where it is unknown, the leg is a call of its own.
    legs : Legs
        How each column is made of those of the legs.
    order : Series, optional
        The order of the legs; that of their starts where it is not given.
    """
    what = [name for name in calls.columns if name not in ("_raw", "_position")]
    again = calls[what].astype(str).duplicated() & key.notna()
    calls = calls.assign(_leg_key=key, _leg_order=calls["started_at"] if order is None else order)
    made = one_call_each(calls[~again].reset_index(drop=True), legs)
    return made.sort_values("started_at", kind="stable", ignore_index=True)


def set_flags(calls: Frame, rows: Series, outcome: Outcome, only: tuple[str, ...] = FLAGS) -> None:
    """Give some rows the flags of an outcome."""
    for name in only:
        if name not in calls:
            calls[name] = pd.Series(pd.NA, index=calls.index, dtype="boolean")
        value = getattr(outcome, name)
        calls[name] = calls[name].astype("boolean").mask(rows, pd.NA if value is None else value)


def surely(flag: Series) -> Series:
    """Mark the rows where a flag is set."""
    return flag.eq(True).fillna(False).astype(bool)


def add_facts(calls: Frame, has_agent: Series, gave_up: Series) -> None:
    """Set what the seconds say where the code of an installation's own says nothing.

    An agent who talked had somebody on the line, unless the code says that it was a machine.
    """
    inbound = calls["direction"].eq("inbound").fillna(False).astype(bool)
    unknown = calls["live"].isna() if "live" in calls else pd.Series(True, index=calls.index)
    talk = seconds(calls, "talk_s")
    talked = unknown & has_agent & (talk > 0)
    set_flags(calls, talked, TALKED, ("connected", "live", "handled", "abandoned"))
    silent = (talk == 0) | talk.isna()
    left = gave_up.fillna(False).astype(bool) & silent
    set_flags(calls, left, OUTCOMES["abandoned"])
    waited = inbound & silent & ~left & ~has_agent & ~surely(calls["handled"])
    set_flags(calls, waited & unknown, OUTCOMES["turned_away"])
    calls["talk_s"] = talk.where(calls["handled"].ne(False).fillna(True).astype(bool))
