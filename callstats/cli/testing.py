"""The commands of tests: plan, ab-test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from callstats.cli.app import Words, app, show
from callstats.cli.questions import Config, Data, Form, Lang, Period, Where, ask
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.answers.compare.ab_test import ABTest

Parts = Annotated[list[float], Parameter(negative=(), consume_multiple=True, show_default=False)]


@app.command
def plan(  # noqa: PLR0913 - all but one by name
    data: str | None = None,
    /,
    *,
    baseline: float | None = None,
    effect: float | None = None,
    trials: int | None = None,
    kpi: str = "conversion_per_lead",
    power: float = 0.8,
    alpha: float = 0.05,
    margin: float = 0.0,
    design_effect: float | None = None,
    allocation: float = 1.0,
    contacts_per_day: float | None = None,
    horizon_days: int = 0,
    period: Period = None,
    where: Where = [],  # noqa: B006
    config: Config = None,
    lang: Lang = None,
    format: Form = "table",
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
            config,
            lang,
            format,
        )
        return
    if baseline is None:
        raise UsageError("no baseline", hint="Give --baseline .05, or the data it is to be taken from.")
    made = make(baseline, effect, design_effect=design_effect or 1.0, language=lang or "en", **asked)
    if format == "table":
        print(f"{made.verdict}\n\n{made.table()}")
    else:
        show(made.to_frame(), format)


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
    config: Config = None,
    lang: Lang = None,
    format: Form = "table",
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
        Of both arms together.
    planned_looks
        How many looks were planned; without them one may look every day.
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
        data, where, config, lang, format,
    )  # fmt: skip
    return 1 if test.split.broken else 0
