"""The figures of a house and of each of its campaigns: now, before, target, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.campaign.portrait_numbers import Figure
from callstats.answers.core.estimates import NAN, Change, Estimate, estimates_by
from callstats.answers.month.changes import PeriodChange
from callstats.config import Target
from callstats.kpis import get
from callstats.kpis.define import KPI, Quantile, Ratio

if TYPE_CHECKING:
    from callstats.answers.core.scope import Scope

#: What campaigns that dial are compared on, and queues that are called.
OUTBOUND = (
    "roi",
    "successes_per_login_hour",
    "success_rate_argued",
    "answer_rate",
    "abandon_rate_outbound",
    "cost_per_acquisition",
)
INBOUND = (
    "service_level",
    "abandon_rate_inbound",
    "average_speed_of_answer",
    "first_call_resolution",
)
ANY = ("profit", "average_handle_time", "occupancy", "csat")
TESTED = ("profit", *OUTBOUND, *INBOUND, *ANY[1:])
#: What tells whether a campaign dials, and whether it is called.
_TRAFFIC = ("dials", "calls_offered")


@dataclass(frozen=True, slots=True)
class MovedFigure(Figure):
    """A key figure whose change takes into account that contacts are in both periods.

    Attributes
    ----------
    moved : PeriodChange or None
        None where one of the periods has no value, or no interval can be had.
    confidence : float
        Of the change's interval.
    """

    moved: PeriodChange | None = None
    confidence: float = 0.95

    @property
    def change(self) -> Change:
        """The figure less that of the period compared with; that of the bridge where there is one."""
        if self.bridged is not None:
            return self.bridged
        if self.before is None or not (self.now.known and self.before.known):
            return Change()
        if self.moved is None:
            return Change(self.now.value - self.before.value)
        return self.moved.change(self.confidence)

    @property
    def p_value(self) -> float:
        """The chance of such a change where nothing changed; nan where it cannot be told."""
        return NAN if self.moved is None else self.moved.p_value()


@dataclass(frozen=True)
class CampaignFigures:
    """One campaign.

    Attributes
    ----------
    campaign_id : object
        None for calls without a campaign.
    label : str
    figures : mapping of str to MovedFigure
        The KPIs that apply: a queue has no answer rate, a campaign that dials no service level.
    dials, offered : float
        Calls dialled and received.
    href : str or None
        The campaign's own report.
    """

    campaign_id: object
    label: str
    figures: Mapping[str, MovedFigure]
    dials: float = 0.0
    offered: float = 0.0
    href: str | None = None

    @property
    def tested(self) -> list[MovedFigure]:
        """The figures whose change can be judged."""
        return [self.figures[n] for n in TESTED if n in self.figures and self.figures[n].moved is not None]


def moved_figures(
    about: Scope, names: Iterable[str], by: Sequence[str] = ()
) -> dict[tuple[object, ...], dict[str, MovedFigure]]:
    """Return every figure of every group, in the period and in the one compared with."""
    kpis = [get(name) for name in dict.fromkeys(names)]
    now = estimates_by(about.now, kpis, by)
    before = estimates_by(about.before, kpis, by) if about.before is not None else {}
    moved = _moved(about, kpis, by)
    targets, level = about.now.config.targets, about.now.config.confidence
    return {
        group: {
            name: MovedFigure(
                estimate,
                before.get(group, {}).get(name),
                targets.get(name, Target()),
                moved=moved.get((group, name)) if _both(estimate, before.get(group, {}).get(name)) else None,
                confidence=level,
            )
            for name, estimate in found.items()
        }
        for group, found in now.items()
    }


def _both(now: Estimate, before: Estimate | None) -> bool:
    """Tell whether both values are known, with an interval that something hangs on."""
    return before is not None and all(e.known and e.low < e.high for e in (now, before))


def _moved(
    about: Scope, kpis: Sequence[KPI], by: Sequence[str]
) -> dict[tuple[tuple[object, ...], str], PeriodChange]:
    """Return the sums of both periods, ready to be compared."""
    if about.before is None:
        return {}
    from callstats.engine import moments, obstacle
    from callstats.engine.periods import shared_sums

    able = [k for k in kpis if not isinstance(k.formula, Quantile) and k.independence != "none"]
    able = [k for k in able if obstacle(about.now, k, by) is None]
    now, before = (moments(data, able, by) for data in (about.now, about.before))
    shared = shared_sums(about.now, about.before, able, by)
    return {
        (group, kpi.name): PeriodChange(kpi, one, other, shared.get(group, {}).get(kpi.name))
        for group, found in now.items()
        for kpi in able
        if (one := found.get(kpi.name)) is not None
        and (other := before.get(group, {}).get(kpi.name)) is not None
        and all(m.n > 1 and _below(kpi, m.sums) for m in (one, other))
    }


def _below(kpi: KPI, sums: Mapping[str, float]) -> bool:
    return not isinstance(kpi.formula, Ratio) or sums["denominator"] != 0


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
        Further KPIs: those that have a target.
    """
    names = dict.fromkeys((*_TRAFFIC, *TESTED, *more))
    found = moved_figures(about, names, ["campaign_id"])
    made = [
        _campaign(campaign, about.voice.label(campaign), figures, links)
        for (campaign,), figures in found.items()
    ]
    return tuple(sorted((c for c in made if c.figures), key=_place))


def _campaign(
    campaign: object, label: str, figures: Mapping[str, MovedFigure], links: Mapping[str, str]
) -> CampaignFigures:
    dials, offered = (_amount(figures[name].now.value) for name in _TRAFFIC)
    kept = {
        name: figure
        for name, figure in figures.items()
        if name not in _TRAFFIC and figure.now.known and _applies(name, dials, offered)
    }
    return CampaignFigures(campaign, label, kept, dials, offered, links.get(str(campaign)))


def _amount(value: float) -> float:
    return value if value > 0 else 0.0


def _applies(name: str, dials: float, offered: float) -> bool:
    """Tell whether a KPI says anything of a campaign with so many calls dialled and received."""
    if name in ANY:
        return dials > 0 or offered > 0
    kpi = get(name)
    return offered > 0 if name in INBOUND or kpi.domain == "service" else dials > 0


def _place(campaign: CampaignFigures) -> tuple[bool, float, str]:
    profit = campaign.figures.get("profit")
    value = profit.now.value if profit else NAN
    return (value != value, -value if value == value else 0.0, campaign.label)  # noqa: PLR0124 - nan
