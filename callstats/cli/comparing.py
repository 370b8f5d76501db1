"""The command that compares groups: compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from callstats.cli.app import Format, Language, Words, app, open_data, pairs, say, show

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.compare.compare import GroupComparison
    from callstats.answers.compare.compare_arm import ComparedArm


@app.command
def compare(  # noqa: PLR0913 - every option of the question is one of the command
    data: str,
    kpi: str,
    /,
    *,
    by: str = "list_id",
    control: str = "A",
    period: str | None = None,
    where: Words = [],  # noqa: B006 - read by the parser, written by nobody
    clusters: str = "auto",
    stratify: Words = [],  # noqa: B006
    margin: float | None = None,
    equivalence: float | None = None,
    split: Words = [],  # noqa: B006
    method: str | None = None,
    adjust: str = "holm",
    alternative: str = "two-sided",
    confidence: float | None = None,
    force: bool = False,
    own_kpis: Path | None = None,
    config: Path | None = None,
    lang: Language | None = None,
    format: Format = "table",
) -> None:
    """Compare groups with a control on a KPI; exit 1 when they cannot be compared.

    The verdict and the numbers go to stdout, warnings to stderr.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file.
    kpi
        A name from `callstats kpis`.
    by
        What tells the groups apart: list_id, campaign_id, agent_id, month, …
    control
        The group the others are compared with.
    period
        2026-09, 2026-W36, 2026-Q3, 2026-09-14 or 2026-09-01..2026-09-14.
    where
        Only these rows: column=value; repeat for several.
    clusters
        auto, contact, two-way, agent, agent_day, call, or a column.
    stratify
        Compare within hour, weekday, attempt_no or a column; repeat for several; none: as they are.
    margin
        Largest loss that does not matter, in the KPI's unit (0.01 is one point).
    equivalence
        Largest difference that does not matter either way.
    split
        Planned shares of the contacts: A=1, B=1; repeat for each group. Or even.
    method
        delta, miettinen-nurminen, mee, newcombe, agresti-caffo or wald.
    adjust
        holm, bonferroni, benjamini-hochberg or none.
    alternative
        two-sided, greater or less than the control.
    confidence
        Of the intervals.
    force
        Compare although a gate refuses.
    own_kpis
        File (TOML) with KPIs of your own.
    config
        Project file.
    lang
        Language of verdict and warnings; the project's where left out.
    format
        How to print it; csv and json carry full precision.
    """
    from dataclasses import replace

    from callstats.answers.compare.compare import compare as run_compare
    from callstats.cli.measuring import own_of
    from callstats.kpis import get

    chosen = open_data(data, config).where(period=period, **pairs(where))
    if lang is not None:
        chosen = replace(chosen, config=replace(chosen.config, language=lang))
    comparison = run_compare(
        chosen,
        get(kpi, own_of(own_kpis)),
        by=by,
        control=control,
        method=method,
        clusters=clusters if clusters in _WORDS else [clusters],
        stratify=_strata(stratify),
        margin=margin,
        equivalence=equivalence,
        split=_split(split),
        adjust=adjust,
        alternative=alternative,
        confidence=confidence,
        force=force,
    )
    for warning in comparison.warnings:
        say(f"callstats: {warning}")
    if format == "table":
        print(f"{comparison.verdict}\n")
    show(_readable(comparison) if format == "table" else comparison.to_frame(), format)


_WORDS = ("auto", "contact", "two-way", "agent", "agent_day", "call")


def _strata(words: list[str]) -> list[str] | None:
    """Return what was asked to compare within; None where the gates are to choose.

    Examples
    --------
    >>> _strata([]), _strata(["none"]), _strata(["hour"])
    (None, [], ['hour'])
    """
    return None if not words else [word for word in words if word != "none"]


def _split(words: list[str]) -> dict[str, float] | str | None:
    """Return the planned split.

    Examples
    --------
    >>> _split(["even"]), _split(["A=1", "B=2"])
    ('even', {'A': 1.0, 'B': 2.0})
    """
    if not words or words == ["even"]:
        return words[0] if words else None
    from callstats.errors import UsageError

    try:
        return {name: float(share) for name, share in pairs(words).items()}
    except ValueError as error:
        raise UsageError("a planned share is not a number", hint="--split A=1 --split B=1") from error


def _readable(comparison: GroupComparison) -> pd.DataFrame:
    """Return the rows as a person reads them: the interval before the p-value it goes with."""
    import pandas as pd

    return pd.DataFrame([_line(comparison, row) for row in comparison.rows])


def _line(comparison: GroupComparison, row: ComparedArm) -> dict[str, object]:
    form, unit = comparison.voice.form, comparison.kpi.unit
    around = row.value + row.low - row.estimate, row.value + row.high - row.estimate
    return {
        comparison.by: row.label,
        "value": form.value(row.value, unit, *around),
        f"difference from {comparison.control_label}": form.change(row.estimate, unit, row.low, row.high),
        "interval": form.interval(row.low, row.high, unit, change=True, value=row.estimate),
        "p adjusted": f"{row.p_adjusted:.2g}" if row.compared else "–",
        "design effect": form.number(row.design_effect, 1),
        "n": form.number(row.n),
        "method": row.method or row.note,
    }
