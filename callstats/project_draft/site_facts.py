"""What the data of a site hold that its project file may speak of: names, codes, hours, today's figures."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import narwhals as nw

from callstats.answers.core.measure import measure
from callstats.answers.core.scope import records
from callstats.answers.trust.code_meanings import meanings_to_state
from callstats.answers.trust.searches import codes_without_meaning
from callstats.dataset.last_month import last_whole_month
from callstats.dataset.period import Period
from callstats.kpis import get
from callstats.project_draft.told_outcomes import ToldCode, told_codes

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: The KPIs that a site commonly sets targets for, and those told of each campaign, queue, list and agent.
OF_SITE = (
    "answer_rate", "success_rate_argued", "conversion_per_lead", "successes", "successes_per_login_hour",
    "average_handle_time", "occupancy", "abandon_rate_outbound", "abandon_rate_inbound", "service_level",
    "list_completion", "touches_per_contact_won", "cost_per_acquisition", "roi",
)  # fmt: skip
OF_CAMPAIGN = ("answer_rate", "success_rate_argued", "successes_per_login_hour")
OF_QUEUE = ("service_level", "abandon_rate_inbound")
OF_LIST = ("answer_rate", "success_rate_argued")
OF_AGENT = ("successes_per_login_hour",)
#: The share of dials that the hours suggested hold, and how finely the day is divided [minutes].
_HELD, _STEP = 0.99, 30
#: No figure of a site lies beyond: prices of next to nothing make such numbers.
_FAR = 1e15


@dataclass(frozen=True, slots=True)
class NamedRows:
    """A campaign, queue, list or agent, and how often it occurs.

    Attributes
    ----------
    name : str
    rows : int
        Calls; of a list its contacts, where they are known.
    campaign : str, optional
        Of a list.
    loaded : date, optional
        The day on which a list was loaded, if that was one day.
    """

    name: str
    rows: int
    campaign: str | None = None
    loaded: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TodaysFigure:
    """A KPI's value: nan with the reason where there is none."""

    value: float
    note: str = ""


@dataclass(frozen=True)
class SiteFacts:
    """What the data of a site hold.

    Attributes
    ----------
    currency, time_zone : str
        As the data have them.
    source : str
        The system that wrote them, if it is one that callstats knows.
    campaigns, queues, lists, agents : tuple of NamedRows
        The largest first; a campaign dials, a queue is only called.
    codes : tuple of ToldCode
    unexplained : mapping of str to str or None
        Code that nothing explains -> the outcome its words suggest.
    hours : tuple of (str, str), optional
        The shortest time of day that holds 99 % of the dials.
    period : Period, optional
        The last whole month, of which the figures are; None: of all that is there.
    figures : mapping of str to TodaysFigure
        By KPI, of the site.
    of : mapping of str to mapping
        Column -> name -> KPI -> figure.
    arms : tuple of (str, str, str), optional
        A campaign and two of its lists that were loaded on one day.
    """

    currency: str
    time_zone: str
    source: str
    campaigns: tuple[NamedRows, ...]
    queues: tuple[NamedRows, ...]
    lists: tuple[NamedRows, ...]
    agents: tuple[NamedRows, ...]
    codes: tuple[ToldCode, ...]
    unexplained: Mapping[str, str | None]
    hours: tuple[str, str] | None
    period: Period | None
    figures: Mapping[str, TodaysFigure]
    of: Mapping[str, Mapping[str, Mapping[str, TodaysFigure]]]
    arms: tuple[str, str, str] | None


def site_facts(dataset: Dataset) -> SiteFacts:
    """Return what the data of a site hold.

    Parameters
    ----------
    dataset : Dataset
        Whole, or narrowed to what the project is about.
    """
    campaigns, queues = _campaigns(dataset)
    lists = _lists(dataset)
    source, unexplained = meanings_to_state(dataset, codes_without_meaning(dataset))
    period = dataset.filters.period or last_whole_month(dataset)
    month = dataset if period is None else dataset.where(period=period)
    known = dataset.provenance
    return SiteFacts(
        currency=str(known.get("currency") or dataset.config.currency),
        time_zone=str(known.get("time_zone") or dataset.config.time_zone),
        source=source,
        campaigns=campaigns,
        queues=queues,
        lists=lists,
        agents=_counted(dataset, "agent_id"),
        codes=told_codes(dataset),
        unexplained=unexplained,
        hours=hours_of_dials(dataset),
        period=period,
        figures=_figures(month, OF_SITE).get("", {}),
        of={
            "campaign_id": {**_figures(month, OF_CAMPAIGN, "campaign_id", campaigns),
                            **_figures(month, OF_QUEUE, "campaign_id", queues)},
            "list_id": _figures(month, OF_LIST, "list_id", lists),
            "agent_id": _figures(month, OF_AGENT, "agent_id"),
        },
        arms=_arms(lists),
    )  # fmt: skip


def _counted(dataset: Dataset, column: str) -> tuple[NamedRows, ...]:
    """Return the values of a column of the calls, the most frequent first."""
    if not dataset.has("calls", column):
        return ()
    rows = records(dataset.table("calls").group_by(column).agg(n=nw.len()))
    return _by_size(NamedRows(str(row[column]), int(row["n"])) for row in rows if _is_text(row[column]))


