"""Compare groups with a control on any KPI, using the right test for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callstats import kpis as registry
from callstats.answers.compare.compare_arm import Caution, ComparedArm, tested_arm
from callstats.answers.compare.compare_design import Arm, ComparisonDesign, choose_design
from callstats.answers.compare.compare_gates import (
    GateFinding,
    GateResult,
    check_gates,
    no_strata,
    strata_findings,
)
from callstats.answers.compare.compare_pairs import METHODS, Pairs, TestedPair, compare_pair, fetch
from callstats.answers.compare.compare_survey import Survey, arms_of, survey_arms
from callstats.answers.compare.compare_tests import ADJUSTMENTS, Terms, claims
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.engine import obstacle
from callstats.errors import ComparisonRefused, UsageError, unknown_name
from callstats.kpis.define import KPI, Ratio
from callstats.stats.checking import ALTERNATIVES

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

__all__ = ["GroupComparison", "compare"]


@dataclass(frozen=True)
class GroupComparison(Answer):
    """Groups compared with a control on one KPI.

    Attributes
    ----------
    voice : Voice
    kpi : KPI
    by : str
        The column that defines the groups.
    control : object
        The group the others are compared with.
    design : ComparisonDesign
        What was treated as independent.
    rows : tuple of ComparedArm
        In the order of the groups.
    findings : tuple of GateFinding
        The gates' findings, most serious first.
    confidence : float
        Of the intervals.
    adjust : str
        How claims are corrected for multiplicity.
    alternative : str
    notes : tuple of str
        What was left out or assumed.
    """

    voice: Voice
    kpi: KPI
    by: str
    control: object
    design: ComparisonDesign
    rows: tuple[ComparedArm, ...]
    findings: tuple[GateFinding, ...]
    confidence: float
    adjust: str
    alternative: str
    notes: tuple[str, ...] = ()

    def __getitem__(self, arm: object) -> ComparedArm:
        """Return the row of an arm.

        Raises
        ------
        KeyError
            No arm has that name.
        """
        return {row.arm: row for row in self.rows}[arm]

    @property
    def control_label(self) -> str:
        """The control's label."""
        return self.voice.label(self.control)

    @property
    def warnings(self) -> tuple[Caution, ...]:
        """The gates' findings in words, each with what to do."""
        return self.telling.warnings()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm with every number, unrounded; values of ``%`` are fractions."""
        import pandas as pd

        return pd.DataFrame([{self.by: row.arm, **row.record()} for row in self.rows])


def compare(  # noqa: PLR0913 - all but four by keyword
    dataset: Dataset,
    kpi: str | KPI,
    by: str = "list_id",
    control: Arm = "A",
    *,
    # how to compare
    method: str | None = None,
    clusters: str | Sequence[str] = "auto",
    stratify: str | Sequence[str] | None = None,
    # what to compare with
    margin: float | None = None,
    equivalence: float | None = None,
    split: Mapping[Arm, float] | str | None = None,
    # how to present it
    adjust: str = "holm",
    alternative: str = "two-sided",
    confidence: float | None = None,
    force: bool = False,
) -> GroupComparison:
    r"""Compare groups with a control on a KPI.

    The KPI and the data determine what is independent and what is correlated.
    Before any number is computed, gates check what makes the groups not
    comparable, and say what to do about it.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the rows of interest.
    kpi : str or KPI
    by : str
        What defines the groups: a column (list_id, campaign_id, agent_id, an
        attribute of the contact) or a time key (month, week, weekday, hour).
    control : object
        The group to compare all others with.
    method : str, optional
        "delta", or for shares of independent units "miettinen-nurminen" (the
        default), "mee", "newcombe", "agresti-caffo", "wald".
    clusters : str or sequence of str
        "auto"; "contact"; "two-way" (contact and agent); "agent"; "agent_day";
        "call" (independent calls, which dialled data are not); or columns.
    stratify : str or sequence of str, optional
        Columns and time keys to compare within. If omitted, arms dialled at different
        hours are compared within hour and weekday, and arms dialled to different
        depths by attempt; ``[]`` compares them as they are.
    margin : float, optional
        Largest loss that does not matter, in the KPI's unit (0.01 is one point), for a
        non-inferiority test.
    equivalence : float, optional
        Largest difference that does not matter either way, for an equivalence test.
    split : mapping or "even", optional
        Planned shares of the contacts by group; if given, the split is tested.
    adjust : str
        "holm", "bonferroni" (groups declared beforehand), "benjamini-hochberg"
        (segments, agents) or "none".
    alternative : str
        "two-sided", "greater" or "less" than the control.
    confidence : float, optional
        Of the intervals; if omitted, the project's (0.95).
    force : bool
        Compare although a gate refuses, if numbers can be computed at all; the reason
        becomes a warning.

    Returns
    -------
    GroupComparison
        One row per other group: the difference with interval, p-value, relative
        lift, design effect, monthly value, and the verdict in words. For a group
        that cannot be compared, the row says why.

    Raises
    ------
    ComparisonRefused
        No group can be compared; the message says why and what to do.
    UsageError
        A name is unknown, the KPI cannot be computed, or options contradict each other.

    Notes
    -----
    Interval and p-value come from the same statistic: the interval excludes 0 exactly
    when p is below 1 - confidence.

    - Shares of uncorrelated contacts: Miettinen and Nurminen's score
    method [1]_.
    - What agents decide, if agents are known: contacts and agents both as
    clusters [2]_, t with the smaller number of clusters minus one. A KPI that counts
    contacts assigns each to one agent.
    - Other ratios: the delta method over the independent units [3]_, contacts in both
      groups kept together, Welch's degrees of freedom.
    - Totals: the spread over the same number of other units; medians: Woodruff's interval.
    - Relative lifts: Fieller's limits.

    References
    ----------
    .. [1] Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    .. [2] Cameron AC, Gelbach JB, Miller DL (2011). Robust inference with multiway
       clustering. Journal of Business and Economic Statistics 29:238-249.
    .. [3] Deng A, Knoblich U, Lu J (2018). Applying the delta method in metric
       analytics. KDD 2018.

    Examples
    --------
    >>> import callstats as cs, pandas as pd
    >>> n = 400
    >>> calls = pd.DataFrame({
    ...     "call_id": [str(i) for i in range(n)], "contact_id": [f"P{i // 2}" for i in range(n)],
    ...     "direction": "outbound", "list_id": ["A"] * 200 + ["B"] * 200,
    ...     "handled": [i % 5 == 0 for i in range(200)] + [i % 3 == 0 for i in range(200)],
    ... })
    >>> comparison = compare(cs.open({"calls": calls}), "answer_rate")
    >>> row = comparison["B"]
    >>> round(row.estimate, 3), round(row.low, 3), round(row.high, 3), row.n
    (0.135, 0.068, 0.202, 100)
    >>> print(str(comparison.verdict).replace("\xa0", " "))
    + Answer rate: evidence that B is higher than A: +14 pp (+7 pp to +20 pp).
    """
    asked = kpi if isinstance(kpi, KPI) else registry.get(kpi)
    _check_comparable(asked)
    level = dataset.config.confidence if confidence is None else confidence
    terms = Terms(level, alternative, adjust, margin, equivalence, asked.direction)
    _check(dataset, asked, by, terms, method)
    arms, base = _arms(dataset, asked, by, control)
    survey = survey_arms(dataset, asked, by, arms, base, split)
    design = choose_design(dataset, asked, by, clusters, survey.agents_known, nested=bool(survey.nested))
    pairs = fetch(dataset, asked, by, arms, base, design)
    gates = check_gates(pairs, survey, arms, stratify, force=force)
    compared = [arm for arm in arms if arm != base and arm not in gates.refused]
    tested = {
        arm: compare_pair(pairs, arm, gates.strata, terms, method, nested=arm in survey.nested)
        for arm in compared
    }
    gates = _with_strata(gates, tested)
    return _answer(pairs, survey, gates, [pair for pair in tested.values() if pair is not None], terms)


def _with_strata(gates: GateResult, tested: Mapping[Arm, TestedPair | None]) -> GateResult:
    """Add the findings on strata, and refuse arms that share none with the control."""
    alone = {arm: no_strata(arm, gates.strata) for arm, pair in tested.items() if pair is None}
    changes = [finding for pair in tested.values() if pair is not None for finding in strata_findings(pair)]
    return replace(
        gates,
        refused={**gates.refused, **alone},
        findings=(*gates.findings, *changes, *alone.values()),
    )


# Invalid requests


def _check_comparable(kpi: KPI) -> None:
    if isinstance(kpi.formula, Ratio) and kpi.formula.factor is not None:
        raise UsageError(
            f"{kpi.name} is a level to reach and no rate of anything dialled: groups are not tested on it",
            hint="Measure it by group, or compare successes_per_login_hour and profit_per_hour.",
        )


def _check(dataset: Dataset, kpi: KPI, by: str, terms: Terms, method: str | None) -> None:
    """Raise an error for an invalid request."""
    for kind, name, known in (
        ("adjustment", terms.adjust, ADJUSTMENTS),
        ("alternative", terms.alternative, ALTERNATIVES),
        ("method", method or METHODS[0], METHODS),
    ):
        if name not in known:
            raise unknown_name(kind, name, known)
    if not 0 < terms.confidence < 1:
        raise UsageError(f"confidence {terms.confidence!r} is not between 0 and 1", hint="95 % is 0.95.")
    _check_margins(kpi, terms)
    dataset.check_key(by)
    reason = obstacle(dataset, kpi, (by,))
    if reason:
        raise UsageError(f"{kpi.name} is not computable by {by}: {reason}")
    if kpi.independence == "none":
        raise UsageError(
            f"{kpi.name} is not a sample: there is no chance in it to test against",
            hint="Look at the two numbers with cs.measure; cs.bridge tells what changed them.",
        )


def _check_margins(kpi: KPI, terms: Terms) -> None:
    if terms.margin is not None and terms.equivalence is not None:
        raise UsageError("margin and equivalence are two questions", hint="Ask one of them.")
    for value in (terms.margin, terms.equivalence):
        if value is not None and not value > 0:
            raise UsageError(
                f"a margin of {value!r} is no margin", hint="Give how much does not matter: 0.01."
            )
    if terms.margin is not None and kpi.direction not in ("up", "down"):
        raise UsageError(
            f"neither more nor less {kpi.name} is better: nothing is worse",
            hint="Ask for equivalence instead.",
        )


def _arms(dataset: Dataset, kpi: KPI, by: str, control: Arm) -> tuple[tuple[Arm, ...], Arm]:
    """Find the arms in the data, and the control among them, however it was typed."""
    arms = arms_of(dataset, kpi, by)
    named = {str(arm): arm for arm in arms}
    if str(control) not in named:
        raise unknown_name(by, str(control), named)
    if len(arms) < 2:
        raise UsageError(
            f"one {by} only: nothing to compare {control} with", hint="Widen the period or filter."
        )
    return tuple(arms), named[str(control)]


# The answer


def _answer(
    pairs: Pairs, survey: Survey, gates: GateResult, tested: Sequence[TestedPair], terms: Terms
) -> GroupComparison:
    """Correct the claims for multiplicity and assemble the rows.

    Raises
    ------
    ComparisonRefused
        No arm could be tested.
    """
    voice = Voice.of(pairs.dataset).speaking_of(pairs.by)
    blank = ComparedArm(voice, pairs.kpi, pairs.control, None, pairs.design, terms)
    adjusted, levels = claims([pair.difference for pair in tested], terms.adjust, 1 - terms.confidence)
    rows = {arm: replace(blank, arm=arm, refusal=reason) for arm, reason in gates.refused.items()}
    for pair, p, level in zip(tested, adjusted, levels, strict=True):
        rows[pair.arm] = tested_arm(blank, pairs, pair, survey.volume, p, level)
    if not tested:
        raise _refusal(pairs, list(rows.values()))
    return GroupComparison(
        voice,
        pairs.kpi,
        pairs.by,
        pairs.control,
        pairs.design,
        tuple(rows[arm] for arm in survey.arms if arm in rows),
        tuple(sorted(gates.findings, key=lambda finding: not finding.refuses)),
        terms.confidence,
        terms.adjust,
        terms.alternative,
        _notes(pairs, survey, voice),
    )


#: Reasons an error spells out: with one for each of sixty days, nobody reads the first.
_MOST_REASONS = 3


def _refusal(pairs: Pairs, rows: Sequence[ComparedArm]) -> ComparisonRefused:
    """Build the error that no arm can be compared: the distinct reasons and the remedies."""
    cautions = [caution for row in rows if (caution := row.caution) is not None]
    why = list(dict.fromkeys(caution.text for caution in cautions))
    why = [*why[:_MOST_REASONS], f"{len(why) - _MOST_REASONS} more"] if len(why) > _MOST_REASONS else why
    hints = dict.fromkeys(caution.hint for caution in cautions if caution.hint)
    return ComparisonRefused(
        f"{pairs.kpi.name} by {pairs.by} cannot be compared with {pairs.control}: {'; '.join(why)}",
        hint=" ".join(hints) or None,
    )


def _notes(pairs: Pairs, survey: Survey, voice: Voice) -> tuple[str, ...]:
    """Return what was left out or assumed."""
    _, form, notes = voice.say, voice.form, []
    if pairs.design.missing:
        columns = ", ".join(pairs.design.missing)
        notes.append(_("Rows are taken as independent: no {columns}.", columns=columns))
    if pairs.design.constants:
        tables = ", ".join(pairs.design.constants)
        notes.append(_("Taken as exact, since it falls into no units: {tables}.", tables=tables))
    if survey.counted is not None:
        without = survey.counted.frame["arm"].isna()
        calls = float(survey.counted.frame.loc[without, "calls"].sum())
        if calls:
            left = {"n": form.number(calls), "by": voice.key(survey.by)}
            notes.append(_("Calls left out, as their {by} is not known: {n}.", **left))
    return tuple(notes)
