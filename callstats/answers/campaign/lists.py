"""Which list is better: lists side by side, and what the evidence supports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.lists_numbers import (
    Contrast,
    ListFigures,
    contrasts,
    known_of_several,
    list_figures,
    shared_agents,
)
from callstats.answers.core.answer import Answer
from callstats.answers.core.directions import ask_of_callers
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.kpis import get

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import FigureView

#: Lists whose dials per contact differ by more than this factor were dialled to different depths.
DEPTH = 1.25
#: If agents who worked several lists held a smaller share of conversations, agents are nested in lists.
SHARED = 0.5


@dataclass(frozen=True)
class Lists(Answer):
    """Lists side by side, and how each differs from the others.

    Attributes
    ----------
    lists : tuple of ListFigures
        Most dials first.
    contrasts : mapping of str to tuple of Contrast
        By KPI: each list against all the others, adjusted for multiplicity; empty
        if the lists cannot be compared on it.
    different_depth : bool
        The lists were dialled to different depths, so answer rates are compared on first attempts only.
    own_agents : bool
        Each list was worked by its own agents, so conversions are not compared.
    """

    voice: Voice
    period: str
    lists: tuple[ListFigures, ...]
    contrasts: Mapping[str, tuple[Contrast, ...]]
    different_depth: bool = False
    own_agents: bool = False
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per list and KPI: list_id, kpi, value, low, high, n; and the list's two shares."""
        import pandas as pd

        listed = [
            (row.list_id, name, e.value, e.low, e.high, e.n, row.design_effect, row.callable_share)
            for row in self.lists
            for name, e in row.kpis.items()
        ]
        columns = ["list_id", "kpi", "value", "low", "high", "n", "design_effect", "callable_share"]
        return pd.DataFrame(listed, columns=columns)

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one KPI by list with its intervals."""
        return self.telling.plot(kpi, ax)

    def figure(self, kpi: str = "answer_rate") -> FigureView:
        """Return the plot of one KPI with its caption and alternative text."""
        return self.telling.figure(kpi)


def lists(dataset: Dataset, period: str | Period | None = None) -> Lists:
    """Show the lists of a period side by side and compare each with the others.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional

    Returns
    -------
    Lists
        Intervals are clustered by contact; differences are Holm-adjusted over
        the lists. If lists were dialled to different depths, answer rates are
        compared on first attempts only; if each list has its own agents,
        conversions are not compared.
    """
    about = scope(dataset, period)
    _ = about.voice.say
    if not about.now.has("calls", "list_id"):
        why = about.voice.reason("not computable: needs calls.list_id")
        return Lists(about.voice, about.label, (), {}, notes=(_("Lists: {why}.", why=why),))
    figures = list_figures(about)
    if len(figures) < 2:
        note = ask_of_callers(about.voice, about.now) or _("One list only: nothing to compare it with.")
        return Lists(about.voice, about.label, figures, {}, notes=(note,))
    names = [one.list_id for one in figures]
    data, different_depth = about.now, _different_depth(about.now, figures)
    if different_depth and 1 in data.values("attempt_no"):
        data = data.where(attempt_no=1)
    compared = {}
    if known_of_several(figures, "answer_rate"):
        compared["answer_rate"] = contrasts(data, get("answer_rate"), "list_id", names)
    conversion = get("conversion_per_conversation")
    own_agents = False
    if known_of_several(figures, conversion.name):
        own_agents = shared_agents(about.now) < SHARED
        if not own_agents:
            compared[conversion.name] = contrasts(about.now, conversion, "list_id", names)
    return Lists(about.voice, about.label, figures, compared, different_depth, own_agents)


def _different_depth(dataset: Dataset, figures: tuple[ListFigures, ...]) -> bool:
    """Return whether lists were dialled to different depths, if attempts are known."""
    depth = [d for one in figures if (d := one.kpis["attempts_per_contact"].value) > 0]
    return bool(depth) and max(depth) > DEPTH * min(depth) and dataset.has("calls", "attempt_no")
