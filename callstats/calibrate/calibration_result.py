"""The result of a calibration: rates with their Monte Carlo error, and verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from callstats.calibrate.situation import NAN, Kind, Measure, Situation
from callstats.calibrate.trials import Tallies
from callstats.show import theme
from callstats.stats import proportion_interval
from callstats.stats.ratios import t_quantile

if TYPE_CHECKING:
    import pandas as pd

#: A test keeps its level while its false-alarm rate is at most this many times nominal (6.5 % for 5 %).
MOST_ALARMS = 1.3
#: An interval keeps its confidence while its miss rate is at most this many times nominal (93 % for 95 %).
MOST_MISSES = 1.4
#: A promised power holds while it falls short by at most this.
LEAST_POWER = 0.03

#: Confidence of the limits used to call a method broken.
SURE = 0.998

OK, BROKEN, NEAR = "ok", "broken", "near"
BY_DESIGN, CONSERVATIVE, NONE = "conservative by design", "conservative", ""


@dataclass(frozen=True, slots=True)
class Row:
    """One method in one situation.

    Attributes
    ----------
    situation, question, drawn : str
    method : str
    kind : str
        "obvious", "default" or "offered".
    measure : str
        "false alarms", "coverage" or "power".
    rate : float
        Share of samples in which it happened.
    standard_error : float
        Monte Carlo error of the rate: sqrt(rate (1 - rate) / runs) if a sample is one
        question, else from the spread of the shares.
    low, high : float
        95 % Monte Carlo limits of the rate: Wilson's if a sample is one question.
    runs : int
        Samples with an answer.
    unanswered : int
        Samples for which the method gave no answer.
    nominal : float
        What the rate should be; nan for power that is not promised.
    verdict : str
        "ok": within Monte Carlo error of nominal; "near": not, but within bounds
        or not surely out of them; "broken": out of bounds, by more than Monte
        Carlo error can explain;
        "conservative" (with its figure), "conservative by design" (and why);
        empty where nothing is promised.
    reason : str
        Why a method is conservative by design.
    """

    situation: str
    question: str
    drawn: str
    method: str
    kind: Kind
    measure: Measure
    rate: float
    standard_error: float
    low: float
    high: float
    runs: int
    unanswered: int
    nominal: float
    verdict: str
    reason: str


def rows_of(situation: Situation, tallies: Tallies, runs: int) -> list[Row]:
    """Return the rows of one situation."""
    rows = []
    for measure in situation.measures:
        for method in situation.methods:
            tally = tallies[method.name, measure]
            rate, error, low, high = monte_carlo(tally.runs, tally.total, tally.squares)
            sure = monte_carlo(tally.runs, tally.total, tally.squares, SURE)[2:]
            nominal = situation.nominal(measure)
            rows.append(
                Row(
                    situation.name, situation.question, situation.drawn, method.name, method.kind, measure,
                    rate, error, low, high, tally.runs, runs - tally.runs, nominal,
                    verdict(measure, nominal, (rate, low, high), sure, by_design=bool(method.conservative)),
                    method.conservative,
                )
            )  # fmt: skip
    return rows


def monte_carlo(
    runs: int, total: float, squares: float, confidence: float = 0.95
) -> tuple[float, float, float, float]:
    """Return a rate, its Monte Carlo standard error and its limits.

    Parameters
    ----------
    runs : int
        Samples.
    total, squares : float
        Sum and sum of squares of their scores, each 0 to 1.
    confidence : float
        Of the limits.

    Examples
    --------
    100 alarms in 2,000 samples: sqrt(.05 x .95 / 2000) = .0049.

    >>> [round(x, 3) for x in monte_carlo(2000, 100.0, 100.0)]
    [0.05, 0.005, 0.041, 0.06]
    """
    if runs == 0:
        return NAN, NAN, NAN, NAN
    rate = total / runs
    error = math.sqrt(max(squares / runs - rate**2, 0.0) / runs)
    if total == squares:
        limits = proportion_interval(total, runs, confidence=confidence)
        return rate, error, float(limits.low), float(limits.high)
    half = t_quantile((1 - confidence) / 2, math.inf) * error
    return rate, error, max(rate - half, 0.0), min(rate + half, 1.0)


def verdict(
    measure: str,
    nominal: float,
    rate: tuple[float, float, float],
    sure: tuple[float, float],
    *,
    by_design: bool = False,
) -> str:
    """Compare a rate and its Monte Carlo limits with the nominal value.

    Parameters
    ----------
    measure : str
    nominal : float
    rate : tuple of float
        The rate and its 95 % limits.
    sure : tuple of float
        Its limits at `SURE`: a hundred figures are judged together.
    by_design : bool
        The method is known to be conservative.

    Examples
    --------
    >>> verdict("false alarms", 0.05, (0.064, 0.055, 0.075), (0.049, 0.083))
    'near'
    >>> verdict("false alarms", 0.05, (0.08, 0.07, 0.09), (0.064, 0.099))
    'broken'
    """
    if math.isnan(nominal) or math.isnan(rate[0]):
        return NONE
    # Alarms and misses are bad when high; power when low.
    alarms = measure == "false alarms"
    value, low, high = rate if alarms else (1 - rate[0], 1 - rate[2], 1 - rate[1])
    level, surely = (nominal, sure[0]) if alarms else (1 - nominal, 1 - sure[1])
    most = level + LEAST_POWER if measure == "power" else level * (MOST_ALARMS if alarms else MOST_MISSES)
    if value > most and surely > level:
        return BROKEN
    if low > level:
        return NEAR
    if high < level and measure != "power":
        return BY_DESIGN if by_design else CONSERVATIVE
    return OK


@dataclass(frozen=True)
class Calibration:
    """Rates of every method in every situation.

    Attributes
    ----------
    rows : tuple of Row
    runs, seed : int
        Samples of each situation, and the seed that reproduces them.
    told : tuple of str
        What one's own data are like, in sentences; empty for simulated situations.

    Examples
    --------
    >>> from callstats.calibrate import calibrate
    >>> found = calibrate("share won of 200 contacts", runs=20, seed=1)
    >>> [row.method for row in found.rows], found.runs
    (['Wald', 'Wilson', 'Clopper-Pearson'], 20)
    """

    rows: tuple[Row, ...]
    runs: int
    seed: int
    told: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[Row, ...]:
        """The defaults that are out of bounds."""
        return tuple(row for row in self.rows if row.kind == "default" and row.verdict == BROKEN)

    @property
    def verdict(self) -> str:
        """One sentence on the defaults.

        If Monte Carlo error is too large to detect a fault, more runs are needed.
        """
        defaults = [row for row in self.rows if row.kind == "default" and row.verdict != NONE]
        if not defaults:
            return "No default was judged."
        if self.broken:
            names = "; ".join(
                f"{row.method} ({row.situation}: {row.measure} {row.rate:.1%})" for row in self.broken
            )
            return f"Out of bounds, {len(self.broken)} of {len(defaults)} figures of defaults: {names}."
        worst = max(row.standard_error for row in defaults)
        every = f"All {len(defaults)} figures of defaults are" if len(defaults) > 1 else "The default is"
        return (
            f"{every} within bounds "
            f"({self.runs:,} samples each, Monte Carlo error up to {100 * worst:.1f} points)."
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas frame, with full precision."""
        import pandas as pd

        names = [one.name for one in fields(Row)]
        return pd.DataFrame([[getattr(row, name) for name in names] for row in self.rows], columns=names)

    def table(self) -> pd.DataFrame:
        """Return the rows in readable form: rates in percent with their Monte Carlo error."""
        import pandas as pd

        return pd.DataFrame([_readable(row) for row in self.rows])

    def plot(self, ax: Any = None) -> Any:
        """Draw every method's false alarms and misses against its level; return the axes."""
        from callstats.calibrate.calibration_result import rates_plot

        return rates_plot(self.rows, ax=ax)


