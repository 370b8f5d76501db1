"""Bridge: what changed profit between two periods, factor by factor, and whether it is more than noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.campaign.bridge_days_numbers import (
    STEPS,
    BridgeLayout,
    DailySums,
    common_layout,
    daily_sums,
    period_frames,
    untold_steps,
)
from callstats.answers.campaign.bridge_numbers import (
    CHANGE,
    TERM_GROUPS,
    TERM_UNITS,
    WORK,
    BridgePlan,
    Totals,
    all_effects,
    consistent,
    effects,
    factors,
    filled,
    overall_factors,
    together,
    total,
    totals,
    varied_effects,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import CLIENT
from callstats.answers.core.estimates import NAN, Change
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.dataset.last_month import asked_period
from callstats.errors import UsageError
from callstats.model import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import Record


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a bridge.

    Attributes
    ----------
    name : str
        A factor (``answer``), a mix (``lists``) or a kind of cost (``cost labour``).
    effect, low, high : float
        Its effect on the total, with its interval; nan if there are too few days.
        For a cost that does not vary from day to day, both limits equal the effect.
    before, after : float
        The overall factor, in ``unit``; nan for a mix.
    unit : str
    """

    name: str
    effect: float
    low: float
    high: float
    before: float
    after: float
    unit: str

    @property
    def change(self) -> Change:
        """The effect with its interval."""
        return Change(self.effect, self.low, self.high)

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval excludes no effect."""
        return self.change.certain


@dataclass(frozen=True, slots=True)
class TermGroup:
    """What the terms of one kind come to together.

    Attributes
    ----------
    name : str
        ``volume`` (how much was done, with the labour paid for it), ``quality``, ``mix`` or ``prices``.
    change : Change
        The sum of their effects, with its interval.
    terms : tuple of str
        Their names.
    """

    name: str
    change: Change
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Bridge(Answer):
    """From one period's profit to another's; the effects add up to the change exactly.

    Attributes
    ----------
    voice : Voice
    measure : str
        ``profit``, ``revenue`` without costs, ``successes`` without values.
    before, after : str
        The two periods, in words.
    start, end : float
        The two totals.
    change : Change
        With its interval, at the same confidence as every term's.
    terms : tuple of Term
        Group by group: volume, quality, mix, prices; hours are followed by the cost of labour.
    method : str
    notes : tuple of str
        What was left out, and why.
    groups : tuple of TermGroup
        In the same order.
    work : Term or None
        The hours worked together with the labour paid for them, which are one decision; None unless
        both are known.
    """

    voice: Voice
    measure: str
    before: str
    after: str
    start: float
    end: float
    change: Change
    terms: tuple[Term, ...]
    method: str = "shapley"
    notes: tuple[str, ...] = ()
    groups: tuple[TermGroup, ...] = ()
    work: Term | None = None

    @property
    def unit(self) -> str:
        """Of the totals and effects."""
        return "n" if self.measure == "successes" else "money"

    def __getitem__(self, name: str) -> Term:
        """Return a term by its name."""
        return {term.name: term for term in self.terms}[name]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per term.

        Columns: term, label, group, before, after, unit, effect, low, high, share, beyond_noise.
        ``share`` is the effect divided by the change of the total.
        """
        import pandas as pd

        rows = [
            {
                "term": term.name,
                "label": self.telling.term_label(term.name),
                "group": group_of(term.name),
                "before": term.before,
                "after": term.after,
                "unit": term.unit,
                "effect": term.effect,
                "low": term.low,
                "high": term.high,
                "share": term.effect / self.change.estimate if self.change.estimate else NAN,
                "beyond_noise": term.beyond_noise,
            }
            for term in self.terms
        ]
        return pd.DataFrame(rows)

    def record(self) -> Record:
        """Return the terms in full precision, for the report's JSON."""
        return self.telling.record()


