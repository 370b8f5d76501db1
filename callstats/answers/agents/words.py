"""What is said of agents: the verdict, what was found of each, where it comes from, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from callstats.answers.agents.coaching import TIMES, Step, Worth
from callstats.answers.agents.figures import AgentFigures, Standing
from callstats.kpis.define import KPI
from callstats.kpis.translations import words as kpi_words
from callstats.show.display import Sentence, Tone
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.agents.comparison import AgentComparison
    from callstats.answers.core.voice import Voice

#: Names a sentence lists before it counts the rest.
_NAMED = 5
_KEYS = {
    "list_id": mark("list"),
    "campaign_id": mark("campaign"),
    "hour": mark("hour"),
    "weekday": mark("weekday"),
    "attempt_no": mark("attempt"),
    "success": mark("outcome"),
}
_FINDINGS = {
    ("below", True): mark("stands out below the others"),
    ("above", True): mark("stands out above the others"),
    ("below", False): mark("below the others"),
    ("above", False): mark("above the others"),
    ("alike", False): mark("no evidence of a difference"),
    ("few", False): mark("too few calls to tell"),
    ("not comparable", False): mark("not comparable: hardly anybody else works these calls"),
    ("no calls", False): mark("no calls"),
}


def sentences(found: AgentComparison) -> tuple[Sentence, ...]:
    """Return the verdict: spread, who stands out, whom to coach, who has too few calls."""
    if not any(one.trials > 0 for one in found.agents):
        return ()
    if not found.spread.agents:
        return (_nobody(found),)
    said = (_chance(found), _outstanding(found), _coach(found), _few(found), _apart(found))
    return tuple(sentence for sentence in said if sentence is not None)


def _label(found: AgentComparison) -> str:
    return found.kpi.label[found.voice.language]


def _nobody(found: AgentComparison) -> Sentence:
    _ = found.voice.say
    if sum(one.trials > 0 for one in found.agents) == 1:
        return Sentence(_("{kpi}: one agent only, nobody to compare with.", kpi=_label(found)), "unknown")
    if not sum(one.events for one in found.agents) > 0:
        return Sentence(
            _("{kpi}: nothing counted yet, so agents cannot differ.", kpi=_label(found)), "unknown"
        )
    text = _(
        "{kpi}: agents are not comparable: no two of them work calls of the same kind ({mix}).",
        kpi=_label(found),
        mix=mix(found.voice, found.keys),
    )
    return Sentence(text, "unknown")


def _chance(found: AgentComparison) -> Sentence:
    _, form, spread = found.voice.say, found.voice.form, found.spread
    said = {
        "kpi": _label(found),
        "n": form.number(spread.agents),
        "chance": form.value(spread.chance, "%", spread.chance_low, spread.chance_high),
        "interval": form.interval(spread.chance_low, spread.chance_high, "%", value=spread.chance),
    }
    if spread.chance_low >= 1:
        text = _("{kpi}: all {n} agents taken together, no evidence of a spread beyond chance.", **said)
        return Sentence(text)
    if spread.chance_high >= 1:
        none = _(
            "{kpi}: all {n} agents taken together, no evidence of a spread beyond chance, "
            "which makes up {chance} of it ({interval}).",
            **said,
        )
        return Sentence(none)
    return Sentence(
        _(
            "{kpi}: the {n} agents differ beyond chance, which makes up {chance} of the spread "
            "between them ({interval}).",
            **said,
        )
    )


def _outstanding(found: AgentComparison) -> Sentence:
    _, form = found.voice.say, found.voice.form
    out: dict[str, list[str]] = {"above": [], "below": []}
    for one in found.agents:
        if one.stands_out:
            out[one.status].append(one.agent)
    said = {
        "account": _account(found),
        "rate": form.goal(found.false_discovery_rate, "%"),
        "above": names(found.voice, out["above"]),
        "below": names(found.voice, out["below"]),
    }
    if out["above"] and out["below"]:
        both = _("With {account} taken into account: {above} above the others, {below} below.", **said)
        return Sentence(both)
    if out["above"]:
        return Sentence(_("With {account} taken into account: {above} above the others.", **said))
    if out["below"]:
        return Sentence(_("With {account} taken into account: {below} below the others.", **said))
    none = _(
        "With {account} taken into account nobody stands out (false discoveries held to {rate}).", **said
    )
    return Sentence(none)


def _account(found: AgentComparison) -> str:
    _ = found.voice.say
    if not found.keys:
        return _("the number of agents")
    return _("{mix} and the number of agents", mix=mix(found.voice, found.keys))


def _coach(found: AgentComparison) -> Sentence | None:
    """Name the agent whose gap is worth most, where a gap is evident."""
    _ = found.voice.say
    gains = {a.agent: found.worths[a.agent] for a in found.agents if _to_coach(found, a)}
    if found.kpi.direction not in ("up", "down"):
        return None
    if not gains:
        return Sentence(_("Nobody's gap is evident enough to coach on."))
    first = max(sorted(gains), key=lambda agent: gains[agent].amount)
    days = found.voice.form.number(found.horizon_days)
    said = {"agent": first, "worth": worth_words(found.voice, found.kpi, gains[first]), "days": days}
    where = where_words(found.voice, found.steps.get(first), found.times.get(first, {}))
    if where:
        return Sentence(
            _("Coach {agent} first: {where}; worth in {days} days {worth}.", where=where, **said), "bad"
        )
    return Sentence(_("Coach {agent} first; worth in {days} days {worth}.", **said), "bad")


def _to_coach(found: AgentComparison, one: AgentFigures) -> bool:
    wrong = "below" if found.kpi.direction == "up" else "above"
    return one.status == wrong and one.agent in found.worths


def _few(found: AgentComparison) -> Sentence | None:
    _, form = found.voice.say, found.voice.form
    few = [one.agent for one in found.agents if one.status == "few"]
    if not few:
        return None
    gap = form.goal(found.relevant, "%")
    if len(few) <= _NAMED:
        text = _("Too few calls to tell a gap of {gap}: {names}.", gap=gap, names=names(found.voice, few))
        return Sentence(text, "unknown")
    said = {"gap": gap, "n": form.number(len(few)), "all": form.number(len(found.agents))}
    return Sentence(_("Too few calls to tell a gap of {gap} for {n} of {all} agents.", **said), "unknown")


def _apart(found: AgentComparison) -> Sentence | None:
    apart = [one.agent for one in found.agents if one.status == "not comparable"]
    if not apart:
        return None
    _ = found.voice.say
    text = _(
        "Not comparable, as hardly anybody else works their calls: {names}.", names=names(found.voice, apart)
    )
    return Sentence(text, "unknown")


def names(voice: Voice, agents: Sequence[str]) -> str:
    """Return names in a row, the last ones counted where there are many."""
    if len(agents) <= _NAMED:
        return ", ".join(agents)
    _, shown = voice.say, ", ".join(agents[: _NAMED - 1])
    return _("{names} and {n} more", names=shown, n=voice.form.number(len(agents) - _NAMED + 1))


def mix(voice: Voice, keys: Iterable[str]) -> str:
    """Return what case mix was taken by: "list x hour x attempt"."""
    _ = voice.say
    said = [_(_KEYS[key]) if key in _KEYS else key for key in keys]
    return " × ".join(said)


def finding(voice: Voice, one: AgentFigures) -> str:
    """Return what was found of an agent, in words."""
    _ = voice.say
    return _(_FINDINGS[one.status, one.stands_out and one.status in ("above", "below")])


def tone(kpi: KPI, one: AgentFigures) -> Tone:
    """Return whether a finding is good or bad news."""
    if one.status not in ("above", "below"):
        return "unknown" if one.status in ("few", "not comparable") else "neutral"
    if kpi.direction not in ("up", "down"):
        return "neutral"
    return "good" if (one.status == "above") == (kpi.direction == "up") else "bad"


def where_words(voice: Voice, step: Step | None, times: Mapping[str, float]) -> str:
    """Return the step a finding comes from; of the pace, with the share of time that differs most."""
    if step is None:
        return ""
    _, form = voice.say, voice.form
    text = _(
        "{step} at {ratio} of the others' ({interval})",
        step=step.kpi.label[voice.language],
        ratio=form.value(step.ratio, "%", step.low, step.high),
        interval=form.interval(step.low, step.high, "%", value=step.ratio),
    )
    if step.kpi.unit != "1/h" or not times:
        return text
    most = main_time(step, times)
    gap = form.change(times[most], "%")
    return _("{text}, {time} {gap} of login time", text=text, time=_(TIMES[most]), gap=gap)


def main_time(step: Step, times: Mapping[str, float]) -> str:
    """Return the share of login time that differs most towards the finding."""
    return max(sorted(times), key=lambda name: times[name] if step.ratio < 1 else -times[name])


def worth_words(voice: Voice, kpi: KPI, one: Worth) -> str:
    """Return what a gap is worth, in events or hours, and in money."""
    _, form = voice.say, voice.form
    change = form.change(one.amount, one.unit, one.low, one.high)
    interval = form.interval(one.low, one.high, one.unit, change=True, value=one.amount)
    if one.unit == "h":
        return f"{change} ({interval})"
    events = numerator(voice, kpi)
    if one.money != one.money:
        return _("{change} {events} ({interval})", change=change, events=events, interval=interval)
    money = form.change(one.money, "money", one.money_low, one.money_high)
    return _(
        "{change} {events} ({interval}), {money}",
        change=change,
        events=events,
        interval=interval,
        money=money,
    )


def numerator(voice: Voice, kpi: KPI) -> str:
    """Return what a KPI counts, in the language: "successes"."""
    return kpi.formula.numerator.spelled(kpi_words(voice.language).term)  # type: ignore[union-attr]


def denominator(voice: Voice, kpi: KPI) -> str:
    """Return what a KPI divides by, in the language: "handled calls"."""
    return kpi.formula.denominator.spelled(kpi_words(voice.language).term)  # type: ignore[union-attr]


def notes(
    voice: Voice, kpi: KPI, left: Mapping[str, str], found: Standing, agents: Sequence[AgentFigures]
) -> tuple[str, ...]:
    """Return what could not be taken into account, and what the reader has to know."""
    _ = voice.say
    told = [
        _("Not adjusted for {key}: {why}.", key=mix(voice, [key]), why=_reason(voice, why))
        for key, why in left.items()
    ]
    groups = len(set(found.mix.group[found.judgement.compared].tolist()))
    if groups > 1:
        told.append(
            _(
                "{n} groups of agents share no calls of the same kind: each agent is compared with the own "
                "group, and nobody is ranked. Ask for one campaign at a time.",
                n=voice.form.number(groups),
            )
        )
    partly = sum(one.known and one.comparable < 1 for one in agents)
    if partly:
        share = float(found.mix.shared.sum() / found.mix.trials.sum())
        said = {"share": voice.form.percent(share), "trials": denominator(voice, kpi)}
        told.append(_("Over calls of a kind that other agents work as well: {share} of {trials}.", **said))
    return tuple(told)


def _reason(voice: Voice, why: str) -> str:
    _, columns = voice.say, why.removeprefix("needs ")
    return _("needs {columns}", columns=columns) if columns != why else voice.noted(why)