def _readable(row: Row) -> dict[str, str]:
    return {
        "situation": row.situation,
        "method": row.method,
        "kind": row.kind,
        "measure": row.measure,
        "rate": f"{100 * row.rate:.1f} %",
        "± MC error": f"{100 * row.standard_error:.1f}",
        "nominal": "" if math.isnan(row.nominal) else f"{100 * row.nominal:g} %",
        "runs": f"{row.runs:,}",
        "verdict": row.verdict,
    }


def in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return rows grouped by situation, false alarms first."""
    places = {row.situation: place for place, row in reversed(list(enumerate(rows)))}
    return tuple(sorted(rows, key=lambda row: places[row.situation]))


MARKS = {"obvious": ("o", theme.SIGNAL), "default": ("D", theme.ACCENT), "offered": ("s", theme.GREY)}
LABELS = {"obvious": "obvious", "default": "callstats' default", "offered": "also offered"}
#: Errors above this are drawn at the edge, labelled with their value.
MOST = 0.30
#: The error most methods promise, drawn as a dashed line; others get a tick.
USUAL = 0.05


@theme.themed
def rates_plot(rows: Sequence[Row], *, ax: Any = None) -> Any:
    """Draw the errors of every method: false alarms, and misses of intervals, in percent.

    Parameters
    ----------
    rows : sequence of Row
        Power has no error rate to draw and is left out.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    shown = [row for row in rows if row.measure != "power"]
    heads = list(dict.fromkeys((row.situation, row.measure) for row in shown))
    lines = [
        line for head in heads for line in (head, *(r for r in shown if (r.situation, r.measure) == head))
    ]
    ax = theme.axes(ax, 0.6 + 0.155 * len(lines))
    ax.axvline(100 * USUAL, color=theme.INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for place, line in enumerate(lines):
        if isinstance(line, Row):
            _draw(ax, place, line)
    ax.set_yticks(range(len(lines)), [_label(line) for line in lines])
    for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
        tick.set_color(theme.GREY_TEXT if isinstance(line, Row) else theme.INK)
        tick.set_fontsize(7)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(lines) - 0.4, -0.8)
    ax.set_xlim(0, 100 * MOST + 4)
    ax.set_xlabel("false alarms of a test, or misses of an interval [%]")
    _legend(ax)
    return ax


