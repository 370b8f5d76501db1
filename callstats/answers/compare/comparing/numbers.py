"""The first gates: whether numbers can be had at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.comparing import gates
from callstats.answers.compare.comparing.gates import Caution, Speaker
from callstats.answers.compare.comparing.survey import Survey
from callstats.answers.core.shared import shared_obstacle
from callstats.answers.core.voice import Voice
from callstats.engine.keys import Group
from callstats.kpis.define import UNIT_COLUMNS
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.compare.comparing.pairs import Pairs

Arm = Any


def numbers_of(pairs: Pairs, known: Survey, arm: Arm, speak: Speaker) -> list[Caution]:
    """Hold an arm to what numbers need: known flags, something to divide by, two units."""
    found = [c for one in (arm, pairs.control) for c in _unknown(pairs, known, one, speak)]
    _ = speak.say
    for one, name in ((arm, speak.name), (pairs.control, speak.control)):
        if pairs.empty(one):
            text = _("{who} is empty: there is nothing to divide by")
            hint = _("Compare over a longer period, or a KPI it has.")
            found.append(speak.caution("empty", text, hint, {"who": name}, refuses=True))
    if any(caution.refuses for caution in found):
        return found
    few = gates.too_few_units(pairs.own(arm).n, pairs.own(pairs.control).n, unit_words(pairs, speak), speak)
    found += [few] if few else []
    if pairs.how.kind == "total":
        text = _("{kpi} is a total, and a larger group has more of it")
        hint = _("Compare a rate per call, contact or hour.")
        found.append(speak.caution("total", text, hint, {"kpi": pairs.kpi.label[speak.form.language]}))
    return found


def _unknown(pairs: Pairs, known: Survey, arm: Arm, speak: Speaker) -> list[Caution]:
    """Refuse an arm with too many unknown flags, or costs that belong to no arm."""
    sums = dict(known.sums.get(arm, {}))
    tolerance = pairs.dataset.config.unknown_tolerance
    whole = _Zeros(sums)
    name = Voice.of(pairs.dataset).label(arm)
    found = []
    for doubt in known.doubts:
        note, given = doubt.judged(whole, tolerance)
        if note:
            hint = (
                "" if given else speak.say("Export the column for every call, or compare without those rows.")
            )
            text = f"{name}: {note.removeprefix('not computable: ')}"
            found.append(Caution("unknown", text, hint, name, not given))
    groups: dict[Group, Mapping[str, float]] = {(one,): own for one, own in known.sums.items()}
    why = shared_obstacle(pairs.kpi, (arm,), [pairs.by], groups)
    if why:
        hint = speak.say("Write the costs down by group, or compare a KPI without costs.")
        found.append(Caution("unknown", f"{name}: {why}", hint, name, refuses=True))
    return found


class _Zeros(dict[str, float]):
    """Sums of an arm; what a table has no row of is 0."""

    def __missing__(self, key: str) -> float:
        return 0.0


def unit_words(pairs: Pairs, speak: Speaker) -> str:
    """Return what the independent units are called."""
    unit = pairs.how.unit
    if unit == ("call_id",):
        kind = pairs.kpi.independence
        return speak.say(_UNITS["respondent" if kind == "respondent" else "call"])
    return speak.say(_UNITS[_KINDS[unit]]) if unit in _KINDS else " x ".join(unit)


_UNITS = {
    "contact": mark("contacts"),
    "agent_day": mark("agent-days"),
    "agent": mark("agents"),
    "call": mark("calls"),
    "respondent": mark("respondents"),
    "case": mark("issues"),
    "day": mark("days"),
}
_KINDS = {columns: kind for kind, columns in UNIT_COLUMNS.items() if columns and columns != ("call_id",)}
