"""The reports of a month: which to make, for which campaigns and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.answers.core.audience import CLIENT
from callstats.dataset.last_month import asked_period
from callstats.dataset.period import Period
from callstats.errors import CallstatsError, UsageError, unknown_name
from callstats.report import notebooks
from callstats.report import report_files as files
from callstats.report.branding import Branding, branding
from callstats.report.month_data import DIRECTIONS, agents, campaigns, period_of_test
from callstats.report.month_notebooks import OwnNotebook, own_notebook
from callstats.report.order import (
    Order,
    known_audience,
    open_data,
    period_label,
    places_beside,
    seen_by,
    stands_on,
    take_order,
)

if TYPE_CHECKING:
    from callstats.dataset import Dataset

SUMMARY = "monthly_summary"
#: The page that explains the methods of all reports.
METHOD = "method"
#: Of a client's month only where it is asked for: it is about the people of the house.
AGENTS = "agent_comparison"
LINKS = "reports"
#: What a campaign's line in the summary leads to.
CAMPAIGN = ("campaign_report", "service_report")


@dataclass(frozen=True, slots=True)
class PlannedReport:
    """One report of a month.

    Attributes
    ----------
    report : str
        Name of its notebook.
    subject : str
        The campaign, or the name of the test; empty for a report on the whole site.
    campaign : str
        The campaign it is about; empty for the whole site.
    heading : str
        The notebook's own title, in English.
    order : Order or None
        None if it cannot be made; ``error`` says why.
    error : str
    """

    report: str
    subject: str
    campaign: str
    heading: str
    order: Order | None
    error: str = ""

    @property
    def name(self) -> str:
        """What progress calls it."""
        return f"{self.report} {self.subject}".strip()


@dataclass(frozen=True, slots=True)
class MonthPlan:
    """The reports of a month, in the order in which they are made.

    Attributes
    ----------
    reports : tuple of PlannedReport
        The summary of the month comes last: it links to the others.
    others : tuple of PlannedReport
        Reports of the month that were not requested, but may exist already.
    period, period_label, language : str
    folder : Path
        Where they all go.
    labels : mapping of str to str
        What the project calls its campaigns, in the language.
    provenance : mapping
        What they are all based on.
    notes : tuple of str
        Why a declared test is not included.
    audience : str
        ``internal`` or ``client``.
    brand : Branding
        How they look.
    """

    reports: tuple[PlannedReport, ...]
    others: tuple[PlannedReport, ...]
    period: str
    period_label: str
    language: str
    folder: Path
    labels: Mapping[str, str]
    provenance: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    audience: str = "internal"
    brand: Branding = field(default_factory=Branding)


@dataclass(frozen=True, slots=True)
class _ReportRequest:
    """A report before it is checked: its subject, and the parameters of its notebook.

    ``found`` says that these are names of the month's data, which need not be looked up again.
    """

    subject: str = ""
    campaign: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    period: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class _Month:
    """What every report of the month shares."""

    data: str | Path
    opened: Dataset
    period: Period
    language: str
    out: Path
    config: str | Path | None
    settings: tuple[str, ...]
    provenance: Mapping[str, Any]
    narrowed: tuple[str, ...]
    notes: list[str]
    audience: str = "internal"
    coded: Mapping[str, str] = field(default_factory=dict)
    brand: Branding = field(default_factory=Branding)

    @property
    def folder(self) -> Path:
        return files.period_folder(self.out, self.period.label, self.audience)

    def wanted(self, direction: str) -> Iterator[str]:
        """Yield the requested campaigns of the month with calls in a direction."""
        for campaign in campaigns(self.opened, self.period)[direction]:
            if not self.narrowed or campaign in self.narrowed:
                yield campaign


def plan(
    data: str | Path,
    period: str,
    *,
    language: str | None = None,
    out: str | Path = "reports",
    config: str | Path | None = None,
    settings: Iterable[str] = (),
    audience: str | None = None,
    only: Iterable[str] = (),
    campaign_id: Iterable[str] = (),
) -> MonthPlan:
    """Plan the reports of a month; the data are opened and hashed once for all of them.

    These shipped notebooks are run: campaign_report for every campaign that dialled in the
    month, service_report for every queue that was called, agent_comparison for both,
    list_ab_test for every test of the project file (``[ab_tests.NAME]``) with contacts
    loaded or dialled in the month, and data_quality, method and monthly_summary once. A test that
    began in an earlier month is read from that month's first day to this month's last.

    Parameters
    ----------
    data : str or Path
        A folder that ``callstats import`` wrote, or a DuckDB file.
    period : str
        The month, such as ``2026-09``; any other period will do. ``last`` is the last whole month.
    language : str, optional
        en, fr or ru; if omitted, that of the project file.
    out : str or Path
        The reports go to its subfolder ``<period>``.
    config : str or Path, optional
        Project file; if omitted, that of the data.
    settings : iterable of str
        What to decide otherwise than the project file, such as ``money.cost_per_hour=50``.
    audience : str, optional
        internal, or client; if omitted, that of the project file. A client gets the reports that take the
        parameter ``audience``, and agent_comparison only where it is named.
    only : iterable of str
        Names of reports; all if empty.
    campaign_id : iterable of str
        Only reports on these campaigns and their tests, none on the whole site; the page of the
        methods goes with them.

    Returns
    -------
    MonthPlan
        It includes reports that cannot be made, with the reason.

    Raises
    ------
    UsageError
        The period is invalid or holds no call, or a report or campaign is unknown.
    InputError
        The data or the project file cannot be read.
    """
    settings = tuple(settings)
    opened = open_data(data, config, settings)
    audience, language = (
        known_audience(audience or opened.config.audience),
        language or opened.config.language,
    )
    opened, coded = seen_by(audience, opened)
    own = [own_notebook(one, places_beside(data, config)) for one in opened.config.reports]
    notes: list[str] = []
    if audience == CLIENT:
        own = _for_clients(own, notes)
    chosen = _chosen(only, own, audience)
    narrowed = tuple(dict.fromkeys(campaign_id))
    chosen_period = asked_period(opened, period)
    opened.where(period=chosen_period, campaign_id=list(narrowed) or None)
    provenance = stands_on(data, opened)
    month = _Month(
        data, opened, chosen_period, language, Path(out), config, settings, provenance, narrowed, notes,
        audience, coded, branding(opened.config.brand, places_beside(data, config)),
    )  # fmt: skip
    notes += month.brand.notes
    if audience == CLIENT and not narrowed:
        notes += _all_told(month)
    kinds = {name: _KINDS[name] for name in _shipped(audience) if name != SUMMARY}
    reports = [_planned(month, name, about) for name, find in kinds.items() for about in find(month)]
    reports += [_planned(month, one.path, about) for one in own for about in _own_requests(month, one)]
    if SUMMARY in _shipped(audience):
        reports += [_planned(month, SUMMARY, about) for about in _KINDS[SUMMARY](month)]
    return MonthPlan(
        tuple(planned for planned in reports if planned.report in chosen),
        tuple(planned for planned in reports if planned.report not in chosen),
        chosen_period.label,
        period_label(chosen_period.label, language),
        language,
        month.folder,
        opened.config.labels_in(language),
        provenance,
        tuple(month.notes),
        audience,
        month.brand,
    )


def linked(summary: PlannedReport, ready: Iterable[tuple[str, str]]) -> PlannedReport:
    """Return the summary of a month with links to the campaigns' reports, if it takes any.

    Parameters
    ----------
    summary : PlannedReport
    ready : iterable of (str, str)
        Campaign, and the name of a file in the same folder.
    """
    order = summary.order
    if order is None or LINKS not in {parameter.name for parameter in notebooks.parameters(order.notebook)}:
        return summary
    links = [f"{campaign}={name}" for campaign, name in ready]
    return replace(summary, order=replace(order, values={**order.values, LINKS: links}))


def explained(planned: PlannedReport, page: str) -> PlannedReport:
    """Return a report with a link to the page of the methods, "" for none.

    Parameters
    ----------
    planned : PlannedReport
    page : str
        The file beside it, without its extension.
    """
    if planned.order is None or planned.report == METHOD:
        return planned
    return replace(planned, order=replace(planned.order, method_page=page))


def _shipped(audience: str = "internal") -> list[str]:
    """Return the reports that ship, of a client's month those that can be made for one."""
    there = notebooks.names()
    names = [name for name in _KINDS if name in there]
    return [name for name in names if audience != CLIENT or _takes_audience(there[name])]


