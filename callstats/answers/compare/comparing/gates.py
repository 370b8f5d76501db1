"""The gates before the numbers: each tells what is found, what to do, and whether it stops the comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callstats.answers.compare.comparing.contacts import Depth, Loaded
from callstats.show.format import Formatter
from callstats.show.words import Words

#: Agents of one arm that are not the other's, as a share of what chance alone leaves: over it, nested.
NESTED = 0.5
#: Agents in each arm that it takes to tell list and agents apart where no agent works both.
FEWEST_AGENTS = 10
#: The same share of calls at hours the other arm was not dialled at.
OTHER_HOURS = 0.10
#: The same, over which what is counted per contact cannot be compared.
FAR_HOURS = 0.25
#: Factor between the dials per open contact of two arms, and how sure it has to be.
DEPTH, DEPTH_Z = 1.25, 3.3
#: Factor between the mean attempts of two arms' calls, over which their contacts are looked at.
SUSPECT = 1.08
#: Units of an arm under which the spread between them is hardly known.
FEW_UNITS = 10
#: A split is off where chance gives it once in a thousand, and by so much.
SPLIT_P, SPLIT_SIZE = 0.001, 0.01
#: Standard deviations that two distributions have to be apart before it counts.
_SURE = 3
#: Share of both arms that shared strata have to hold.
COVERED = 0.9


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that stands in the way of a comparison.

    Attributes
    ----------
    gate : str
        ``agents``, ``units``, ``split``, ``depth``, ``hours``, ``both``, ``unknown``,
        ``empty`` or ``total``.
    text : str
        What was found, a sentence without its final stop.
    hint : str
        What to do, in sentences.
    arm : str
        The arm it is about, as shown; empty for all.
    refuses : bool
        The arm is not compared.
    """

    gate: str
    text: str
    hint: str = ""
    arm: str = ""
    refuses: bool = False

    def __str__(self) -> str:
        return f"{self.text}. {self.hint}".strip()


@dataclass(frozen=True, slots=True)
class Speaker:
    """How gates speak: translator, numbers, and what arm and control are called."""

    say: Words
    form: Formatter
    name: str
    control: str

    def caution(
        self,
        gate: str,
        text: str,
        hint: str = "",
        said: Mapping[str, str] | None = None,
        *,
        refuses: bool = False,
    ) -> Caution:
        """Return a caution on the arm, its translated words filled in."""
        filled = {"name": self.name, "control": self.control, **(said or {})}
        return Caution(gate, text.format(**filled), hint.format(**filled), self.name, refuses)


def divergence(a: Mapping[Any, float], b: Mapping[Any, float]) -> float:
    """Return how far two distributions are apart, beyond what chance alone does.

    0 where they differ no more than two samples of one distribution may (three
    standard deviations over the mean), 1 where they have nothing in common: the
    total variation distance, its expectation under one distribution [1]_ taken
    off and the rest brought to 0-1.

    Parameters
    ----------
    a, b : mapping of category to count

    References
    ----------
    .. [1] Leone FC, Nelson LS, Nottingham RB (1961). The folded normal distribution.
       Technometrics 3:543-550: mean sqrt(2 / pi), variance 1 - 2 / pi.

    Examples
    --------
    >>> divergence({"ann": 500, "bob": 500}, {"ann": 500, "bob": 500})
    0.0
    >>> divergence({"ann": 40}, {"bob": 50})
    1.0
    >>> round(divergence({9: 500, 18: 500}, {9: 300, 18: 700}), 2)
    0.19
    """
    size_a, size_b = sum(a.values()), sum(b.values())
    if not size_a or not size_b:
        return 0.0
    apart = by_chance = spread = 0.0
    for category in {*a, *b}:
        x, y = a.get(category, 0.0), b.get(category, 0.0)
        share = (x + y) / (size_a + size_b)
        apart += abs(x / size_a - y / size_b) / 2
        variance = share * (1 - share) * (1 / size_a + 1 / size_b) / 4
        by_chance += math.sqrt(2 / math.pi * variance)
        spread += (1 - 2 / math.pi) * variance
    if by_chance >= 1 or apart - by_chance < _SURE * math.sqrt(spread):
        return 0.0
    return min((apart - by_chance) / (1 - by_chance), 1.0)


def too_few_units(n: int, control_n: int, unit: str, speak: Speaker) -> Caution | None:
    """Refuse arms without two units; warn of a few."""
    _ = speak.say
    least = min(n, control_n)
    said = {
        "unit": unit,
        "n": speak.form.number(least),
        "who": speak.name if n <= control_n else speak.control,
    }
    if least < 2:
        text = _("{who} has fewer than two {unit}: how they differ by chance cannot be known")
        return speak.caution("units", text, _("Compare over a longer period."), said, refuses=True)
    if least >= FEW_UNITS:
        return None
    text = _("{who} has {n} {unit} only: how much they differ by chance is hardly known")
    return speak.caution("units", text, _("Read the interval with caution, or wait for more."), said)


