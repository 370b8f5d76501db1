"""The five-minute portrait: verdict, a few figures against target and last period, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.hotspots import WATCHED, Hotspots, hotspots_of
from callstats.answers.campaign.hotspots_numbers import wrong_side
from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.campaign.recent_values import RecentValues, recent_values
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import told_kpis
from callstats.answers.core.directions import ask_of_callers, other_direction
from callstats.answers.core.estimates import Change
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.target_scope import (
    applied_targets,
    applied_totals,
    check_targets,
    is_total,
    stray_notes,
)
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.digits import unknown

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.campaign.bridge import Bridge
    from callstats.dataset import Dataset, Period
    from callstats.show.display import KeyFigures, Record

KPIS = (
    "profit",
    "roi",
    "successes_per_login_hour",
    "success_rate_argued",
    "success_rate_closed",
    "answer_rate",
    "abandon_rate_outbound",
    "cost_per_acquisition",
)
#: KPIs the verdict mentions in addition to the figures shown.
_ASIDE = ("successes",)


@dataclass(frozen=True)
class Portrait(Answer):
    """The key figures of a period, and what they add up to.

    Attributes
    ----------
    figures : mapping of str to Figure
        By KPI name, in the order shown, then those only mentioned.
    shown : tuple of str
        Names of the figures shown.
    confidence : float
        Of the intervals.
    note : str
        Why there is no comparison; empty otherwise.
    bridge : Bridge or None
        What changed profit, for the verdict.
    hotspots : Hotspots or None
        When and where figures are off.
    recent : RecentValues or None
        Earlier values of the figures shown.
    """

    voice: Voice
    period: str
    earlier: str
    figures: Mapping[str, Figure]
    shown: tuple[str, ...]
    confidence: float
    note: str = ""
    bridge: Bridge | None = None
    hotspots: Hotspots | None = None
    recent: RecentValues | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return one row per KPI: value, low, high, n, target, before, change with its interval, note."""
        import pandas as pd

        return pd.DataFrame([self.figures[name].row() for name in self.shown])

    def key_figures(self) -> KeyFigures:
        """Return the figures as cards."""
        return self.telling.key_figures()

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one figure now and before, with intervals and target."""
        return self.telling.plot(kpi, ax)

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        return self.telling.record()


def bridged_changes(bridge: Bridge | None) -> dict[str, Change]:
    """Return the change from a bridge by KPI, so that all reports have one interval for it."""
    if bridge is None or not bridge.terms or unknown(bridge.change.low):
        return {}
    return {bridge.measure: bridge.change}


def portrait(
    dataset: Dataset,
    period: str | Period | None = None,
    compare_with: str | Period | None = "previous",
    *,
    kpis: Sequence[str | KPI] = KPIS,
    bridge: Bridge | None = None,
) -> Portrait:
    """Return the key figures of a period against target and another period.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    kpis : sequence of str or KPI
        The figures to show, in order; after them come counts and sums that have a target. If
        omitted, also every other figure that misses its target.
    bridge : Bridge, optional
        Of the same two periods: the verdict then names what moved profit most, instead
        of the figure that moved most, and the change of profit is the bridge's.

    Returns
    -------
    Portrait
        Changes are clustered by each KPI's own unit and by day: contacts dialled in both
        periods are kept together, and days are taken as days like others.

    Raises
    ------
    UsageError
        A KPI is unknown, also one that a target is set for, or the period holds no call.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("abcd"), "direction": "outbound",
    ...     "handled": [True, True, True, False],
    ... })
    >>> found = portrait(Dataset({"calls": calls}), kpis=["answer_rate"])
    >>> found.figures["answer_rate"].now.value, found.key_figures().figures[0].interval
    (0.75, '30% to 95%')
    """
    about = scope(dataset, period, compare_with)
    voice = about.voice
    kpis = told_kpis(voice.audience, kpis)
    own = [kpi for kpi in kpis if isinstance(kpi, KPI)]
    check_targets(dataset.config, own)
    aims = [kpi for kpi in _aimed_at(about.now, own, kpis) if kpi.name not in kpis]
    names = (*kpis, *(name for name in _ASIDE if name not in kpis), *aims)
    bridged = bridged_changes(bridge)
    found = next(iter(moved_figures(about.now, about.before, names).values()), {})
    figures = {name: replace(figure, bridged=bridged.get(name)) for name, figure in found.items()}
    aside = {name for name in (*_ASIDE, *(kpi.name for kpi in aims)) if name not in kpis}
    shown = tuple(name for name, f in figures.items() if name not in aside or _worth_a_card(f))
    return Portrait(
        voice,
        about.label,
        about.earlier_label,
        figures,
        shown,
        dataset.config.confidence,
        " ".join(text for text in (_instead(about, kpis), about.note, *stray_notes(voice, dataset)) if text),
        bridge,
        hotspots_of(about.now, _followed(figures), voice, about.label),
        recent_values(about, [figures[name].kpi for name in shown]),
    )


def _aimed_at(now: Dataset, own: Sequence[KPI], kpis: Sequence[str | KPI]) -> list[KPI]:
    """Return what else has a target: counts and sums; of a campaign as a whole, every figure."""
    if tuple(kpis) != KPIS:
        return applied_totals(now, own)
    return [get(name) for name in applied_targets(now)]


def _worth_a_card(figure: Figure) -> bool:
    """Return whether a figure that was not asked for is shown: a total with a target, or a target missed."""
    return figure.now.known and figure.has_target and (is_total(figure.kpi) or figure.met is False)


def _followed(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Return the figures that are followed into days: those watched everywhere, and those that are off."""
    return {name: f for name, f in figures.items() if name in WATCHED or wrong_side(f)}


def _instead(about: Scope, kpis: Sequence[str | KPI]) -> str:
    """Return what to ask instead, if most figures count dials and all calls were received."""
    asked = [get(kpi) if isinstance(kpi, str) else kpi for kpi in kpis]
    away = sum(other_direction(about.now, kpi) == "inbound" for kpi in asked)
    return ask_of_callers(about.voice, about.now) if 2 * away > len(kpis) else ""
