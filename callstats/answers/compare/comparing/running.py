"""Running one pair: its test, within strata where they are wanted, and the row that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from callstats.answers.compare.comparing.design import Design
from callstats.answers.compare.comparing.gates import COVERED, Caution, Speaker
from callstats.answers.compare.comparing.pair_tests import PairTest, Shares
from callstats.answers.compare.comparing.pairs import Pairs, pair_test, stratified_test
from callstats.answers.compare.comparing.rows import ComparedArm, Terms, still_missing, verdict_of
from callstats.answers.compare.comparing.worth import Volume
from callstats.answers.core.voice import Voice
from callstats.stats import Comparison

Arm = Any


@dataclass(frozen=True)
class Made:
    """A pair that was tested.

    Attributes
    ----------
    arm : object
    test : PairTest
    found : Comparison
        At the confidence asked for.
    plain : Comparison or None
        The same without strata, where there are any.
    strata : tuple of str
    covered : float
        Share of both arms in the strata they have in common.
    """

    arm: Arm
    test: PairTest
    found: Comparison
    plain: Comparison | None = None
    strata: tuple[str, ...] = ()
    covered: float = 1.0


def run(
    pairs: Pairs, arm: Arm, strata: tuple[str, ...], terms: Terms, method: str | None, *, nested: bool
) -> Made | None:
    """PairTest an arm against the control.

    Raises
    ------
    UsageError
        The method does not fit the clusters.
    NoStratumError
        The arms have no stratum in common.
    """
    plain = pair_test(pairs, arm, method=method)
    found = plain.difference(terms.confidence, terms.alternative)
    if not strata:
        return Made(arm, plain, found)
    within = stratified_test(pairs, arm, strata, nested=nested)
    if within is None:
        return None
    adjusted = within.test.difference(terms.confidence, terms.alternative)
    return Made(arm, within.test, adjusted, found, strata, within.covered)


@dataclass(frozen=True)
class Writer:
    """Writes tested pairs up as rows: what they are held to, how they speak, what a month is."""

    pairs: Pairs
    voice: Voice
    terms: Terms
    volume: Volume

    def row(self, one: Made, p_adjusted: float, level: float) -> ComparedArm:
        """Return the row of a tested arm; ``level`` is the confidence its claim is held to."""
        kpi, terms, found = self.pairs.kpi, self.terms, one.found
        claim = one.test.difference(level, terms.alternative)
        lift = one.test.lift(terms.confidence, terms.alternative)
        value, base = one.test.values
        own, control = self.pairs.own(one.arm), self.pairs.own(self.pairs.control)
        worth = self.volume.worth(kpi, found, control.sums.get("denominator", 0.0))
        names = self.voice.label(one.arm), self.voice.label(self.pairs.control)
        missing = still_missing(claim, own.n + control.n, terms)
        return ComparedArm(
            one.arm,
            names[0],
            value,
            base,
            float(found.estimate),
            float(found.low),
            float(found.high),
            float(lift.estimate),
            float(lift.low),
            float(lift.high),
            float(found.p_value),
            p_adjusted,
            float(claim.low),
            float(claim.high),
            level,
            terms.p_margin(one.test),
            found.standard_error,
            found.degrees_of_freedom,
            _design_effect(one.test, found),
            own.n,
            control.n,
            worth.successes,
            worth.money,
            method_words(self.pairs.how, one, self.voice),
            verdict_of(kpi, self.voice, names, claim, terms, missing),
            "; ".join(dict.fromkeys(reason for reason in (found.reason, lift.reason) if reason)),
        )


def _design_effect(test: PairTest, found: Comparison) -> float:
    return 1.0 if isinstance(test, Shares) else found.design_effect


def method_words(how: Design, one: Made, voice: Voice) -> str:
    """Return in words how a pair was compared."""
    _ = voice.say
    if isinstance(one.test, Shares):
        return _("{method}, trials independent", method=one.found.method)
    if how.kind == "total":
        return _("totals, spread as between their units")
    if how.kind == "quantile":
        return _("quantiles, spread by the share below them (Woodruff)")
    within = _("within {strata}, ", strata=_strata(one.strata, voice)) if one.strata else ""
    if "effective sizes" in one.found.method:
        return within + _("Miettinen-Nurminen at the effective sizes")
    units = [_cluster(how.unit, voice), *([_("agent")] if "contact and agent" in one.found.method else [])]
    return within + _("delta method, clustered by {units}", units=_listed(units, voice))


def _cluster(unit: tuple[str, ...], voice: Voice) -> str:
    _ = voice.say
    names = {
        ("contact_id",): _("contact"),
        ("agent_id",): _("agent"),
        ("agent_id", "day"): _("agent-day"),
        ("call_id",): _("call"),
        ("case_id",): _("issue"),
    }
    return names.get(unit, " x ".join(unit))


def _listed(names: list[str], voice: Voice) -> str:
    if len(names) < 2:
        return "".join(names)
    return voice.say("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])


def _strata(names: tuple[str, ...], voice: Voice) -> str:
    """Return in words what pairs are compared within."""
    known = {"hour": voice.say("hour"), "weekday": voice.say("weekday"), "attempt_no": voice.say("attempt")}
    return _listed([known.get(name, name) for name in names], voice)


def changed(one: Made, pairs: Pairs, voice: Voice) -> list[Caution]:
    """Tell what comparing within strata changes, and how much of the arms it is about."""
    if one.plain is None:
        return []
    _, form, unit = voice.say, voice.form, pairs.kpi.unit
    speak = Speaker(_, form, voice.label(one.arm), voice.label(pairs.control))
    said = {
        "strata": _strata(one.strata, voice),
        "after": form.change(one.found.estimate, unit, one.found.low, one.found.high),
        "before": form.change(one.plain.estimate, unit, one.plain.low, one.plain.high),
    }
    text = _("{name} and {control} are compared within {strata}: {after}; as they are it would be {before}")
    made = [speak.caution("strata", text, "", said)]
    if one.covered < COVERED:
        text = _("{share} of {name} and {control} lie in {strata} that both have: the rest is left out")
        hint = _("Dial both in the same hours and to the same depth.")
        made.append(speak.caution("strata", text, hint, {**said, "share": form.percent(one.covered)}))
    return made


def no_strata(arm: Arm, pairs: Pairs, strata: tuple[str, ...], voice: Voice) -> Caution:
    """Refuse an arm that has no stratum in common with the control."""
    _ = voice.say
    speak = Speaker(_, voice.form, voice.label(arm), voice.label(pairs.control))
    text = _("{name} and {control} have no {strata} in common")
    hint = _("Dial both in the same hours and to the same depth.")
    said = {"strata": _strata(strata, voice)}
    return speak.caution("strata", text, hint, said, refuses=True)