def _takes_audience(path: Path) -> bool:
    return any(parameter.name == "audience" for parameter in notebooks.parameters(path))


def _for_clients(own: Iterable[OwnNotebook], notes: list[str]) -> list[OwnNotebook]:
    """Return the notebooks of the project's own that are made for clients, and note the others."""
    kept = []
    for one in own:
        if "audience" in one.parameters:
            kept.append(one)
        else:
            notes.append(f"{one.path.name} is for the house alone: it has no parameter audience")
    return kept


def _all_told(month: _Month) -> list[str]:
    """Return a note if a client's reports are on several campaigns: some may be other clients'."""
    names = {name for found in campaigns(month.opened, month.period).values() for name in found}
    if len(names) < 2:
        return []
    told = f"The reports are on all {len(names)} campaigns of the data"
    return [f"{told}: a client's own alone are made with --where campaign_id=NAME"]


def _chosen(only: Iterable[str], own: Iterable[OwnNotebook], audience: str) -> list[str]:
    wanted, known = tuple(only), [*_shipped(audience), *(one.path.stem for one in own)]
    for name in wanted:
        if name in _shipped() and name not in known:
            raise UsageError(f"{name} is for the house alone", hint=f"A client gets: {', '.join(known)}.")
        if name not in known:
            raise unknown_name("report", name, known)
    usual = [name for name in known if audience != CLIENT or name != AGENTS]
    return list(wanted) or usual


