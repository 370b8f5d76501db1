"""How the month is presented: all campaigns on one page, what moved, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callstats.answers.campaign.opening_telling import Opening, missed_targets
from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.campaign.target_progress_telling import MOST_NAMED
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.audience import told_kpis
from callstats.answers.core.estimates import Estimate
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    Telling,
    Verdict,
    View,
    figure,
    tells,
)
from callstats.answers.month.summary import PAGE, QUEUES, Campaigns, Movements, Summary
from callstats.answers.month.summary_numbers import CampaignFigures, Movement
from callstats.kpis import get
from callstats.show.display import Record

#: Campaigns named in a sentence.
_MOST_NAMED = 6
#: Movements put into words; the table has all of them.
_MOST_SAID = 6


@tells(Campaigns)
class CampaignsTelling(Telling[Campaigns]):
    """A page with one row per campaign, a page of queues, and a plot of one KPI by campaign."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State which campaigns earn money, which lose it, and for which that is unknown."""
        _ = self.say
        groups: dict[str, list[str]] = {"good": [], "bad": [], "unknown": [], "neutral": []}
        for campaign in self.answer.campaigns:
            if "profit" in campaign.figures:
                groups[_standing(campaign)].append(campaign.label)
        first = {tone: self.first(labels, _MOST_NAMED) for tone, labels in groups.items()}
        named = {tone: self.form.listed(labels) for tone, labels in first.items()}
        texts = [
            (_("Earning money: {campaigns}.", campaigns=named["good"]), "good"),
            (_("Costing more than they bring: {campaigns}.", campaigns=named["bad"]), "bad"),
            (_("Too close to break even to tell: {campaigns}.", campaigns=named["unknown"]), "unknown"),
            (_("Answering calls, at a cost: {campaigns}.", campaigns=named["neutral"]), "neutral"),
        ]
        return tuple(Sentence(text, tone) for text, tone in texts if groups[tone])  # type: ignore[arg-type]

    def _finding(self, kpi: str) -> str:
        """State how many campaigns earn money; nothing of another KPI."""
        if kpi != "profit":
            return ""
        standings = [_standing(c) for c in self.answer.campaigns if "profit" in c.figures]
        return self.say.ngettext(
            "{n} of {all} lies above break even.",
            "{n} of {all} lie above break even.",
            standings.count("good"),
            all=len(standings),
        )

    def plot(self, kpi: str = "profit", ax: Any = None) -> Any:
        """Draw one KPI by campaign, with its intervals."""
        from callstats.show.plots import interval_plot

        shown, of = self._shown(kpi), get(kpi)
        return interval_plot(
            [label for label, _ in shown],
            [e.value for _, e in shown],
            [e.low for _, e in shown],
            [e.high for _, e in shown],
            unit=of.unit,
            label=self.kpi(of),
            formatter=self.form,
            reference=0.0 if of.unit == "money" else None,
            reference_label=self.say("break even") if of.unit == "money" else "",
            ax=ax,
        )

    def figure(self, kpi: str = "profit") -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, level = self.say, self.level(self.answer.confidence)
        words = ", ".join(f"{label} {self.value(e)}" for label, e in self._shown(kpi)[:10])
        fields = {"kpi": self.kpi(get(kpi)), "period": self.answer.period}
        caption = _("{kpi} by campaign, {period}, with {level} intervals", level=level, **fields)
        spoken = _("{kpi} by campaign: {values}.", values=words, **fields)
        return figure(self.plot(kpi), caption, spoken, self._finding(kpi))

    def _shown(self, kpi: str) -> list[tuple[str, Estimate]]:
        """Return the campaigns with a known value of a KPI, and the value."""
        return [(c.label, c.figures[kpi].now) for c in self.answer.campaigns if kpi in c.figures]

    def table(self) -> TableView:
        """Return the page: one row per campaign, each figure with its interval and change."""
        _, level = self.say, self.level(self.answer.confidence)
        caption = _("All campaigns, {period}", period=self.answer.period)
        note = _("Beneath each figure its {level} interval.", level=level)
        if self.answer.earlier:
            note = _(
                "Beneath each figure its {level} interval and its change since {earlier}, with an arrow "
                "where it is more than the usual variation of that figure by itself.",
                earlier=self.answer.earlier,
                level=level,
            )
        return self._table(told_kpis(self.voice.audience, PAGE), self.answer.campaigns, caption, (note,))

    def queues(self) -> TableView | None:
        """Return the inbound queues, None if there are none."""
        called = [c for c in self.answer.campaigns if any(name in c.figures for name in QUEUES)]
        if not called:
            return None
        return self._table(QUEUES, called, self.say("Calls received, {period}", period=self.answer.period))

    def _table(
        self,
        names: Sequence[str],
        campaigns: Sequence[CampaignFigures],
        caption: str,
        notes: tuple[str, ...] = (),
    ) -> TableView:
        shown = [name for name in names if any(name in c.figures for c in campaigns)]
        heads = [Column(self.say("Campaign"))]
        heads += [Column(self.kpi(get(name)), "right") for name in shown]
        rows = [
            [
                Cell(c.label, strong=True, href=c.href),
                *(self._cell(c.figures.get(name)) for name in shown),
            ]
            for c in campaigns
        ]
        return TableView(caption, heads, rows, notes)

    def _cell(self, f: Figure | None) -> Cell:
        """Return a figure with its interval and its change beneath."""
        form = self.form
        if f is None:
            return Cell(form.number(None), tone="grey")
        now, unit = f.now, f.kpi.unit
        ends = [form.value(end, unit, now.low, now.high) for end in (now.low, now.high)]
        between = " … ".join(ends) if now.low == now.low else ""
        return Cell(self.value(now), under=[line for line in (between, self._moved(f)) if line])

    def _moved(self, f: Figure) -> str:
        """Return a change, with an arrow if it is certain; "" if there is nothing to compare."""
        moved = f.change
        if moved.low != moved.low:
            return ""
        if not moved.certain:
            return self.say("usual variation")
        arrow = "↑" if moved.estimate > 0 else "↓"
        return f"{arrow} {self.change(moved, f.kpi.unit)['change']}"

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the plot of profit, the page, the queues, and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not self.answer.campaigns:
            return notes
        queues = self.queues()
        profit = sum("profit" in c.figures for c in self.answer.campaigns) > 1
        drawn = [self.figure()] if profit else []
        return (self.answer.verdict, *drawn, self.table(), *([queues] if queues else []), *notes)


