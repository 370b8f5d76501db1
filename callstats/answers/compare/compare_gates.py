"""Checks before any numbers: what makes groups not comparable, and whether it stops the comparison.

A gate's finding is data: its words are in ``compare_telling``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from callstats.answers.compare.compare_contacts import Depth, Loaded
from callstats.answers.compare.compare_design import (
    OUTCOMES,
    Arm,
    common_rows,
    per_contact,
    per_lead,
    tables_of,
)
from callstats.answers.compare.compare_pairs import Pairs, TestedPair
from callstats.answers.compare.compare_survey import Survey, Traffic, divergence
from callstats.answers.core.directions import other_direction
from callstats.dataset.clock import TIME_KEYS
from callstats.errors import UsageError
from callstats.kpis.define import KPI

#: Agents per arm needed to separate list from agents if no agent works both.
FEWEST_AGENTS = 10
#: The same share of calls at hours the other arm was not dialled at.
OTHER_HOURS = 0.10
#: The same, above which KPIs counted per contact cannot be compared.
FAR_HOURS = 0.25
#: Factor between the dials per open contact of two arms, and the required certainty.
DEPTH, DEPTH_Z = 1.25, 3.3
#: Factor between the mean attempts of two arms' calls above which their contacts are examined.
SUSPECT = 1.08
#: With fewer units in an arm, the spread between them is poorly known.
FEW_UNITS = 10
#: A split is off if chance gives it once in a thousand, and by at least this much.
SPLIT_P, SPLIT_SIZE = 0.001, 0.01
#: Share of both arms that shared strata must cover.
COVERED = 0.9
_HOURS = ("hour", "weekday")
#: Tables that dialling KPIs read: login times are not the list's doing.
_DIALLED = {"calls", "contacts"}
#: Gates that can be overridden, giving doubtful numbers.
_FORCIBLE = ("agents", "depth", "hours", "days", "outcome")


@dataclass(frozen=True, slots=True)
class GateFinding:
    """An obstacle to a comparison, found by a gate.

    Attributes
    ----------
    gate : str
        ``agents``, ``units``, ``split``, ``depth``, ``hours``, ``days``, ``both``,
        ``unknown``, ``empty``, ``outcome``, ``total`` or ``strata``.
    finding : str
        What was found: the key of its words.
    arm : object
        The arm concerned; None for all.
    values : mapping of str to object
        The fields for its words.
    remedy : str
        The remedy, if a finding has several: the key of its words.
    refuses : bool
        The arm is not compared.
    """

    gate: str
    finding: str
    arm: Arm = None
    values: Mapping[str, Any] = field(default_factory=dict)
    remedy: str = ""
    refuses: bool = False


@dataclass(frozen=True)
class GateResult:
    """The combined result of all gates.

    Attributes
    ----------
    findings : tuple of GateFinding
    refused : mapping of arm to GateFinding
        Arms that are not compared.
    strata : tuple of str
        The strata that the others are compared within.
    """

    findings: tuple[GateFinding, ...] = ()
    refused: Mapping[Arm, GateFinding] = field(default_factory=dict)
    strata: tuple[str, ...] = ()


def check_gates(
    pairs: Pairs,
    survey: Survey,
    arms: Sequence[Arm],
    stratify: str | Sequence[str] | None,
    *,
    force: bool,
) -> GateResult:
    """Check every arm against the gates.

    Parameters
    ----------
    pairs : Pairs
    survey : Survey
    arms : sequence
    stratify : str, sequence of str or None
        As `compare` takes it.
    force : bool
        Turn refusals into warnings if numbers can be computed.
    """
    asked = _strata(pairs, stratify)
    findings: list[GateFinding] = []
    refused: dict[Arm, GateFinding] = {}
    uneven: set[str] = set()
    for arm in (arm for arm in arms if arm != pairs.control):
        own = _numbers(pairs, survey, arm)
        if not any(finding.refuses for finding in own):
            own += _working(pairs, survey, arm)
            own += _days(pairs, arm)
            own += _dialling(pairs, survey, arm, asked, uneven)
        own = [_forced(finding) if force else finding for finding in own]
        findings += [finding for finding in own if finding not in findings]
        if reasons := [finding for finding in own if finding.refuses]:
            refused[arm] = reasons[0]
    strata = asked if asked is not None else tuple(k for k in (*_HOURS, "attempt_no") if k in uneven)
    return GateResult(tuple(findings), refused, strata)


def _forced(finding: GateFinding) -> GateFinding:
    return replace(finding, refuses=False) if finding.gate in _FORCIBLE else finding


def _strata(pairs: Pairs, stratify: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the requested strata; None if the gates should choose."""
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
    """Return whether every row of a KPI is in a stratum, and units add up over strata."""
    kpi = pairs.kpi
    if pairs.design.kind != "ratio" or not pairs.design.joint or per_contact(kpi):
        return False
    on_calls = tables_of(kpi) == ("calls",)
    return on_calls and all(pairs.dataset.reaches("calls", key) for key in strata)