def bridge(
    dataset: Dataset,
    period: str | Period | None = None,
    compare_with: str | Period | None = "previous",
    campaign_id: str | None = None,
    *,
    before: str | Period | None = None,
    after: str | Period | None = None,
    by: str | None = "list_id",
    per_day: bool = True,
    method: str = "shapley",
    bootstrap: int = 1000,
    seed: int = 0,  # noqa: ARG001 - of calls written when days were resampled
    confidence: float | None = None,
) -> Bridge:
    """Explain the change in profit from one period to another.

    Revenue is login hours x dials per hour x answer rate x argued share x success
    rate x value per success, list by list; profit is revenue minus costs.
    Each factor's effect is its mean effect over all orders in which the factors
    may change [1]_; a list that came or went counts entirely as list mix, a
    campaign as campaign mix. Each kind of cost is a separate term.
    The effects add up to the change exactly. They are an accounting, not causes.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        The two periods; ``compare_with`` may be "previous". A bridge leads from the earlier
        to the later one, in whichever order they are named.
    campaign_id : str, optional
        One campaign; if omitted, the whole site, with a mix between campaigns.
    before, after : str or Period, optional
        The same two periods by what they are.
    by : str, optional
        The column, of calls or contacts, that defines the mix; None for no mix.
    per_day : bool
        If the periods have different numbers of working days, make the calendar a
        separate term, with hours per day.
    method : str
        "shapley", or "lmdi" (logarithmic means, all factors positive) [2]_.
    bootstrap : int
        0 gives no intervals. Any other number gives the same ones: they come from how
        the effects vary from day to day, with days that resemble their neighbours and
        a weekday pattern allowed for [3]_, and need no resampling.
    seed : int
        Has no effect, as nothing is drawn.
    confidence : float, optional
        Of the intervals; if omitted, the project's.

    Returns
    -------
    Bridge
        Without agent time it starts from dials; without the flag ``argued`` (or
        ``handled``) that step is merged into the next; without costs it is about
        revenue, and without values about successes; each with a note. Without
        calls in the earlier period it is empty and gives the reason.

    Raises
    ------
    UsageError
        A period holds no call or is named twice, a name is unknown, or LMDI meets a factor of 0.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US
       Bureau of the Census, P23-186.
    .. [2] Ang BW (2005). The LMDI approach to decomposition analysis. Energy
       Policy 33:867-871.
    .. [3] Zellner A, Tiao GC (1964). Bayesian analysis of the regression model with
       autocorrelated errors. Journal of the American Statistical Association
       59:763-778.

    Examples
    --------
    Ten calls a day on two days of each month; twice as many answer in September.

    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> days = pd.to_datetime(["2026-08-03", "2026-08-04", "2026-09-01", "2026-09-02"])
    >>> calls = pd.DataFrame({
    ...     "local_started_at": days.repeat(10), "direction": "outbound", "list_id": "x",
    ...     "handled": ([True] * 4 + [False] * 6) * 2 + ([True] * 8 + [False] * 2) * 2,
    ... })
    >>> calls["call_id"] = calls.index.astype(str)
    >>> calls["success"] = calls["handled"] & (calls.groupby("local_started_at").cumcount() % 2 == 0)
    >>> calls["value"] = calls["success"] * 50.0
    >>> found = bridge(Dataset({"calls": calls}), "2026-09", "2026-08")
    >>> found.measure, found.start, found.end, round(found["answer"].effect, 6)
    ('revenue', 200.0, 400.0, 200.0)
    """
    narrow = dataset if campaign_id is None else dataset.where(campaign_id=campaign_id)
    if before is not None or after is not None:
        if period is not None:
            raise UsageError("the periods of a bridge are named twice", hint="Name before and after alone.")
        period, compare_with = after, before or compare_with
    about = scope(narrow, *_later_first(narrow, period, compare_with))
    if about.before is None:
        return _nothing(about, about.note or _unasked(about))
    periods, notes = _periods(about, about.before, by)
    if periods is None:
        return _nothing(about, *notes)
    plan = BridgePlan(periods.layout, method, per_day and periods.before.size != periods.after.size)
    level = dataset.config.confidence if confidence is None else confidence
    varied = varied_effects(periods.before, periods.after, plan, confidence=level) if bootstrap else {}
    if bootstrap and not varied:
        notes.append(about.voice.say("One day only: no intervals."))
    return _bridged(about, periods, plan, varied, level, tuple(notes))


def _later_first(
    dataset: Dataset, period: str | Period | None, compare_with: str | Period | None
) -> tuple[str | Period | None, str | Period | None]:
    """Return a period and the one it is compared with, which is the earlier."""
    if period in _RELATIVE:
        return compare_with, period
    if not period or not compare_with or compare_with in _RELATIVE:
        return period, compare_with
    named = [asked_period(dataset, each) for each in (period, compare_with)]
    later, earlier = sorted(named, key=lambda each: (each.start, each.end), reverse=True)
    return later, earlier


#: Words that say which period another is compared with.
_RELATIVE = ("previous", "none")


@dataclass(frozen=True)
class _Periods:
    """The days of both periods, and their common layout."""

    before: DailySums
    after: DailySums
    layout: BridgeLayout


def _unasked(about: Scope) -> str:
    return about.voice.say("What changed profit: no period to compare with was asked for.")


def _nothing(about: Scope, *notes: str) -> Bridge:
    labels = (about.earlier_label, about.label)
    return Bridge(about.voice, "profit", *labels, NAN, NAN, Change(), (), notes=tuple(filter(None, notes)))


def _periods(about: Scope, earlier: Dataset, by: str | None) -> tuple[_Periods | None, list[str]]:
    """Fetch both periods; if there is nothing to bridge, None and the reason."""
    _, now = about.voice.say, about.now
    by, notes = _mix_key(about, by)
    tolerance = now.config.unknown_tolerance
    left = {**untold_steps(earlier, tolerance), **untold_steps(now, tolerance)}
    if "successes" in left:
        why = about.voice.reason(f"not computable: {left['successes']}")
        return None, [_("What changed profit: {why}.", why=why)]
    steps = [step for step in STEPS if step not in left]
    value, hours = "value" not in left, _timed(now)
    frames = [period_frames(d, steps, by, value=value, hours=hours) for d in (earlier, now)]
    layout = common_layout(frames[0], frames[1], steps, value=value, hours=hours)
    dials = [float(np.sum(np.asarray(f.calls["dials"]))) for f in frames]
    if not all(dials):
        empty = about.earlier_label if not dials[0] else about.label
        return None, [_("No dial in {period}: nothing to compare with.", period=empty)]
    before, after = (daily_sums(f, layout) for f in frames)
    layout, skipped = consistent(before, after, layout)
    notes += _left_out(about, {*left, *skipped}, layout)
    return _Periods(before, after, layout), notes