def _by_size(named: Iterable[NamedRows]) -> tuple[NamedRows, ...]:
    return tuple(sorted(named, key=lambda one: (-one.rows, one.name)))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _campaigns(dataset: Dataset) -> tuple[tuple[NamedRows, ...], tuple[NamedRows, ...]]:
    """Return the campaigns that dial and the queues that are only called."""
    if not dataset.has("calls", "campaign_id"):
        return (), ()
    rows = records(dataset.table("calls").group_by("campaign_id", "direction").agg(n=nw.len()))
    calls: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if _is_text(row["campaign_id"]):
            calls[row["campaign_id"]][str(row["direction"])] += int(row["n"])
    dialled = {name: sides for name, sides in calls.items() if sides["outbound"]}
    campaigns = _by_size(NamedRows(name, sides["outbound"]) for name, sides in dialled.items())
    queues = _by_size(NamedRows(name, sides.total()) for name, sides in calls.items() if name not in dialled)
    return campaigns, queues


def _lists(dataset: Dataset) -> tuple[NamedRows, ...]:
    """Return the lists, with their campaign and day of loading where the contacts tell them."""
    if not dataset.has("contacts", "list_id"):
        return _counted(dataset, "list_id")
    keys = [column for column in ("list_id", "campaign_id") if dataset.has("contacts", column)]
    moments = {}
    if dataset.has("contacts", "loaded_at"):
        loaded = nw.col("loaded_at")
        moments = {"first": loaded.min(), "last": loaded.max()}
    grouped = dataset.table("contacts").group_by(*keys).agg(n=nw.len(), **moments)
    largest: dict[str, NamedRows] = {}
    for row in grouped.collect("pyarrow").iter_rows(named=True):  # with moments as Python has them
        if _is_text(row["list_id"]):
            name = row["list_id"]
            campaign = row.get("campaign_id")
            campaign = campaign if _is_text(campaign) else None
            day = _one_day(row, str(dataset.provenance.get("time_zone") or dataset.config.time_zone))
            one = NamedRows(name, int(row["n"]), campaign, day)
            largest[name] = max(largest.get(name, one), one, key=lambda each: each.rows)
    return _by_size(largest.values())


def _one_day(row: Mapping[str, Any], zone: str) -> dt.date | None:
    """Return the local day of the first and last loading, if they are one."""
    days = {_local_day(row.get(end), zone) for end in ("first", "last")}
    return days.pop() if len(days) == 1 else None


def _local_day(moment: Any, zone: str) -> dt.date | None:
    if moment is None or moment != moment:  # noqa: PLR0124 - nan
        return None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return aware.astimezone(ZoneInfo(zone)).date()


def _arms(lists: Sequence[NamedRows]) -> tuple[str, str, str] | None:
    """Return a campaign and its two largest lists of one day, of the latest such day."""
    together: dict[tuple[dt.date, str], list[str]] = defaultdict(list)
    for one in lists:
        if one.loaded is not None and one.campaign is not None:
            together[one.loaded, one.campaign].append(one.name)
    pairs = {key: names for key, names in together.items() if len(names) > 1}
    if not pairs:
        return None
    latest = max(pairs)
    control, treatment = sorted(pairs[latest][:2])
    return latest[1], control, treatment


def hours_of_dials(dataset: Dataset) -> tuple[str, str] | None:
    """Return the shortest time of day, in half hours, that holds 99 % of the dials.

    None is returned where nothing was dialled or the export has dates only.
    """
    clock = "local_started_at"
    if not dataset.has("calls", clock, "direction") or "hour" in dataset.provenance.get("lacks", {}):
        return None
    moment = nw.col(clock)
    half = moment.dt.hour().cast(nw.Int64) * 2 + (moment.dt.minute() >= _STEP).cast(nw.Int64)
    dials = dataset.table("calls").filter(nw.col("direction") == "outbound").select(half=half)
    rows = records(dials.group_by("half").agg(n=nw.len()))
    counts = {int(row["half"]): int(row["n"]) for row in rows if row["half"] == row["half"] is not None}
    return _shortest(counts)


def _shortest(counts: Mapping[int, int]) -> tuple[str, str] | None:
    """Return the shortest run of half hours with 99 % of the rows; of several, the one with most.

    Examples
    --------
    >>> _shortest({18: 50, 19: 49, 40: 1})
    ('09:00', '10:00')
    """
    wanted = _HELD * sum(counts.values())
    runs = [
        (last - first, -held, first)
        for first in counts
        for last in counts
        if last >= first and (held := sum(counts.get(k, 0) for k in range(first, last + 1))) >= wanted
    ]
    if not runs:
        return None
    length, _, first = min(runs)
    return _clock(first), _clock(first + length + 1)


def _clock(half: int) -> str:
    return f"{half // 2:02d}:{half % 2 * _STEP:02d}"


def _figures(
    dataset: Dataset, kpis: Sequence[str], by: str | None = None, of: Sequence[NamedRows] | None = None
) -> dict[str, dict[str, TodaysFigure]]:
    """Return figures by name; of the whole, under the empty name."""
    if by is not None and not dataset.reaches("calls", by):
        return {}
    wanted = None if of is None else {one.name for one in of}
    if wanted is not None and not wanted:
        return {}
    able = [kpi for kpi in kpis if by is None or _reaches(dataset, kpi, by)]
    found: dict[str, dict[str, TodaysFigure]] = defaultdict(dict)
    for row in measure(dataset, able, by, interval=False).to_dict("records") if able else ():
        name = "" if by is None else row[by]
        if _is_text(name) and (wanted is None or name in wanted):
            value = float(row["value"])  # beyond what a number can hold, it is none
            value = value if abs(value) < _FAR else float("nan")
            found[name][row["kpi"]] = TodaysFigure(value, str(row["note"]))
    return dict(found)


def _reaches(dataset: Dataset, kpi: str, by: str) -> bool:
    return all(dataset.reaches(table, by) for table in get(kpi).needs if table in dataset.frames)
