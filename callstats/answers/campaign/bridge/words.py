"""How a bridge speaks: what its terms are called, and what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callstats.show.display import Sentence
from callstats.show.words import mark

if TYPE_CHECKING:
    from callstats.answers.campaign.bridge.result import Bridge, Term
    from callstats.answers.core.voice import Voice

#: What each term is called, its unit, and what is said where its effect is positive or negative;
#: in the order of the waterfall.
TERMS: dict[str, tuple[str, str, str, str]] = {
    "days": (mark("Days worked"), "n", mark("more days were worked"), mark("fewer days were worked")),
    "hours": (
        mark("Login hours"),
        "h",
        mark("agents were logged in longer"),
        mark("agents were logged in shorter"),
    ),
    "hours_per_day": (
        mark("Login hours a day"),
        "h",
        mark("agents were logged in longer a day"),
        mark("agents were logged in shorter a day"),
    ),
    "dials_per_day": (
        mark("Dials a day"),
        "n",
        mark("more was dialled a day"),
        mark("less was dialled a day"),
    ),
    "dials": (mark("Dials"), "n", mark("more was dialled"), mark("less was dialled")),
    "dials_per_hour": (
        mark("Dials per hour"),
        "1/h",
        mark("more was dialled per hour"),
        mark("less was dialled per hour"),
    ),
    "answer": (mark("Answer rate"), "%", mark("the answer rate rose"), mark("the answer rate fell")),
    "argued": (
        mark("Argued share"),
        "%",
        mark("more conversations came to the offer"),
        mark("fewer conversations came to the offer"),
    ),
    "success": (mark("Success rate"), "%", mark("the success rate rose"), mark("the success rate fell")),
    "value": (
        mark("Value per success"),
        "money",
        mark("a success was worth more"),
        mark("a success was worth less"),
    ),
    "lists": (
        mark("Mix of lists"),
        "",
        mark("the better lists were dialled more"),
        mark("the weaker lists were dialled more"),
    ),
    "campaigns": (
        mark("Mix of campaigns"),
        "",
        mark("hours moved to the better campaigns"),
        mark("hours moved to the weaker campaigns"),
    ),
    "cost labour": (
        mark("Cost: labour"),
        "money",
        mark("labour cost less"),
        mark("labour cost more"),
    ),
    "cost advertising": (
        mark("Cost: advertising"),
        "money",
        mark("advertising cost less"),
        mark("advertising cost more"),
    ),
    "cost technical": (
        mark("Cost: technical"),
        "money",
        mark("technical costs fell"),
        mark("technical costs rose"),
    ),
    "cost list": (mark("Cost: lists"), "money", mark("lists cost less"), mark("lists cost more")),
    "cost other": (mark("Cost: other"), "money", mark("other costs fell"), mark("other costs rose")),
}
_TOTALS = {
    "profit": mark("Profit"),
    "revenue": mark("Revenue"),
    "successes": mark("Successes"),
}


def label(voice: Voice, name: str) -> str:
    """Return what a term is called."""
    _ = voice.say
    return _(TERMS[name][0])


def total_label(voice: Voice, measure: str) -> str:
    """Return what the bridge is about: profit, revenue or successes."""
    _ = voice.say
    return _(_TOTALS[measure])


def sentences(found: Bridge) -> tuple[Sentence, ...]:
    """Return how much the total changed, what did it, and what worked against it."""
    if not found.terms:
        return ()
    said = [_changed(found), _against(found)]
    return tuple(s for s in said if s is not None)


def _changed(found: Bridge) -> Sentence:
    _, form, change = found.voice.say, found.voice.form, found.change
    main = _largest(found, change.estimate)
    amount = form.change(change.estimate, found.unit, change.low, change.high).lstrip("+−")
    said = {
        "kpi": total_label(found.voice, found.measure),
        "amount": amount,
        "change": form.change(change.estimate, found.unit, change.low, change.high),
        "interval": form.interval(change.low, change.high, found.unit, change=True, value=change.estimate),
        "before": found.before,
        "after": found.after,
        "why": because(found, main) if main else "",
    }
    if not change.certain:
        text = _("{kpi} from {before} to {after}: {change}, no more than days vary ({interval}).", **said)
        if main:
            text += _(" Still, {why}.", **said)
        return Sentence(text)
    if change.estimate > 0:
        text = _("{kpi} rose by {amount} from {before} to {after} ({interval}).", **said)
        if main:
            text = _(
                "{kpi} rose by {amount} from {before} to {after} ({interval}), mostly because {why}.", **said
            )
        return Sentence(text, "good")
    text = _("{kpi} fell by {amount} from {before} to {after} ({interval}).", **said)
    if main:
        text = _(
            "{kpi} fell by {amount} from {before} to {after} ({interval}), mostly because {why}.", **said
        )
    return Sentence(text, "bad")


def _against(found: Bridge) -> Sentence | None:
    """Name what worked against the change, or say that nothing is beyond what days vary."""
    _ = found.voice.say
    if not any(term.beyond_noise for term in found.terms):
        return Sentence(_("No single factor moved it beyond what days vary."))
    other = _largest(found, -found.change.estimate)
    if other is None:
        return None
    return Sentence(_("Against it: {why}.", why=because(found, other)))


def moved_most(found: Bridge) -> Sentence | None:
    """Return what moved the total most and what worked against it; None without a bridge."""
    if not found.terms:
        return None
    _ = found.voice.say
    kpi = total_label(found.voice, found.measure).lower()
    side = 1.0 if found.change.estimate >= 0 else -1.0
    first, other = _largest(found, side), _largest(found, -side)
    if first is None and other is None:
        text = _(
            "What moved {kpi}: no single factor beyond what days vary since {before}.",
            kpi=kpi,
            before=found.before,
        )
        return Sentence(text)
    if first is None or other is None:
        why = because(found, first or other)  # type: ignore[arg-type]
        return Sentence(
            _("What moved {kpi} most since {before}: {why}.", kpi=kpi, before=found.before, why=why)
        )
    said = {"kpi": kpi, "before": found.before, "why": because(found, first), "other": because(found, other)}
    return Sentence(_("What moved {kpi} most since {before}: {why}; against it: {other}.", **said))


def _largest(found: Bridge, side: float) -> Term | None:
    """Return the largest term on one side that is more than noise."""
    sure = [term for term in found.terms if term.beyond_noise and term.effect * side > 0]
    return max(sure, key=lambda term: abs(term.effect), default=None)


def because(found: Bridge, term: Term) -> str:
    """Return "the answer rate rose (+€1,450, +€900 to +€2,000)"."""
    _, form, unit = found.voice.say, found.voice.form, found.unit
    said = {
        "what": _(TERMS[term.name][2 if term.effect > 0 else 3]),
        "effect": form.change(term.effect, unit, term.low, term.high),
        "interval": form.interval(term.low, term.high, unit, change=True, value=term.effect),
    }
    if term.low == term.high or term.low != term.low:
        return _("{what} ({effect})", **said)
    return _("{what} ({effect}, {interval})", **said)
