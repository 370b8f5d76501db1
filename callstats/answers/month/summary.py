"""The month of a whole house on a page: verdict, campaigns, movements, bridge, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.bridge import Bridge, bridge
from callstats.answers.campaign.portrait import Portrait
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.estimates import NAN, Change
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.answers.month.campaigns import Campaigns
from callstats.answers.month.figures import CampaignFigures, campaign_figures, moved_figures
from callstats.answers.month.movements import Movement, Movements, movements
from callstats.answers.month.reasons import Reasons
from callstats.answers.month.targets import Targets, targets
from callstats.errors import UsageError
from callstats.kpis import catalogue
from callstats.show.display import Note, Record, Sentence, Verdict, View
from callstats.show.links import beside

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: The figures of the whole house.
HOUSE = (
    "profit",
    "roi",
    "successes",
    "success_rate_argued",
    "answer_rate",
    "abandon_rate_outbound",
    "service_level",
    "abandon_rate_inbound",
)


@dataclass(frozen=True)
class Summary(Answer):
    """The month of a house.

    Attributes
    ----------
    voice : Voice
    house : Portrait
        The figures of all campaigns together.
    campaigns : Campaigns
        Each campaign on a line.
    movements : Movements
        What moved by more than noise.
    bridge : Bridge
        What changed the profit of the house.
    targets : Targets
        What was missed, and why.
    """

    voice: Voice
    house: Portrait
    campaigns: Campaigns
    movements: Movements
    bridge: Bridge
    targets: Targets

    def to_frame(self) -> pd.DataFrame:
        """Return a row a campaign and KPI: value with interval, before, change with interval, p-value."""
        return self.campaigns.to_frame()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """At most three: what the house earned, what moved, which targets are missed."""
        earned = self.house.sentences[:1] if self._earns else ()
        moved = (self._moved(),) if self.movements.movements else ()
        judged = (self.targets.summary,) if self.targets.sentences else ()
        return (*earned, *moved, *judged)

    @property
    def _earns(self) -> bool:
        return any(
            self.house.figures[n].now.known for n in ("profit", "successes") if n in self.house.figures
        )

    def _moved(self) -> Sentence:
        """Say how many figures moved, and name the largest movement."""
        told = self.movements.summary
        if not self.movements.found:
            return told
        first = self.movements.found[0]
        text = self.voice.say("{count} The largest: {what}.", count=told.text, what=self._named(first))
        return Sentence(text, told.tone)

    def _named(self, m: Movement) -> str:
        form, moved, kpi = self.voice.form, m.change, m.figure.kpi
        change = form.change(moved.estimate, kpi.unit, moved.low, moved.high)
        return f"{m.campaign.label}, {kpi.label[self.voice.language]} {change}"

    def record(self) -> Record:
        """Return everything, for the JSON beside the report."""
        frames = {
            "campaigns": self.campaigns.to_frame(),
            "movements": self.movements.to_frame(),
            "missed": self.targets.to_frame(),
        }
        told = {name: frame.to_dict("records") for name, frame in frames.items()}
        return Record({**self.house.record().results, **told})

    def opening(self) -> Section:
        """Return verdict and key figures of the house, and the record of everything."""
        notes = (Note(self.house.note),) if self.house.note else ()
        shown = (Verdict(self.sentences), self.house.key_figures(), *notes)
        return Section(self.voice, (*shown, self.record()))

    def views(self) -> tuple[View, ...]:
        """Return all of it, in the order of the report."""
        parts: tuple[Answer, ...] = (
            self.opening(),
            self.campaigns,
            self.movements,
            self.bridge,
            self.targets,
        )
        return tuple(view for part in parts for view in part.views())


def summary(
    dataset: Dataset,
    period: str | Period | None = None,
    before: str | Period | None = "previous",
    *,
    reports: Iterable[str] = (),
    bootstrap: int = 1000,
) -> Summary:
    """Put all campaigns of a house on a page.

    Parameters
    ----------
    dataset : Dataset
    period, before : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    reports : iterable of str
        The campaigns' own reports in the same folder, each as ``campaign=NAME.html``.
    bootstrap : int
        Resamples behind the intervals of the bridge.

    Returns
    -------
    Summary
        Changes take into account that contacts are in both periods. Of the movements
        told at most 5 % are expected to be chance (Benjamini and Hochberg).

    Raises
    ------
    UsageError
        The period holds no call, or a report is not written as campaign=NAME.html.

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
    about = scope(dataset, period, before)
    campaigns, notes = _campaigns(about, links)
    told = about.note or ("" if about.before is not None else about.voice.say("No period to compare with."))
    labels = (about.label, about.earlier_label)
    bridged = _bridge(about, told, bootstrap)
    return Summary(
        about.voice,
        _house(about, bridged),
        Campaigns(about.voice, *labels, campaigns, notes),
        movements(about.voice, *labels, campaigns, told or (notes[0] if notes else "")),
        bridged,
        targets(about.voice, about.label, campaigns, lambda one: _reasons(about, one)),
    )


