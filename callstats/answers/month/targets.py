"""Which targets of the month are missed, and the likely reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.bridge import Bridge, Term, bridge
from callstats.answers.campaign.bridge_numbers import TERM_UNITS
from callstats.answers.campaign.funnel import Step, funnel
from callstats.answers.campaign.hotspots import hotspots
from callstats.answers.campaign.hotspots_numbers import Spot, followed
from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.campaign.target_progress import COLUMNS, TargetStanding
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.month.summary_numbers import CampaignFigures

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.estimates import Change
    from callstats.answers.core.scope import Scope
    from callstats.show.display import Sentence


_YIELD = ("dials_per_hour", "answer", "argued", "success", "lists")
_PRICES = ("cost advertising", "cost technical", "cost list", "cost other")
#: The bridge terms that affect a KPI. More hours cost more and earn more: they affect
#: profit, but no rate.
FACTORS: dict[str, tuple[str, ...]] = {
    "profit": tuple(TERM_UNITS),
    "roi": (*_YIELD, "value", *_PRICES),
    "cost_per_acquisition": (*_YIELD, *_PRICES),
    "successes_per_login_hour": _YIELD,
    "dials_per_success": ("answer", "argued", "success", "lists"),
}
#: The funnel steps, by position, whose rates affect a KPI.
STEPS: dict[str, tuple[int, ...]] = {
    "answer_rate": (1, 2, 3),
    "success_rate_argued": (5,),
    "conversion_per_conversation": (4, 5),
}
#: Other KPIs that affect a KPI, with the harmful direction.
DRIVERS: dict[str, dict[str, int]] = {
    "abandon_rate_outbound": {"contact_rate_dial": 1, "average_handle_time": 1, "calls_per_agent_hour": 1},
    "abandon_rate_inbound": {"average_handle_time": 1, "calls_per_agent_hour": 1, "occupancy": 1},
    "service_level": {"average_handle_time": 1, "occupancy": 1},
    "average_speed_of_answer": {"average_handle_time": 1, "occupancy": 1},
    "average_handle_time": {"average_talk_time": 1, "average_hold_time": 1, "average_wrap_time": 1},
}
_DRIVEN = tuple(dict.fromkeys(name for wanted in DRIVERS.values() for name in wanted))


@dataclass(frozen=True)
class Reason(Answer):
    """The likely reason for a missed target: where the figure is off, else what moved most against it.

    Attributes
    ----------
    voice : Voice
    earlier : str
        The comparison period, in words; empty if there is none.
    figure : Figure
        The KPI that missed its target.
    period : str
        In words.
    factor : Spot, Term, Step, Figure or None
        Where the figure is off: days, hours, a list or agents. Else the bridge term, funnel step
        or KPI that moved; None if none did.
    bridge : Bridge or None
        The bridge of that term.
    """

    voice: Voice
    earlier: str
    figure: Figure
    period: str = ""
    factor: Spot | Term | Step | Figure | None = None
    bridge: Bridge | None = None

    @property
    def change(self) -> Change | None:
        """The factor's effect, or how far it moved; None for a place."""
        return None if self.factor is None or isinstance(self.factor, Spot) else self.factor.change

    @property
    def text(self) -> str:
        """The reason in words."""
        return self.telling.text()

    def to_frame(self) -> pd.DataFrame:
        """Return one row: kpi, reason, change, low, high."""
        import pandas as pd

        moved = self.change
        ends = (None, None, None) if moved is None else (moved.estimate, moved.low, moved.high)
        row = (self.figure.kpi.name, self.text, *ends)
        return pd.DataFrame([row], columns=["kpi", "reason", "change", "low", "high"])


@dataclass(frozen=True)
class Missed:
    """A target that a campaign missed.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : Figure
    likely : Reason
        What moved against it.
    """

    campaign: CampaignFigures
    figure: Figure
    likely: Reason

    @property
    def reason(self) -> str:
        """What moved against it, in words."""
        return self.likely.text

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
        A target is missed if the whole interval misses it; for abandonment, a census, if its value does.
        A count or sum is missed if its value misses the target at the end.
    met, open : int
        How many are met, and how many are too close to tell.
    running : tuple of (CampaignFigures, Figure)
        The counts and sums whose period is not over.
    notes : tuple of str
        Targets of what is not in the data.
    """

    voice: Voice
    period: str
    missed: tuple[Missed, ...]
    met: int
    open: int
    running: tuple[tuple[CampaignFigures, Figure], ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per missed target: campaign, kpi, value, low, high, both target limits, reason."""
        import pandas as pd

        columns = ["campaign_id", "kpi", "value", "low", "high", "target_low", "target_high", "reason"]
        return pd.DataFrame([_row(m) for m in self.missed], columns=columns)

    def running_frame(self) -> pd.DataFrame:
        """Return one row per count or sum whose period is not over, as :func:`callstats.targets` has them."""
        import pandas as pd

        rows = [_standing(campaign, figure).row() for campaign, figure in self.running]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def summary(self) -> Sentence:
        """How many of the targets are missed, and the first of them."""
        return self.telling.summary()