# Whether numbers can be computed at all


def _numbers(pairs: Pairs, survey: Survey, arm: Arm) -> list[GateFinding]:
    """Check an arm for what numbers require: known flags, a nonzero denominator, two units."""
    both = (arm, pairs.control)
    if pairs.by in OUTCOMES:
        return [GateFinding("outcome", "outcome", None, {"by": pairs.by}, refuses=True)]
    findings = [finding for each in both for finding in _unknown(pairs, survey, each)]
    away = {"inbound": "ask callers", "outbound": "ask dials"}.get(
        other_direction(pairs.dataset, pairs.kpi), ""
    )
    findings += [
        GateFinding("empty", "empty", each, remedy=away, refuses=True) for each in both if pairs.empty(each)
    ]
    findings += [GateFinding("unknown", "rejected", None, {"note": note}) for note in survey.rejected]
    if any(finding.refuses for finding in findings):
        return findings
    findings += too_few_units(pairs, arm)
    if pairs.design.kind == "total":
        findings.append(GateFinding("total", "total"))
    return findings


def _unknown(pairs: Pairs, survey: Survey, arm: Arm) -> Iterator[GateFinding]:
    """Refuse an arm with too many unknown flags."""
    sums = defaultdict(float, survey.sums.get(arm, {}))  # a group without rows counts 0
    for doubt in survey.doubts:
        note, given = doubt.judged(sums, pairs.dataset.config.unknown_tolerance)
        if note:
            remedy = "" if given else "export"
            yield GateFinding("unknown", "unknown", arm, {"note": note}, remedy, not given)
    if why := survey.same.obstacle(pairs.kpi, (arm,)):
        yield GateFinding("unknown", "unknown", arm, {"note": why}, "per contact", refuses=True)


def too_few_units(pairs: Pairs, arm: Arm) -> list[GateFinding]:
    """Refuse arms with fewer than two units; warn if there are few."""
    n, control_n = pairs.own(arm).n, pairs.own(pairs.control).n
    least, smaller = min(n, control_n), arm if n <= control_n else pairs.control
    if least >= FEW_UNITS:
        return []
    finding = "fewer than two units" if least < 2 else "few units"
    return [GateFinding("units", finding, smaller, {"n": least}, refuses=least < 2)]


# How the arms were worked


def _working(pairs: Pairs, survey: Survey, arm: Arm) -> list[GateFinding]:
    """Check who worked the arms, and what was loaded into them."""
    findings = []
    if arm in survey.nested:
        findings.append(nested_agents(pairs, survey, arm))
    elif pairs.design.agents and pairs.agents_of(arm) < 2:
        findings.append(GateFinding("agents", "one agent", arm))
    if arm in survey.loaded and pairs.control in survey.loaded:
        planned = survey.planned.get(arm), survey.planned.get(pairs.control)
        plan = None if planned[0] is None or planned[1] is None else (planned[0], planned[1])
        findings += off_split(arm, survey.loaded[arm], survey.loaded[pairs.control], plan)
    if (several := _in_both(pairs, survey, arm)) > 0:
        findings.append(GateFinding("both", "in both", arm, {"n": int(several)}))
    return findings


