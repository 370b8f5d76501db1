"""How we know: the method in plain words, the KPIs, the data, and how to run it again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.heading import find_path
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.answers.trust.method.fingerprint import fingerprint
from callstats.answers.trust.method.kpis import used
from callstats.answers.trust.method.topics import topics
from callstats.answers.trust.quality import DataQuality, check_scope
from callstats.kpis import get
from callstats.kpis.describing import describe, sources
from callstats.show.calendar import SPACE
from callstats.show.display import Cell, TableView, View
from callstats.show.writing import MINUS

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

_LIBRARIES = ("narwhals", "duckdb", "numpy", "scipy", "matplotlib")


@dataclass(frozen=True)
class Method(Answer):
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
    topics : tuple of (str, str)
        The methods the report rests on, in plain words: name and how to read it.
    sources : tuple of tuple of str
        Where the definition of each KPI comes from.
    """

    voice: Voice
    kpis: tuple[Mapping[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    command: str
    quality: DataQuality
    topics: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, ...], ...]

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
        rows = [[Cell(_(topic), strong=True), _(words)] for topic, words in self.topics]
        return TableView(_("The method in plain words"), [_("What"), _("How it is to be read")], rows)

    def glossary(self) -> TableView:
        """Return every KPI used: formula, caution and the numbers of its sources, named beneath."""
        _ = self.voice.say
        heads = [_("Indicator"), _("Formula, and what to bear in mind")]
        numbers = {source: n for n, source in enumerate(dict.fromkeys(chain(*self.sources)), 1)}
        rows = [
            [Cell(kpi["label"], strong=True), _defined(kpi, sorted(numbers[source] for source in own))]
            for kpi, own in zip(self.kpis, self.sources, strict=True)
        ]
        named = " · ".join(f"[{n}] {source}" for source, n in numbers.items())
        return TableView(_("Glossary"), heads, rows, [named] if named else [])

    def provenance(self) -> TableView:
        """Return where the data came from and how to run the report again."""
        _ = self.voice.say
        rows = [*self.facts, (_("Run it again"), self.command)]
        heads = [_("What"), _("Value")]
        return TableView(_("Data, versions, parameters"), heads, [[label, text] for label, text in rows])

    def views(self) -> tuple[View, ...]:
        """Return quality of the data, method, provenance and glossary.

        A report without a KPI is about the data: it has told what was left out, and has no glossary.
        """
        if not self.kpis:
            return (self.explanation(), self.provenance())
        strange = [self.quality.table()] if len(self.quality) else []
        return (self.verdict, *strange, self.explanation(), self.provenance(), self.glossary())


def _defined(kpi: Mapping[str, str], numbers: Sequence[int]) -> str:
    """Return "= handled calls / dials. Answered means ... [1, 3]"."""
    cited = f"[{f',{SPACE}'.join(map(str, numbers))}]" if numbers else ""
    formula = kpi["formula"].replace(" - ", f" {MINUS} ").replace(" x ", " \N{MULTIPLICATION SIGN} ")
    return " ".join(part for part in (f"= {formula}.", kpi["caution"], cited) if part)


def method(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpis: Sequence[str] | None = None,
    report: str = "campaign_report",
    parameters: Mapping[str, Any] | None = None,
    examples: bool = True,
) -> Method:
    """Return what a report stands on.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to what the report is about.
    period : str or Period, optional
    kpis : sequence of str, optional
        What the report uses; those known of it where left out.
    report : str
        Name of the notebook, which decides what is said of methods.
    parameters : mapping, optional
        What it was run with; ``data`` and ``language`` among them. What looks wrong is
        searched in the period and in that of ``compare_with``.
    examples : bool
        Show a row for each rule that was broken. Rows name agents and contacts: not
        for a report whose names are pseudonyms.
    """
    given = dict(parameters or {})
    about = scope(dataset, period, given.get("compare_with"))
    voice = about.voice
    facts = (*_sources(dataset, given.get("data"), voice), *_rows(about.now, voice), *_versions(voice))
    asked = [get(kpi) for kpi in (used(report) if kpis is None else kpis)]
    chosen = {name: value for name, value in sorted(given.items()) if value not in (None, "")}
    if chosen:
        listed = ", ".join(f"{name}={_written(value)}" for name, value in chosen.items())
        facts = (*facts, (voice.say("Parameters"), listed))
    quality = check_scope(about)
    quality = quality if examples else quality.without_examples()
    told = tuple(describe(kpi, voice.language) for kpi in asked)
    origins = tuple(sources(kpi, voice.language) for kpi in asked)
    return Method(voice, told, facts, _command(report, given), quality, topics(report), origins)


def _sources(dataset: Dataset, data: str | None, voice: Voice) -> list[tuple[str, str]]:
    """Return source, files with their checksums, time zone and the fingerprint of what was read."""
    _, known = voice.say, dataset.provenance
    facts = [(_("Source"), str(known["source"]))] if known.get("source") else []
    for file in known.get("files", ()):
        said = {"rows": voice.form.number(file["rows"]), "hash": str(file["sha256"])[:12]}
        told = _("{name}: {rows} rows, SHA-256 {hash}…", name=file["name"], **said)
        facts.append((_("File"), told))
    facts.append((_("Time zone"), str(known.get("time_zone") or dataset.config.time_zone)))
    if data is not None and (there := find_path(data)).exists():
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
            parts += ["-p", f"{name}={_written(value)}"]
    return shlex.join(parts)


def _written(value: Any) -> str:
    """Return a parameter as the command line takes it.

    Examples
    --------
    >>> _written(["answer_rate", "occupancy"]), _written(False), _written(14)
    ('answer_rate,occupancy', 'false', '14')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
