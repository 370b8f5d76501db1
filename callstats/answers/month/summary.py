"""The month of all campaigns on one page: verdict, campaigns, movements, bridge, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.bridge import Bridge, bridge
from callstats.answers.campaign.portrait import Portrait, bridged_changes
from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.audience import told_kpis
from callstats.answers.core.estimates import NAN, Change
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.target_scope import (
    applied_totals,
    check_targets,
    stray_notes,
    targets_named,
)
from callstats.answers.core.voice import Voice
from callstats.answers.month.summary_numbers import (
    INBOUND,
    CampaignFigures,
    Movement,
    campaign_figures,
    tested_movements,
)
from callstats.answers.month.targets import ReasonFinder, Targets, judged_targets
from callstats.errors import UsageError
from callstats.show.links import beside

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import FigureView, Record, Sentence, TableView

#: The columns of the overview, and those of the queues.
PAGE = ("profit", "roi", "successes_per_login_hour", "answer_rate", "abandon_rate_outbound")
QUEUES = INBOUND
#: The figures of all campaigns together.
OVERALL = (
    "profit",
    "roi",
    "successes",
    "success_rate_argued",
    "answer_rate",
    "abandon_rate_outbound",
    "service_level",
    "abandon_rate_inbound",
)
COLUMNS = (
    "campaign_id", "kpi", "value", "low", "high", "n", "target_low", "target_high", "before", "change",
    "change_low", "change_high", "p_value",
)  # fmt: skip


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
    confidence : float
        Of the intervals.
    notes : tuple of str
        What could not be determined, and why.
    """

    voice: Voice
    period: str
    earlier: str
    campaigns: tuple[CampaignFigures, ...]
    confidence: float
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per campaign and KPI: value, low, high, before, change with its interval, p."""
        import pandas as pd

        rows = [_figure_row(c, f) for c in self.campaigns for f in c.figures.values()]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def queues(self) -> TableView | None:
        """Return the inbound queues, None if there are none."""
        return self.telling.queues()

    def plot(self, kpi: str = "profit", ax: Any = None) -> Any:
        """Draw one KPI by campaign, with its intervals."""
        return self.telling.plot(kpi, ax)

    def figure(self, kpi: str = "profit") -> FigureView:
        """Return the plot with its caption and alternative text."""
        return self.telling.figure(kpi)


def _figure_row(campaign: CampaignFigures, f: Figure) -> tuple[Any, ...]:
    """Return a figure of a campaign as a row of :data:`COLUMNS`."""
    moved, now = f.change, f.now
    before = f.before.value if f.before else None
    target = f.limits
    return (
        *(campaign.campaign_id, f.kpi.name, now.value, now.low, now.high, now.n, *target, before),
        *(moved.estimate, moved.low, moved.high, f.p_value),
    )


@dataclass(frozen=True)
class Movements(Answer):
    """Every figure that was tested, those confirmed first, then those that moved.

    Attributes
    ----------
    voice : Voice
    period, earlier : str
        In words; the second is empty if there is nothing to compare with.
    movements : tuple of Movement
        Confirmed ones first, then those that moved: money by amount, the rest by size.
    note : str
        Why nothing was tested.
    """

    voice: Voice
    period: str
    earlier: str
    movements: tuple[Movement, ...]
    note: str = ""

    @property
    def moved(self) -> tuple[Movement, ...]:
        """The figures that moved: whose own interval of the change excludes no change."""
        return tuple(m for m in self.movements if m.moved)

    @property
    def confirmed(self) -> tuple[Movement, ...]:
        """Those of them that moved beyond what chance does among so many."""
        return tuple(m for m in self.movements if m.confirmed)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per figure tested: its change, both p-values, whether it moved and is confirmed."""
        import pandas as pd

        columns = ["campaign_id", "kpi", "before", "value", "change", "change_low", "change_high"]
        columns += ["p_value", "p_adjusted", "moved", "confirmed"]
        return pd.DataFrame([_movement_row(m) for m in self.movements], columns=columns)

    @property
    def summary(self) -> Sentence:
        """How many of all figures moved, and whether chance can do that."""
        return self.telling.summary()