def nested_agents(pairs: Pairs, survey: Survey, arm: Arm) -> GateFinding:
    """Refuse arms worked by different agents, unless there are enough agents to be the units."""
    mine, others = (len(survey.agents.get(each, {})) for each in (arm, pairs.control))
    clustered = bool(pairs.design.agents) or "agent_id" in pairs.design.unit
    few = min(mine, others) < FEWEST_AGENTS
    finding = "few own agents" if few else "own agents" if clustered else "own agents, not clustered"
    return GateFinding("agents", finding, arm, {"mine": mine, "others": others}, refuses=few)


def _in_both(pairs: Pairs, survey: Survey, arm: Arm) -> float:
    """Return the contacts that are in both arms, according to the contacts or else the calls."""
    if survey.by in TIME_KEYS or survey.by == "agent_id":
        return 0
    if survey.in_both is not None:
        return survey.in_both.get(arm, 0.0)
    return pairs.shared(arm) if pairs.design.unit == ("contact_id",) else 0


def off_split(
    arm: Arm, mine: Loaded, others: Loaded, planned: tuple[float, float] | None
) -> Iterator[GateFinding]:
    """Warn if a split is off its plan, or if different shares of the arms were dialled."""
    from callstats.stats import sample_ratio

    if planned is not None and mine.loaded + others.loaded > 0:
        ratio = sample_ratio([mine.loaded, others.loaded], expected=list(planned))
        if ratio.p_value < SPLIT_P and ratio.departure > SPLIT_SIZE:
            shares = {"share": ratio.estimate, "planned": float(ratio.expected[0])}
            yield GateFinding("split", "off its plan", arm, shares)
    if min(mine.loaded, others.loaded) > 0 and mine.dialled + others.dialled > 0:
        ratio = sample_ratio([mine.dialled, others.dialled], expected=[mine.loaded, others.loaded])
        if ratio.p_value < SPLIT_P and ratio.departure > SPLIT_SIZE:
            shares = {"share": mine.dialled / mine.loaded, "other": others.dialled / others.loaded}
            yield GateFinding("split", "dialled in part", arm, shares)


# When and how often the arms were dialled


def _days(pairs: Pairs, arm: Arm) -> list[GateFinding]:
    """Say that an arm was dialled on other days; refuse it if there is only one day of them."""
    days = pairs.days_of(arm)
    if days is None:
        return []
    numbers = {"mine": len(days[0]), "others": len(days[1])}
    if min(numbers.values()) < 2:
        return [GateFinding("days", "one day", arm, numbers, refuses=True)]
    if pairs.by in TIME_KEYS:
        return []
    return [GateFinding("days", "other days", arm, {"share": pairs.other_days[arm], **numbers})]


def _dialling(
    pairs: Pairs, survey: Survey, arm: Arm, asked: tuple[str, ...] | None, uneven: set[str]
) -> list[GateFinding]:
    """Check when and how often the arms were dialled; ``uneven`` collects what to compare within."""
    if survey.counted is None or survey.by in TIME_KEYS or not set(tables_of(pairs.kpi)) <= _DIALLED:
        return []
    return [
        *_hours(pairs, survey, arm, asked, uneven),
        *_depth(pairs, survey, arm, asked, uneven),
    ]


def _hours(
    pairs: Pairs, survey: Survey, arm: Arm, asked: tuple[str, ...] | None, uneven: set[str]
) -> list[GateFinding]:
    assert survey.counted is not None
    if not set(_HOURS) <= set(survey.counted.keys) or (asked and "hour" in asked):
        return []
    apart = _apart(survey.counted, arm, pairs.control)
    if max(apart.values()) > OTHER_HOURS and survey.moments_dialled is not None:
        apart = _apart(survey.moments_dialled, arm, pairs.control)
    most = max(apart.values())
    if most <= OTHER_HOURS:
        return []
    remedy, refuses = "", False
    if not stratifiable(pairs, _HOURS):
        remedy, refuses = "per call", most > FAR_HOURS
    elif asked is not None:
        remedy = "within hours"
    else:
        alone = [keys[0] for keys in (("hour",), ("weekday",)) if apart[keys] > OTHER_HOURS]
        uneven.update(alone or _HOURS)
    return [GateFinding("hours", "other hours", arm, {"share": most}, remedy, refuses)]


