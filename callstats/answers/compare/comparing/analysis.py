"""Compare: groups against a control on any KPI, with the test that is right for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from callstats import kpis as registry
from callstats.answers.compare.comparing.checks import Findings, inspect
from callstats.answers.compare.comparing.comparison import Comparison
from callstats.answers.compare.comparing.design import design
from callstats.answers.compare.comparing.facts import arms_of
from callstats.answers.compare.comparing.pairs import METHODS, Pairs, fetch
from callstats.answers.compare.comparing.rows import ADJUSTMENTS, ComparedArm, Terms, claims, refused
from callstats.answers.compare.comparing.running import Made, Writer, changed, no_strata, run
from callstats.answers.compare.comparing.survey import survey
from callstats.answers.core.voice import Voice
from callstats.engine import obstacle
from callstats.errors import ComparisonRefused, UsageError, unknown_name
from callstats.kpis.define import KPI
from callstats.stats.checking import ALTERNATIVES

if TYPE_CHECKING:
    from callstats.dataset import Dataset

Arm = Any
__all__ = ["Comparison", "ComparisonRefused", "compare"]


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
    # how to say it
    adjust: str = "holm",
    alternative: str = "two-sided",
    confidence: float | None = None,
    force: bool = False,
) -> Comparison:
    r"""Compare groups with a control on a KPI.

    What is drawn independently, and what hangs together, follows from the KPI
    and the data. Before any number the gates are passed: they tell what makes
    the groups not comparable, and what to do about it.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to what is asked about.
    kpi : str or KPI
    by : str
        What tells the groups apart: a column (list_id, campaign_id, agent_id, an
        attribute of the contact) or a time key (month, week, weekday, hour).
    control : object
        The group that all others are compared with.
    method : str, optional
        "delta", or for shares of independent units "miettinen-nurminen" (the
        default), "mee", "newcombe", "agresti-caffo", "wald".
    clusters : str or sequence of str
        "auto"; "contact"; "two-way" (contact and agent); "agent"; "agent_day";
        "call" (every call for itself, which dialled data are not); or columns.
    stratify : str or sequence of str, optional
        Columns and time keys to compare within. Left out, arms dialled at different
        hours are compared within hour and weekday, and to different depth attempt
        by attempt; ``[]`` compares them as they are.
    margin : float, optional
        Largest loss that does not matter, in the KPI's unit (0.01 is one point): is
        the group not worse by more?
    equivalence : float, optional
        Largest difference that does not matter either way: is it as good?
    split : mapping or "even", optional
        Planned shares of the contacts, group by group; then the split is tested.
    adjust : str
        "holm", "bonferroni" (groups declared beforehand), "benjamini-hochberg"
        (segments, agents) or "none".
    alternative : str
        "two-sided", "greater" or "less" than the control.
    confidence : float, optional
        Of the intervals; the project's where it is not given (0.95).
    force : bool
        Compare although a gate refuses, where numbers can be had at all; the reason
        becomes a warning.

    Returns
    -------
    Comparison
        A row for every other group: the difference with interval, p-value, relative
        lift, design effect, what it means a month, and the verdict in words. A group
        that cannot be compared has a row that says why.

    Raises
    ------
    ComparisonRefused
        No group can be compared; the message says why and what to do.
    UsageError
        A name is unknown, the KPI cannot be computed, or options contradict one another.

    Notes
    -----
    Interval and p-value come from one statistic: the interval excludes 0 exactly
    where p is below 1 - confidence.

    - Shares of contacts that nothing ties together: Miettinen and Nurminen's score
      method [1]_.
    - What agents decide, where agents are known: contacts and agents both as
      clusters [2]_, t with the smaller number of clusters less one. A KPI that counts
      contacts gives each to one agent.
    - Other ratios: the delta method over the independent units [3]_, contacts in both
      groups kept together, Welch's degrees of freedom.
    - Totals: the spread of as many other units; medians: their interval by Woodruff.
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
    >>> found = compare(cs.open({"calls": calls}), "answer_rate")
    >>> row = found["B"]
    >>> round(row.estimate, 3), round(row.low, 3), round(row.high, 3), row.n
    (0.135, 0.068, 0.202, 100)
    >>> print(str(found.verdict).replace("\xa0", " "))
    + Answer rate: evidence that B is higher than A: +14 pp (+7 pp to +20 pp).
    """
    one = kpi if isinstance(kpi, KPI) else registry.get(kpi)
    level = dataset.config.confidence if confidence is None else confidence
    terms = Terms(level, alternative, adjust, margin, equivalence, one.direction)
    _check(dataset, one, by, terms, method)
    question = _asked(dataset, one, by, control)
    known = survey(dataset, one, by, question.arms, question.control, split)
    how = design(dataset, one, by, clusters, known.agents_known, nested=bool(known.nested))
    pairs = fetch(dataset, one, by, question.arms, question.control, how)
    findings = inspect(pairs, known, question.arms, stratify, force=force)
    found = {
        arm: run(pairs, arm, findings.strata, terms, method, nested=arm in known.nested)
        for arm in question.others
        if arm not in findings.refused
    }
    findings = _with_strata(findings, found, pairs, question.voice)
    made = [one for one in found.values() if one is not None]
    return _result(question, findings, made, Writer(pairs, question.voice, terms, known.volume))


def _with_strata(
    findings: Findings, found: Mapping[Arm, Made | None], pairs: Pairs, voice: Voice
) -> Findings:
    """Add what strata change, and refuse arms that share none with the control."""
    alone = {arm: no_strata(arm, pairs, findings.strata, voice) for arm, one in found.items() if one is None}
    told = [caution for one in found.values() if one is not None for caution in changed(one, pairs, voice)]
    return replace(
        findings,
        refused={**findings.refused, **alone},
        cautions=(*findings.cautions, *told, *alone.values()),
    )


@dataclass(frozen=True)
class Question:
    """The KPI, the arms and the control that were asked for."""

    dataset: Dataset
    kpi: KPI
    by: str
    arms: tuple[Arm, ...]
    control: Arm
    voice: Voice = field(default_factory=Voice)

    @property
    def others(self) -> list[Arm]:
        """The arms that are compared with the control."""
        return [arm for arm in self.arms if arm != self.control]


def _check(dataset: Dataset, kpi: KPI, by: str, terms: Terms, method: str | None) -> None:
    """Refuse what cannot be asked."""
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


def _asked(dataset: Dataset, kpi: KPI, by: str, control: Arm) -> Question:
    """Find the arms in the data, and the control among them however it was typed."""
    arms = arms_of(dataset, kpi, by)
    named = {str(arm): arm for arm in arms}
    if str(control) not in named:
        raise unknown_name(by, str(control), named)
    if len(arms) < 2:
        raise UsageError(
            f"one {by} only: nothing to compare {control} with", hint="Widen the period or filter."
        )
    return Question(dataset, kpi, by, tuple(arms), named[str(control)], Voice.of(dataset))


def _result(question: Question, findings: Findings, made: Sequence[Made], writer: Writer) -> Comparison:
    """Correct the claims for their number and put the rows together."""
    if not made:
        raise _refusal(question, findings)
    terms = writer.terms
    adjusted, levels = claims([one.found for one in made], terms.adjust, 1 - terms.confidence)
    rows: dict[Arm, ComparedArm] = {
        one.arm: writer.row(one, p, level) for one, p, level in zip(made, adjusted, levels, strict=True)
    }
    name = question.voice.label(question.control)
    for arm, why in findings.refused.items():
        rows[arm] = refused(question.kpi, question.voice, arm, name, why.text)
    return Comparison(
        question.voice,
        question.kpi,
        question.by,
        question.control,
        tuple(rows[arm] for arm in question.others),
        tuple(sorted(findings.cautions, key=lambda caution: not caution.refuses)),
        terms.confidence,
        terms.adjust,
        terms.alternative,
        findings.notes,
    )


def _refusal(question: Question, findings: Findings) -> ComparisonRefused:
    """Return the error that no arm can be compared: the reasons, each once, and the remedies."""
    why = list(dict.fromkeys(caution.text for caution in findings.refused.values()))
    hints = list(dict.fromkeys(caution.hint for caution in findings.refused.values() if caution.hint))
    return ComparisonRefused(
        f"{question.kpi.name} by {question.by} cannot be compared with {question.control}: {'; '.join(why)}",
        hint=" ".join(hints) or None,
    )