def _label(line: Row | tuple[str, str]) -> str:
    return f"{line.method}  " if isinstance(line, Row) else f"{line[0]}: {line[1]}"


def _draw(ax: Any, place: int, row: Row) -> None:
    mark, colour = MARKS[row.kind]
    miss = row.measure == "coverage"
    level = 1 - row.nominal if miss else row.nominal
    if abs(level - USUAL) > 1e-9:
        ax.plot(100 * level, place, "|", color=theme.INK, markersize=7, zorder=1)
    rate, ends = (1 - row.rate if miss else row.rate), (row.low, row.high)
    low, high = sorted(1 - end for end in ends) if miss else ends
    if rate > MOST:
        ax.plot(100 * MOST + 1, place, ">", color=colour, markersize=4.5)
        ax.annotate(
            f"{100 * rate:.0f}", (100 * MOST + 1.8, place), va="center", color=colour, fontsize=7,
        )  # fmt: skip
        return
    ax.hlines(place, 100 * low, 100 * min(high, MOST), color=colour, linewidth=1.1)
    ax.plot(100 * rate, place, mark, color=colour, markersize=3.6)


def _legend(ax: Any) -> None:
    handles = [
        ax.plot([], [], mark, color=colour, markersize=4, label=LABELS[kind])[0]
        for kind, (mark, colour) in MARKS.items()
    ]
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=7.5)
