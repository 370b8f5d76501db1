"""How a trend is presented: one control chart per KPI, and the days that were different."""

from __future__ import annotations

from datetime import date
from typing import Any

from callstats.answers.campaign.hotspots_telling import spot_sentence, where
from callstats.answers.campaign.trend import Chart, Trend
from callstats.answers.core.telling import FigureView, Sentence, Telling, View, figure, tells

_MOST_NAMED = 4


@tells(Trend)
class TrendTelling(Telling[Trend]):
    """One control chart per KPI, and its dated signals."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what stands out of every chart, and its dated signals."""
        return tuple(sentence for chart in self.answer.charts for sentence in self._of(chart))

    def _of(self, chart: Chart) -> list[Sentence]:
        figures, period = self.answer.figures, self.answer.period
        found = [spot_sentence(s, figures[chart.kpi.name], self.voice, period) for s in chart.spots]
        return [*found, *([self._sentence(chart)] if chart.single_signals or not found else [])]

    def _sentence(self, chart: Chart) -> Sentence:
        _, form = self.say, self.form
        label = self.kpi(chart.kpi)
        if not chart.single_signals:
            fields = {"kpi": label, "n": form.number(int((chart.sizes > 0).sum()))}
            if chart.by == "week":
                return Sentence(_("{kpi}: no signal in {n} weeks; all stay within their limits.", **fields))
            return Sentence(_("{kpi}: no signal in {n} days; all stay within their limits.", **fields))
        days = ", ".join(self._signal(chart, day) for day in chart.single_signals[:_MOST_NAMED])
        more = len(chart.single_signals) - _MOST_NAMED
        rest = _("; and {n} more", n=more) if more > 0 else ""
        fields = {"kpi": label, "days": days, "rest": rest}
        if chart.by == "week":
            text = _("{kpi}: something was different in the week of {days}{rest}.", **fields)
        else:
            text = _("{kpi}: something was different on {days}{rest}.", **fields)
        return Sentence(text, "unknown")

    def _signal(self, chart: Chart, day: date) -> str:
        """Return a day that is a signal as "14 Sep (3.1%, below its limits)"."""
        _, form = self.say, self.form
        at = chart.days.index(day)
        value, limits = float(chart.limits.values[at]), chart.limits
        fields = {"n": form.number(limits.run_length)}
        if limits.outside[at]:
            where = _("above its limits") if value > limits.high[at] else _("below its limits")
        elif value > limits.expected[at]:
            where = _("number {n} in a row above what was expected", **fields)
        else:
            where = _("number {n} in a row below what was expected", **fields)
        shown = form.value(value, chart.kpi.unit, limits.low[at], limits.high[at])
        return f"{form.day(day)} ({shown}, {where})"

    def _finding(self, chart: Chart) -> str:
        """Name the days of a chart that stand out, or its slow trend; else state that no day does."""
        _, stretch, period = self.say, chart.stretch, self.answer.period
        if stretch is not None:
            days = where(stretch, self.voice, period)
            since = stretch.lasting
            return _("Different since {days}.", days=days) if since else _("Different on {days}.", days=days)
        slope = next((spot for spot in chart.spots if spot.by == "trend"), None)
        if slope is not None:
            return _("A slow rise.") if slope.inside > slope.outside else _("A slow fall.")
        n, weeks = len(chart.single_signals), chart.by == "week"
        if not n:
            return _("No week stands out.") if weeks else _("No day stands out.")
        if weeks:
            return _.ngettext("{n} week stands out.", "{n} weeks stand out.", n)
        return _.ngettext("{n} day stands out.", "{n} days stand out.", n)

    def plot(self, kpi: str | None = None, ax: Any = None) -> Any:
        """Draw the control chart of one KPI, the first if none is named."""
        from callstats.show.plots import control_chart

        chart = next(c for c in self.answer.charts if kpi in (None, c.kpi.name))
        return control_chart(
            chart.days,
            list(chart.limits.values),
            list(chart.limits.expected),
            list(chart.limits.low),
            list(chart.limits.high),
            signals=[day in chart.signals for day in chart.days],
            unit=chart.kpi.unit,
            label=self.kpi(chart.kpi),
            formatter=self.form,
            ax=ax,
        )

    def figure(self, kpi: str | None = None) -> FigureView:
        """Return the chart of one KPI with caption and alternative text; of several, each half as wide."""
        from callstats.show import theme

        _, form = self.say, self.form
        chart = next(c for c in self.answer.charts if kpi in (None, c.kpi.name))
        fields = {
            "kpi": self.kpi(chart.kpi),
            "period": self.answer.period,
            "factor": form.number(round(max(chart.limits.dispersion, 1.0), 1)),
            "centre": form.value(chart.limits.estimate, chart.kpi.unit),
        }
        caption = (
            _("{kpi} by week, {period}", **fields)
            if chart.by == "week"
            else _("{kpi} by day, {period}", **fields)
        )
        wide = _("with the limits of ordinary variation ({factor} times as wide as chance)", **fields)
        if chart.limits.dispersion < 1.05:
            wide = _("with the limits of ordinary variation")
        alt = _("Control chart of {kpi} around a mean of {centre}.", **fields)
        text = " ".join([alt, *(sentence.text for sentence in self._of(chart))])
        beside = theme.half_axes() if len(self.answer.charts) > 1 else None
        caption = _.joined([f"{caption}, {wide}", self._taken_out(chart)])
        return figure(self.plot(chart.kpi.name, beside), caption, text, self._finding(chart))

    def _taken_out(self, chart: Chart) -> str:
        """Return "taken out: the weekday pattern and a slow trend", or nothing."""
        _, slope = self.say, chart.limits.slope
        if chart.by == "week":
            return _("taken out: a slow trend") if slope else ""
        if slope:
            return _("taken out: the weekday pattern and a slow trend")
        return _("taken out: the weekday pattern")

    def views(self) -> tuple[View, ...]:
        """Return the sentences, one figure per KPI, and what could not be drawn."""
        notes = self.notes(self.answer.notes)
        if not self.answer.charts:
            return notes
        return (self.answer.verdict, *(self.figure(chart.kpi.name) for chart in self.answer.charts), *notes)