def report_links(reports: Iterable[str]) -> dict[str, str]:
    """Return the report of each campaign, from entries "campaign=NAME.html".

    A campaign may be called anything, so the last "=" divides.

    Raises
    ------
    UsageError
        An entry has no "=", or does not name a page in the same folder.

    Examples
    --------
    >>> report_links(["spring=campaign_report-spring.html", "a=b=report-a-b.html"])
    {'spring': 'campaign_report-spring.html', 'a=b': 'report-a-b.html'}
    """
    found = {}
    for entry in reports:
        campaign, equals, name = str(entry).rpartition("=")
        if not equals or not beside(name):
            raise UsageError(
                f"{entry!r} is no report of a campaign",
                hint="Write it as campaign=NAME.html, without a folder.",
            )
        found[campaign] = name
    return found


def _campaigns(about: Scope, links: Mapping[str, str]) -> tuple[tuple[CampaignFigures, ...], tuple[str, ...]]:
    """Return the campaigns; none, and why, where calls have none."""
    voice = about.voice
    if not about.now.has("calls", "campaign_id"):
        why = voice.reason("not computable: needs calls.campaign_id")
        return (), (voice.say("Campaigns: {why}.", why=why),)
    wanted = [name for name in about.now.config.targets if name in catalogue()]
    found = campaign_figures(about, links, wanted)
    return found, () if found else (voice.say("No figure of any campaign can be computed."),)


def _house(about: Scope, bridged: Bridge) -> Portrait:
    """Return the figures of all campaigns together; those that nothing is known of are left out.

    What profit changed is told once: as the bridge has it, which takes whole days for what varies.
    """
    found = next(iter(moved_figures(about, HOUSE).values()), {})
    known = {name: f for name, f in found.items() if f.now.known or name == "profit"}
    if bridged.terms and bridged.measure == "profit":
        known["profit"] = replace(known["profit"], bridged=bridged.change)
    level = about.now.config.confidence
    return Portrait(about.voice, about.label, about.earlier_label, known, tuple(known), level, about.note)


def _bridge(about: Scope, note: str, bootstrap: int) -> Bridge:
    if about.before is None or about.period is None or about.earlier is None:
        return Bridge(
            about.voice, "profit", about.earlier_label, about.label, NAN, NAN, Change(), (), notes=(note,)
        )
    return bridge(about.whole, about.earlier, about.period, bootstrap=bootstrap)


def _reasons(about: Scope, campaign: CampaignFigures) -> Reasons:
    """Return what finds the reasons of a campaign."""
    narrow: Any = about.whole
    if campaign.campaign_id is not None:
        narrow = about.whole.where(campaign_id=campaign.campaign_id)
    return Reasons(scope(narrow, about.period, about.earlier))
