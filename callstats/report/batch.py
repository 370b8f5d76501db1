"""Make the reports of a month: what is there stays, what fails spoils no other, the index comes last."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from callstats.errors import CallstatsError
from callstats.report import files, index, state
from callstats.report.month import CAMPAIGN, SUMMARY, Plan, Planned, linked, plan
from callstats.report.order import Order
from callstats.report.run import FORMATS, checked_formats
from callstats.report.workers import Done, run_all
from callstats.show.words import words

Status = Literal["made", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one report.

    Attributes
    ----------
    planned : Planned
    status : str
        made, unchanged (there already, and whole) or failed.
    paths : tuple of Path
        Its files; none where it failed.
    told : mapping or None
        The content of its JSON.
    error : str
        Why it failed, in words.
    seconds : float
        How long it took to make; 0 where nothing was made.
    """

    planned: Planned
    status: Status
    paths: tuple[Path, ...] = ()
    told: Mapping[str, Any] | None = None
    error: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """One report more is settled.

    Attributes
    ----------
    done, total : int
    outcome : Outcome
    left_s : float or None
        Seconds that the rest will take at the pace so far; None before anything was made.
    """

    done: int
    total: int
    outcome: Outcome
    left_s: float | None


@dataclass(frozen=True, slots=True)
class MonthResult:
    """The reports of a month.

    Attributes
    ----------
    outcomes : tuple of Outcome
        In the order of the plan.
    index : tuple of Path
        The index page, and the same as JSON.
    notes : tuple of str
        What was left out of the plan, and why.
    """

    outcomes: tuple[Outcome, ...]
    index: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The reports that could not be made."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")


def monthly(
    data: str | Path,
    period: str,
    *,
    language: str = "en",
    formats: Iterable[str] = FORMATS,
    out: str | Path = "reports",
    config: str | Path | None = None,
    only: Iterable[str] = (),
    campaign_id: Iterable[str] = (),
    jobs: int | None = None,
    again: bool = False,
    told: Callable[[Progress], None] | None = None,
) -> MonthResult:
    """Make every report of a month, and an index of them.

    A report that is there, whole, and made of the same data, notebook, parameters and
    software is not made again. A report that fails is listed in the index with its error.

    Parameters
    ----------
    data, period, language, out, config, only, campaign_id
        As in :func:`callstats.report.month.plan`.
    formats : iterable of str
        html, pdf.
    jobs : int, optional
        Reports made side by side; as many as this process may use processors where left out.
    again : bool
        Make also what is there unchanged.
    told : callable, optional
        Is called with a :class:`Progress` whenever a report is settled.

    Returns
    -------
    MonthResult

    Raises
    ------
    UsageError
        The period holds no call, or a report, campaign, format or language is not known.
    InputError
        The data or the project file cannot be read.
    """
    wanted = checked_formats(formats)
    words(language)
    planned = plan(
        data, period, language=language, out=out, config=config, only=only, campaign_id=campaign_id
    )
    files.sweep(planned.folder)
    settled: dict[str, Outcome] = {}
    start, made = time.perf_counter(), 0
    with closing(_Batch(planned, wanted, jobs, again).outcomes()) as outcomes_as_they_come:
        for outcome in outcomes_as_they_come:
            settled[outcome.planned.name] = outcome
            made += outcome.seconds > 0
            if told is not None:
                left = len(planned.reports) - len(settled)
                pace = (time.perf_counter() - start) / made if made else None
                told(Progress(len(settled), len(planned.reports), outcome, pace and pace * left))
    outcomes = tuple(settled[report.name] for report in planned.reports)
    entries = [index.Entry(o.planned, o.told, o.error) for o in outcomes]
    written = files.write_all(planned.folder, index.contents(planned, entries))
    return MonthResult(outcomes, tuple(written.values()), planned.notes)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The making of a plan."""

    plan: Plan
    formats: tuple[str, ...]
    jobs: int | None
    again: bool

    def outcomes(self) -> Generator[Outcome]:
        """Yield every report as it is settled: refused, unchanged, then made or failed."""
        waiting: list[Planned] = []
        summary: Planned | None = None
        for planned in self.plan.reports:
            if planned.order is None:
                yield Outcome(planned, "failed", error=planned.error)
            elif planned.report == SUMMARY:
                summary = planned
            elif (there := self._unchanged(planned)) is not None:
                yield there
            else:
                waiting.append(planned)
        yield from self._with_summary(waiting, summary)

    def _with_summary(self, waiting: list[Planned], summary: Planned | None) -> Generator[Outcome]:
        """Make the rest beside a summary that links to it; the summary again without what failed."""
        if summary is None:
            yield from self._made(waiting)
            return
        hoped = self._linked(summary, {planned.name for planned in waiting})
        there = self._unchanged(hoped)
        last = there
        for outcome in self._made([*waiting, *([] if there else [hoped])]):
            if outcome.planned.report == SUMMARY:
                last = outcome
            else:
                yield outcome
        known = self._linked(summary, set())
        if known.order == hoped.order and last is not None:
            yield last
        else:
            yield self._unchanged(known) or next(self._made([known]))

    def _linked(self, summary: Planned, hoped: set[str]) -> Planned:
        """Return the summary with a link to the report of each campaign that is there, or hoped to be."""
        ready = [
            (planned.campaign, f"{planned.order.stem}.html")
            for planned in (*self.plan.reports, *self.plan.others)
            if planned.order is not None and planned.report in CAMPAIGN and "html" in self.formats
            if planned.name in hoped or state.finished(planned.order, self.formats) is not None
        ]
        return linked(summary, ready)

    def _unchanged(self, planned: Planned) -> Outcome | None:
        if self.again or planned.order is None:
            return None
        told = state.finished(planned.order, self.formats)
        return None if told is None else Outcome(planned, "unchanged", _paths(planned.order, told), told)

    def _made(self, waiting: list[Planned]) -> Generator[Outcome]:
        by_stem = {planned.order.stem: planned for planned in waiting if planned.order is not None}
        orders = [planned.order for planned in waiting if planned.order is not None]
        if not orders:
            return
        made = cast("Generator[Done]", run_all(orders, formats=self.formats, jobs=self.jobs))
        with closing(made):  # ends the workers at once, also where this is left early
            for done in made:
                yield _outcome(by_stem[done.order.stem], done)


def _outcome(planned: Planned, done: Done) -> Outcome:
    if done.error is not None or done.result is None:
        return Outcome(planned, "failed", error=_in_words(done.error, done.order), seconds=done.seconds)
    told = json.loads(done.result.paths[-1].read_bytes())
    return Outcome(planned, "made", done.result.paths, told, seconds=done.seconds)


def _paths(order: Order, told: Mapping[str, Any]) -> tuple[Path, ...]:
    return (*(order.folder / name for name in told[state.SEAL]["files"]), order.folder / f"{order.stem}.json")


def _in_words(error: Exception | None, order: Order) -> str:
    """Return what went wrong as it may be shown: without where the data lie on this machine."""
    text = str(error) if isinstance(error, CallstatsError) else f"{type(error).__name__}: {error}"
    return text.replace(str(order.data), order.shown)
