"""Which figures of which campaigns moved by more than noise, all of them looked at together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change
from callstats.answers.core.voice import Voice
from callstats.answers.month.figures import CampaignFigures, MovedFigure
from callstats.show import verdicts
from callstats.show.display import Cell, Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

#: Of the movements told, the share that may be there by chance.
FALSE_DISCOVERY = 0.05
#: Movements said in words; the table has all of them.
_MOST_SAID = 6


@dataclass(frozen=True)
class Movement:
    """A figure of a campaign that may have moved.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : MovedFigure
        Its interval is at ``confidence``.
    p_value, p_adjusted : float
        The second after Benjamini and Hochberg.
    beyond_noise : bool
    """

    campaign: CampaignFigures
    figure: MovedFigure
    p_value: float
    p_adjusted: float
    beyond_noise: bool

    @property
    def change(self) -> Change:
        """With the interval of the claim."""
        return self.figure.change

    @property
    def relative(self) -> float:
        """The size of the change over where the figure stood."""
        before = self.figure.before.value if self.figure.before else 0.0
        return abs(self.change.estimate / before) if before else float("inf")


@dataclass(frozen=True)
class Movements(Answer):
    """Every figure that was tested, those beyond noise first.

    Attributes
    ----------
    voice : Voice
    period, earlier : str
        In words; the second empty where there is nothing to compare with.
    movements : tuple of Movement
        Beyond noise first: money by amount, the rest by size.
    confidence : float
        Of the intervals of those beyond noise: so wide that of all claims told
        together at most 5 % are expected to be wrong.
    note : str
        Why nothing was tested.
    """

    voice: Voice
    period: str
    earlier: str
    movements: tuple[Movement, ...]
    confidence: float
    note: str = ""

    @property
    def found(self) -> tuple[Movement, ...]:
        """The movements that are more than noise."""
        return tuple(m for m in self.movements if m.beyond_noise)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a figure tested, with p-value, adjusted p-value and whether it is beyond noise."""
        import pandas as pd

        columns = ["campaign_id", "kpi", "before", "value", "change", "change_low", "change_high"]
        columns += ["p_value", "p_adjusted", "beyond_noise"]
        return pd.DataFrame([_row(m) for m in self.movements], columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many moved, then the largest of them in words."""
        if not self.movements:
            return ()
        return (self.summary, *(self._said(m) for m in self.found[:_MOST_SAID]))

    @property
    def summary(self) -> Sentence:
        """How many of all figures moved by more than noise."""
        _ = self.voice.say
        said = {"all": len(self.movements), "since": self.earlier}
        if not self.found:
            return Sentence(_("None of {all} figures moved by more than noise since {since}.", **said))
        text = _.ngettext(
            "{n} of {all} figures moved by more than noise since {since}.",
            "{n} of {all} figures moved by more than noise since {since}.",
            len(self.found),
            **said,
        )
        return Sentence(text)

    def _said(self, m: Movement) -> Sentence:
        """Return a movement in words, its campaign first."""
        kpi, moved = m.figure.kpi, m.change
        told = verdicts.change(
            kpi.label[self.voice.language],
            self.voice.form,
            estimate=moved.estimate,
            low=moved.low,
            high=moved.high,
            unit=kpi.unit,
            since=self.earlier,
            direction=kpi.direction,
        )
        return Sentence(f"{m.campaign.label}. {told.text}", told.tone)

    def table(self) -> TableView:
        """Return the movements beyond noise: before, now, change and interval."""
        _, form = self.voice.say, self.voice.form
        heads = [_("Campaign"), _("Indicator")]
        heads += [Column(h, "right") for h in (self.earlier, self.period, _("change"), _("interval"))]
        note = _(
            "Intervals are at {level}: wide enough that of all movements listed at most 5% are expected "
            "to be there by chance.",
            level=form.percent(self.confidence, 1),
        )
        caption = _("Movements that are more than noise, since {earlier}", earlier=self.earlier)
        return TableView(caption, heads, [self._line(m) for m in self.found], (note,))

    def _line(self, m: Movement) -> list[Cell]:
        form, f, moved = self.voice.form, m.figure, m.change
        unit = f.kpi.unit
        values = [e for e in (f.before, f.now) if e is not None]
        told = [form.value(e.value, unit, e.low, e.high) for e in values]
        ends = form.interval(moved.low, moved.high, unit, change=True, value=moved.estimate)
        return [
            Cell(m.campaign.label, strong=True),
            Cell(f.kpi.label[self.voice.language]),
            *(Cell(text) for text in told),
            Cell(form.change(moved.estimate, unit, moved.low, moved.high), strong=True),
            Cell(ends, tone="grey"),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the table; a line where nothing was tested."""
        if not self.movements:
            return (Note(self.note),)
        return (self.verdict, *([self.table()] if self.found else []))


def _row(m: Movement) -> tuple[Any, ...]:
    f, moved = m.figure, m.change
    before = f.before.value if f.before else None
    ends = (moved.estimate, moved.low, moved.high)
    return (
        *(m.campaign.campaign_id, f.kpi.name, before, f.now.value, *ends),
        *(m.p_value, m.p_adjusted, m.beyond_noise),
    )


def movements(
    voice: Voice, period: str, earlier: str, campaigns: Sequence[CampaignFigures], note: str = ""
) -> Movements:
    """Test every figure of every campaign against the other period, all together.

    The share of false ones among those told is kept at 5 % [1]_, and their
    intervals are widened to match, so that a movement is told exactly where its
    interval excludes none [2]_.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.
    .. [2] Benjamini Y, Yekutieli D (2005). False discovery rate-adjusted multiple
       confidence intervals for selected parameters. JASA 100:71-81.
    """
    from callstats.stats import adjust

    tested = [(one, f) for one in campaigns for f in one.tested]
    p_values = [f.p_value for _, f in tested]
    adjusted = [float(p) for p in adjust(p_values, method="benjamini-hochberg")] if tested else []
    sure = sum(p <= FALSE_DISCOVERY for p in adjusted)
    level = 1 - FALSE_DISCOVERY * max(sure, 1) / max(len(tested), 1)
    made = [
        Movement(one, replace(f, confidence=level), p, q, q <= FALSE_DISCOVERY)
        for (one, f), p, q in zip(tested, p_values, adjusted, strict=True)
    ]
    why = note or voice.say("No period to compare with.")
    return Movements(voice, period, earlier, tuple(sorted(made, key=_place)), level, "" if made else why)


def _place(m: Movement) -> tuple[Any, ...]:
    """Put movements beyond noise first; money by amount, then the rest by size."""
    money = m.figure.kpi.name == "profit"
    size = abs(m.change.estimate) if money else m.relative
    return (not m.beyond_noise, not money, -size, m.campaign.label, m.figure.kpi.name)
