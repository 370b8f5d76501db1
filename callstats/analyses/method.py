"""How we know: the method in plain words, the KPIs, the data, and how to run it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from callstats.analyses.fingerprint import fingerprint
from callstats.analyses.opening import found
from callstats.analyses.portrait import KPIS
from callstats.analyses.quality import DataQuality, check
from callstats.analyses.result import Result, Voice
from callstats.analyses.scope import scope
from callstats.kpis import get
from callstats.kpis.describing import describe
from callstats.show.display import Cell, TableView, View
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: What a campaign report uses beside its key figures.
_USED = (*KPIS, "conversion_per_conversation", "conversion_per_contact", "contact_rate_dial", "occupancy",
         "average_handle_time", "cost_per_call")  # fmt: skip
_LIBRARIES = ("narwhals", "duckdb", "numpy", "scipy", "matplotlib")
_METHOD = (
    (
        mark("Interval"),
        mark(
            "In 95 of 100 months like this one the interval would hold the value that the campaign, its "
            "lists and its agents really stand for. It is as wide as contacts (or agents' days) differ: a "
            "contact dialled eight times counts as one, not as eight."
        ),
    ),
    (
        mark("Change"),
        mark(
            "A figure has moved only where the interval of the difference excludes no change; "
            "everything else is within the usual variation, which is not to say that nothing changed."
        ),
    ),
    (
        mark("Many comparisons"),
        mark(
            "Where many lists or hours are compared, intervals are wide enough that all claims together are "
            "wrong in at most 5 of 100 reports."
        ),
    ),
    (
        mark("Control limits"),
        mark(
            "Days are judged against limits as wide as ordinary days differ, not as wide as pure chance "
            "would have it (Laney's limits)."
        ),
    ),
    (
        mark("Attempts"),
        mark(
            "At attempt k only contacts count that got a k-th dial and had been neither reached nor closed; "
            "contacts not dialled so often yet are not held against the list (life table)."
        ),
    ),
    (
        mark("What is not here"),
        mark(
            "A figure whose columns the data lack is not computable and never 0. "
            "Rates of a group are ratios of sums, never means of percentages."
        ),
    ),
)


@dataclass(frozen=True)
class Method(Result):
    """What a report stands on.

    Attributes
    ----------
    kpis : tuple of mapping
        What the glossary says of each KPI.
    facts : tuple of (str, str)
        Where the data came from, versions, parameters.
    command : str
        What makes the report again.
    quality : DataQuality
        What was left out, and what looks wrong.
    """

    voice: Voice
    kpis: tuple[Mapping[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    command: str
    quality: DataQuality

    def to_frame(self) -> pd.DataFrame:
        """Return the glossary: a row a KPI."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.kpis])

    @property
    def sentences(self) -> tuple[Any, ...]:
        """What was left out of the data, and whether anything looks wrong."""
        return self.quality.sentences

    def explanation(self) -> TableView:
        """Return the method in plain words."""
        _ = self.voice.say
        rows = [[Cell(_(topic), strong=True), _(words)] for topic, words in _METHOD]
        return TableView(_("The method in plain words"), [_("What"), _("How it is to be read")], rows)

    def glossary(self) -> TableView:
        """Return every KPI used: formula, unit, caution, source."""
        _ = self.voice.say
        heads = [_("Indicator"), _("Formula, and what to bear in mind")]
        rows = [
            [
                Cell(k["label"], strong=True),
                _(
                    "= {formula}. {caution} Source: {source}.",
                    **{n: k[n] for n in ("formula", "caution", "source")},
                ),
            ]
            for k in self.kpis
        ]
        return TableView(_("Glossary"), heads, rows)

    def provenance(self) -> TableView:
        """Return where the data came from and how to run the report again."""
        _ = self.voice.say
        rows = [*self.facts, (_("Run it again"), self.command)]
        heads = [_("What"), _("Value")]
        return TableView(_("Data, versions, parameters"), heads, [[label, text] for label, text in rows])

    def views(self) -> tuple[View, ...]:
        """Return quality of the data, method, provenance and glossary."""
        strange = [self.quality.table()] if len(self.quality) else []
        return (self.verdict, *strange, self.explanation(), self.provenance(), self.glossary())


def method(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpis: Sequence[str] = _USED,
    report: str = "campaign_report",
    parameters: Mapping[str, Any] | None = None,
) -> Method:
    """Return what a report stands on.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to what the report is about.
    period : str or Period, optional
    kpis : sequence of str
        What the report uses.
    report : str
        Name of the notebook.
    parameters : mapping, optional
        What it was run with; ``data`` and ``language`` among them.
    """
    about, given = scope(dataset, period), dict(parameters or {})
    voice = about.voice
    facts = (*_sources(dataset, given.get("data"), voice), *_rows(about.now, voice), *_versions(voice))
    asked = tuple(describe(get(kpi), voice.language) for kpi in kpis)
    told = ", ".join(f"{name}={value}" for name, value in sorted(given.items()))
    if told:
        facts = (*facts, (voice.say("Parameters"), told))
    return Method(voice, asked, facts, _command(report, given), check(dataset))


def _sources(dataset: Dataset, data: str | None, voice: Voice) -> list[tuple[str, str]]:
    """Return source, files with their checksums, time zone and the fingerprint of what was read."""
    _, known = voice.say, dataset.provenance
    facts = [(_("Source"), str(known["source"]))] if known.get("source") else []
    for file in known.get("files", ()):
        said = {"rows": voice.form.number(file["rows"]), "hash": str(file["sha256"])[:12]}
        told = _("{name}: {rows} rows, SHA-256 {hash}…", name=file["name"], **said)
        facts.append((_("File"), told))
    facts.append((_("Time zone"), str(known.get("time_zone") or dataset.config.time_zone)))
    if data is not None and (there := found(data)).exists():
        facts.append((_("Fingerprint of the data"), f"SHA-256 {fingerprint(there)[:16]}…"))
    return facts


def _rows(now: Dataset, voice: Voice) -> list[tuple[str, str]]:
    """Return how many calls the report speaks of, and how many rows were left out at import."""
    import narwhals as nw

    _, form = voice.say, voice.form
    calls = int(now.table("calls").select(n=nw.len()).collect("pandas")["n"].to_list()[0])
    return [
        (_("Calls in this report"), form.number(calls)),
        (_("Rows left out at import"), form.number(len(now.rejects))),
    ]


def _versions(voice: Voice) -> list[tuple[str, str]]:
    from callstats import __version__

    told = [f"callstats {__version__}"]
    for name in _LIBRARIES:
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:  # vendored, or replaced
            continue
    return [(voice.say("Versions"), ", ".join(told))]


def _command(report: str, given: Mapping[str, Any]) -> str:
    """Return the line that makes the report again.

    Examples
    --------
    >>> _command("campaign_report", {"data": "data/demo", "period": "2026-09", "campaign_id": "spring"})
    'callstats report campaign_report data/demo --period 2026-09 -p campaign_id=spring'
    """
    own = {"period": "--period", "language": "--lang", "config": "--config"}
    parts = ["callstats", "report", report, str(given.get("data", "DATA"))]
    for name, option in own.items():
        if given.get(name):
            parts += [option, str(given[name])]
    for name, value in given.items():
        if name not in own and name != "data" and value is not None:
            parts += ["-p", f"{name}={value}"]
    return shlex.join(parts)
