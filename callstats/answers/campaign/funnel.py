"""From dial to success: how many pass each step, and their share of the step before."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.portrait_numbers import moved_figures
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import ask_of_callers
from callstats.answers.core.estimates import NAN, Change, Estimate
from callstats.answers.core.period_changes import PeriodChange
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Count, Predicate, Share, known
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: The steps in order, with their labels.
STEPS: tuple[tuple[Predicate, str], ...] = (
    (rows.DIALS, mark("Dials")),
    (rows.CONNECTED, mark("Line answered")),
    (rows.LIVE, mark("Person answered")),
    (rows.HANDLED, mark("Spoke with an agent")),
    (rows.ARGUED, mark("Heard the offer")),
    (rows.SUCCESSES, mark("Success")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel.

    Attributes
    ----------
    label : str
    count : int
        Calls that got this far.
    rate : Estimate or None
        Their share of the step before; None at the first step.
    earlier : Estimate or None
        The same in the comparison period.
    moved : PeriodChange or None
        The sums of both periods; None if one has no value.
    confidence : float
        Of the change's interval.
    """

    label: str
    count: int
    rate: Estimate | None = None
    earlier: Estimate | None = None
    moved: PeriodChange | None = None
    confidence: float = 0.95

    @property
    def lost(self) -> float:
        """Calls that got to the step before and no further; 0 at the first step."""
        return self.rate.denominator - self.rate.numerator if self.rate else 0.0

    @property
    def change(self) -> Change:
        """The rate minus that of the comparison period."""
        return Change() if self.moved is None else self.moved.change(self.confidence)


@dataclass(frozen=True)
class Funnel(Answer):
    """The steps the data allow; ``notes`` names the others."""

    voice: Voice
    period: str
    earlier: str
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()

    @property
    def costliest(self) -> Step | None:
        """The step that loses most dials, by the far ends of all rates' intervals; None if that is open."""
        least, most, before_least, before_most = {}, {}, 1.0, 1.0
        for at, step in enumerate(self.steps[1:], 1):
            low, high = (step.rate.low, step.rate.high) if step.rate else (NAN, NAN)
            least[at], most[at] = before_least * (1 - high), before_most * (1 - low)
            before_least, before_most = before_least * low, before_most * high
        clear = [at for at in least if all(least[at] > most[other] for other in most if other != at)]
        return self.steps[clear[0]] if len(least) > 1 and clear else None

    def to_frame(self) -> pd.DataFrame:
        """Return step, count, rate, low, high, rate_before, change, change_low, change_high."""
        import pandas as pd

        columns = ["step", "count", "rate", "low", "high", "rate_before"]
        columns += ["change", "change_low", "change_high"]
        return pd.DataFrame([_row(step) for step in self.steps], columns=columns)


def _row(step: Step) -> list[Any]:
    rate, moved = step.rate, step.change
    nan = float("nan")
    ends = (rate.value, rate.low, rate.high) if rate else (nan, nan, nan)
    before = step.earlier.value if step.earlier else nan
    return [step.label, step.count, *ends, before, moved.estimate, moved.low, moved.high]


def funnel(
    dataset: Dataset, period: str | Period | None = None, compare_with: str | Period | None = None
) -> Funnel:
    """Follow the dials of a period from step to step.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.

    Returns
    -------
    Funnel
        Intervals are clustered by contact, those of changes by contact and day. A step
        whose flag the data lack, or have for too few dials, is left out with a note.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("abcd"), "direction": "outbound",
    ...     "live": [True, True, False, False], "success": [True, False, False, False],
    ... })
    >>> [(step.label, step.count) for step in funnel(Dataset({"calls": calls})).steps]
    [('Dials', 4), ('Person answered', 2), ('Success', 1)]
    """
    about = scope(dataset, period, compare_with)
    counts = _counts(about.now)
    passed = [(rows_, label) for rows_, label in STEPS if counts[rows_.key][1]]
    _ = about.voice.say
    missing = [_(label) for rows_, label in STEPS if not counts[rows_.key][1]]
    note = _("Left out, as the data do not say it of every dial: {steps}.", steps=", ".join(missing))
    rates = [_rate(part, of, _(label)) for (of, _l), (part, label) in pairwise(passed)]
    figures = next(iter(moved_figures(about.now, about.before, rates).values()), {}) if rates else {}
    steps = [Step(_(passed[0][1]), counts[rows.DIALS.key][0])]
    for kpi, (part, label) in zip(rates, passed[1:], strict=True):
        figure = figures[kpi.name]
        steps.append(
            Step(_(label), counts[part.key][0], figure.now, figure.before, figure.moved, figure.confidence)
        )
    instead = "" if steps[0].count else ask_of_callers(about.voice, about.now)
    notes = tuple(text for text in (instead, note if missing else "") if text)
    return Funnel(about.voice, about.label, about.earlier_label, tuple(steps), notes)


def _counts(dataset: Dataset) -> dict[str, tuple[int, bool]]:
    """Return for every step how many calls got that far, and whether it is known."""
    from callstats.engine import totals

    certain = {p.key: known(*sorted(p.columns - {"direction"})) for p, _ in STEPS}
    there = [p for p, _ in STEPS if dataset.has("calls", *p.columns)]
    terms = {p.key: (Count(p), Count(rows.DIALS.also("known", *certain[p.key]))) for p in there}
    sums = totals(dataset, tuple({t.key: t for pair in terms.values() for t in pair}.values())).iloc[0]
    dials = float(sums[Count(rows.DIALS).key])
    least = (1 - dataset.config.unknown_tolerance) * dials
    counts = {key: (int(sums[n.key]), float(sums[k.key]) >= least) for key, (n, k) in terms.items()}
    return {p.key: counts.get(p.key, (0, False)) for p, _ in STEPS}


def _rate(part: Predicate, of: Predicate, label: str) -> KPI:
    """Return the share of one step that passes to the next, as a KPI."""
    return KPI(
        name=f"step_{part.label.replace(' ', '_')}",
        label={"en": label, "fr": label, "ru": label},
        question="What share of the step before came so far?",
        formula=Share(part, of),
        unit="%",
        direction="up",
        domain="conversion",
        independence="contact",
        source="",
    )