def _own_requests(month: _Month, one: OwnNotebook) -> Iterator[_ReportRequest]:
    """Yield what a notebook of the project's own is run for."""
    taken = one.parameters
    for found in _EACH[one.declared.for_each](month):
        given = {name: value for name, value in found.parameters.items() if name in taken or not taken}
        own = one.declared.parameters
        yield replace(found, parameters={**given, **own}, found=found.found and not own)


def _planned(month: _Month, notebook: str | Path, request: _ReportRequest) -> PlannedReport:
    """Prepare the order of a report, or the reason if it cannot be made."""
    name = Path(notebook).stem
    about = (name, request.subject, request.campaign, name)
    try:
        path = notebooks.find(notebook)
        heading = notebooks.outline(path).title or name
        about = (*about[:3], heading)
        taken = {parameter.name for parameter in notebooks.parameters(path)}
        order = take_order(
            path,
            month.data,
            period=request.period or month.period.label,
            parameters=request.parameters,
            language=month.language,
            out=month.out,
            config=month.config if "config" in taken else None,
            settings=month.settings if "settings" in taken else (),
            audience=month.audience,
            opened=month.opened,
            coded=month.coded,
            brand=month.brand,
            provenance=month.provenance,
            found=request.found,
        )
    except CallstatsError as error:
        return PlannedReport(*about, None, str(error))
    return PlannedReport(*about, _placed(order, month, request.subject))


def _placed(order: Order, month: _Month, subject: str) -> Order:
    """Return an order for the month's folder, with a file name of report and subject only."""
    stem = files.stem(order.notebook.stem, [subject] if subject else [], order.language)
    return replace(order, folder=month.folder, stem=stem)


def _each_campaign(report: str) -> Callable[[_Month], Iterator[_ReportRequest]]:
    """Return what finds the campaigns that a report is made for: those with calls in its direction."""

    def find(month: _Month) -> Iterator[_ReportRequest]:
        names = dict.fromkeys(name for one in DIRECTIONS[report] for name in month.wanted(one))
        return (_ReportRequest(name, name, {"campaign_id": name}, found=True) for name in names)

    return find


def _taking_calls(month: _Month) -> Iterator[_ReportRequest]:
    names = dict.fromkeys([*month.wanted("outbound"), *month.wanted("inbound")])
    return (_ReportRequest(name, name, {"campaign_id": name}, found=True) for name in names)


def _agents(month: _Month) -> Iterator[_ReportRequest]:
    names = agents(month.opened, month.period, month.narrowed)
    return (_ReportRequest(name, "", {"agent_id": name}, found=True) for name in names)


def _whole_site(month: _Month) -> Iterator[_ReportRequest]:
    return iter(() if month.narrowed else (_ReportRequest(),))


def _once(month: _Month) -> Iterator[_ReportRequest]:  # noqa: ARG001 - as all of them
    return iter((_ReportRequest(),))


def _tests(month: _Month) -> Iterator[_ReportRequest]:
    for name, test in month.opened.config.ab_tests.items():
        if month.narrowed and test.campaign_id not in month.narrowed:
            continue
        try:
            period = period_of_test(month.opened, test, month.period)
        except UsageError as error:
            month.notes.append(f"The test {name} of the project file is left out: {error}")
            continue
        if period is not None:
            yield _ReportRequest(name, test.campaign_id, test.parameters(), period)


#: The reports of a month, in the order they are made, and what each is made for.
_KINDS: dict[str, Callable[[_Month], Iterator[_ReportRequest]]] = {
    "campaign_report": _each_campaign("campaign_report"),
    "agent_comparison": _each_campaign("agent_comparison"),
    "list_ab_test": _tests,
    "service_report": _each_campaign("service_report"),
    "data_quality": _whole_site,
    METHOD: _once,
    SUMMARY: _whole_site,
}
#: The same for the notebooks of a project's own.
_EACH: dict[str, Callable[[_Month], Iterator[_ReportRequest]]] = {
    "site": _whole_site,
    "campaign": _taking_calls,
    "list_test": _tests,
    "agent": _agents,
}