def _standing(campaign: CampaignFigures) -> str:
    """Return the tone of a campaign's profit; a queue that sells nothing is not judged on it."""
    profit = campaign.figures["profit"].now
    if not campaign.dials and not profit.value > 0:
        return "neutral"
    low, high = (profit.value if end != end else end for end in (profit.low, profit.high))  # noqa: PLR0124 - nan
    return "good" if low > 0 else "bad" if high < 0 else "unknown"


@tells(Movements)
class MovementsTelling(Telling[Movements]):
    """How many figures moved, what of it chance can do, the confirmed in words, and a table."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many moved, then describe the largest of those confirmed."""
        if not self.answer.movements:
            return ()
        return (self.summary(), *(self._said(m) for m in self.answer.confirmed[:_MOST_SAID]))

    def summary(self) -> Sentence:
        """State how many of all figures moved, and how many of them chance would not have moved."""
        _, moved, sure = self.say, len(self.answer.moved), len(self.answer.confirmed)
        fields = {"all": len(self.answer.movements), "since": self.answer.earlier}
        if not moved:
            return Sentence(_("None of {all} figures moved since {since}.", **fields))
        if not sure:
            text = _.ngettext(
                "{n} of {all} figures moved since {since}, which chance alone may do among so many.",
                "{n} of {all} figures moved since {since}, which chance alone may do among so many.",
                moved,
                **fields,
            )
            return Sentence(text)
        if sure == moved:
            text = _.ngettext(
                "{n} of {all} figures moved since {since}, beyond what chance does among so many.",
                "{n} of {all} figures moved since {since}, beyond what chance does among so many.",
                moved,
                **fields,
            )
            return Sentence(text)
        text = _.ngettext(
            "{moved} of {all} figures moved since {since}, {n} beyond what chance does among so many.",
            "{moved} of {all} figures moved since {since}, {n} beyond what chance does among so many.",
            sure,
            moved=moved,
            **fields,
        )
        return Sentence(text)

    def _said(self, m: Movement) -> Sentence:
        """Return a movement in words, starting with its campaign."""
        kpi = m.figure.kpi
        sentence = self.movement(self.kpi(kpi), m.change, kpi.unit, self.answer.earlier, kpi.direction)
        return Sentence(f"{m.campaign.label}. {sentence.text}", sentence.tone)

    def table(self) -> TableView:
        """Return the figures that moved: before, now, change and interval; strong where confirmed."""
        _ = self.say
        heads = [_("Campaign"), _("Indicator")]
        numbers = (self.answer.earlier, self.answer.period, _("change"), _("interval"))
        heads += [Column(head, "right") for head in numbers]
        note = _(
            "Strong: beyond what chance does among so many figures; of these at most {wrong} in 100 are "
            "expected to be chance all the same. The others may each be chance.",
            wrong=self.form.goal(round(100 * (1 - self.answer.movements[0].figure.confidence), 9), "n"),
        )
        caption = _("Figures that moved since {earlier}", earlier=self.answer.earlier)
        return TableView(caption, heads, [self._line(m) for m in self.answer.moved], (note,))

    def _line(self, m: Movement) -> list[Cell]:
        f = m.figure
        moved = self.change(m.change, f.kpi.unit)
        values = [e for e in (f.before, f.now) if e is not None]
        return [
            Cell(m.campaign.label, strong=True),
            Cell(self.kpi(f.kpi)),
            *(Cell(self.value(e)) for e in values),
            Cell(moved["change"], strong=m.confirmed),
            Cell(moved["interval"], tone="grey"),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the table, or one line if nothing was tested."""
        if not self.answer.movements:
            return (Note(self.answer.note),)
        return (self.answer.verdict, *([self.table()] if self.answer.moved else []))


@tells(Summary)
class SummaryTelling(Telling[Summary]):
    """The verdict and the key figures of all campaigns together, then every part."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State at most three things: what all campaigns earned, what moved most, which targets are missed.

        The headline has the first of these; how many of all moved or are missed is told in their sections.
        """
        figures = self.answer.overall.figures
        earns = any(figures[n].now.known for n in ("profit", "successes") if n in figures)
        earned = self.answer.overall.sentences[:1] if earns else ()
        parts = (self._moved_most(), self._missed_as_well())
        return (*earned, *(sentence for sentence in parts if sentence is not None))

    def verdict(self) -> Verdict:
        """Return the headline above the sentences."""
        targets = self.answer.targets
        stands = (
            [missed_targets(self.voice, [m.named(self.voice) for m in targets.missed])]
            if targets.missed
            else []
        )
        if targets.met and not (targets.missed or targets.open or targets.running):
            stands = [self.say("all targets met")]
        nothing = Sentence(self.say("Too little data for a verdict."), "unknown")
        return Verdict(self.sentences() or [nothing], Opening(self.answer.overall).headed(stands))

    def _moved_most(self) -> Sentence | None:
        """Name the largest movement that is beyond chance among so many."""
        if not self.answer.movements.confirmed:
            return None
        first = self.answer.movements.confirmed[0]
        kpi = first.figure.kpi
        largest = f"{first.campaign.label}, {self.kpi(kpi)} {self.change(first.change, kpi.unit)['change']}"
        return Sentence(self.say("What moved most beyond chance: {what}.", what=largest))

    def _missed_as_well(self) -> Sentence | None:
        """Name the missed targets that the headline leaves to say."""
        others = [missed.named(self.voice) for missed in self.answer.targets.missed[1:]]
        if not others:
            return None
        named = self.say.joined(self.first(others, MOST_NAMED))
        return Sentence(self.say("Missed as well: {named}.", named=named), "bad")

    def record(self) -> Record:
        """Return everything, for the report's JSON."""
        frames = {
            "campaigns": self.answer.campaigns.to_frame(),
            "movements": self.answer.movements.to_frame(),
            "missed": self.answer.targets.to_frame(),
            "running": self.answer.targets.running_frame(),
        }
        records = {name: frame.to_dict("records") for name, frame in frames.items()}
        return Record({**self.answer.overall.record().results, **records})

    def opening(self) -> Section:
        """Return verdict and key figures of all campaigns together, and the full record."""
        overall = self.answer.overall
        notes = (Note(overall.note),) if overall.note else ()
        shown = (self.verdict(), overall.key_figures(), *notes)
        return Section(self.voice, (*shown, self.record()))

    def views(self) -> tuple[View, ...]:
        """Return everything, in the order of the report."""
        parts: tuple[Answer, ...] = (
            self.opening(),
            self.answer.campaigns,
            self.answer.movements,
            self.answer.bridge,
            self.answer.targets,
        )
        return tuple(view for part in parts for view in part.views())
