"""Make the reports of a month that are missing or out of date, then the index."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from callstats.errors import CallstatsError
from callstats.report import index, state
from callstats.report import report_files as files
from callstats.report.month import (
    CAMPAIGN,
    METHOD,
    SUMMARY,
    MonthPlan,
    PlannedReport,
    explained,
    linked,
    plan,
)
from callstats.report.order import Order
from callstats.report.parallel import FinishedReport, run_all
from callstats.report.report_run import FORMATS, checked_formats
from callstats.show.words import words

Status = Literal["made", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class ReportOutcome:
    """The outcome of one report.

    Attributes
    ----------
    planned : PlannedReport
    status : str
        made, unchanged (already there and complete) or failed.
    paths : tuple of Path
        Its files; empty if it failed.
    content : mapping or None
        The content of its JSON; None if it failed.
    error : str
        Why it failed, in words.
    seconds : float
        How long it took to make; 0 if nothing was made.
    """

    planned: PlannedReport
    status: Status
    paths: tuple[Path, ...] = ()
    content: Mapping[str, Any] | None = None
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress after each finished report.

    Attributes
    ----------
    done, total : int
    outcome : ReportOutcome
    left_s : float or None
        Seconds the rest will take at the pace so far; None before the first is made.
    """

    done: int
    total: int
    outcome: ReportOutcome
    left_s: float | None


