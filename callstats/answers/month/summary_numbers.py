"""The figures of all campaigns in two periods with overlapping contacts, and which of them moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Movement:
    """A figure of a campaign that was tested against another period.

    Attributes
    ----------
    campaign : CampaignFigures
    figure : Figure
    p_value, p_adjusted : float
        The second after Benjamini and Hochberg.
    confirmed : bool
        Whether it moved beyond what chance does among all figures tested.
    """

    campaign: CampaignFigures
    figure: Figure
    p_value: float
    p_adjusted: float
    confirmed: bool

    @property
    def change(self) -> Change:
        """The figure's change with its own interval, the same as everywhere else."""
        return self.figure.change

    @property
    def moved(self) -> bool:
        """Whether that interval excludes no change."""
        return self.change.certain

    @property
    def relative(self) -> float:
        """The size of the change relative to the previous value."""
        before = self.figure.before.value if self.figure.before else 0.0
        return abs(self.change.estimate / before) if before else float("inf")


def _place_of_movement(m: Movement) -> tuple[Any, ...]:
    """Order movements: confirmed ones, then those that moved; money by amount, then the rest by size."""
    money = m.figure.kpi.name == "profit"
    size = abs(m.change.estimate) if money else m.relative
    return (not m.confirmed, not m.moved, not money, -size, m.campaign.label, m.figure.kpi.name)


def tested_movements(campaigns: Sequence[CampaignFigures]) -> tuple[Movement, ...]:
    """Test every figure of every campaign against the other period.

    A figure has moved where its own interval excludes no change. Among many figures some
    do by chance, so all are also tested jointly: of those confirmed at most one in twenty
    at a confidence of 95 % is expected to be chance [1]_.

    Returns
    -------
    tuple of Movement
        Confirmed ones first, then those that moved: money by amount, the rest by size.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate.
       Journal of the Royal Statistical Society B 57:289-300.
    """
    from callstats.stats import adjust

    tested = [(campaign, f) for campaign in campaigns for f in campaign.tested]
    p_values = [f.p_value for _, f in tested]
    adjusted = [float(p) for p in adjust(p_values, method="benjamini-hochberg")] if tested else []
    movements = [
        Movement(campaign, f, p, q, f.change.certain and q <= 1 - f.confidence)
        for (campaign, f), p, q in zip(tested, p_values, adjusted, strict=True)
    ]
    return tuple(sorted(movements, key=_place_of_movement))