def _apart(traffic: Traffic, arm: Arm, control: Arm) -> dict[tuple[str, ...], float]:
    """Return how far two arms' hours, weekdays and both together are apart."""
    return {
        keys: divergence(*(traffic.counts(each, keys) for each in (arm, control)))
        for keys in (("hour",), ("weekday",), _HOURS)
    }


def _depth(
    pairs: Pairs, survey: Survey, arm: Arm, asked: tuple[str, ...] | None, uneven: set[str]
) -> list[GateFinding]:
    """Report different depths; KPIs counted per contact then cannot be compared at all.

    Calls are compared by attempt (``within``) or could be (``ask``), else only time
    helps (``none``). KPIs that count contacts can be compared over their first attempts
    (``first``), unless contacts never dialled count too (``wait``).
    """
    if survey.by in ("agent_id", "attempt_no") or (asked and "attempt_no" in asked):
        return []
    if not _outbound(pairs.kpi) or not _suspect(survey, arm, pairs.control):
        return []
    mine, others = survey.depth.get(arm), survey.depth.get(pairs.control)
    if mine is None or others is None or not deeper(mine, others):
        return []
    by_attempt = stratifiable(pairs, ("attempt_no",))
    if by_attempt and asked is None:
        uneven.add("attempt_no")
        remedy = "within"
    elif per_contact(pairs.kpi):
        remedy = "wait" if per_lead(pairs.kpi) else "first"
    else:
        remedy = "ask" if by_attempt else "none"
    k = max(int(min(mine.mean, others.mean)), 1)
    values = {"mine": mine.mean, "others": others.mean, "k": k}
    return [GateFinding("depth", "other depth", arm, values, remedy, remedy in ("first", "wait"))]


def _outbound(kpi: KPI) -> bool:
    where = common_rows(kpi)
    return where is not None and any(str(c) == "direction == outbound" for c in where.conditions)


def _suspect(survey: Survey, arm: Arm, control: Arm) -> bool:
    """Return whether the attempts dialled justify a pass over the contacts to check the depth."""
    assert survey.counted is not None
    if "attempt_no" not in survey.counted.keys or per_lead(survey.kpi):
        return True
    means = []
    for each in (arm, control):
        calls = survey.counted.counts(each, ("attempt_no",))
        size = sum(calls.values())
        means.append(sum(float(k[0]) * v for k, v in calls.items()) / size if size else 1.0)
    return max(means) > SUSPECT * min(means)


def deeper(mine: Depth | None, others: Depth | None) -> bool:
    """Return whether one arm's open contacts were dialled more often than the other's.

    Examples
    --------
    >>> deeper(Depth(1000, 4000, 20000), Depth(1000, 2000, 6000))
    True
    >>> deeper(Depth(1000, 4000, 20000), Depth(1000, 3900, 19000)), deeper(None, Depth(1, 1, 1))
    (False, False)
    """
    if mine is None or others is None or min(mine.contacts, others.contacts) < 2:
        return False
    low, high = sorted((mine.mean, others.mean))
    error = math.sqrt(mine.variance + others.variance)
    return high > DEPTH * low and (high - low) > DEPTH_Z * error


# What comparing within strata changes


def strata_findings(tested: TestedPair) -> list[GateFinding]:
    """Report what comparing within strata changes, and how much of the arms it covers."""
    if tested.plain is None:
        return []
    values = {"strata": tested.strata, "after": tested.difference, "before": tested.plain}
    findings = [GateFinding("strata", "within strata", tested.arm, values)]
    if tested.covered < COVERED:
        values = {"strata": tested.strata, "share": tested.covered}
        findings.append(GateFinding("strata", "partly covered", tested.arm, values))
    return findings


def no_strata(arm: Arm, strata: tuple[str, ...]) -> GateFinding:
    """Refuse an arm that shares no stratum with the control."""
    return GateFinding("strata", "none in common", arm, {"strata": strata}, refuses=True)