def _mix_key(about: Scope, by: str | None) -> tuple[str | None, list[str]]:
    """Return the mix column, or None with a note if the calls lack it."""
    if by is None or about.now.reaches("calls", by):
        return by, []
    if by not in TABLES["calls"].names:
        about.now.check_key(by)
    why = about.voice.reason(f"not computable: needs calls.{by}")
    return None, [about.voice.say("Mix of lists: {why}.", why=why)]


def _timed(dataset: Dataset) -> bool:
    """Return whether login hours are available for the request."""
    dated = dataset.has("agent_time", "seconds") and dataset.reaches("agent_time", "day")
    return dated and not dataset.unreached("agent_time")


def _left_out(about: Scope, left: set[str], layout: BridgeLayout) -> list[str]:
    """Return a note on each factor missing from the data."""
    _ = about.voice.say
    notes = []
    if not layout.hours:
        notes.append(_("Login hours are not known for all that was dialled: the bridge starts from dials."))
    if "handled" in left:
        notes.append(_("Conversations are not known: the answer rate is part of the next step."))
    if "argued" in left:
        notes.append(
            _("Which calls came to the offer is not known: their share is part of the success rate.")
        )
    if not layout.value:
        notes.append(_("Values of successes are not known: the bridge is of successes."))
    elif not layout.costs and about.voice.audience != CLIENT:
        notes.append(_("Costs are not known: the bridge is of revenue."))
    return notes


def _bridged(
    about: Scope,
    periods: _Periods,
    plan: BridgePlan,
    varied: Mapping[str, Change],
    confidence: float,
    notes: tuple[str, ...],
) -> Bridge:
    """Assemble totals, terms and intervals."""
    layout = periods.layout
    old, new = totals(periods.before), totals(periods.after)
    first, last = (factors(t, layout, per_day=plan.per_day) for t in (old, new))
    effects(first, last, plan.method)  # says why the method does not work
    by_term = all_effects(old, new, plan)
    figures = (_figures(old, plan), _figures(new, plan))
    terms = tuple(
        Term(name, float(by_term[name]), *_limits(varied.get(name)), *_both(name, figures), unit)
        for name, unit in TERM_UNITS.items()
        if name in by_term
    )
    revenue = [float(total(f)) for f in filled(first, last)]
    spent = [float(t.costs.sum()) if layout.costs else 0.0 for t in (old, new)]
    return Bridge(
        about.voice,
        "successes" if not layout.value else "profit" if layout.costs else "revenue",
        about.earlier_label,
        about.label,
        revenue[0] - spent[0],
        revenue[1] - spent[1],
        varied.get(CHANGE, Change(float(by_term[CHANGE]), confidence=confidence)),
        terms,
        plan.method,
        notes,
        _groups(by_term, varied, confidence),
        _work(by_term, varied),
    )


def _limits(effect: Change | None) -> tuple[float, float]:
    return (NAN, NAN) if effect is None else (effect.low, effect.high)


def group_of(term: str) -> str:
    """Return the name of the group that a term belongs to."""
    return next(name for name, terms in TERM_GROUPS.items() if term in terms)


def _groups(
    effects_: Mapping[str, np.ndarray], varied: Mapping[str, Change], confidence: float
) -> tuple[TermGroup, ...]:
    return tuple(
        TermGroup(
            name,
            varied.get(name, Change(float(effect), confidence=confidence)),
            tuple(term for term in TERM_UNITS if term in effects_ and group_of(term) == name),
        )
        for name, effect in together(effects_).items()
        if name in TERM_GROUPS
    )


def _work(effects_: Mapping[str, np.ndarray], varied: Mapping[str, Change]) -> Term | None:
    """Return the hours and their labour as one term; None unless both are known and hours moved anything."""
    hours = [abs(float(effects_[name])) for name in ("days", "hours", "hours_per_day") if name in effects_]
    timed = "hours" in effects_ or "hours_per_day" in effects_
    if not timed or "cost labour" not in effects_ or not sum(hours) > 0:
        return None
    return Term(WORK, float(together(effects_)[WORK]), *_limits(varied.get(WORK)), NAN, NAN, "")


def _figures(period: Totals, plan: BridgePlan) -> dict[str, float]:
    """Return the value of every factor over all campaigns, and of every kind of cost."""
    costs = {f"cost {kind}": float(period.costs[i]) for i, kind in enumerate(plan.layout.kinds)}
    return {**overall_factors(period, plan.layout, per_day=plan.per_day), **costs}


def _both(name: str, figures: tuple[Mapping[str, float], Mapping[str, float]]) -> tuple[float, float]:
    """Return a term's value in each period."""
    before, after = figures
    return before.get(name, NAN), after.get(name, NAN)
