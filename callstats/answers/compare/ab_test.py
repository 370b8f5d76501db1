"""A list test: by assignment, at a fixed horizon, with intervals that allow for repeated looks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.compare.ab_test_arms import AssignedArms, find_arms
from callstats.answers.compare.ab_test_decision import Decision, planned_contacts
from callstats.answers.compare.ab_test_horizon import Trial, follow
from callstats.answers.compare.ab_test_judged import judge
from callstats.answers.compare.ab_test_looks import UNPLANNED, Tuning, basis_of
from callstats.answers.compare.ab_test_money_numbers import prices
from callstats.answers.compare.ab_test_primary import (
    PRIMARIES,
    Monitoring,
    Primary,
    arm_intervals,
    compare_by_agents,
    count_arms,
)
from callstats.answers.compare.ab_test_secondary import (
    GuardrailNames,
    Guardrails,
    Money,
    Reach,
    compare_guardrails,
    money,
    reach,
)
from callstats.answers.compare.ab_test_secondary_numbers import COLUMNS
from callstats.answers.compare.ab_test_split import Split, split
from callstats.answers.compare.plan import Plan, solve
from callstats.answers.compare.plan_numbers import Design
from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError, unknown_name
from callstats.kpis import get

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset
    from callstats.kpis.define import KPI


@dataclass(frozen=True)
class ABTest(Answer):
    """One arm against another; every part can display itself.

    Attributes
    ----------
    names : tuple of str
        Names of control and treatment.
    split : Split
        Whether the split was sound.
    primary : Primary
        The primary figure at the horizon, by assignment.
    guardrails : Guardrails
        What must not get worse.
    reach : Reach
        Reach by attempt of both arms.
    monitoring : Monitoring
        The estimate day by day, and the decision.
    money : Money
        Successes per hour, cost and profit per contact, the price of a wrong choice.
    power : Plan or None
        What a test of this size could detect; None without a conversion to plan from.
    """

    voice: Voice
    names: tuple[str, str]
    split: Split
    primary: Primary
    guardrails: Guardrails
    reach: Reach
    monitoring: Monitoring
    money: Money
    power: Plan | None

    @property
    def status(self) -> Decision:
        """Whether the test is final, decided early or open, and what is still missing."""
        return self.monitoring.decision

    @property
    def subject(self) -> str:
        """The names of its arms, the control first: "List A / List B"."""
        return " / ".join(self.names)

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What the test compares, as (label, value) pairs for the head of a report."""
        return self.telling.facts()

    @property
    def summary(self) -> Section:
        """The verdict, what to bear in mind, and the record for the report's JSON."""
        return self.telling.summary()

    @property
    def could_have_seen(self) -> Answer:
        """What a test of this size could detect, or one line on why that is unknown."""
        return self.telling.could_have_seen()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Everything to bear in mind, in words."""
        return self.telling.warnings()

    def to_frame(self) -> pd.DataFrame:
        """Return every comparison of the test, one per row.

        Columns: section, then measure, unit, control, treatment, estimate, low, high,
        p_value, method, note. The "decision" row has the interval that counts, with
        the state of the test as its note.
        """
        import pandas as pd

        first = self.primary.to_frame().assign(unit="%", note="")
        parts = [
            ("primary", first),
            ("money", self.money.to_frame()),
            ("guardrails", self.guardrails.to_frame()),
        ]
        rows: list[tuple[Any, ...]] = [("decision", *self._decision())]
        for section, part in parts:
            rows += [(section, *row) for row in part[list(COLUMNS)].itertuples(index=False, name=None)]
        return pd.DataFrame(rows, columns=["section", *COLUMNS])

    def _decision(self) -> tuple[Any, ...]:
        status, state = self.status, self.monitoring.status.text
        values = [None if arm is None else float(arm.estimate) for arm in self.primary.arms]
        ends = (status.estimate, status.low, status.high, None)
        return (self.primary.kpi.name, "%", *values, *ends, status.by, state)

    @property
    def results(self) -> dict[str, Any]:
        """The test in plain numbers, for the results of a report."""
        status = self.status
        return {
            "kpi": self.primary.kpi.name,
            "control": self.names[0],
            "treatment": self.names[1],
            "status": status.kind,
            "estimate": status.estimate,
            "low": status.low,
            "high": status.high,
            "by": status.by,
            "planned_contacts": status.planned,
            "completed_contacts": status.completed,
            "missing_contacts": status.missing_contacts,
            "missing_days": status.missing_days,
            "split_sound": not self.split.broken,
            "chance_treatment_better": self.money.chance,
            "expected_loss_of_control": self.money.loss[0],
            "expected_loss_of_treatment": self.money.loss[1],
            "verdict": [sentence.text for sentence in self.sentences],
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class _TestOptions:
    """The checked options of a test."""

    horizon_days: int
    margin: float
    effect: float | None
    baseline: float
    planned: int | None
    looks: int | Sequence[float] | None
    confidence: float
    clustered: bool
    reached: bool

    @property
    def declared(self) -> bool:
        """Whether the size was set beforehand: without that no single look is final."""
        return self.planned is not None or bool(self.effect)


def ab_test(  # noqa: PLR0913 - all but four by keyword
    dataset: Dataset,
    arm: str = "list_id",
    control: Any = None,
    treatment: Any = None,
    *,
    # the question
    primary: str = "conversion_per_lead",
    guardrails: GuardrailNames | None = None,
    horizon_days: int = 14,
    margin: float | None = None,
    # the plan
    expected: Sequence[float] | None = None,
    effect: float | None = None,
    baseline: float | None = None,
    planned_contacts: int | None = None,
    planned_looks: int | Sequence[float] | None = None,
    # how it is computed
    cluster: str = "contact",
    confidence: float | None = None,
    cost_per_hour: float | None = None,
) -> ABTest:
    """Test one list (or other arm) against another, by assignment.

    Every contact loaded counts for its arm, dialled or not, with its outcome within
    ``horizon_days`` of loading; contacts whose horizon is not over by the last day
    of the data do not count yet. A contact in both arms is left out. Without a load
    time a contact is followed from its first dial; without a table of contacts only
    those dialled are known. Both are reported.

    Parameters
    ----------
    dataset : Dataset
        With contacts (contact_id, the arm, loaded_at) and calls (contact_id, success,
        local_started_at, since_loaded_s); value, talk_s, costs and agent_time for money.
        If narrowed to a period, only contacts loaded within it count.
    arm : str
        What contacts were assigned by: list_id, or an attribute of the contact.
    control, treatment : value of the arm
        If omitted, the treatment is the only other value.
    primary : str
        "conversion_per_lead" (of contacts loaded) or "conversion_per_contact" (of
        contacts reached).
    guardrails : names or KPIs, or mapping of name to margin, optional
        What must not get worse; if omitted, the usual ones; none for ``()``.
    horizon_days : int
        Whole days each contact is followed.
    margin : float, optional
        Largest loss of the primary figure that does not matter, as a fraction.
    expected : two numbers, optional
        Planned shares of control and treatment. If omitted, lists have no plan and
        other arms are even.
    effect : float, optional
        Smallest difference that matters, as a fraction; sets the planned contacts.
    baseline : float, optional
        Conversion expected beforehand, for planning; that of both arms together if omitted.
    planned_contacts : int, optional
        Of both arms together, set before the start; by ``effect``, or as the project file
        declares the test, if omitted. Without any of them no single look is final: the
        verdict comes from an interval that allows for any number of looks.
    planned_looks : int or sequence of float, optional
        Looks planned beforehand, equally spaced or by their share of the planned contacts.
        Where left out one may look every day.
    cluster : str
        "contact", or "agent" for a difference that should hold for other agents too.
    confidence : float, optional
        Of the intervals; if omitted, the project's.
    cost_per_hour : float, optional
        Of a paid hour; labour over paid hours if omitted.

    Returns
    -------
    ABTest
        ``.verdict``, ``.warnings``, ``.to_frame()`` and the parts ``.split``,
        ``.primary``, ``.guardrails``, ``.reach``, ``.monitoring``, ``.money`` and ``.power``,
        each of which can display itself.

    Raises
    ------
    UsageError
        The arms cannot be distinguished, an arm has no contact, a name is unknown, or looks
        are planned without a size.

    Notes
    -----
    Difference by Miettinen and Nurminen, one row per contact [1]_. Contacts loaded on
    several days are compared within days of loading (Mantel and Haenszel's weights) [4]_;
    where the arms share too few of those days, there is no verdict. Daily looks:
    asymptotic confidence sequence over contacts in the order in which their horizon
    ends [2]_; where each arm was loaded on one day, over their conversions. Planned
    looks: Lan and DeMets' bounds [3]_. Guardrails: Holm. Money: contacts independent,
    corrected for skewness [5]_, silent under ten successes in an arm; hours: agent-days.
    Chance and loss: all differences equally likely beforehand.

    References
    ----------
    .. [1] Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    .. [2] Waudby-Smith I et al. (2024). Time-uniform central limit theory and
       asymptotic confidence sequences. Annals of Statistics 52:2613-2640.
    .. [3] Lan KKG, DeMets DL (1983). Discrete sequential boundaries for clinical
       trials. Biometrika 70:659-663.
    .. [4] Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data from
       retrospective studies. Journal of the National Cancer Institute 22:719-748.
    .. [5] Hall P (1992). On the removal of skewness by transformation. Journal of the
       Royal Statistical Society B 54:221-228.

    Examples
    --------
    Two equal lists of a simulated dialer:

    >>> import callstats as cs
    >>> from callstats.simulate import Scenario, simulate
    >>> ds = cs.open(simulate(Scenario.small(seed=2, contacts=300)).tables)
    >>> test = ab_test(ds, control="A", horizon_days=14, guardrails=(), planned_contacts=600)
    >>> test.status.kind, test.status.completed, test.split.broken
    ('final', 600, '')
    >>> test.status.low < 0 < test.status.high
    True
    """
    if primary not in PRIMARIES:
        raise unknown_name("primary figure", primary, PRIMARIES)
    if cluster not in ("contact", "agent"):
        raise unknown_name("kind of cluster", cluster, ("contact", "agent"))
    if control is None:
        raise UsageError("no control was named", hint='Name the arm to compare with: control="A".')
    arms = find_arms(dataset, arm, control, treatment)
    planned = planned_contacts
    if planned is None and not effect:
        planned = _declared(dataset, arms, horizon_days)
    options = _TestOptions(
        horizon_days,
        abs(margin or 0.0),
        effect,
        NAN if baseline is None else float(baseline),
        planned_contacts
        if planned_contacts is not None or effect
        else _declared(dataset, arms, horizon_days),
        planned_looks,
        dataset.config.confidence if confidence is None else float(confidence),
        cluster == "agent",
        PRIMARIES[primary],
    )
    if planned_looks is not None and not options.declared:
        raise UsageError(
            "planned looks of a test without a size",
            hint="Say how many contacts were planned: planned_contacts=, or the smallest effect=.",
        )
    trial = follow(dataset, arms, horizon_days)
    _check_known(trial, dataset)
    trial, size = _as_planned(dataset, trial, options, expected)
    voice = Voice.of(dataset)
    names = (voice.label(arms.control), voice.label(arms.treatment))
    checked = split(trial, voice, names, expected)
    tuning = _tuning(trial, options, size, expected)
    first, monitoring = _primary(trial, checked, get(primary), options, tuning, size)
    common = {"confidence": options.confidence, "broken": checked.broken}
    worth = money(
        trial,
        voice,
        names,
        prices(dataset, arm, cost_per_hour, (control, treatment)),
        tolerance=dataset.config.unknown_tolerance,
        final=first.decision.kind == "final",
        planned=tuning.planned,
        loading=checked.loading,
        **common,
    )
    return ABTest(
        voice,
        names,
        checked,
        first,
        compare_guardrails(dataset, arms, voice, names, guardrails, apart=checked.loading.differs, **common),
        reach(trial, voice, names, options.confidence, checked.loading),
        monitoring,
        worth,
        _power(first, voice, options),
    )


def _declared(dataset: Dataset, arms: AssignedArms, horizon_days: int) -> int | None:
    """Return the planned contacts of a test that the project file declares; None if it declares none."""
    chosen = dataset.filters.equals.get("campaign_id", ())
    for test in dataset.config.ab_tests.values():
        same = (test.arm, test.control, test.treatment) == (arms.column, *map(str, arms.values))
        here = not chosen or test.campaign_id in chosen
        if same and here and test.horizon_days in (None, horizon_days):
            return test.planned_contacts
    return None


def _check_known(trial: Trial, dataset: Dataset) -> None:
    if trial.unknown > dataset.config.unknown_tolerance:
        raise UsageError(
            f"success is unknown on {trial.unknown:.0%} of the dials within the horizon",
            hint="Say in the mapping file what every outcome code means.",
        )


def _tuning(trial: Trial, options: _TestOptions, planned: int, expected: Sequence[float] | None) -> Tuning:
    parts = expected if expected is not None else trial.sizes(trial.contacts)
    share = float(parts[1]) / max(float(sum(parts)), 1.0)
    planned = planned if options.declared else UNPLANNED
    return Tuning(planned, options.baseline, 1.0, options.confidence, share, options.margin)


def _as_planned(
    dataset: Dataset, trial: Trial, options: _TestOptions, expected: Sequence[float] | None
) -> tuple[Trial, int]:
    """Return the trial up to the day the planned contacts are loaded, and their number.

    A test planned for a number of contacts is evaluated once they are followed:
    counting on would mean looking until something shows up.
    """
    if not options.declared:
        return trial, len(trial.contacts)
    tuning = _tuning(trial, options, 0, expected)
    if options.clustered and options.effect:
        by_agent = compare_by_agents(trial, options.reached, options.confidence)
        tuning = replace(tuning, design_effect=max(by_agent[0].design_effect, 1.0) if by_agent else 1.0)
    planned = planned_contacts(
        trial, count_arms(trial, options.reached), options.planned, options.effect, tuning
    )
    start = np.sort(trial.done["start"].to_numpy())
    if planned >= len(start) or start[planned - 1] == trial.contacts["start"].max():
        return trial, planned
    return follow(dataset, trial.arms, options.horizon_days, int(start[planned - 1])), planned


def _primary(
    trial: Trial, checked: Split, kpi: KPI, options: _TestOptions, tuning: Tuning, planned: int
) -> tuple[Primary, Monitoring]:
    """Return the primary figure and its monitoring, which share the same decision."""
    voice, names = checked.voice, checked.names
    found = judge(
        trial,
        checked.loading,
        tuning,
        planned,
        reached=options.reached,
        clustered=options.clustered,
        nested=checked.nested,
        looks=options.looks,
        declared=options.declared,
    )
    primary = Primary(
        voice,
        names,
        kpi,
        found.cells,
        arm_intervals(found.cells, options.confidence),
        found.difference,
        found.lift,
        found.decision,
        options.confidence,
        options.margin,
        found.design_effect,
        found.clustered,
        checked.broken,
        trial.late,
        checked.loading.adjusted,
        options.horizon_days,
    )
    monitoring = Monitoring(
        voice,
        names,
        kpi,
        found.looks,
        basis_of(trial),
        found.decision,
        found.evidence,
        options.horizon_days,
        options.confidence,
    )
    return primary, monitoring


def _power(first: Primary, voice: Voice, options: _TestOptions) -> Plan | None:
    """Return what a test of this size could detect; None without a conversion to plan from."""
    cells, design_effect = first.cells, 1.0
    if not cells.both:
        return None
    base = cells.control_events / cells.control_trials if math.isnan(options.baseline) else options.baseline
    if not 0 < base < 1:
        return None
    if first.clustered and first.design_effect > 1:
        design_effect = first.design_effect
    effect = NAN if options.effect is None else options.effect
    design = Design(
        base, effect, alpha=1 - options.confidence, design_effect=design_effect, margin=options.margin
    )
    return solve(design, int(cells.trials), voice, control_trials=int(cells.control_trials))