def nested_agents(
    mine: Mapping[Any, float], others: Mapping[Any, float], speak: Speaker, *, clustered: bool
) -> Caution:
    """Refuse arms worked by different agents, unless there are enough of them to be the units."""
    _ = speak.say
    said = {"mine": speak.form.number(len(mine)), "others": speak.form.number(len(others))}
    if min(len(mine), len(others)) < FEWEST_AGENTS:
        text = _(
            "{name} and {control} were worked by different agents ({mine} and {others}): "
            "what they do and what their agents do cannot be told apart"
        )
        hint = _("Let every agent work both, or at least 10 agents each; then compare again.")
        return speak.caution("agents", text, hint, said, refuses=True)
    if not clustered:
        text = _(
            "{name} and {control} were worked by different agents ({mine} and {others}): "
            "how those differ is not in the interval"
        )
        return speak.caution("agents", text, _("Compare a KPI that falls to agents."), said)
    text = _(
        "{name} and {control} were worked by different agents ({mine} and {others}): "
        "agents are the units that count"
    )
    return speak.caution("agents", text, _("Let every agent work both: the answer gets sharper."), said)


def one_agent(speak: Speaker) -> Caution:
    """Tell that nothing is known of how agents differ."""
    _ = speak.say
    text = _("fewer than two agents: what another agent would have made of {name} and {control} is not known")
    return speak.caution("agents", text, _("The interval is about this agent's contacts."))


def other_hours(apart: float) -> bool:
    """Tell whether arms were dialled at other hours, to an extent that matters."""
    return apart > OTHER_HOURS


def deeper(mine: Depth | None, others: Depth | None) -> bool:
    """Tell whether the open contacts of one arm were dialled more often than those of the other.

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


def depth_words(mine: Depth, others: Depth, speak: Speaker, remedy: str) -> Caution:
    """Tell of different depth; what is counted per contact cannot be compared at all then.

    Parameters
    ----------
    mine, others : Depth
    speak : Speaker
    remedy : str
        What can be done: ``within`` (calls are compared attempt by attempt), ``ask``
        (they could be), ``none``, or for what counts contacts ``first`` (keep the
        first attempts) and ``wait`` (contacts never dialled count too).
    """
    _ = speak.say
    said = {
        "mine": speak.form.number(mine.mean, 1),
        "others": speak.form.number(others.mean, 1),
        "k": speak.form.number(max(int(min(mine.mean, others.mean)), 1)),
    }
    text = _(
        "{name} and {control} were dialled to different depth ({mine} and {others} dials per open contact)"
    )
    hints = {
        "within": "",
        "ask": _('Compare attempt by attempt: stratify=["attempt_no"].'),
        "none": _("Later dials reach fewer people: dial both to the same depth, then compare."),
        "first": _("Keep attempts 1 to {k} of both: ds.where(attempt_no=[1, ...])."),
        "wait": _("Wait until both have been dialled as often, or compare at a fixed age: cs.ab_test."),
    }
    return speak.caution("depth", text, hints[remedy], said, refuses=remedy in ("first", "wait"))


def off_split(
    mine: Loaded, others: Loaded, planned: tuple[float, float] | None, speak: Speaker
) -> list[Caution]:
    """Warn of a split that is off its plan, and of arms dialled to a different part."""
    from callstats.stats import sample_ratio

    _, form, found = speak.say, speak.form, []
    if planned is not None and mine.loaded + others.loaded > 0:
        ratio = sample_ratio([mine.loaded, others.loaded], expected=list(planned))
        if ratio.p_value < SPLIT_P and ratio.departure > SPLIT_SIZE:
            text = _(
                "the split is off: {name} was loaded with {share} of the contacts, {planned} were planned"
            )
            hint = _("Find out which contacts are missing before believing any difference.")
            shares = {
                "share": form.percent(ratio.estimate),
                "planned": form.percent(float(ratio.expected[0])),
            }
            found.append(speak.caution("split", text, hint, shares))
    if min(mine.loaded, others.loaded) > 0 and mine.dialled + others.dialled > 0:
        ratio = sample_ratio([mine.dialled, others.dialled], expected=[mine.loaded, others.loaded])
        if ratio.p_value < SPLIT_P and ratio.departure > SPLIT_SIZE:
            text = _("{name} was dialled to {share} of its contacts, {control} to {other}")
            hint = _("If those dialled first are not like the rest, the figures are not either.")
            shares = {
                "share": form.percent(mine.dialled / mine.loaded),
                "other": form.percent(others.dialled / others.loaded),
            }
            found.append(speak.caution("split", text, hint, shares))
    return found
