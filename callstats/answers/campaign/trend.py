"""Did something change: daily values against limits wide enough for ordinary days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.campaign.hotspots import Hotspots, hotspots_of
from callstats.answers.campaign.hotspots_numbers import Spot, size_of_one, wrong_side
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates, estimates_by
from callstats.answers.core.scope import Scope, lacking, scope
from callstats.answers.core.voice import Voice
from callstats.config import Target
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio
from callstats.stats import ControlLimits, control_limits

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import FigureView

#: Charts with fewer days say nothing about what is usual.
FEWEST_DAYS = 8
#: Longer periods are charted by week.
MOST_DAYS = 100
#: Kinds of spots that a chart of days shows.
_OF_DAYS = ("day", "trend")


@dataclass(frozen=True)
class Chart:
    """The values of one KPI with their limits, by day or week; arrays are in the order of ``days``.

    A week is listed under its Monday. ``spots`` are the days in a row that differ from all
    others, and the slope, as far as they are beyond chance.
    """

    kpi: KPI
    by: str
    days: tuple[date, ...]
    sizes: np.ndarray
    limits: ControlLimits
    spots: tuple[Spot, ...] = ()

    @property
    def stretch(self) -> Spot | None:
        """The days in a row that differ from all others, if there are any."""
        return next((spot for spot in self.spots if spot.by == "day"), None)

    @property
    def signals(self) -> tuple[date, ...]:
        """Days beyond the limits, or on which a run on one side becomes too long for chance."""
        flagged = self.limits.outside | self._run_starts()
        return tuple(day for day, flag in zip(self.days, flagged, strict=True) if flag)

    @property
    def single_signals(self) -> tuple[date, ...]:
        """Signals outside the stretch, which is told as a whole."""
        first, last = self.stretch.names if self.stretch is not None else (date.max, date.min)
        return tuple(day for day in self.signals if not first <= day <= last)

    def _run_starts(self) -> np.ndarray:
        """Flag only the day on which a run reaches its length, not every day after it."""
        run = self.limits.run
        return run & ~np.concatenate([[False], run[:-1]])


@dataclass(frozen=True)
class Trend(Answer):
    """One control chart per KPI; ``notes`` says what could not be drawn and why."""

    voice: Voice
    period: str
    charts: tuple[Chart, ...]
    notes: tuple[str, ...] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, day, value, low, high, size, outside, run, expected: one row per day and KPI."""
        import pandas as pd

        columns = ["kpi", "day", "value", "low", "high", "size", "outside", "run", "expected"]
        rows = [
            (c.kpi.name, day, *values)
            for c in self.charts
            for day, *values in zip(
                c.days, c.limits.values, c.limits.low, c.limits.high, c.sizes, c.limits.outside, c.limits.run,
                c.limits.expected, strict=True,
            )
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def plot(self, kpi: str | None = None, ax: Any = None) -> Any:
        """Draw the control chart of one KPI, the first if none is named."""
        return self.telling.plot(kpi, ax)

    def figure(self, kpi: str | None = None) -> FigureView:
        """Return the chart of one KPI with its caption and alternative text."""
        return self.telling.figure(kpi)


def trend(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpis: tuple[str, ...] | None = None,
    hotspots: Hotspots | None = None,
) -> Trend:
    """Watch KPIs day by day.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
    kpis : tuple of str, optional
        Ratios of the catalogue. If omitted, those of `hotspots` that missed their target,
        moved or stand out on some days; where there are none, the answer rate, and
        successes per login hour if there is agent time, else conversion per conversation.
    hotspots : Hotspots, optional
        What was found already, of a portrait; if omitted, the figures are followed into
        their days here.

    Returns
    -------
    Trend
        Each day is judged by the other days of the chart: the weekday pattern and a
        slow trend are taken out, and the limits allow for how days differ and
        resemble their neighbours. A chart of ordinary days has a signal in at most 5 %
        of periods (one less the project's confidence), however many days they have;
        see :func:`callstats.stats.control_limits`. Days in a row that differ from all
        others and slow trends are found as by :func:`callstats.hotspots`, with the same
        chance of a false one over all charts.

    References
    ----------
    1. Harville DA (1974). Bayesian inference for variance components using only
       error contrasts. Biometrika 61:383-385.
    2. Rosner B (1983). Percentage points for a generalized ESD many-outlier
       procedure. Technometrics 25:165-172.
    """
    about = scope(dataset, period)
    voice = about.voice
    reason = lacking(dataset, "day")
    if reason or not about.now.reaches("calls", "day"):
        why = reason or voice.say("needs {columns}", columns="calls.local_started_at")
        return Trend(
            voice, about.label, (), (voice.say("By day: not computable, {why}.", why=why.rstrip(".")),)
        )
    asked = kpis or _off_or_moved(hotspots) or ("answer_rate", _second(about.now))
    by = "week" if (about.window.end - about.window.start).days > MOST_DAYS else "day"
    days = estimates_by(about.now, asked, [by])
    charts, notes = [], []
    whole = estimates(about.now, asked)
    for kpi in map(get, asked):
        if not whole[kpi.name].known:
            notes.append(voice.note(kpi, whole[kpi.name].note))
            continue
        values = {key[0]: group[kpi.name] for key, group in days.items() if key[0]}
        drawn = _chart(kpi, by, values, voice, about.whole.config.confidence)
        (notes if isinstance(drawn, str) else charts).append(drawn)
    found = hotspots or _followed(about, [chart.kpi for chart in charts])
    return Trend(voice, about.label, tuple(_marked(c, found) for c in charts), tuple(notes), found.figures)


def _off_or_moved(found: Hotspots | None) -> tuple[str, ...]:
    """Return the figures that missed their target, moved, or stand out on some days."""
    if found is None:
        return ()
    return tuple(
        name
        for name, figure in found.figures.items()
        if wrong_side(figure)
        or figure.change.certain
        or any(s.by in _OF_DAYS for s in found.spots.get(name, ()))
    )


def _followed(about: Scope, kpis: Sequence[KPI]) -> Hotspots:
    """Return what stands out of the days of the figures charted."""
    figures = (
        {name: Figure(e, None, Target()) for name, e in estimates(about.now, kpis).items()} if kpis else {}
    )
    return hotspots_of(about.now, figures, about.voice, about.label)


def _marked(chart: Chart, found: Hotspots) -> Chart:
    """Return a chart of days with what stands out of them; a single day is a signal already."""
    if chart.by != "day":
        return chart
    spots = [spot for spot in found.spots.get(chart.kpi.name, ()) if spot.by in _OF_DAYS]
    return replace(
        chart,
        spots=tuple(
            s for s in spots if s.by == "trend" or s.names[0] not in chart.signals or s.names[0] < s.names[-1]
        ),
    )


def _second(dataset: Dataset) -> str:
    whole = dataset.reaches("agent_time", "day") and not dataset.unreached("agent_time")
    return "successes_per_login_hour" if whole else "conversion_per_conversation"


def _chart(kpi: KPI, by: str, days: dict[str, Estimate], voice: Voice, confidence: float) -> Chart | str:
    """Return the chart of one KPI, or one line on why there is none."""
    when = sorted(days)
    sizes = np.nan_to_num(np.array([days[day].denominator for day in when], dtype=float))
    events = np.nan_to_num(np.array([days[day].numerator for day in when], dtype=float))
    if not events.any():
        return voice.say("{kpi}: 0 throughout, nothing to chart.", kpi=kpi.label[voice.language])
    if (sizes > 0).sum() < FEWEST_DAYS:
        label, few = kpi.label[voice.language], int((sizes > 0).sum())
        return voice.say.ngettext(
            "{kpi}: {n} day is too few to say what is usual (at least {least}).",
            "{kpi}: {n} days are too few to say what is usual (at least {least}).",
            few,
            kpi=label,
            least=FEWEST_DAYS,
        )
    kind = "proportion" if isinstance(kpi.formula, Ratio) and kpi.formula.proportion else "rate"
    dates = tuple(_date(day) for day in when)
    limits = control_limits(
        events,
        sizes,
        kind=kind,
        weekdays=[date.weekday() for date in dates] if by == "day" else None,
        design_effect=size_of_one(kpi, [days[day] for day in when]),
        false_alarms=1 - confidence,
    )
    return Chart(kpi, by, dates, sizes, limits)


def _date(written: str) -> date:
    """Return the day, or the Monday of the week, of a time key.

    Examples
    --------
    >>> _date("2026-09-14") == _date("2026-W38")
    True
    """
    return date.fromisoformat(f"{written}-1" if "W" in written else written)
