"""Which agents have a row of their own where there are very many, and what the others add up to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from callstats.answers.core.estimates import Estimate
from callstats.answers.core.voice import Voice

#: Rows of a table before only agents of whom something is said have one.
MOST = 60


def split(agents: Sequence[str], told: Collection[str], most: int = MOST) -> tuple[list[str], list[str]]:
    """Return the agents with a row of their own, and the others.

    Examples
    --------
    >>> split(["Ann", "Bob", "Cid"], {"Bob"}, most=2)
    (['Bob'], ['Ann', 'Cid'])
    >>> split(["Ann", "Bob"], {"Bob"}, most=2)
    (['Ann', 'Bob'], [])
    """
    if len(agents) <= most:
        return list(agents), []
    return [a for a in agents if a in told], [a for a in agents if a not in told]


def others(voice: Voice, number: int, of: int) -> str:
    """Return the head of the row of all others; of all, where nobody has a row of the own.

    Examples
    --------
    >>> others(Voice(), 1200, of=1205), others(Voice(), 400, of=400)
    ('others (1,200)', 'all agents (400)')
    """
    n = voice.form.number(number)
    return voice.say("all agents ({n})", n=n) if number == of else voice.say("others ({n})", n=n)


def pooled(found: Sequence[Estimate]) -> Estimate | None:
    """Return one ratio of sums for several agents, without an interval; None where there is none.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> kpi = get("answer_rate")
    >>> few = Estimate(kpi, 0.5, numerator=1, denominator=2)
    >>> many = Estimate(kpi, 0.2, numerator=2, denominator=10)
    >>> pooled([few, many]).value
    0.25
    """
    known = [e for e in found if e.known and e.denominator > 0]
    scaled = next((e for e in known if e.numerator > 0), None)
    if not known:
        return None
    # What a ratio of sums is multiplied with to be in the KPI's unit, read off one of them.
    scale = scaled.value * scaled.denominator / scaled.numerator if scaled is not None else 1.0
    events, trials = (sum(getattr(e, name) for e in known) for name in ("numerator", "denominator"))
    return Estimate(known[0].kpi, scale * events / trials, numerator=events, denominator=trials)


def standing_out(differ: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return who is above or below the others on any KPI."""
    return {a for sides in differ.values() for a, side in sides.items() if side in ("above", "below")}
