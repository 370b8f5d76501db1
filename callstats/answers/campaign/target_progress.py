"""Targets: which are met, and of counts and sums how far they are, at what pace, and with what chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import applies
from callstats.answers.core.estimates import NAN
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.target_scope import (
    SECTIONS,
    check_targets,
    own_targets_named,
    stray_notes,
    targets_named,
    values_of,
)
from callstats.answers.core.voice import Voice
from callstats.config import DEFAULT_TARGETS
from callstats.errors import UsageError
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

COLUMNS = (
    "scope", "name", "kpi", "value", "low", "high", "target_low", "target_high", "met", "attained", "pace",
    "pace_low", "pace_high", "chance", "days_worked", "days_to_come", "source", "note",
)  # fmt: skip


@dataclass(frozen=True)
class TargetStanding:
    """One target, and where it stands.

    Attributes
    ----------
    scope : str
        ``site``, or the column of what it is a target of: campaign_id, list_id, agent_id.
    name : str
        Of the campaign, list or agent; empty for the site.
    figure : Figure
    """

    scope: str
    name: str
    figure: Figure

    def row(self) -> tuple[Any, ...]:
        """Return it as a row of :data:`COLUMNS`."""
        f, now = self.figure, self.figure.now
        progress = f.progress
        found = None if progress is None else progress.prediction
        ends = (NAN, NAN) if found is None else (found.low, found.high)
        pace = NAN if progress is None else progress.pace
        days = (None, None) if progress is None else (progress.days, progress.to_come)
        why = "" if progress is None else progress.unknown
        return (
            *(self.scope, self.name, f.kpi.name, now.value, now.low, now.high, *f.limits, f.met),
            NAN if progress is None else f.attained,
            *(pace, *ends, f.chance, *days, f.target.source, "; ".join(t for t in (now.note, why) if t)),
        )


@dataclass(frozen=True)
class TargetStandings(Answer):
    """The targets of a period, and where they stand.

    Attributes
    ----------
    voice : Voice
    period : str
        In words.
    standings : tuple of TargetStanding
        The site's first, then those of campaigns, lists and agents.
    confidence : float
        Of the intervals.
    notes : tuple of str
        Targets of what is not in the data, or has no call in the period.
    """

    voice: Voice
    period: str
    standings: tuple[TargetStanding, ...]
    confidence: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per target: its scope, the value, whether it is met, pace, chance and days."""
        import pandas as pd

        return pd.DataFrame([one.row() for one in self.standings], columns=list(COLUMNS))


def targets(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    by: str | None = None,
    own: Iterable[KPI] = (),
) -> TargetStandings:
    """Return where every target stands: met, missed or open, and how far a count or sum has come.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
        The period that targets for counts and sums are meant for; without it only rates are judged.
    by : str, optional
        A column such as campaign_id, list_id or agent_id: the targets of each of its values.
        Without it those of the data set as it is narrowed, and of every campaign, list and
        agent that has some of its own.
    own : iterable of KPI
        KPIs that are not in the catalogue.

    Returns
    -------
    TargetStandings
        A rate is met if its whole interval meets the target. A count or sum is judged by its
        value: at the end of the period, or when it can no longer change. Until then it has a
        pace, the total to be expected at the end, with a prediction interval, and the chance
        that the target is met.

    Raises
    ------
    UsageError
        A target's KPI is unknown, a target has no side, or the period contains no call.

    Notes
    -----
    Days are not alike, and neighbours resemble each other: the total to come is predicted as
    :func:`callstats.stats.total_predictions.predict_total` says, from the days of the period
    so far; the five weeks before tell how weekdays and days differ. The days to come are those
    after the last day with data, on the weekdays that are worked; holidays to come are not
    known. Costs entered for a whole month are there from the start and are not extended.
    Under three days worked there is no chance.

    Examples
    --------
    >>> import callstats as cs
    >>> ds = cs.open("data/demo").configured({"targets.successes": 700})
    >>> frame = targets(ds, "2026-09-10..2026-10-31").to_frame().set_index("kpi")
    >>> frame.loc["successes", ["value", "attained", "days_worked", "days_to_come"]].tolist()
    [286.0, 0.4085714285714286, 15.0, 22.0]
    """
    known = tuple(own)
    check_targets(dataset.config, known)
    about = scope(dataset, period)
    kpis = targets_named(dataset.config, known)
    notes = [*stray_notes(about.voice, dataset)]
    found = _by(about, kpis, by) if by is not None else _all(about, kpis, notes)
    standings = tuple(found)
    return TargetStandings(about.voice, about.label, standings, dataset.config.confidence, tuple(notes))


