"""Measure: KPI values, each with the right interval, by any columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan, nan
from typing import TYPE_CHECKING, Any

from callstats import engine
from callstats import kpis as registry
from callstats.answers.core.intervals import (
    Limits,
    adds_only,
    amounts_below_zero,
    limits,
    notes_on,
    varies_by_day,
)
from callstats.answers.core.measured_frame import MeasuredFrame, MeasuredWords
from callstats.answers.core.obstacles import (
    Unknown,
    counted,
    rejected,
    tables_read,
    unknowns,
)
from callstats.answers.core.same_contacts import SameContacts, same_contacts
from callstats.answers.core.voice import Voice
from callstats.dataset import Dataset
from callstats.dataset.estimated_hours import NOTE as HOURS_ESTIMATED
from callstats.dataset.estimated_hours import UNKNOWN as HOURS_UNKNOWN
from callstats.engine.day_sums import day_sums
from callstats.engine.keys import Group, in_order
from callstats.engine.sums import sums_by_group
from callstats.engine.units import clustering, exact_terms, formula_terms
from callstats.errors import UsageError
from callstats.kpis.define import KPI, Quantile, Ratio
from callstats.kpis.evaluate import Evaluation, evaluate, multiplier, total
from callstats.moments import DaySums, Moments

if TYPE_CHECKING:
    import pandas as pd

Asked = str | KPI | Iterable[str | KPI]
COLUMNS = ("kpi", "value", "low", "high", "numerator", "denominator", "n", "note")


def measure(
    dataset: Dataset,
    kpis: Asked,
    by: str | Sequence[str] | None = None,
    *,
    confidence: float | None = None,
    interval: bool = True,
) -> pd.DataFrame:
    """Return the value of KPIs with their intervals, by group.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the rows of interest.
    kpis : str, KPI, or several
        Names of the catalogue (or aliases), or KPIs of your own.
    by : str or sequence of str, optional
        Columns (campaign_id, list_id, agent_id, any attribute of the contact) and
        time keys: hour (0-23), weekday (1 is Monday), day (2026-09-14), shift (the day
        on which it began), week (2026-W36), month (2026-09), on the clock of the calls.
    confidence : float, optional
        Of the intervals; if omitted, the project's (0.95).
    interval : bool
        False skips the pass over independent units; low, high and n are nan.

    Returns
    -------
    pandas.DataFrame
        A notebook shows it with labels and units.
        One row for each group and KPI: the grouping columns, then ``kpi``, ``value`` in
        the KPI's unit (a fraction where the unit is %), ``low`` and ``high``,
        ``numerator`` and ``denominator`` without the KPI's scale, ``n`` (independent
        units: contacts, agent-days, respondents) and ``note``. Sorted by group, then
        in the order requested.

    Raises
    ------
    UsageError
        A KPI or column is unknown, or the data cannot be grouped by that column.

    Notes
    -----
    A value that cannot be given is nan, and ``note`` says why: a missing column, a
    flag that is unknown on too many rows (``unknown_tolerance`` of the project), or
    a denominator of 0. It is never 0.

    Intervals: Wilson's for a share of independent units [1]_; Wilson's at the
    effective sample size for a share of calls, several of which go to one contact
    [2]_; the delta method over independent units for other ratios [3]_, with the
    t quantile; none for a quantile. Rates per hour, money and service are clustered
    by day too: their intervals speak of days like these, all others of these days.

    References
    ----------
    .. [1] Wilson EB (1927). Probable inference, the law of succession, and
       statistical inference. JASA 22:209-212.
    .. [2] Korn EL, Graubard BI (1998). Confidence intervals for proportions with
       small expected number of positive counts. Survey Methodology 24:193-201.
    .. [3] Deng A, Knoblich U, Lu J (2018). Applying the delta method in metric
       analytics. KDD 2018.

    Examples
    --------
    >>> import callstats as cs, pandas as pd
    >>> ds = cs.open({"calls": pd.DataFrame({
    ...     "call_id": list("123456"), "contact_id": list("ABCDEE"), "direction": "outbound",
    ...     "list_id": list("xxyyyy"), "handled": [True, False, True, True, False, True],
    ... })})
    >>> measure(ds, "answer_rate", by="list_id")[["list_id", "value", "low", "high", "n"]].round(3)
      list_id  value    low   high  n
    0       x   0.50  0.095  0.905  2
    1       y   0.75  0.101  0.988  3
    """
    found = fetched(dataset, kpis, by, interval=interval)
    level = dataset.config.confidence if confidence is None else confidence
    words = MeasuredWords.of(Voice.of(dataset), found.asked, level)
    return _frame(found.rows(level), found.keys, interval, words)


@dataclass(frozen=True)
class FetchedSums:
    """Everything that the engine says of some KPIs in some groups.

    Attributes
    ----------
    dataset : Dataset
    asked : tuple of KPI
    keys : tuple of str
        What defines the groups.
    interval : bool
        Whether moments were fetched.
    obstacles : mapping of str to str
        Name of a KPI -> why it cannot be computed.
    doubts : mapping of str to list of Unknown
    rejected : mapping of str to str
        Table -> the note on its rejected rows.
    same : SameContacts
    sums : mapping of group to mapping
        By term.
    moments, days : mapping of group to mapping
        By name of the KPI: over its independent units, and by day.
    quantiles : mapping of str to mapping
        By name of the KPI and group: the quantile, and the rows behind it.
    """

    dataset: Dataset
    asked: tuple[KPI, ...]
    keys: tuple[str, ...]
    interval: bool
    obstacles: Mapping[str, str]
    doubts: Mapping[str, list[Unknown]]
    rejected: Mapping[str, str]
    same: SameContacts
    sums: Mapping[Group, Mapping[str, float]]
    moments: Mapping[Group, Mapping[str, Moments]]
    days: Mapping[Group, Mapping[str, DaySums]]
    quantiles: Mapping[str, Mapping[Group, tuple[float, int]]]

    def rows(self, confidence: float) -> list[tuple[Any, ...]]:
        """Return the rows of :func:`measure`, in order."""
        groups = in_order(self.groups()) or [(None,) * len(self.keys)]
        return [(*group, *_row(kpi, group, self, confidence)) for group in groups for kpi in self.asked]

    def obstacle(self, kpi: KPI, group: Group) -> str | None:
        """Return why a KPI has no value in a group."""
        return self.obstacles.get(kpi.name) or self.same.obstacle(kpi, group)

    def said_of(self, kpi: KPI) -> list[str]:
        """Return the notes on the tables a KPI reads."""
        tables = tables_read(kpi)
        guessed = (
            [HOURS_ESTIMATED] if self.dataset.estimates_hours and {"agent_time", "costs"} & {*tables} else []
        )
        lacking = _labour_lacking(self.dataset) if "costs" in tables else []
        return [*(self.rejected[table] for table in tables if table in self.rejected), *guessed, *lacking]

    def groups(self) -> set[Group]:
        """Return every group in the data."""
        return {*self.sums, *(group for by_group in self.quantiles.values() for group in by_group)}


def _labour_lacking(dataset: Dataset) -> list[str]:
    """Return a note where wages are missing: no hours for their price, or a campaign without any."""
    if not dataset.charges:
        return []
    charged = dataset.charged
    if dataset.hours_unknown and not (charged.rows["kind"] == "labour").any():
        return [HOURS_UNKNOWN]
    asked = dataset.filters.equals.get("campaign_id", charged.unpaid)
    unpaid = [name for name in charged.unpaid if name in asked]
    more = ", …" if len(unpaid) > _MOST_UNPAID else ""
    return [f"no cost of labour in {', '.join(unpaid[:_MOST_UNPAID])}{more}"] if unpaid else []


#: Campaigns without wages that a note names.
_MOST_UNPAID = 3


def _obstacle(dataset: Dataset, kpi: KPI, keys: Sequence[str]) -> str | None:
    """Return why a KPI cannot be computed: a column is missing, or no price met any work."""
    found = engine.obstacle(dataset, kpi, keys)
    if found is None and "costs" in kpi.needs and dataset.charges and dataset.charged.nothing:
        return "needs costs"
    return found


def _asked(kpis: Asked) -> list[KPI]:
    """Return the requested KPIs, once each."""
    many: Iterable[str | KPI] = [kpis] if isinstance(kpis, str | KPI) else kpis
    resolved = [kpi if isinstance(kpi, KPI) else registry.get(kpi) for kpi in many]
    if not resolved:
        raise UsageError("no KPI was named", hint="Name one: answer_rate. `callstats kpis` lists them.")
    return list({kpi.name: kpi for kpi in resolved}.values())


def _keys(dataset: Dataset, by: str | Sequence[str] | None) -> tuple[str, ...]:
    keys = () if by is None else (by,) if isinstance(by, str) else tuple(dict.fromkeys(by))
    for key in keys:
        dataset.check_key(key)
    return keys


def fetched(
    dataset: Dataset,
    kpis: Asked,
    by: str | Sequence[str] | None = None,
    *,
    interval: bool = True,
    every_day: bool = False,
) -> FetchedSums:
    """Fetch what :func:`measure` needs, to be asked more than once.

    Parameters
    ----------
    dataset, kpis, by, interval
        As in :func:`measure`.
    every_day : bool
        Fetch the sums by day of every KPI, for changes; otherwise of those that vary by day.

    Raises
    ------
    UsageError
        A KPI or column is unknown, or the data cannot be grouped by that column.
    """
    asked, keys = _asked(kpis), _keys(dataset, by)
    obstacles = {kpi.name: _obstacle(dataset, kpi, keys) for kpi in asked}
    able = [kpi for kpi in asked if obstacles[kpi.name] is None]
    doubts = {kpi.name: unknowns(kpi, dataset) for kpi in able}
    terms = {
        t.key: t
        for kpi in able
        for t in (
            *formula_terms(kpi),
            *exact_terms(kpi),
            *counted(doubts[kpi.name]),
            *amounts_below_zero(kpi),
        )
    }
    drawn = [kpi for kpi in able if kpi.independence != "none"] if interval else []
    moments = engine.moments(dataset, drawn, keys)
    by_day = [kpi for kpi in drawn if every_day or varies_by_day(kpi)]
    by_day = by_day if not {"day", "shift"} & set(keys) else []
    return FetchedSums(
        dataset,
        tuple(asked),
        keys,
        interval,
        {name: reason for name, reason in obstacles.items() if reason is not None},
        doubts,
        rejected(dataset),
        same_contacts(dataset, able, keys),
        sums_by_group(dataset, list(terms.values()), keys),
        moments,
        day_sums(dataset, by_day, keys, moments),
        {k.name: engine.quantiles(dataset, k.formula, keys) for k in able if isinstance(k.formula, Quantile)},
    )


def _row(kpi: KPI, group: Group, facts: FetchedSums, confidence: float) -> tuple[Any, ...]:
    """Return kpi, value, low, high, numerator, denominator, n and note of one KPI in one group."""
    reason = facts.obstacle(kpi, group)
    if reason:
        return _nothing(kpi, f"not computable: {reason}")
    dataset, sums = facts.dataset, _Zeros(facts.sums.get(group, {}))
    judged = [doubt.judged(sums, dataset.config.unknown_tolerance) for doubt in facts.doubts[kpi.name]]
    refused = [note for note, given in judged if not given]
    if refused:
        return _nothing(kpi, refused[0])
    gaps = [note for note, _ in judged if " is unknown for " in note]
    notes = [*(note for note, _ in judged if note), *facts.said_of(kpi)]
    if isinstance(kpi.formula, Quantile):
        return _quantile_row(kpi, facts.quantiles[kpi.name].get(group), notes)
    evaluated = evaluate(kpi.formula, sums)
    if isnan(evaluated.value):
        if gaps:
            return _nothing(kpi, f"not computable: {gaps[0]}")
        below = _nothing_below(kpi.formula, sums) if isinstance(kpi.formula, Ratio) else "rows"
        return _valued(kpi, evaluated, Limits(), f"undefined: no {below}")
    bounds = Limits()
    if facts.interval:
        whole = adds_only(kpi) and evaluated.value >= 0
        least = 0.0 if whole and not any(sums[t.key] for t in amounts_below_zero(kpi)) else -inf
        moments = facts.moments.get(group, {}).get(kpi.name, _NO_UNITS)
        days = facts.days.get(group, {}).get(kpi.name) if varies_by_day(kpi) else None
        scale = multiplier(kpi.formula, sums) if isinstance(kpi.formula, Ratio) else None
        bounds = limits(kpi, moments, confidence, least=least, days=days, scale=scale)
        notes += [*([bounds.note] if bounds.note else []), *notes_on(clustering(dataset, kpi), kpi)]
    return _valued(kpi, evaluated, bounds, "; ".join(dict.fromkeys(notes)))


def _nothing_below(formula: Ratio, sums: Mapping[str, float]) -> str:
    """Return what a ratio would have to be divided by that is 0."""
    if formula.factor is not None and not total(formula.factor[1], sums):
        return str(formula.factor[1])
    return str(formula.denominator)


def _valued(kpi: KPI, found: Evaluation, bounds: Limits, note: str) -> tuple[Any, ...]:
    numbers = (found.value, bounds.low, bounds.high, found.numerator, found.denominator, bounds.n)
    return (kpi.name, *numbers, note)


_NO_UNITS = Moments(
    0,
    {"numerator": 0.0, "denominator": 0.0},
    {(a, b): 0.0 for a in ("denominator", "numerator") for b in ("denominator", "numerator")},
)


class _Zeros(dict[str, float]):
    """Sums of a group; a table without rows for it contributes 0."""

    def __missing__(self, key: str) -> float:
        return 0.0


def _nothing(kpi: KPI, note: str) -> tuple[Any, ...]:
    return (kpi.name, nan, nan, nan, nan, nan, nan, note)


def _quantile_row(kpi: KPI, quantile: tuple[float, int] | None, notes: list[str]) -> tuple[Any, ...]:
    assert isinstance(kpi.formula, Quantile)
    if quantile is None:
        return _nothing(kpi, f"undefined: no {kpi.formula.where.label}")
    note = "; ".join([*notes, "no interval: a quantile"])
    return (kpi.name, quantile[0], nan, nan, nan, nan, float(quantile[1]), note)


def _frame(
    rows: list[tuple[Any, ...]], keys: tuple[str, ...], interval: bool, words: MeasuredWords
) -> MeasuredFrame:
    frame = MeasuredFrame(rows, columns=[*keys, *COLUMNS])
    if interval and frame["n"].notna().to_numpy().all():
        frame["n"] = frame["n"].astype("int64")
    return frame.told_by(words)