def _movement_row(m: Movement) -> tuple[Any, ...]:
    f, moved = m.figure, m.change
    before = f.before.value if f.before else None
    ends = (moved.estimate, moved.low, moved.high)
    return (
        *(m.campaign.campaign_id, f.kpi.name, before, f.now.value, *ends),
        *(m.p_value, m.p_adjusted, m.moved, m.confirmed),
    )


def movements(
    voice: Voice, period: str, earlier: str, campaigns: Sequence[CampaignFigures], note: str = ""
) -> Movements:
    """Return which figures moved between two periods, with a note if nothing could be tested."""
    tested = tested_movements(campaigns)
    why = note or voice.say("No period to compare with.")
    return Movements(voice, period, earlier, tested, "" if tested else why)


@dataclass(frozen=True)
class Summary(Answer):
    """The month of all campaigns.

    Attributes
    ----------
    voice : Voice
    overall : Portrait
        The figures of all campaigns together.
    campaigns : Campaigns
        Each campaign on a line.
    movements : Movements
        What moved, and what of it is confirmed.
    bridge : Bridge
        What changed the profit of all campaigns together.
    targets : Targets
        Missed targets, and why.
    """

    voice: Voice
    overall: Portrait
    campaigns: Campaigns
    movements: Movements
    bridge: Bridge
    targets: Targets

    def to_frame(self) -> pd.DataFrame:
        """Return one row per campaign and KPI: value with interval, before, change with interval, p-value."""
        return self.campaigns.to_frame()

    def opening(self) -> Section:
        """Return verdict and key figures of all campaigns together, and the full record."""
        return self.telling.opening()

    def record(self) -> Record:
        """Return everything, for the report's JSON."""
        return self.telling.record()


def summary(
    dataset: Dataset,
    period: str | Period | None = None,
    compare_with: str | Period | None = "previous",
    *,
    reports: Iterable[str] = (),
    bootstrap: int = 1000,
) -> Summary:
    """Summarise all campaigns on one page.

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    reports : iterable of str
        The campaigns' own reports in the same folder, each as ``campaign=NAME.html``.
    bootstrap : int
        Resamples behind the intervals of the bridge.

    Returns
    -------
    Summary
        Changes allow for contacts in both periods, and for days that differ. Of the confirmed
        movements at most 5 % are expected to be chance (Benjamini and Hochberg).

    Raises
    ------
    UsageError
        The period contains no call, a target's KPI is unknown, or a report is not written as
        campaign=NAME.html.

    Examples
    --------
    >>> import callstats as cs
    >>> found = summary(cs.open("data/demo"), "2026-09")
    >>> [one.campaign_id for one in found.campaigns.campaigns]
    ['spring', 'renewal', 'service']
    >>> [(m.campaign.campaign_id, m.figure.kpi.name) for m in found.targets.missed][0]
    ('spring', 'abandon_rate_outbound')
    """
    links = report_links(reports)
    check_targets(dataset.config)
    about = scope(dataset, period, compare_with)
    found, notes = _campaigns(about, links)
    voice, finders = about.voice, {c.campaign_id: _reasons(about, c) for c in found}
    campaigns = tuple(_with_one_change(c, finders[c.campaign_id]) for c in found)
    note = about.note or ("" if about.before is not None else voice.say("No period to compare with."))
    labels = (about.label, about.earlier_label)
    whole = _bridge(about, note, bootstrap)
    overall = _overall(about, whole)
    judged = (*_of_site(voice, overall, campaigns), *campaigns)
    strays = stray_notes(voice, dataset)
    return Summary(
        voice,
        overall,
        Campaigns(voice, *labels, campaigns, dataset.config.confidence, notes),
        movements(voice, *labels, campaigns, note or (notes[0] if notes else "")),
        whole,
        judged_targets(
            voice, about.label, judged, lambda c: finders.get(c.campaign_id) or _reasons(about, c), strays
        ),
    )