def _by(about: Scope, kpis: list[KPI], by: str) -> Iterator[TargetStanding]:
    """Yield the targets of every value of a column."""
    about.now.check_key(by)
    own = own_targets_named(about.now.config, SECTIONS[by], kpis) if by in SECTIONS else {}
    for (value,), figures in moved_figures(about.now, None, [*kpis, *_traffic()], [by]).items():
        if value is not None:
            yield from _applying(by, str(value), figures, own.get(str(value), set()))


def _all(about: Scope, kpis: list[KPI], notes: list[str]) -> Iterator[TargetStanding]:
    """Yield the targets of the data set itself, then those that its parts have of their own."""
    scope_of, name = _place(about.now)
    config, figures = about.now.config, _figures(about.now, [*kpis, *_traffic()])
    if scope_of == "site":
        yield from (TargetStanding(scope_of, name, f) for f in figures.values() if _asked(f))
    else:
        own = own_targets_named(config, SECTIONS[scope_of], kpis) if scope_of in SECTIONS else {}
        yield from _applying(scope_of, name, figures, own.get(name, set()))
    for column, section in SECTIONS.items():
        if len(about.now.filters.equals.get(column, ())) == 1:
            continue
        yield from _own(about, column, own_targets_named(config, section, kpis), kpis, notes)


def _own(
    about: Scope, column: str, own: Mapping[str, set[str]], kpis: list[KPI], notes: list[str]
) -> Iterator[TargetStanding]:
    """Yield the targets that campaigns, lists or agents have of their own."""
    there = values_of(about.whole, column) if own else []
    for name in (name for name in own if name in there):
        try:
            narrow = scope(about.whole.where(**{column: name}), about.period).now
        except UsageError:  # it has calls, though none in the period
            fields = {"name": about.voice.label(name), "period": about.label}
            notes.append(about.voice.say("{name} has targets and no call in {period}.", **fields))
            continue
        figures = _figures(narrow, [kpi for kpi in kpis if kpi.name in own[name]])
        yield from (TargetStanding(column, name, f) for f in figures.values() if f.has_target)


def _asked(figure: Figure) -> bool:
    """Return whether a target of the site is shown: if it is not computable, only one that was set."""
    return figure.has_target and (figure.now.known or figure.target not in DEFAULT_TARGETS.values())


def _traffic() -> list[KPI]:
    return [get(name) for name in ("dials", "calls_offered")]


def _applying(
    column: str, name: str, figures: Mapping[str, Figure], own: set[str]
) -> Iterator[TargetStanding]:
    """Yield the targets of a part: its own, and those of the site that apply to what it does."""
    dials, offered = (figures[kpi.name].now.value for kpi in _traffic())
    for kpi, figure in figures.items():
        inherited = figure.now.known and applies(figure.kpi, dials, offered)
        if figure.has_target and (kpi in own or inherited):
            yield TargetStanding(column, name, figure)


def _figures(dataset: Dataset, kpis: list[KPI]) -> Mapping[str, Figure]:
    return next(iter(moved_figures(dataset, None, kpis).values()), {}) if kpis else {}


def _place(dataset: Dataset) -> tuple[str, str]:
    """Return what a data set is narrowed to: the site, one campaign, list or agent, or something else."""
    filters = dataset.filters.equals
    if not filters:
        return "site", ""
    column = next((c for c in reversed(SECTIONS) if len(filters.get(c, ())) == 1), None)
    if column is not None and len(filters) == 1:
        return column, str(filters[column][0])
    told = ", ".join(f"{name} {' or '.join(map(str, values))}" for name, values in sorted(filters.items()))
    return "part", told
