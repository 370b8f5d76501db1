"""How we know: the data and how to rerun the report; method, words and KPIs on a page of their own."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.money_ledger import ledger
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import CLIENT, HIDDEN, told_kpis
from callstats.answers.core.heading import find_path
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.answers.trust.data_check import DataQuality, check_scope
from callstats.answers.trust.method_topics import PAGE, topics, used
from callstats.dataset.fingerprint import fingerprint
from callstats.kpis import get
from callstats.kpis.describing import describe, sources
from callstats.show.words import mark
from callstats.version import __version__

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import TableView

#: A source whose name is a word; the others are systems.
_SIMULATED = mark("simulated")
_LIBRARIES = ("narwhals", "duckdb", "numpy", "scipy", "matplotlib")


@dataclass(frozen=True)
class Method(Answer):
    """What a report is based on.

    Attributes
    ----------
    kpis : tuple of mapping
        Each KPI's glossary entry.
    facts : tuple of (str, str)
        Where the data came from, versions, parameters.
    command : str
        The command that makes the report again; empty for a client, who has no data.
    quality : DataQuality or None
        What was left out, and what looks wrong; None on the page of the methods, which shows no figure.
    topics : tuple of (str, str)
        The report's methods, in plain words: name and how to read it.
    sources : tuple of tuple of str
        Where the definition of each KPI comes from.
    confidence : float
        Of the intervals of the report.
    whole : bool
        Whether method, words and KPIs are shown as well.
    page : str
        The command that makes the page of the methods; empty for a client.
    """

    voice: Voice
    kpis: tuple[Mapping[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    command: str
    quality: DataQuality | None
    topics: tuple[tuple[str, str], ...]
    sources: tuple[tuple[str, ...], ...]
    confidence: float
    whole: bool = False
    page: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the glossary: one row per KPI."""
        import pandas as pd

        return pd.DataFrame([dict(row) for row in self.kpis])

    def terms(self) -> TableView:
        """Return the words of the reports, each with what it means."""
        return self.telling.terms()

    def explanation(self) -> TableView:
        """Return the method in plain words."""
        return self.telling.explanation()

    def glossary(self) -> TableView:
        """Return every KPI used: formula, caution and the numbers of its sources, listed beneath."""
        return self.telling.glossary()

    def provenance(self) -> TableView:
        """Return where the data came from and how to run the report again."""
        return self.telling.provenance()


def method(
    dataset: Dataset,
    period: str | Period | None = None,
    *,
    kpis: Sequence[str] | None = None,
    report: str = "campaign_report",
    parameters: Mapping[str, Any] | None = None,
    examples: bool = True,
    whole: bool = False,
) -> Method:
    """Return what a report is based on.

    A report shows what was left out of its data and what looks wrong, where they come from and
    how to make it again. Method, words and KPIs stand on a page of their own, made once a month:
    ``callstats report method DATA``.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the report's subject.
    period : str or Period, optional
    kpis : sequence of str, optional
        The KPIs the report uses; if omitted, those known for it.
    report : str
        Name of the notebook, which decides the methods described; ``method``: those of all reports.
    parameters : mapping, optional
        What it was run with, including ``data`` and ``language``. Suspect rows are
        searched for in the period and in that of ``compare_with``.
    examples : bool
        Show an example row for each broken rule. Rows name agents and contacts, so
        not for a report with pseudonyms.
    whole : bool
        Show method, words and KPIs as well.

    Examples
    --------
    >>> import callstats as cs
    >>> ds = cs.open("data/demo")
    >>> cs.method(ds, "2026-09", report="service_report").page
    'callstats report method DATA --period 2026-09'
    >>> cs.method(ds, report="list_ab_test", whole=True).topics[0][0]
    'By assignment'
    """
    given = dict(parameters or {})
    about = scope(dataset, period, given.get("compare_with"))
    voice = about.voice
    house = voice.audience != CLIENT
    prices = _prices(about.now, voice) if house else ()
    of_rows = () if report == PAGE else (*_rows(about.now, voice), *prices)
    facts = (
        *_sources(dataset, given.get("data"), voice),
        (voice.say("Period"), about.label),
        *of_rows,
        *_versions(voice),
    )
    asked = [get(kpi) for kpi in told_kpis(voice.audience, used(report) if kpis is None else kpis)]
    kept = given if house else {name: value for name, value in given.items() if name not in HIDDEN}
    chosen = {name: value for name, value in sorted(kept.items()) if value not in (None, "")}
    if chosen:
        listed = ", ".join(f"{name}={_written(value)}" for name, value in chosen.items())
        facts = (*facts, (voice.say("Parameters"), listed))
    quality = None if report == PAGE else check_scope(about).for_report(examples=examples and house)
    glossary = tuple(describe(kpi, voice.language) for kpi in asked)
    origins = tuple(sources(kpi, voice.language) for kpi in asked)
    return Method(
        voice,
        glossary,
        facts,
        _command(report, given) if house else "",
        quality,
        topics(report),
        origins,
        dataset.config.confidence,
        whole,
        _page(period, given) if house else "",
    )


