"""From rows to calls: which rows are taken, what a second file adds, which rows are one call or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from itertools import pairwise

import pandas as pd

from callstats.errors import InputError
from callstats.model import CHAIN, TABLES
from callstats.sources import notes
from callstats.sources.base import Field, Join, Layout, Legs, RowCondition
from callstats.sources.columns import Columns
from callstats.sources.convert import numbers_of
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Frame, Raw, Series
from callstats.sources.typed_cells import TEXT

#: How a column of a call is made of its legs' where the mapping does not say.
_USUAL = {"started_at": "first", "local_started_at": "first", "outcome_code": "best", "agent_id": "answered"}


def taken(columns: Columns, conditions: Sequence[RowCondition]) -> tuple[Series, dict[str, int]]:
    """Mark the rows that all conditions take, and count those that each one leaves out."""
    kept = pd.Series(True, index=range(columns.size))
    left_out = {}
    for condition in conditions:
        if columns.actual(condition.column) is None:  # it is optional
            continue
        met = _met(columns, condition)
        gone = int((kept & ~met).sum())
        if gone:
            left_out[_sentence(condition)] = gone
        kept &= met
    return kept, left_out


def _met(columns: Columns, condition: RowCondition) -> Series:
    cells = columns.column(condition.column)
    if condition.filled is not None:
        return cells.filled == condition.filled
    if condition.above is not None:
        return (numbers_of(cells, Field("")) > condition.above).fillna(False)
    if condition.other_than:
        return ~is_one_of(cells.as_text(), condition.other_than)
    return is_one_of(cells.as_text(), condition.words)


def _sentence(condition: RowCondition) -> str:
    if condition.filled is not None:
        return f"{condition.column} is {'empty' if condition.filled else 'filled'}"
    if condition.above is not None:
        return f"{condition.column} is not above {condition.above:g}"
    if condition.other_than:
        return f"{condition.column} is {' or '.join(condition.other_than)}"
    return f"{condition.column} is not {' or '.join(condition.words)}"


def joined(raw: Raw, join: Join, raws: Sequence[Raw]) -> Raw:
    """Add the columns of a second file by key; a row without a match gets empty cells.

    Raises
    ------
    InputError
        The second file was not given, or lacks the key.
    """
    other = next((item for item in raws if fnmatch(item.file.rsplit("/", 1)[-1], join.file)), None)
    if other is None:
        raise InputError(
            f"join needs {join.file}, which was not given", file=raw.file,
            hint=f"Give {join.file} to the command beside {raw.file}.",
        )  # fmt: skip
    mine, theirs = (_keys(table, [pair[side] for pair in join.on]) for side, table in ((0, raw), (1, other)))
    repeated = theirs[theirs.notna()].duplicated()
    if repeated.any():
        count = int(theirs[theirs.notna()][repeated].nunique())
        raw.notes.append(notes.write(notes.SEVERAL_MATCHES, file=other.file, count=count))
    places = pd.Series(range(other.height), index=theirs)[(theirs.notna() & ~theirs.duplicated()).to_numpy()]
    matches = mine.map(places).astype("Int64")
    own = set(raw.columns)
    added = {}
    for name, cells in other.cells.items():
        if name not in own:
            added[name] = cells.each(lambda values: _looked_up(values, matches))
    return raw.with_cells(added)


def _looked_up(values: Series, places: Series) -> Series:
    found = values.reindex(places.fillna(-1).astype("int64"))
    return found.reset_index(drop=True)


def _keys(raw: Raw, names: Sequence[str]) -> Series:
    columns = Columns(raw, Layout("join", "join", tuple(Field(n, (n,), required=True) for n in names)), ())
    key = columns.column(names[0]).as_text().str.casefold()
    for name in names[1:]:
        key = key + "\x1f" + columns.column(name).as_text().str.casefold()
    return key


def one_call_each(calls: Frame, legs: Legs) -> Frame:
    """Make one call of its legs.

    Parameters
    ----------
    calls : DataFrame
        Legs, with ``_leg_key`` and ``_leg_order``; the flags of their outcomes are set.
    legs : Legs
    """
    calls = calls.sort_values("_leg_order", kind="stable", ignore_index=True)
    key = calls["_leg_key"].fillna("\x00" + calls.index.to_series().astype(str)).astype(object)
    several = key.duplicated(keep=False)
    helpers = ["_leg_key", "_leg_order"]
    alone, grouped = calls[~several], calls[several].copy()
    if grouped.empty:
        return alone.drop(columns=helpers).sort_index(ignore_index=True)
    grouped["_group"] = key[several]
    made = _made(grouped, legs)
    return pd.concat([alone, made], ignore_index=True).drop(columns=helpers, errors="ignore")


def _made(legs: Frame, rule: Legs) -> Frame:
    groups = legs.groupby("_group", sort=False)
    winner = legs.loc[_winners(legs, rule)].set_index("_group")
    answered = legs.loc[_answered(legs)].set_index("_group")
    call = groups.nth(0).set_index("_group")
    for name in legs.columns.difference(["_group"], sort=False):
        how = rule.keep.get(name) or _usual(name)
        call[name] = _MAKERS[how](groups[name], winner.get(name), answered.get(name)).reindex(call.index)
    if "handled" in call:  # a flag that any leg has needs those before it
        _raise_chain(call)
    return call.reset_index(drop=True)


def _usual(name: str) -> str:
    column = TABLES["calls"][name] if name in TABLES["calls"].names else None
    if name in _USUAL:
        return _USUAL[name]
    if column is not None and column.unit == "s":
        return "sum" if name != "ring_s" else "max"
    return "best" if column is not None and (column.type == "flag" or name == "closed_reason") else "first"


def _winners(legs: Frame, rule: Legs) -> Series:
    """Return the leg with the best outcome of each group; the first one where several have it."""
    codes = legs["outcome_code"] if "outcome_code" in legs else pd.Series("", index=legs.index)
    rank = pd.Series(len(rule.best), index=legs.index)
    for place, code in reversed(list(enumerate(rule.best))):
        rank = rank.mask(is_one_of(codes, [code]), place)
    if not rule.best and "handled" in legs:
        rank = (~legs["handled"].eq(True).fillna(False).astype(bool)).astype(int)
    return rank.groupby(legs["_group"], sort=False).idxmin()


def _answered(legs: Frame) -> Series:
    """Return the handled leg of each group with the longest talk; the last leg where none was handled."""
    handled = legs["handled"].eq(True).fillna(False).astype(float) if "handled" in legs else 0.0
    talk = legs["talk_s"].fillna(0.0) if "talk_s" in legs else 0.0
    weight = pd.Series(handled, index=legs.index) * (1.0 + talk)
    return weight.groupby(legs["_group"], sort=False).idxmax()


def _raise_chain(call: Frame) -> None:
    chain = [name for name in CHAIN if name in call]
    for before, after in reversed(list(pairwise(chain))):
        call[before] = call[before].mask(call[after].eq(True).fillna(False).astype(bool), True)
    if "abandoned" in call:
        handled = call["handled"].eq(True).fillna(False).astype(bool)
        call["abandoned"] = call["abandoned"].mask(handled, False)


_Maker = Callable[[Series, Series, Series], Series]
_MAKERS: dict[str, _Maker] = {
    "first": lambda legs, _best, _answered: legs.first(),
    "last": lambda legs, _best, _answered: legs.last(),
    "sum": lambda legs, _best, _answered: legs.sum(min_count=1),
    "max": lambda legs, _best, _answered: legs.max(),
    "min": lambda legs, _best, _answered: legs.min(),
    "any": lambda legs, _best, _answered: legs.max(),
    "best": lambda _legs, best, _answered: best,
    "answered": lambda _legs, _best, answered: answered,
}
KEPT_HOW = tuple(_MAKERS)


def by_state(frame: Frame, states: dict[str, Series]) -> Frame:
    """Make a stretch of agent time of each column a state; those of a day follow one another."""
    pieces, since = [], pd.Series(0.0, index=frame.index)
    for state, seconds in states.items():
        piece = frame.assign(state=pd.array([state] * len(frame), dtype=TEXT), seconds=seconds)
        shift = pd.to_timedelta(since, unit="s").astype("timedelta64[us]")
        for name in ("start", "local_start"):
            if name in piece:
                piece[name] = piece[name] + shift
        pieces.append(piece[seconds.fillna(0.0) != 0])
        since = since + seconds.fillna(0.0)
    order = ["_position", "start"] if "start" in frame else ["_position"]
    return pd.concat(pieces).sort_values(order, kind="stable", ignore_index=True)


def repeated(frame: Frame, layout: Layout) -> Frame:
    """Give each row once per dial; only the last one carries the outcome and the durations."""
    times = frame["_repeat"].fillna(0).astype(int)
    dials = frame.loc[frame.index.repeat(times)]
    attempt = dials.groupby(level=0).cumcount() + 1
    last = (attempt == times.loc[dials.index]).to_numpy()
    dials = dials.assign(attempt_no=attempt.astype("Int64"), _earlier=~last)
    model = TABLES[layout.table]
    for name in dials.columns.intersection(model.names):
        column = model[name]
        if name in ("success", "closed"):
            dials[name] = dials[name].mask(~last, False)
        elif name != "attempt_no" and (column.type in ("flag", "number") or name in _OF_THE_OUTCOME):
            dials[name] = dials[name].where(last)
    dials["call_id"] = dials["call_id"] + "-" + attempt.astype(str).to_numpy()
    return dials.drop(columns="_repeat").reset_index(drop=True)


_OF_THE_OUTCOME = ("closed_reason", "callback_at", "outcome_code", "agent_id")


def earlier_dials_did_not_succeed(calls: Frame) -> Frame:
    """Say of the earlier dials of a contact what is known: they neither succeeded nor closed it."""
    if "_earlier" not in calls:
        return calls
    earlier = calls["_earlier"].fillna(False).astype(bool)
    for name in ("success", "closed"):
        if name in calls:
            calls[name] = calls[name].mask(earlier, False)
    return calls.drop(columns="_earlier")
