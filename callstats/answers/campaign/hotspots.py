"""When and where a figure is off: the days, hours, lists and agents in which it differs beyond chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callstats.answers.campaign.hotspots_numbers import Spot, followed, found_spots, wrong_side
from callstats.answers.campaign.portrait_numbers import Figure, moved_figures
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import scope
from callstats.answers.core.target_scope import applied_targets
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Followed where nothing else is asked for, besides the ratios that have a target.
WATCHED = ("abandon_rate_outbound", "answer_rate", "success_rate_argued", "successes_per_login_hour")


@dataclass(frozen=True)
class Hotspots(Answer):
    """What stands out of some figures in a period.

    Attributes
    ----------
    period : str
        In words.
    figures : mapping of str to Figure
        By name of the KPI: all that were followed.
    spots : mapping of str to tuple of Spot
        By name of the KPI, the least likely by chance first; only figures that have any.
    left_out : tuple of KPI
        Asked for, but of no day, or money, whose costs are shared out over the days.
    """

    voice: Voice
    period: str
    figures: Mapping[str, Figure]
    spots: Mapping[str, tuple[Spot, ...]]
    left_out: tuple[KPI, ...] = ()

    @property
    def first(self) -> Spot | None:
        """The first spot of the first figure that missed its target, else of the least likely one."""
        missed = [name for name, figure in self.figures.items() if figure.met is False and name in self.spots]
        names = missed or sorted(self.spots, key=lambda name: self.spots[name][0].p_value)
        return self.spots[names[0]][0] if names else None

    def to_frame(self) -> pd.DataFrame:
        """Return kpi, by, first, last, inside, outside, share, mends, p_value: one row per spot."""
        import pandas as pd

        columns = ["kpi", "by", "first", "last", "inside", "outside", "share", "mends", "p_value"]
        rows = [
            (name, s.by, s.names[0], s.names[-1], s.inside, s.outside, s.share, s.mends, s.p_value)
            for name, spots in self.spots.items()
            for s in spots
        ]
        return pd.DataFrame(rows, columns=columns)


def hotspots(
    dataset: Dataset,
    period: str | Period | None = None,
    compare_with: str | Period | None = "previous",
    *,
    kpis: Sequence[str | KPI] | None = None,
) -> Hotspots:
    r"""Say when and where figures are off, beyond what chance does to so many parts.

    Every figure is followed through the days: the stretch of days that differs most from
    all others, and the slope. A figure that misses its target, or got worse beyond its
    usual variation, is also followed into hours and lists, each against the rest, and into the
    agents who are off together by more than chance and the ordinary spread of a team.
    All searches together name something in at most 5 of 100 periods in which nothing
    stands out (one less the project's confidence).

    Parameters
    ----------
    dataset : Dataset
    period, compare_with : str or Period, optional
        As in :func:`callstats.answers.core.scope.scope`.
    kpis : sequence of str or KPI, optional
        Ratios of the catalogue. If omitted, abandonment, answer rate, success rate,
        successes per login hour, and every other ratio that misses its target or got worse.

    Returns
    -------
    Hotspots

    Raises
    ------
    UsageError
        A KPI is unknown, or the period holds no call.

    References
    ----------
    .. [1] Kulldorff M (1997). A spatial scan statistic. Communications in Statistics:
       Theory and Methods 26:1481-1496.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> days = pd.bdate_range("2026-09-01", "2026-09-30")
    >>> answered = [40 if day.day in (14, 15, 16) else 20 for day in days]
    >>> calls = pd.DataFrame([
    ...     (f"{day:%d}-{i}", f"{day:%d}-{i}", "outbound", i < won, day + pd.Timedelta(hours=10))
    ...     for day, won in zip(days, answered) for i in range(100)
    ... ], columns=["call_id", "contact_id", "direction", "handled", "local_started_at"])
    >>> found = hotspots(Dataset({"calls": calls}), "2026-09", kpis=["answer_rate"])
    >>> [day.isoformat() for day in found.first.names], found.first.inside, found.first.outside
    (['2026-09-14', '2026-09-16'], 0.4, 0.2)
    """
    about = scope(dataset, period, compare_with)
    asked = kpis if kpis is not None else dict.fromkeys([*WATCHED, *applied_targets(about.now)])
    named = [get(k) if isinstance(k, str) else k for k in asked]
    able = [kpi for kpi in named if followed(kpi)]
    figures = next(iter(moved_figures(about.now, about.before, able).values()), {}) if able else {}
    if kpis is None:
        figures = {name: f for name, f in figures.items() if name in WATCHED or wrong_side(f)}
    found = hotspots_of(about.now, figures, about.voice, about.label)
    left_out = () if kpis is None else tuple(kpi for kpi in named if not followed(kpi))
    return replace(found, left_out=left_out)


def hotspots_of(now: Dataset, figures: Mapping[str, Figure], voice: Voice, period: str) -> Hotspots:
    """Return the hotspots of figures that were computed already."""
    able = {name: f for name, f in figures.items() if f.now.known and followed(f.kpi)}
    spots = found_spots(now, able, 1 - now.config.confidence)
    return Hotspots(voice, period, able, spots)