def _standing(campaign: CampaignFigures, figure: Figure) -> TargetStanding:
    whose = ("site", "") if campaign.campaign_id is None else ("campaign_id", str(campaign.campaign_id))
    return TargetStanding(*whose, figure)


def _row(m: Missed) -> tuple[Any, ...]:
    now = m.figure.now
    ends = (now.value, now.low, now.high, *m.figure.limits)
    return (m.campaign.campaign_id, m.figure.kpi.name, *ends, m.reason)


def judged_targets(
    voice: Voice,
    period: str,
    campaigns: Sequence[CampaignFigures],
    reasons: Callable[[CampaignFigures], ReasonFinder],
    notes: tuple[str, ...] = (),
) -> Targets:
    """Evaluate every figure with a target, and find a likely reason for missed ones.

    Parameters
    ----------
    voice : Voice
    period : str
    campaigns : sequence of CampaignFigures
    reasons : callable
        Returns a campaign's reason finder; called only for campaigns that missed a target.
    notes : tuple of str
        Targets of what is not in the data.
    """
    missed, met, undecided, running = [], 0, 0, []
    for campaign in campaigns:
        judged = [f for f in campaign.figures.values() if f.judged]
        met += sum(f.met is True for f in judged)
        undecided += sum(f.met is None and not f.running for f in judged)
        running += [(campaign, f) for f in judged if f.running]
        wrong = [f for f in judged if f.met is False]
        if wrong:
            finder = reasons(campaign)
            missed += [Missed(campaign, f, finder.of(f)) for f in wrong]
    return Targets(voice, period, tuple(missed), met, undecided, tuple(running), notes)


@dataclass(frozen=True)
class ReasonFinder:
    """Finds the likely reasons for one campaign's missed targets; each source is queried at most once.

    Attributes
    ----------
    about : Scope
        The campaign's period and comparison period.
    """

    about: Scope

    @cached_property
    def bridge(self) -> Bridge | None:
        """The bridge of profit; None without two periods."""
        if self.about.before is None or self.about.period is None or self.about.earlier is None:
            return None
        return bridge(self.about.whole, self.about.earlier, self.about.period)

    @cached_property
    def _spots(self) -> Mapping[str, tuple[Spot, ...]]:
        """Where figures are off, by the search of the campaign's own report."""
        return hotspots(self.about.whole, self.about.period, self.about.earlier or "none").spots

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        return funnel(self.about.whole, self.about.period, self.about.earlier).steps

    @cached_property
    def _driven(self) -> Mapping[str, Figure]:
        return next(iter(moved_figures(self.about.now, self.about.before, _DRIVEN).values()), {})

    def of(self, figure: Figure) -> Reason:
        """Return the likely reason: where it is off, else a bridge term, a funnel step, or another KPI."""
        voice, earlier, name = self.about.voice, self.about.earlier_label, figure.kpi.name
        period = self.about.label
        if followed(figure.kpi) and (spots := self._spots.get(name)):
            return Reason(voice, earlier, figure, period, spots[0])
        if self.about.before is None:
            return Reason(voice, "", figure, period)
        if term := self._term(FACTORS.get(name, ())):
            return Reason(voice, earlier, figure, period, term, self.bridge)
        factor = self._step(STEPS.get(name, ())) or self._driver(DRIVERS.get(name, {}))
        return Reason(voice, earlier, figure, period, factor)

    def _term(self, names: tuple[str, ...]) -> Term | None:
        """Return the bridge term that cost most beyond noise."""
        terms = self.bridge.terms if names and self.bridge else ()
        against = [t for t in terms if t.beyond_noise and t.effect < 0 and t.name in names]
        return min(against, key=lambda term: term.effect, default=None)

    def _step(self, positions: tuple[int, ...]) -> Step | None:
        """Return the funnel step that fell most beyond noise."""
        steps = [self._steps[i] for i in positions if i < len(self._steps)] if positions else []
        fallen = [s for s in steps if s.change.certain and s.change.estimate < 0]
        return min(fallen, key=lambda s: s.change.estimate / (s.earlier.value or 1), default=None)  # type: ignore[union-attr]

    def _driver(self, wanted: Mapping[str, int]) -> Figure | None:
        """Return the KPI that moved most, beyond noise, in the harmful direction."""
        there = [(self._driven[name], side) for name, side in wanted.items() if name in self._driven]
        against = [f for f, side in there if f.change.certain and f.change.estimate * side > 0]
        return max(against, key=lambda f: abs(f.change.estimate / (f.before.value or 1)), default=None)  # type: ignore[union-attr]
