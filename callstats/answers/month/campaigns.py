"""All campaigns on a page: each with its figures, their intervals and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.month.figures import INBOUND, CampaignFigures, MovedFigure
from callstats.kpis import get
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

#: The columns of the page, and those of the page of queues.
PAGE = ("profit", "roi", "successes_per_login_hour", "answer_rate", "abandon_rate_outbound")
QUEUES = INBOUND
#: Campaigns named in a sentence.
_MOST_NAMED = 6


@dataclass(frozen=True)
class Campaigns(Answer):
    """The campaigns of a period side by side.

    Attributes
    ----------
    voice : Voice
    period, earlier : str
        In words.
    campaigns : tuple of CampaignFigures
        Most profit first.
    notes : tuple of str
        What could not be told, and why.
    """

    voice: Voice
    period: str
    earlier: str
    campaigns: tuple[CampaignFigures, ...]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row a campaign and KPI: value, low, high, before, change with its interval, p."""
        import pandas as pd

        rows = [row(one, f) for one in self.campaigns for f in one.figures.values()]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Who earns money, who costs more than they bring, and of whom that cannot be told."""
        _ = self.voice.say
        groups: dict[str, list[str]] = {"good": [], "bad": [], "unknown": [], "neutral": []}
        for one in self.campaigns:
            if "profit" in one.figures:
                groups[_standing(one)].append(one.label)
        named = {tone: self._listed(labels) for tone, labels in groups.items()}
        told = [
            (_("Earning money: {campaigns}.", campaigns=named["good"]), "good"),
            (_("Costing more than they bring: {campaigns}.", campaigns=named["bad"]), "bad"),
            (_("Too close to break even to tell: {campaigns}.", campaigns=named["unknown"]), "unknown"),
            (_("Answering calls, at a cost: {campaigns}.", campaigns=named["neutral"]), "neutral"),
        ]
        return tuple(Sentence(text, tone) for text, tone in told if groups[tone])  # type: ignore[arg-type]

    def _listed(self, labels: Sequence[str]) -> str:
        """Name the first few and count the rest."""
        left = len(labels) - _MOST_NAMED
        more = [self.voice.say("{n} more", n=left)] if left > 0 else []
        return self.voice.form.listed([*labels[:_MOST_NAMED], *more])

    def plot(self, kpi: str = "profit", ax: Any = None) -> Any:
        """Draw one KPI by campaign, with its intervals."""
        from callstats.show.plots import interval_plot

        told = [(c.label, c.figures[kpi].now) for c in self.campaigns if kpi in c.figures]
        of = get(kpi)
        return interval_plot(
            [label for label, _ in told],
            [e.value for _, e in told],
            [e.low for _, e in told],
            [e.high for _, e in told],
            unit=of.unit,
            label=of.label[self.voice.language],
            formatter=self.voice.form,
            reference=0.0 if of.unit == "money" else None,
            reference_label=self.voice.say("break even") if of.unit == "money" else "",
            ax=ax,
        )

    def figure(self, kpi: str = "profit") -> FigureView:
        """Return the plot with its caption and its words."""
        _, form, of = self.voice.say, self.voice.form, get(kpi)
        told = [(c.label, c.figures[kpi].now) for c in self.campaigns if kpi in c.figures]
        words = ", ".join(f"{label} {form.value(e.value, of.unit, e.low, e.high)}" for label, e in told[:10])
        said = {"kpi": of.label[self.voice.language], "period": self.period}
        caption = _("{kpi} by campaign, {period}, with 95% intervals", **said)
        return figure(self.plot(kpi), caption, _("{kpi} by campaign: {values}.", values=words, **said))

    def table(self) -> TableView:
        """Return the page: a row a campaign, each figure with its interval and change."""
        _ = self.voice.say
        caption = _("All campaigns, {period}", period=self.period)
        note = _("Beneath each figure its 95% interval.")
        if self.earlier:
            note = _(
                "Beneath each figure its 95% interval and its change since {earlier}, with an arrow where it "
                "is more than the usual variation of that figure by itself.",
                earlier=self.earlier,
            )
        return self._table(PAGE, self.campaigns, caption, (note,))

    def queues(self) -> TableView | None:
        """Return the queues that are called, None where there is none."""
        called = [c for c in self.campaigns if any(name in c.figures for name in QUEUES)]
        if not called:
            return None
        return self._table(QUEUES, called, self.voice.say("Calls received, {period}", period=self.period))

    def _table(
        self,
        names: Sequence[str],
        campaigns: Sequence[CampaignFigures],
        caption: str,
        notes: tuple[str, ...] = (),
    ) -> TableView:
        shown = [name for name in names if any(name in c.figures for c in campaigns)]
        heads = [Column(self.voice.say("Campaign"))]
        heads += [Column(get(name).label[self.voice.language], "right") for name in shown]
        rows = [
            [
                Cell(c.label, strong=True, href=c.href),
                *(self._cell(c.figures.get(name)) for name in shown),
            ]
            for c in campaigns
        ]
        return TableView(caption, heads, rows, notes)

    def _cell(self, f: MovedFigure | None) -> Cell:
        """Return a figure with its interval and its change beneath."""
        form = self.voice.form
        if f is None:
            return Cell(form.number(None), tone="grey")
        now, unit = f.now, f.kpi.unit
        text = form.value(now.value, unit, now.low, now.high)
        ends = [form.value(end, unit, now.low, now.high) for end in (now.low, now.high)]
        between = " … ".join(ends) if now.low == now.low else ""
        return Cell(text, under=[line for line in (between, self._moved(f)) if line])

    def _moved(self, f: MovedFigure) -> str:
        """Return a change with an arrow where it is certain; "" where there is nothing to compare."""
        moved = f.change
        if moved.low != moved.low:
            return ""
        if not moved.certain:
            return self.voice.say("usual variation")
        arrow = "↑" if moved.estimate > 0 else "↓"
        return f"{arrow} {self.voice.form.change(moved.estimate, f.kpi.unit, moved.low, moved.high)}"

    def views(self) -> tuple[View, ...]:
        """Return the page, the queues, the plot of profit, and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.campaigns:
            return notes
        queues = self.queues()
        profit = sum("profit" in c.figures for c in self.campaigns) > 1
        drawn = [self.figure()] if profit else []
        return (self.verdict, self.table(), *([queues] if queues else []), *drawn, *notes)


def _standing(campaign: CampaignFigures) -> str:
    """Return the tone of a campaign's profit; a queue that sells nothing is not judged by it."""
    profit = campaign.figures["profit"].now
    if not campaign.dials and not profit.value > 0:
        return "neutral"
    low, high = (profit.value if end != end else end for end in (profit.low, profit.high))  # noqa: PLR0124 - nan
    return "good" if low > 0 else "bad" if high < 0 else "unknown"


COLUMNS = (
    "campaign_id", "kpi", "value", "low", "high", "n", "target_low", "target_high", "before", "change",
    "change_low", "change_high", "p_value",
)  # fmt: skip


def row(campaign: CampaignFigures, f: MovedFigure) -> tuple[Any, ...]:
    """Return a figure of a campaign as a row of :data:`COLUMNS`."""
    moved, now = f.change, f.now
    before = f.before.value if f.before else None
    target = (f.target.low, f.target.high)
    return (
        *(campaign.campaign_id, f.kpi.name, now.value, now.low, now.high, now.n, *target, before),
        *(moved.estimate, moved.low, moved.high, f.p_value),
    )
