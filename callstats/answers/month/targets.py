"""Which targets of the month are missed, and what is the likely reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.month.figures import CampaignFigures, MovedFigure
from callstats.show.display import Cell, Note, Sentence, TableView, View
from callstats.show.key_figures import goal_words

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.month.reasons import Reasons

#: Missed targets named in a verdict.
_MOST_NAMED = 3


@dataclass(frozen=True)
class Missed:
    """A target that a campaign missed.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : MovedFigure
    reason : str
        The factor that moved against it, in words.
    """

    campaign: CampaignFigures
    figure: MovedFigure
    reason: str

    def named(self, voice: Voice) -> str:
        """Return "Spring offer (Answer rate)"."""
        return f"{self.campaign.label} ({self.figure.kpi.label[voice.language]})"


@dataclass(frozen=True)
class Targets(Answer):
    """The targets of all campaigns.

    Attributes
    ----------
    voice : Voice
    period : str
    missed : tuple of Missed
        A target is missed where the whole interval misses it; abandonment, a census, by its value.
    met, open : int
        How many are met, and how many are too close to tell.
    """

    voice: Voice
    period: str
    missed: tuple[Missed, ...]
    met: int
    open: int

    def to_frame(self) -> pd.DataFrame:
        """Return a row a missed target: campaign, kpi, value, low, high, target_low, target_high, reason."""
        import pandas as pd

        columns = ["campaign_id", "kpi", "value", "low", "high", "target_low", "target_high", "reason"]
        return pd.DataFrame([_row(m) for m in self.missed], columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many targets are missed, and how many cannot be told."""
        if not (self.missed or self.met or self.open):
            return ()
        return (self.summary,)

    @property
    def summary(self) -> Sentence:
        """Say how many of the targets are missed, and name the first."""
        _ = self.voice.say
        all_of_them = len(self.missed) + self.met + self.open
        close = _.ngettext("{n} is too close to tell", "{n} are too close to tell", self.open)
        too_close = close if self.open else ""
        if not self.missed:
            none = _.ngettext("The target is not missed", "None of {n} targets is missed", all_of_them)
            return Sentence(_.joined([none, too_close]) + ".", "neutral" if self.open else "good")
        named = _.joined(m.named(self.voice) for m in self.missed[:_MOST_NAMED])
        text = _.ngettext(
            "{n} of {all} targets is missed: {named}",
            "{n} of {all} targets are missed: {named}",
            len(self.missed),
            all=all_of_them,
            named=named + ("…" if len(self.missed) > _MOST_NAMED else ""),
        )
        return Sentence(_.joined([text, too_close]) + ".", "bad")

    def table(self) -> TableView:
        """Return the targets missed, with the likely reason."""
        _ = self.voice.say
        heads = [_("Campaign"), _("Indicator and target"), _("Value and interval"), _("Likely reason")]
        note = _(
            "The likely reason is the factor that moved most against the figure, beyond the usual variation. "
            "It is an accounting and names no cause."
        )
        caption = _("Targets missed, {period}", period=self.period)
        return TableView(caption, heads, [self._line(m) for m in self.missed], (note,))

    def _line(self, m: Missed) -> list[Cell]:
        form, f, unit = self.voice.form, m.figure, m.figure.kpi.unit
        value = form.value(f.now.value, unit, f.now.low, f.now.high)
        ends = [form.value(end, unit, f.now.low, f.now.high) for end in (f.now.low, f.now.high)]
        known = f.now.low == f.now.low
        return [
            Cell(m.campaign.label, strong=True, href=m.campaign.href),
            Cell(
                f.kpi.label[self.voice.language], under=[goal_words(f.target.low, f.target.high, unit, form)]
            ),
            Cell(value, strong=True, under=[" … ".join(ends)] if known else []),
            Cell(m.reason),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the sentence and the table; a line where no target is set."""
        if not self.sentences:
            text = self.voice.say("No target applies: set targets in callstats.toml.")
            return (Note(text),)
        return (self.verdict, *([self.table()] if self.missed else []))


def _row(m: Missed) -> tuple[Any, ...]:
    now, target = m.figure.now, m.figure.target
    ends = (now.value, now.low, now.high, target.low, target.high)
    return (m.campaign.campaign_id, m.figure.kpi.name, *ends, m.reason)


def targets(
    voice: Voice,
    period: str,
    campaigns: Sequence[CampaignFigures],
    reasons: Callable[[CampaignFigures], Reasons],
) -> Targets:
    """Judge every figure that has a target, and find a likely reason for those missed.

    Parameters
    ----------
    voice : Voice
    period : str
    campaigns : sequence of CampaignFigures
    reasons : callable
        Gives the reasons of a campaign; asked only for campaigns that missed a target.
    """
    missed, met, undecided = [], 0, 0
    for one in campaigns:
        judged = [f for f in one.figures.values() if f.has_target]
        met += sum(f.met is True for f in judged)
        undecided += sum(f.met is None for f in judged)
        wrong = [f for f in judged if f.met is False]
        if wrong:
            found = reasons(one)
            missed += [Missed(one, f, found.of(f)) for f in wrong]
    return Targets(voice, period, tuple(missed), met, undecided)