def _with_one_change(campaign: CampaignFigures, finder: ReasonFinder) -> CampaignFigures:
    """Return a campaign whose profit has the interval of its change that its own report has."""
    bridged = bridged_changes(finder.bridge) if campaign.dials and "profit" in campaign.figures else {}
    figures = {name: replace(f, bridged=bridged.get(name)) for name, f in campaign.figures.items()}
    return replace(campaign, figures=figures)


def _of_site(
    voice: Voice, overall: Portrait, campaigns: Sequence[CampaignFigures]
) -> tuple[CampaignFigures, ...]:
    """Return the counts and sums with a target of the whole site; every target if no campaign is known."""
    figures = {
        name: f
        for name, f in overall.figures.items()
        if f.judged and f.now.known and (f.progress is not None or not campaigns)
    }
    return (CampaignFigures(None, voice.say("The whole site"), figures),) if figures else ()


def report_links(reports: Iterable[str]) -> dict[str, str]:
    """Return the report of each campaign, from entries "campaign=NAME.html".

    A campaign may have any name, so the last "=" is the separator.

    Raises
    ------
    UsageError
        An entry has no "=", or does not name a page in the same folder.

    Examples
    --------
    >>> report_links(["spring=campaign_report-spring.html", "a=b=report-a-b.html"])
    {'spring': 'campaign_report-spring.html', 'a=b': 'report-a-b.html'}
    """
    links = {}
    for entry in reports:
        campaign, equals, name = str(entry).rpartition("=")
        if not equals or not beside(name):
            raise UsageError(
                f"{entry!r} is no report of a campaign",
                hint="Write it as campaign=NAME.html, without a folder.",
            )
        links[campaign] = name
    return links


def _campaigns(about: Scope, links: Mapping[str, str]) -> tuple[tuple[CampaignFigures, ...], tuple[str, ...]]:
    """Return the campaigns; if the calls have none, empty with the reason."""
    voice = about.voice
    if not about.now.has("calls", "campaign_id"):
        why = voice.reason("not computable: needs calls.campaign_id")
        return (), (voice.say("Campaigns: {why}.", why=why),)
    of_campaigns = replace(about.now.config, list={}, agent={})
    wanted = [kpi.name for kpi in targets_named(of_campaigns)]
    campaigns = campaign_figures(about, links, wanted)
    return campaigns, () if campaigns else (voice.say("No figure of any campaign can be computed."),)


def _overall(about: Scope, whole: Bridge) -> Portrait:
    """Return the figures of all campaigns together, without unknown ones.

    The change of profit is the bridge's, whose interval comes from whole days, so that a
    report gives only one interval for it.
    """
    names = told_kpis(about.voice.audience, (*OVERALL, *applied_totals(about.now)))
    figures = next(iter(moved_figures(about.now, about.before, names).values()), {})
    known = {name: f for name, f in figures.items() if f.now.known or name == "profit"}
    if whole.terms and whole.measure == "profit":
        known["profit"] = replace(known["profit"], bridged=whole.change)
    level = about.now.config.confidence
    return Portrait(about.voice, about.label, about.earlier_label, known, tuple(known), level, about.note)


def _bridge(about: Scope, note: str, bootstrap: int) -> Bridge:
    if about.before is None or about.period is None or about.earlier is None:
        return Bridge(
            about.voice, "profit", about.earlier_label, about.label, NAN, NAN, Change(), (), notes=(note,)
        )
    return bridge(about.whole, about.earlier, about.period, bootstrap=bootstrap)


def _reasons(about: Scope, campaign: CampaignFigures) -> ReasonFinder:
    """Return the function that finds a campaign's reasons."""
    narrow: Any = about.whole
    if campaign.campaign_id is not None:
        narrow = about.whole.where(campaign_id=campaign.campaign_id)
    return ReasonFinder(scope(narrow, about.period, about.earlier))