@dataclass(frozen=True, slots=True)
class MonthResult:
    """The reports of a month.

    Attributes
    ----------
    outcomes : tuple of ReportOutcome
        In the order of the plan.
    index : tuple of Path
        The index page and its JSON.
    notes : tuple of str
        What was left out of the plan, and why.
    """

    outcomes: tuple[ReportOutcome, ...]
    index: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> tuple[ReportOutcome, ...]:
        """The reports that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")


def monthly(  # noqa: PLR0913 - all but two by name
    data: str | Path,
    period: str,
    *,
    language: str | None = None,
    formats: Iterable[str] = FORMATS,
    out: str | Path = "reports",
    config: str | Path | None = None,
    settings: Iterable[str] = (),
    audience: str | None = None,
    only: Iterable[str] = (),
    campaign_id: Iterable[str] = (),
    jobs: int | None = None,
    again: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> MonthResult:
    """Make every report of a month, and an index of them.

    A complete report made from the same data, notebook, parameters and software is not
    made again. A report that fails is listed in the index with its error.

    Parameters
    ----------
    data, period, language, out, config, settings, audience, only, campaign_id
        As in :func:`callstats.report.month.plan`.
    formats : iterable of str
        html, pdf, xlsx.
    jobs : int, optional
        Reports made in parallel; if omitted, one per processor this process may use.
    again : bool
        Also remake reports that are up to date.
    on_progress : callable, optional
        Called with a :class:`Progress` whenever a report is done.

    Returns
    -------
    MonthResult

    Raises
    ------
    UsageError
        The period holds no call, or a report, campaign, format or language is unknown.
    InputError
        The data or the project file cannot be read.
    """
    wanted = checked_formats(formats)
    if language is not None:
        words(language)
    planned = plan(
        data,
        period,
        language=language,
        out=out,
        config=config,
        settings=settings,
        audience=audience,
        only=only,
        campaign_id=campaign_id,
    )
    files.sweep(planned.folder)
    settled: dict[str, ReportOutcome] = {}
    start, count = time.perf_counter(), 0
    with closing(_MonthInProgress(planned, wanted, jobs, again).outcomes()) as finished_outcomes:
        for outcome in finished_outcomes:
            settled[outcome.planned.name] = outcome
            count += outcome.seconds > 0
            if on_progress is not None:
                left = len(planned.reports) - len(settled)
                pace = (time.perf_counter() - start) / count if count else None
                on_progress(Progress(len(settled), len(planned.reports), outcome, pace and pace * left))
    outcomes = tuple(settled[report.name] for report in planned.reports)
    entries = [index.Entry(outcome.planned, outcome.content, outcome.error) for outcome in outcomes]
    written = files.write_all(planned.folder, index.contents(planned, entries))
    return MonthResult(outcomes, tuple(written.values()), planned.notes)


@dataclass(frozen=True, slots=True)
class _MonthInProgress:
    """The reports of a plan while they are being made."""

    plan: MonthPlan
    formats: tuple[str, ...]
    jobs: int | None
    again: bool

    def outcomes(self) -> Generator[ReportOutcome]:
        """Yield every outcome as it is known: refused, unchanged, then made or failed.

        All lead to the page of the methods; if that fails, they are made without.
        """
        page, failed = self._method_page(), False
        for outcome in self._leading_to(page)._outcomes():
            failed |= outcome.planned.report == METHOD and outcome.status == "failed"
            yield outcome
        if page and failed:
            yield from self._outcomes(but=METHOD)

    def _leading_to(self, page: str) -> _MonthInProgress:
        """Return the same month with every report, made now or before, leading to the page of the methods."""
        reports, others = (
            tuple(explained(one, page) for one in planned)
            for planned in (self.plan.reports, self.plan.others)
        )
        return replace(self, plan=replace(self.plan, reports=reports, others=others))

    def _method_page(self) -> str:
        """Return the page of the methods that exists or is about to be made, without its extension."""
        for planned in (*self.plan.reports, *self.plan.others):
            if planned.report == METHOD and planned.order is not None:
                expected = planned in self.plan.reports
                if expected or state.finished(planned.order, self.formats) is not None:
                    return planned.order.stem
        return ""

    def _outcomes(self, but: str = "") -> Generator[ReportOutcome]:
        waiting: list[PlannedReport] = []
        summary: PlannedReport | None = None
        for planned in (one for one in self.plan.reports if one.report != but):
            if planned.order is None:
                yield ReportOutcome(planned, "failed", error=planned.error)
            elif planned.report == SUMMARY:
                summary = planned
            elif (unchanged := self._unchanged(planned)) is not None:
                yield unchanged
            else:
                waiting.append(planned)
        yield from self._with_summary(waiting, summary)

    def _with_summary(
        self, waiting: list[PlannedReport], summary: PlannedReport | None
    ) -> Generator[ReportOutcome]:
        """Make the summary, with links, alongside the rest; remake it without the links to failed reports."""
        if summary is None:
            yield from self._made(waiting)
            return
        with_all_links = self._linked(summary, {planned.name for planned in waiting})
        unchanged = self._unchanged(with_all_links)
        summary_outcome = unchanged
        for outcome in self._made([*waiting, *([] if unchanged else [with_all_links])]):
            if outcome.planned.report == SUMMARY:
                summary_outcome = outcome
            else:
                yield outcome
        with_true_links = self._linked(summary, set())
        if with_true_links.order == with_all_links.order and summary_outcome is not None:
            yield summary_outcome
        else:
            yield self._unchanged(with_true_links) or next(self._made([with_true_links]))

    def _linked(self, summary: PlannedReport, expected: set[str]) -> PlannedReport:
        """Return the summary with a link to each campaign's report that exists or is about to be made."""
        ready = [
            (planned.campaign, f"{planned.order.stem}.html")
            for planned in (*self.plan.reports, *self.plan.others)
            if planned.order is not None and planned.report in CAMPAIGN and "html" in self.formats
            if planned.name in expected or state.finished(planned.order, self.formats) is not None
        ]
        return linked(summary, ready)

    def _unchanged(self, planned: PlannedReport) -> ReportOutcome | None:
        if self.again or planned.order is None:
            return None
        content = state.finished(planned.order, self.formats)
        if content is None:
            return None
        return ReportOutcome(planned, "unchanged", _paths(planned.order, content), content)

    def _made(self, waiting: list[PlannedReport]) -> Generator[ReportOutcome]:
        by_stem = {planned.order.stem: planned for planned in waiting if planned.order is not None}
        orders = [planned.order for planned in waiting if planned.order is not None]
        if not orders:
            return
        reports = cast("Generator[FinishedReport]", run_all(orders, formats=self.formats, jobs=self.jobs))
        with closing(reports):  # ends the kernels at once, even on an early exit
            for finished in reports:
                yield _outcome(by_stem[finished.order.stem], finished)


def _outcome(planned: PlannedReport, finished: FinishedReport) -> ReportOutcome:
    seconds = finished.seconds
    if finished.error is not None or finished.result is None:
        error = _in_words(finished.error, finished.order)
        return ReportOutcome(planned, "failed", error=error, seconds=seconds)
    content = json.loads(finished.result.paths[-1].read_bytes())
    return ReportOutcome(planned, "made", finished.result.paths, content, seconds=seconds)


def _paths(order: Order, content: Mapping[str, Any]) -> tuple[Path, ...]:
    beside = (order.folder / name for name in content[state.SEAL]["files"])
    return (*beside, order.folder / f"{order.stem}.json")


def _in_words(error: Exception | None, order: Order) -> str:
    """Return the error message without the path of the data on this machine."""
    text = str(error) if isinstance(error, CallstatsError) else f"{type(error).__name__}: {error}"
    return text.replace(str(order.data), order.shown)
