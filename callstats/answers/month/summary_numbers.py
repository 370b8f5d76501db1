"""The figures of all campaigns in two periods with overlapping contacts, and which of them moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.core.directions import BOTH_WAYS, OF_QUEUES, applies
from callstats.answers.core.estimates import NAN, Change

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope

#: KPIs to compare outbound campaigns on, and inbound queues.
OUTBOUND = (
    "roi",
    "successes_per_login_hour",
    "success_rate_argued",
    "answer_rate",
    "abandon_rate_outbound",
    "cost_per_acquisition",
)
INBOUND = OF_QUEUES
TESTED = ("profit", *OUTBOUND, *INBOUND, *BOTH_WAYS[1:])
#: KPIs that show whether a campaign dials, and whether it is called.
_TRAFFIC = ("dials", "calls_offered")


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign.

    Attributes
    ----------
    campaign_id : object
        None for calls without a campaign.
    label : str
    figures : mapping of str to Figure
        The KPIs that apply: a queue has no answer rate, an outbound campaign no service level.
    dials, offered : float
        Calls dialled and received.
    href : str or None
        The campaign's own report.
    """

    campaign_id: object
    label: str
    figures: Mapping[str, Figure]
    dials: float = 0.0
    offered: float = 0.0
    href: str | None = None

    @property
    def tested(self) -> list[Figure]:
        """The figures whose change can be tested."""
        return [self.figures[n] for n in TESTED if n in self.figures and self.figures[n].moved is not None]


def campaign_figures(
    about: Scope, links: Mapping[str, str], more: Iterable[str] = ()
) -> tuple[CampaignFigures, ...]:
    """Return the campaigns of a period, most profit first, then by name.

    Parameters
    ----------
    about : Scope
    links : mapping of str to str
        Campaign -> its report.
    more : iterable of str
        Additional KPIs: those with a target.
    """
    names = dict.fromkeys((*_TRAFFIC, *TESTED, *more))
    by_campaign = moved_figures(about.now, about.before, names, ["campaign_id"])
    campaigns = [
        _campaign(campaign, about.voice.label(campaign), figures, links)
        for (campaign,), figures in by_campaign.items()
    ]
    return tuple(sorted((c for c in campaigns if c.figures), key=_place_of_campaign))


def _campaign(
    campaign: object, label: str, figures: Mapping[str, Figure], links: Mapping[str, str]
) -> CampaignFigures:
    dials, offered = (_amount(figures[name].now.value) for name in _TRAFFIC)
    kept = {
        name: figure
        for name, figure in figures.items()
        if name not in _TRAFFIC and figure.now.known and applies(figure.kpi, dials, offered)
    }
    return CampaignFigures(campaign, label, kept, dials, offered, links.get(str(campaign)))


def _amount(value: float) -> float:
    return value if value > 0 else 0.0


def _place_of_campaign(campaign: CampaignFigures) -> tuple[bool, float, str]:
    profit = campaign.figures.get("profit")
    value = profit.now.value if profit else NAN
    return (value != value, -value if value == value else 0.0, campaign.label)  # noqa: PLR0124 - nan


#: Share of reported movements that may be chance.
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True)
class Movement:
    """A figure of a campaign that may have moved.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : Figure
        Its interval is at ``confidence``.
    p_value, p_adjusted : float
        The second after Benjamini and Hochberg.
    beyond_noise : bool
    """

    campaign: CampaignFigures
    figure: Figure
    p_value: float
    p_adjusted: float
    beyond_noise: bool

    @property
    def change(self) -> Change:
        """With the claim's interval."""
        return self.figure.change

    @property
    def relative(self) -> float:
        """The size of the change relative to the previous value."""
        before = self.figure.before.value if self.figure.before else 0.0
        return abs(self.change.estimate / before) if before else float("inf")


def _place_of_movement(m: Movement) -> tuple[Any, ...]:
    """Order movements: those beyond noise first; money by amount, then the rest by size."""
    money = m.figure.kpi.name == "profit"
    size = abs(m.change.estimate) if money else m.relative
    return (not m.beyond_noise, not money, -size, m.campaign.label, m.figure.kpi.name)


def tested_movements(campaigns: Sequence[CampaignFigures]) -> tuple[tuple[Movement, ...], float]:
    """Test every figure of every campaign against the other period, jointly.

    The false discovery rate is kept at 5 % [1]_, and intervals are widened to match,
    so that a movement is reported if and only if its interval excludes zero [2]_.

    Returns
    -------
    tuple of Movement
        Those beyond noise first: money by amount, the rest by size.
    float
        The confidence of their intervals.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.
    .. [2] Benjamini Y, Yekutieli D (2005). False discovery rate-adjusted multiple
       confidence intervals for selected parameters. JASA 100:71-81.
    """
    from callstats.stats import adjust

    tested = [(campaign, f) for campaign in campaigns for f in campaign.tested]
    p_values = [f.p_value for _, f in tested]
    adjusted = [float(p) for p in adjust(p_values, method="benjamini-hochberg")] if tested else []
    sure = sum(p <= FALSE_DISCOVERY for p in adjusted)
    level = 1 - FALSE_DISCOVERY * max(sure, 1) / max(len(tested), 1)
    movements = [
        Movement(campaign, replace(f, confidence=level), p, q, q <= FALSE_DISCOVERY)
        for (campaign, f), p, q in zip(tested, p_values, adjusted, strict=True)
    ]
    return tuple(sorted(movements, key=_place_of_movement)), level