def _sources(dataset: Dataset, data: str | None, voice: Voice) -> list[tuple[str, str]]:
    """Return source, files with their checksums, time zone and the fingerprint of the data."""
    _, known = voice.say, dataset.provenance
    source = known.get("source")
    facts = [(_("Source"), _(_SIMULATED) if source == _SIMULATED else str(source))] if source else []
    for file in known.get("files", ()):
        fields = {"rows": voice.form.number(file["rows"]), "hash": str(file["sha256"])[:12]}
        facts.append((_("File"), _("{name}, rows: {rows}, SHA-256 {hash}…", name=file["name"], **fields)))
    facts.append((_("Time zone"), str(known.get("time_zone") or dataset.config.time_zone)))
    if data is not None and (path := find_path(data)).exists():
        facts.append((_("Fingerprint of the data"), f"SHA-256 {fingerprint(path)[:16]}…"))
    return facts


def _rows(now: Dataset, voice: Voice) -> list[tuple[str, str]]:
    """Return how many calls the report covers, and how many rows were left out at import."""
    import narwhals as nw

    _, form = voice.say, voice.form
    calls = int(now.table("calls").select(n=nw.len()).collect("pandas")["n"].to_list()[0])
    rows = [(_("Calls in this report"), form.number(calls))]
    if now.rejects.known:
        rows.append((_("Rows left out at import"), form.number(len(now.rejects))))
    return rows


def _prices(now: Dataset, voice: Voice) -> list[tuple[str, str]]:
    """Return the keys of callstats.toml that made values or costs; nothing where the data have them all."""
    prices = ledger(now).prices
    return [(voice.say("Prices from callstats.toml"), ", ".join(prices))] if prices else []


def _versions(voice: Voice) -> list[tuple[str, str]]:
    versions = [f"callstats {__version__}"]
    for name in _LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:  # vendored, or replaced
            continue
    return [(voice.say("Versions"), ", ".join(versions))]


def _page(period: str | Period | None, given: Mapping[str, Any]) -> str:
    """Return the command that makes the page of the methods for the same data and reader."""
    own = {name: given.get(name) for name in ("data", "period", "language", "config", "settings")}
    asked = own["period"] or (period if isinstance(period, str) or period is None else period.label)
    return _command(PAGE, {**{k: v for k, v in own.items() if v}, **({"period": asked} if asked else {})})


def _command(report: str, given: Mapping[str, Any]) -> str:
    """Return the command that makes the report again.

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
    for word in given.get("settings") or ():
        parts += ["--set", str(word)]
    for name, value in given.items():
        if name not in own and name not in ("data", "settings") and value is not None:
            parts += ["-p", f"{name}={_written(value)}"]
    return shlex.join(parts)


def _written(value: Any) -> str:
    """Return a parameter in command-line form.

    Examples
    --------
    >>> _written(["answer_rate", "occupancy"]), _written(False), _written(14)
    ('answer_rate,occupancy', 'false', '14')
    """
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
