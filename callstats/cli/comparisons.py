"""The command that compares groups: compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from callstats.cli.app import (
    NO_PROJECT,
    Format,
    Lang,
    Out,
    Project,
    Words,
    app,
    asked_format,
    in_language,
    open_data,
    pairs,
    say,
    show,
)
from callstats.cli.questions import Data, Form, Period, Where, answer_book, ask
from callstats.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.compare.ab_test import ABTest
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
    where: Words = [],  # noqa: B006 - read by the parser, never changed
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
    project: Project = NO_PROJECT,
    lang: Lang = None,
    format: Format = "table",
    out: Out = None,
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
        2026-09, 2026-W36, 2026-Q3, 2026-09-14, 2026-09-01..2026-09-14, or last, the last whole month.
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
    format
        How to print it; csv, json and xlsx carry full precision.
    """
    from callstats.answers.compare.compare import compare as run_compare
    from callstats.cli.measuring import own_of
    from callstats.kpis import get

    format = asked_format(format, out)
    narrow = in_language(open_data(data, project), lang).where(period=period, **pairs(where))
    comparison = run_compare(
        narrow,
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
    rows = _readable(comparison) if format == "table" else comparison.to_frame()
    show(rows, format, out=out, book=lambda: answer_book(comparison, rows, data))


_WORDS = ("auto", "contact", "two-way", "agent", "agent_day", "call")


def _strata(words: list[str]) -> list[str] | None:
    """Return the requested strata; None if the gates should choose.

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
    """Return the rows in reading order: each interval before its p-value."""
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


Parts = Annotated[list[float], Parameter(negative=(), consume_multiple=True, show_default=False)]


@app.command
def plan(  # noqa: PLR0913 - all but one by name
    data: str | None = None,
    /,
    kpi: str = "conversion_per_lead",
    *,
    baseline: float | None = None,
    effect: float | None = None,
    trials: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    margin: float = 0.0,
    design_effect: float | None = None,
    allocation: float = 1.0,
    contacts_per_day: float | None = None,
    horizon_days: int = 0,
    period: Period = None,
    where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT,
    lang: Lang = None,
    format: Form = "table",
    out: Out = None,
) -> None:
    """Plan a test: contacts for an effect, the power of a size, or the smallest effect a size finds.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file that baseline and design effect are taken from.
    baseline
        Conversion of the control: .05 is 5 %.
    effect
        True difference: .01 is one point.
    trials
        Contacts of the treatment: with an effect gives the power, alone the smallest effect found.
    kpi
        With data: the share to plan for.
    power
        Chance to find the effect.
    alpha
        Two-sided error.
    margin
        Largest loss that does not matter: plans a test of non-inferiority.
    design_effect
        Variance of rows that hang together over that of independent ones.
    allocation
        Treatment contacts for each control contact.
    contacts_per_day
        Loaded into both arms together, for the days it takes.
    horizon_days
        Days each contact is followed.
    """
    from callstats.answers.compare.plan import plan as make
    from callstats.answers.compare.plan import plan_from

    format = asked_format(format, out)
    asked: dict[str, Any] = {"trials": trials, "power": power, "alpha": alpha, "margin": margin}
    asked |= {"allocation": allocation, "contacts_per_day": contacts_per_day, "horizon_days": horizon_days}
    if data is not None:
        if baseline is not None or design_effect is not None:
            raise UsageError(
                "baseline and design effect come from the data", hint="Leave them out, or leave out the data."
            )
        ask(
            lambda d: plan_from(d.where(period=period), kpi, effect, **asked),
            data,
            where,
            project,
            lang,
            format,
            out=out,
        )
        return
    if baseline is None:
        raise UsageError("no baseline", hint="Give --baseline .05, or the data it is to be taken from.")
    result = make(baseline, effect, design_effect=design_effect or 1.0, language=lang or "en", **asked)
    if format == "table":
        print(f"{result.verdict}\n\n{result.table()}")
    else:
        show(result.to_frame(), format, out=out, book=lambda: answer_book(result, result.to_frame()))


@app.command(name="ab-test")
def ab_test(  # noqa: PLR0913 - all but one by name
    data: Data,
    /,
    *,
    control: str,
    treatment: str | None = None,
    arm: str = "list_id",
    primary: Literal["conversion_per_lead", "conversion_per_contact"] = "conversion_per_lead",
    guardrail: Words = [],  # noqa: B006
    horizon_days: int = 14,
    margin: float | None = None,
    expected: Parts = [],  # noqa: B006
    effect: float | None = None,
    baseline: float | None = None,
    planned_contacts: int | None = None,
    planned_looks: int | None = None,
    cluster: Literal["contact", "agent"] = "contact",
    cost_per_hour: float | None = None,
    confidence: float | None = None,
    period: Period = None,
    where: Where = [],  # noqa: B006
    project: Project = NO_PROJECT,
    lang: Lang = None,
    format: Form = "table",
    out: Out = None,
) -> int:
    """Test one list against another, by assignment at a fixed horizon; exit 1 when the split is not sound.

    Parameters
    ----------
    control
        The arm to compare with.
    treatment
        The arm to judge; the only other one where left out.
    arm
        What contacts were assigned by: list_id, or an attribute of the contact.
    primary
        What is counted: per contact loaded, or per contact reached.
    guardrail
        What must not get worse: a KPI, repeat for several; the usual ones where left out.
    horizon_days
        Whole days each contact is followed from its loading.
    margin
        Largest loss that does not matter: .01 is one point.
    expected
        Planned parts of control and treatment, such as 1 1.
    effect
        Smallest difference that matters; sets the planned contacts.
    baseline
        Conversion expected beforehand.
    planned_contacts
        Of both arms together, set before the start; without a size no single look is final.
    planned_looks
        How many looks were planned, of a planned size; without them one may look every day.
    cluster
        contact, or agent for a difference that is to hold for other agents too.
    cost_per_hour
        Of a paid hour; from the costs where left out.
    confidence
        Of the intervals.
    """
    from callstats.answers.compare.ab_test import ab_test as run

    asked: dict[str, Any] = {"primary": primary, "horizon_days": horizon_days, "margin": margin}
    asked |= {"expected": list(expected) or None, "effect": effect, "baseline": baseline, "cluster": cluster}
    asked |= {"planned_contacts": planned_contacts, "planned_looks": planned_looks}
    asked |= {"guardrails": list(guardrail) or None, "confidence": confidence, "cost_per_hour": cost_per_hour}
    test: ABTest = ask(
        lambda d: run(d.where(period=period), arm, control, treatment, **asked),
        data, where, project, lang, format, out=out,
    )  # fmt: skip
    return 1 if test.split.broken else 0
