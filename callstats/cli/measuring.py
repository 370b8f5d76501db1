"""The commands that ask for numbers: kpis, measure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from callstats.cli.app import (
    NO_PROJECT,
    Format,
    Lang,
    Language,
    Out,
    Project,
    Words,
    app,
    asked_format,
    in_language,
    open_data,
    pairs,
    show,
)
from callstats.errors import UsageError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.voice import Voice
    from callstats.kpis.define import KPI


@app.command
def kpis(
    *names: str,
    domain: str | None = None,
    own_kpis: Path | None = None,
    lang: Language = "en",
    format: Format = "table",
    out: Out = None,
) -> None:
    """Print the KPI catalogue: what each is, how it is computed, what it does not say.

    Parameters
    ----------
    names
        Only these KPIs, with every detail.
    domain
        Only reach, conversion, productivity, money, quality, service or compliance.
    own_kpis
        File (TOML) with KPIs of your own, listed with the others.
    lang
        Language of the labels.
    format
        How to print it.
    """
    import pandas as pd

    from callstats.kpis import catalogue, describe, get

    format = asked_format(format, out)
    own = own_of(own_kpis)
    everything = catalogue(own).values()
    domains = sorted({kpi.domain for kpi in everything})
    if domain is not None and domain not in domains:
        raise unknown_name("domain", domain, domains)
    chosen = [get(name, own) for name in names] or [kpi for kpi in everything if domain in (None, kpi.domain)]
    rows = [describe(kpi, lang) for kpi in chosen]
    if format == "table" and names:
        print("\n\n".join(_card(row) for row in rows))
        return
    frame = pd.DataFrame(rows)
    show(frame[["name", "label", "unit", "formula"]] if format == "table" else frame, format, out=out)


@app.command
def measure(
    data: str,
    /,
    *kpis: str,
    by: Words = [],  # noqa: B006 - read by the parser, never changed
    period: str | None = None,
    where: Words = [],  # noqa: B006
    confidence: float | None = None,
    own_kpis: Path | None = None,
    project: Project = NO_PROJECT,
    lang: Lang = None,
    format: Format = "table",
    out: Out = None,
) -> None:
    """Measure KPIs with their uncertainty.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file.
    kpis
        Names from `callstats kpis`.
    by
        A column such as list_id or agent_id, or hour, weekday, day, week, month; repeat for several.
    period
        2026-09, 2026-W36, 2026-Q3, 2026-09-14, 2026-09-01..2026-09-14, or last, the last whole month.
    where
        Only these rows: column=value; repeat for several.
    confidence
        Of the intervals.
    own_kpis
        File (TOML) with KPIs of your own.
    format
        How to print it; csv, json and xlsx carry full precision.
    """
    from callstats.answers.core.answer_workbook import frame_workbook
    from callstats.answers.core.measure import measure as run_measure
    from callstats.answers.core.voice import Voice
    from callstats.kpis import get

    if not kpis:
        raise UsageError("no KPI was named", hint="`callstats kpis` lists them.")
    format = asked_format(format, out)
    narrow = in_language(open_data(data, project), lang).where(period=period, **pairs(where))
    voice, own = Voice.of(narrow), own_of(own_kpis)
    asked = [get(name, own) for name in kpis]
    frame = run_measure(narrow, asked, by=list(by) or None, confidence=confidence)

    def book() -> bytes:
        say, lang = voice.say, voice.language
        facts = [(say("Data"), Path(data).name), *([(say("Period"), period)] if period else [])]
        title = ", ".join(kpi.label[lang] for kpi in asked)
        told = _labelled(frame, voice)
        return frame_workbook(told, title, facts=facts, language=lang, currency=voice.currency, kpis=own)

    show(_readable(frame, asked, voice) if format == "table" else frame, format, out=out, book=book)


def own_of(file: Path | None) -> tuple[KPI, ...]:
    """Return custom KPIs."""
    from callstats.kpis.custom import load

    return () if file is None else load(file)


def _card(row: Mapping[str, object]) -> str:
    return "\n".join(f"{key:<12} {value}" for key, value in row.items() if value)


def _labelled(frame: pd.DataFrame, voice: Voice) -> pd.DataFrame:
    """Return measured values with what the groups are called in place of their names in the data."""
    shown = frame.copy()
    for key in frame.columns[: list(frame.columns).index("kpi")]:
        names = [voice.keyed(key, value) for value in frame[key]]
        shown[key] = frame[key].astype(object).where(frame[key].isna(), names)
    return shown


def _readable(frame: pd.DataFrame, asked: list[KPI], voice: Voice) -> pd.DataFrame:
    """Return measured values in readable form."""
    form = voice.form
    units = {kpi.name: kpi.unit for kpi in asked}
    columns = (frame[name] for name in ("value", "kpi", "low", "high"))
    rows = [(value, units[kpi], low, high) for value, kpi, low, high in zip(*columns, strict=True)]
    shown = _labelled(frame, voice).drop(columns=["low", "high"]).astype(object)
    for key in frame.columns[: list(frame.columns).index("kpi")]:
        shown[key] = shown[key].where(frame[key].notna(), f"(no {key})")
    shown["value"] = [form.value(value, unit, low, high) for value, unit, low, high in rows]
    after = list(shown.columns).index("value") + 1
    shown.insert(after, "interval", [form.interval(low, high, unit) for _, unit, low, high in rows])
    for column in ("numerator", "denominator", "n"):
        shown[column] = [form.number(value) for value in frame[column]]
    return shown
