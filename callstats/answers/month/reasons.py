"""Why a target was missed: which of the factors that feed the figure moved against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from callstats.answers.campaign.bridge import bridge
from callstats.answers.campaign.bridge_numbers import TERM_UNITS
from callstats.answers.campaign.funnel import Step, funnel
from callstats.answers.month.figures import MovedFigure, moved_figures
from callstats.show import verdicts

if TYPE_CHECKING:
    from callstats.answers.campaign.bridge import Bridge, Term
    from callstats.answers.core.scope import Scope

_YIELD = ("dials_per_hour", "answer", "argued", "success", "lists")
_PRICES = ("cost advertising", "cost technical", "cost list", "cost other")
#: The terms of the bridge that feed a KPI. More hours cost more and bring more: they
#: feed profit, and no rate.
FACTORS: dict[str, tuple[str, ...]] = {
    "profit": tuple(TERM_UNITS),
    "roi": (*_YIELD, "value", *_PRICES),
    "cost_per_acquisition": (*_YIELD, *_PRICES),
    "successes_per_login_hour": _YIELD,
    "dials_per_success": ("answer", "argued", "success", "lists"),
}
#: The steps of the funnel, by position, whose rates feed a KPI.
STEPS: dict[str, tuple[int, ...]] = {
    "answer_rate": (1, 2, 3),
    "success_rate_argued": (5,),
    "conversion_per_conversation": (4, 5),
}
#: Other KPIs that feed a KPI, with the direction that does harm.
DRIVERS: dict[str, dict[str, int]] = {
    "abandon_rate_outbound": {"contact_rate_dial": 1, "average_handle_time": 1, "calls_per_agent_hour": 1},
    "abandon_rate_inbound": {"average_handle_time": 1, "calls_per_agent_hour": 1, "occupancy": 1},
    "service_level": {"average_handle_time": 1, "occupancy": 1},
    "average_speed_of_answer": {"average_handle_time": 1, "occupancy": 1},
    "average_handle_time": {"average_talk_time": 1, "average_hold_time": 1, "average_wrap_time": 1},
}
_DRIVEN = tuple(dict.fromkeys(name for wanted in DRIVERS.values() for name in wanted))


@dataclass(frozen=True)
class Reasons:
    """Finds the likely reasons for one campaign's missed targets; each source is asked once at most.

    Attributes
    ----------
    about : Scope
        Of the campaign, its period and the one compared with.
    """

    about: Scope

    @cached_property
    def _bridge(self) -> Bridge | None:
        if self.about.before is None or self.about.period is None or self.about.earlier is None:
            return None
        return bridge(self.about.whole, self.about.earlier, self.about.period)

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        return funnel(self.about.whole, self.about.period, self.about.earlier).steps

    @cached_property
    def _driven(self) -> Mapping[str, MovedFigure]:
        return next(iter(moved_figures(self.about, _DRIVEN).values()), {})

    def of(self, figure: MovedFigure) -> str:
        """Return the likely reason in words; that nothing that feeds the figure moved, where it is so."""
        if self.about.before is None:
            return self.about.voice.say("nothing to compare with")
        name = figure.kpi.name
        found = self._factor(FACTORS.get(name, ())) or self._step(STEPS.get(name, ()))
        found = found or self._driver(DRIVERS.get(name, {}))
        return found or self._standing(figure)

    def _factor(self, names: tuple[str, ...]) -> str:
        """Name the term of the bridge that cost most beyond noise."""
        made = self._bridge if names else None
        against = (
            [t for t in made.terms if t.beyond_noise and t.effect < 0 and t.name in names] if made else []
        )
        if not against or made is None:
            return ""
        return _term(made, min(against, key=lambda term: term.effect))

    def _step(self, positions: tuple[int, ...]) -> str:
        """Name the step of the funnel that fell most beyond noise."""
        steps = [self._steps[i] for i in positions if i < len(self._steps)] if positions else []
        fallen = [s for s in steps if s.change.certain and s.change.estimate < 0]
        if not fallen:
            return ""
        worst = min(fallen, key=lambda s: s.change.estimate / (s.earlier.value or 1))  # type: ignore[union-attr]
        moved = worst.change
        return self._moved(worst.label, moved.estimate, moved.low, moved.high, "%")

    def _driver(self, wanted: Mapping[str, int]) -> str:
        """Name the KPI that moved most, beyond noise, in the direction that does harm."""
        there = [(self._driven[name], side) for name, side in wanted.items() if name in self._driven]
        against = [f for f, side in there if f.change.certain and f.change.estimate * side > 0]
        if not against:
            return ""
        worst = max(against, key=lambda f: abs(f.change.estimate / (f.before.value or 1)))  # type: ignore[union-attr]
        moved, kpi = worst.change, worst.kpi
        label = kpi.label[self.about.voice.language]
        return self._moved(label, moved.estimate, moved.low, moved.high, kpi.unit)

    def _moved(self, label: str, estimate: float, low: float, high: float, unit: str) -> str:
        voice, since = self.about.voice, self.about.earlier_label
        told = verdicts.change(
            label, voice.form, estimate=estimate, low=low, high=high, unit=unit, since=since
        )
        return told.text.removesuffix(".")

    def _standing(self, figure: MovedFigure) -> str:
        """Say that the level is not new, or that no factor by itself moved beyond noise."""
        _, form, before = self.about.voice.say, self.about.voice.form, figure.before
        if before is None or not before.known or figure.change.certain:
            return _("no single factor beyond the usual variation")
        value = form.value(before.value, figure.kpi.unit, before.low, before.high)
        return _("not new: {value} in {earlier}", value=value, earlier=self.about.earlier_label)


def _term(made: Bridge, term: Term) -> str:
    """Return "the answer rate fell (−€1,450, −€2,000 to −€900)"."""
    return made.telling.because(term)
