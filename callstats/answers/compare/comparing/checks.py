"""All gates in their order: facts are fetched once, then every arm is held against the control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.comparing import facts, gates
from callstats.answers.compare.comparing.gates import Caution, Speaker
from callstats.answers.compare.comparing.numbers import numbers_of
from callstats.answers.compare.comparing.survey import Survey
from callstats.answers.core.voice import Voice
from callstats.dataset.clock import TIME_KEYS
from callstats.errors import UsageError
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    from callstats.answers.compare.comparing.pairs import Pairs

Arm = Any
_HOURS = ("hour", "weekday")
#: Tables that KPIs of dialling read: when agents are logged in is no fault of a list.
_DIALLED = {"calls", "contacts"}


@dataclass(frozen=True)
class Findings:
    """What the gates say.

    Attributes
    ----------
    cautions : tuple of Caution
    refused : mapping of arm to Caution
        Arms that are not compared.
    strata : tuple of str
        What the others are compared within.
    notes : tuple of str
    """

    cautions: tuple[Caution, ...] = ()
    refused: Mapping[Arm, Caution] = field(default_factory=dict)
    strata: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def inspect(
    pairs: Pairs,
    known: Survey,
    arms: Sequence[Arm],
    stratify: str | Sequence[str] | None,
    *,
    force: bool,
) -> Findings:
    """Pass every arm through the gates.

    Parameters
    ----------
    pairs : Pairs
    known : Survey
    arms : sequence
    stratify : str, sequence of str or None
        As `compare` takes it.
    force : bool
        Turn refusals into warnings where numbers can be had.
    """
    voice = Voice.of(pairs.dataset)
    others = [arm for arm in arms if arm != pairs.control]
    asked = _strata(pairs, stratify)
    found: dict[Arm, list[Caution]] = {arm: [] for arm in others}
    uneven: set[str] = set()
    for arm in others:
        speak = Speaker(voice.say, voice.form, voice.label(arm), voice.label(pairs.control))
        found[arm] += numbers_of(pairs, known, arm, speak)
        if not any(caution.refuses for caution in found[arm]):
            found[arm] += _working(pairs, known, arm, speak)
            found[arm] += _dialling(pairs, known, arm, asked, uneven, speak)
    refused = {}
    for arm, cautions in found.items():
        final = [_forced(c) if force else c for c in cautions]
        found[arm] = final
        if hard := [c for c in final if c.refuses]:
            refused[arm] = hard[0]
    everyone = {c.text: c for cautions in found.values() for c in cautions}
    strata = asked if asked is not None else tuple(k for k in (*_HOURS, "attempt_no") if k in uneven)
    return Findings(tuple(everyone.values()), refused, strata, _notes(pairs, known, voice))


#: Gates without which there are numbers, if doubtful ones.
_FORCIBLE = ("agents", "depth", "hours")


def _forced(caution: Caution) -> Caution:
    return replace(caution, refuses=False) if caution.gate in _FORCIBLE else caution


def _strata(pairs: Pairs, stratify: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the strata asked for; None where the gates are to choose."""
    if stratify is None:
        return None
    names = stratify.replace(" x ", ",").split(",") if isinstance(stratify, str) else list(stratify)
    strata = tuple(name.strip() for name in names if name.strip() and name != "none")
    for name in strata:
        pairs.dataset.check_key(name)
    if strata and not stratifiable(pairs, strata):
        raise UsageError(
            f"{pairs.kpi.name} cannot be compared within {' x '.join(strata)}",
            hint="What counts contacts belongs to no single hour; take a KPI that counts calls.",
        )
    return strata


def stratifiable(pairs: Pairs, strata: Sequence[str]) -> bool:
    """Tell whether every row of a KPI lies in a stratum, and units add up over them."""
    kpi = pairs.kpi
    if pairs.how.kind != "ratio" or not pairs.how.joint or facts.per_contact(kpi):
        return False
    on_calls = facts.tables_of(kpi) == ("calls",)
    return on_calls and all(pairs.dataset.reaches("calls", key) for key in strata)


# How the arms were worked


def _working(pairs: Pairs, known: Survey, arm: Arm, speak: Speaker) -> list[Caution]:
    """Look at who worked the arms, and at what was loaded into them."""
    found = []
    if arm in known.nested:
        mine, others = known.agents.get(arm, {}), known.agents.get(pairs.control, {})
        clustered = bool(pairs.how.agents) or "agent_id" in pairs.how.unit
        found.append(gates.nested_agents(mine, others, speak, clustered=clustered))
    elif pairs.how.agents and pairs.agents_of(arm) < 2:
        found.append(gates.one_agent(speak))
    if arm in known.loaded and pairs.control in known.loaded:
        planned = known.planned.get(arm), known.planned.get(pairs.control)
        plan = None if planned[0] is None or planned[1] is None else (planned[0], planned[1])
        found += gates.off_split(known.loaded[arm], known.loaded[pairs.control], plan, speak)
    if (several := _in_both(pairs, known, arm)) > 0:
        _ = speak.say
        text = _("{n} contacts are in both {name} and {control}: what one did to them the other shows too")
        hint = _("Take them out, or load them once.")
        found.append(speak.caution("both", text, hint, {"n": speak.form.number(several)}))
    return found


