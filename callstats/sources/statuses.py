"""What an outcome code says of a call, and what the export states: a statement outranks an assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from callstats.sources.base import Source
from callstats.sources.matching import CodeWords
from callstats.sources.outcomes import FLAGS, Outcome
from callstats.sources.raw import Frame, Series
from callstats.sources.typed_cells import TEXT

Mask = npt.NDArray[np.bool_]
Codes = Mapping[tuple[str, str], Outcome]
#: Stands in the place of a campaign for codes of inbound calls; no campaign is called so.
INBOUND = "\x00inbound"

#: What each flag needs, from the first to the last; a flag that is set sets what it needs.
_NEEDS: tuple[tuple[str, str], ...] = (
    ("success", "argued"),
    ("success", "closed"),
    ("do_not_call", "closed"),
    ("argued", "handled"),
    ("handled", "live"),
    ("abandoned", "live"),
    ("right_party", "live"),
    ("live", "connected"),
)


def apply_statuses(calls: Frame, source: Source, extra: Codes | None = None) -> Frame:
    """Set the flags that each code stands for; an unknown code leaves them unknown.

    A flag that the export states itself is kept, and the flags of the code become what
    the statement needs: a sale under a code of a call-back was argued and closed the contact.

    Parameters
    ----------
    calls : DataFrame
    source : Source
    extra : mapping of (campaign or "", code) to Outcome, optional
        Codes of an installation's own; they override those of the source.
    """
    codes: dict[tuple[str, str], Outcome] = {("", code): item for code, item in source.statuses.items()}
    codes |= {(INBOUND, code): item for code, item in source.inbound_statuses.items()}
    codes |= extra or {}
    if not codes:
        return calls
    stated = {name: calls[name] for name in FLAGS if name in calls}
    suggested, reasons = _suggested(calls, codes)
    flags = _agreed(stated, suggested)
    calls = calls.copy()
    for name in FLAGS:
        calls[name] = flags[name]
    for name in ("dialled", "handed_over"):
        calls[name] = calls[name].fillna(suggested[name]) if name in calls else suggested[name]
    calls["closed_reason"] = _reasons(calls, reasons, stated)
    if source.handled_needs_agent:
        present = calls["agent_id"].notna() if "agent_id" in calls else pd.Series(True, index=calls.index)
        calls["handled"] = calls["handled"] & present.astype("boolean")
        calls["argued"] = calls["argued"] & calls["handled"]
    return calls


def _suggested(calls: Frame, codes: Codes) -> tuple[dict[str, Series], Series]:
    nobody = pd.Series(pd.NA, index=calls.index, dtype=TEXT)
    inbound = calls["direction"].eq("inbound").fillna(False) if "direction" in calls else nobody.notna()
    columns = [calls.get("campaign_id", nobody), inbound.astype(bool), calls["outcome_code"]]
    places, different = _combinations(columns)
    by_campaign: dict[str, dict[str, Outcome]] = {}
    for (campaign, code), outcome in codes.items():
        by_campaign.setdefault(campaign, {})[code] = outcome
    words = {campaign: CodeWords(meanings) for campaign, meanings in by_campaign.items()}
    outcomes = []
    for campaign, is_inbound, code in different:
        way = INBOUND if is_inbound else ""
        outcomes.append(_outcome(words, (campaign or way, way, ""), code))
    flags = {}
    for name in (*FLAGS, "dialled", "handed_over"):
        values = pd.array([getattr(item, name) for item in outcomes], dtype="boolean")
        flags[name] = pd.Series(values.take(places), index=calls.index)
    reasons = pd.array([item.closed_reason for item in outcomes], dtype=TEXT)
    return flags, pd.Series(reasons.take(places), index=calls.index)


def _combinations(columns: Sequence[Series]) -> tuple[npt.NDArray[np.int64], list[tuple[Any, ...]]]:
    """Return the different combinations of values, unknown as an empty text, and which one each row has."""
    whole = np.zeros(len(columns[0]), np.int64)
    values = []
    for column in columns:
        codes, known = pd.factorize(column, use_na_sentinel=True)
        values.append([*known, ""])
        whole = whole * len(values[-1]) + np.where(codes < 0, len(known), codes)
    places, found = pd.factorize(whole)
    different = []
    sizes = [len(listed) for listed in values]
    for number in map(int, found):
        at = np.unravel_index(number, sizes)
        different.append(tuple(listed[int(place)] for listed, place in zip(values, at, strict=True)))
    return places, different


def _outcome(words: Mapping[str, CodeWords[Outcome]], among: tuple[str, ...], code: str) -> Outcome:
    for place in among:
        if place in words and code and (found := words[place].get(code)) is not None:
            return found
    return Outcome()


def _agreed(stated: Mapping[str, Series], suggested: Mapping[str, Series]) -> dict[str, Series]:
    """Bring suggestions into line with statements; what two statements say against each other stays."""
    free = {name: suggested[name].copy() for name in FLAGS}
    size = len(next(iter(free.values())))
    stated_at = {name: _there(stated, name, size) for name in FLAGS}
    true = {name: _where(stated, name, size, value=True) for name in FLAGS}
    false = {name: _where(stated, name, size, value=False) for name in FLAGS}
    for name, needed in _NEEDS:  # downwards: a statement sets what it needs
        free[needed] = free[needed].mask(true[name], True)
        true[needed] = true[needed] | (true[name] & ~stated_at[needed])
    for name, needed in reversed(_NEEDS):  # upwards: what a statement denies is not suggested
        denied = false[needed] & ~true[name]
        free[name] = free[name].mask(denied & _is(free[name], value=True), False)
        false[name] = false[name] | denied
    free["abandoned"] = free["abandoned"].mask(true["handled"], False)
    for name in ("handled", "argued", "success"):
        free[name] = free[name].mask(true["abandoned"], False)
    return {name: stated[name].fillna(free[name]) if name in stated else free[name] for name in FLAGS}


def _is(values: Series, *, value: bool) -> Mask:
    return values.eq(value).fillna(False).to_numpy(bool)


def _where(stated: Mapping[str, Series], name: str, size: int, *, value: bool) -> Mask:
    return _is(stated[name], value=value) if name in stated else np.zeros(size, bool)


def _there(stated: Mapping[str, Series], name: str, size: int) -> Mask:
    return stated[name].notna().to_numpy(bool) if name in stated else np.zeros(size, bool)


def _reasons(calls: Frame, suggested: Series, stated: Mapping[str, Series]) -> Series:
    """Give each closed contact the reason of its code, or that of the statement that closed it."""
    reasons = suggested
    if "success" in stated:
        reasons = reasons.mask(_is(stated["success"], value=True), "success")
        denied = _is(stated["success"], value=False) & reasons.eq("success").fillna(False).to_numpy(bool)
        reasons = reasons.mask(denied, pd.NA)
        if "closed" not in stated:
            calls["closed"] = calls["closed"].mask(denied, pd.NA)
    if "do_not_call" in stated:
        asked = _is(stated["do_not_call"], value=True) & reasons.isna().to_numpy(bool)
        reasons = reasons.mask(asked, "do_not_call")
    reasons = reasons.mask(_is(calls["closed"], value=False), pd.NA)
    return calls["closed_reason"].fillna(reasons) if "closed_reason" in calls else reasons.astype(TEXT)