def _in_both(pairs: Pairs, known: Survey, arm: Arm) -> float:
    """Return the contacts that are in both arms, as the contacts say or else the calls."""
    if known.by in TIME_KEYS or known.by == "agent_id":
        return 0
    if known.in_both is not None:
        return known.in_both.get(arm, 0.0)
    return pairs.shared(arm) if pairs.how.unit == ("contact_id",) else 0


def _dialling(
    pairs: Pairs,
    known: Survey,
    arm: Arm,
    asked: tuple[str, ...] | None,
    uneven: set[str],
    speak: Speaker,
) -> list[Caution]:
    """Look at when and how often the arms were dialled; ``uneven`` collects what to compare within."""
    if known.counted is None or known.by in TIME_KEYS or not set(facts.tables_of(pairs.kpi)) <= _DIALLED:
        return []
    return [
        *_hours(pairs, known.counted, arm, asked, uneven, speak),
        *_depth(pairs, known, arm, asked, uneven, speak),
    ]


def _hours(
    pairs: Pairs,
    counted_calls: facts.Traffic,
    arm: Arm,
    asked: tuple[str, ...] | None,
    uneven: set[str],
    speak: Speaker,
) -> list[Caution]:
    if not set(_HOURS) <= set(counted_calls.keys) or (asked and "hour" in asked):
        return []
    apart = {
        keys: gates.divergence(*(counted_calls.counts(one, keys) for one in (arm, pairs.control)))
        for keys in (("hour",), ("weekday",), _HOURS)
    }
    if not any(gates.other_hours(value) for value in apart.values()):
        return []
    _ = speak.say
    said = {"share": speak.form.percent(max(apart.values()))}
    text = _("{name} and {control} were dialled at different hours ({share} of the calls)")
    if not stratifiable(pairs, _HOURS):
        hint = _("Compare a KPI that counts calls, hour by hour; or dial both at the same hours.")
        return [speak.caution("hours", text, hint, said, refuses=max(apart.values()) > gates.FAR_HOURS)]
    if asked is not None:
        hint = _('Compare within hours: stratify=["hour", "weekday"].')
        return [speak.caution("hours", text, hint, said)]
    alone = [keys[0] for keys in (("hour",), ("weekday",)) if gates.other_hours(apart[keys])]
    uneven.update(alone or _HOURS)
    return [speak.caution("hours", text, "", said)]


def _depth(
    pairs: Pairs,
    known: Survey,
    arm: Arm,
    asked: tuple[str, ...] | None,
    uneven: set[str],
    speak: Speaker,
) -> list[Caution]:
    if known.by in ("agent_id", "attempt_no") or (asked and "attempt_no" in asked):
        return []
    if not _outbound(pairs.kpi) or not _suspect(known, arm, pairs.control):
        return []
    mine, others = known.depth.get(arm), known.depth.get(pairs.control)
    if mine is None or others is None or not gates.deeper(mine, others):
        return []
    lead = facts.per_lead(pairs.kpi)
    by_attempt = stratifiable(pairs, ("attempt_no",))
    if by_attempt and asked is None:
        uneven.add("attempt_no")
        remedy = "within"
    elif facts.per_contact(pairs.kpi):
        remedy = "wait" if lead else "first"
    else:
        remedy = "ask" if by_attempt else "none"
    return [gates.depth_words(mine, others, speak, remedy)]


def _outbound(kpi: KPI) -> bool:
    where = facts.common_rows(kpi)
    return where is not None and any(str(c) == "direction == outbound" for c in where.conditions)


def _suspect(known: Survey, arm: Arm, control: Arm) -> bool:
    """Tell from the attempts dialled whether a closer look at the depth is worth a pass over the contacts."""
    assert known.counted is not None
    if "attempt_no" not in known.counted.keys or facts.per_lead(known.kpi):
        return True
    means = []
    for one in (arm, control):
        calls = known.counted.counts(one, ("attempt_no",))
        size = sum(calls.values())
        means.append(sum(float(k[0]) * v for k, v in calls.items()) / size if size else 1.0)
    return max(means) > gates.SUSPECT * min(means)


def _notes(pairs: Pairs, known: Survey, voice: Voice) -> tuple[str, ...]:
    """Return what was left out or taken for granted."""
    _, form, notes = voice.say, voice.form, []
    if pairs.how.missing:
        columns = ", ".join(pairs.how.missing)
        notes.append(_("Rows are taken as independent: no {columns}.", columns=columns))
    if pairs.how.constants:
        tables = ", ".join(pairs.how.constants)
        notes.append(_("Taken as exact, since it falls into no units: {tables}.", tables=tables))
    if known.counted is not None:
        without = known.counted.frame["arm"].isna()
        calls = float(known.counted.frame.loc[without, "calls"].sum())
        if calls:
            notes.append(_("{n} calls without {by} are left out.", n=form.number(calls), by=known.by))
    return tuple(notes)
