"""The language the KPI catalogue is written in.

A KPI is a sentence over sums: **terms** (:class:`Count`, :class:`Sum`,
:class:`Distinct`) add up the rows of one canonical table for which a named
:class:`Predicate` holds; **formulas** (:class:`Ratio`, :class:`Net`,
:class:`Quantile`, and the short forms :func:`Share` and :func:`Mean`) put terms
together. The engine reads nothing else, so every KPI written in this language
runs on every engine in the same single pass.

The rate of a group is always a ratio of sums, never a mean of percentages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from callstats.kpis.terms import (
    Condition,
    Count,
    Distinct,
    Linear,
    Operand,
    Operator,
    Predicate,
    Setting,
    Sum,
    Term,
    known,
    linear,
)
from callstats.model import TABLES

__all__ = [
    "KPI", "UNIT_COLUMNS", "Condition", "Count", "Direction", "Distinct", "Domain", "Formula", "Independence",
    "Linear", "Mean", "Net", "Operand", "Operator", "Predicate", "Quantile", "Ratio", "Setting", "Share", "Sum",
    "Term", "Unit", "known", "linear",
]  # fmt: skip

Unit = Literal["%", "1/h", "s", "h", "money", "money/h", "n", "score", "points"]
Direction = Literal["up", "down", "neutral", "band"]
Domain = Literal["reach", "conversion", "productivity", "money", "quality", "service", "compliance"]
#: The domains in the order they are listed.
DOMAINS: tuple[str, ...] = get_args(Domain)
Independence = Literal["contact", "agent_day", "agent", "respondent", "call", "case", "day", "none"]

#: The columns that tell independent units apart; "day" is read off the table's clock.
UNIT_COLUMNS: dict[str, tuple[str, ...]] = {
    "contact": ("contact_id",),
    "agent_day": ("agent_id", "day"),
    "agent": ("agent_id",),
    "respondent": ("call_id",),
    "call": ("call_id",),
    "case": ("case_id",),
    "day": ("day",),
    "none": (),
}


@dataclass(frozen=True, slots=True)
class Ratio:
    """scale x numerator / denominator.

    Attributes
    ----------
    numerator, denominator : Linear
    scale : float
    proportion : bool
        Every unit of the numerator is one of the denominator's, so that the
        value lies between 0 and 1.
    unknown : Linear, optional
        Rows or contacts left out of both because a flag of the numerator is null.
    """

    numerator: Linear
    denominator: Linear
    scale: float = 1.0
    proportion: bool = False
    unknown: Linear | None = None

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the formula in words, each term passed through ``word`` (a translation)."""
        factor = "" if self.scale == 1 else f"{self.scale:g} x "
        return f"{factor}{_grouped(self.numerator, word)} / {_grouped(self.denominator, word)}"

    def __str__(self) -> str:
        return self.spelled(str)


def _grouped(part: Linear, word: Callable[[str], str]) -> str:
    several = len(part.weighted) > 1 and not part.label
    return f"({part.spelled(word)})" if several else part.spelled(word)


@dataclass(frozen=True, slots=True)
class Net:
    """A total: what came in less what went out. It has no denominator."""

    numerator: Linear

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the formula in words, each term passed through ``word`` (a translation)."""
        return self.numerator.spelled(word)

    def __str__(self) -> str:
        return self.spelled(str)


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of the row-wise sum of columns over the rows that satisfy the predicate.

    ``optional`` columns count as 0 where they are null or missing; ``scale``
    brings the sum to the unit of the KPI (seconds to hours by 1/3600).
    """

    of: tuple[str, ...]
    where: Predicate
    level: float
    optional: tuple[str, ...] = ()
    scale: float = 1.0

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads."""
        return self.where.columns | set(self.of)

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the formula in words, passed through ``word`` (a translation)."""
        return word(str(self))

    def __str__(self) -> str:
        name = "median" if self.level == 0.5 else f"{self.level:.0%} quantile"
        return f"{name} of {' + '.join(self.of)} of {self.where.label}"


Formula = Ratio | Net | Quantile


def Share(part: Predicate, of: Predicate) -> Ratio:  # noqa: N802 - a word of the language, beside Ratio
    """Return the share of the rows ``of`` that are also ``part``.

    Rows where a column of ``part`` is null are in neither; how many there are
    is counted beside, so that a share with too many of them can be refused.
    """
    extra = tuple(c for c in part.conditions if c not in of.conditions)
    both = of.also(part.label, *extra)
    asked = tuple(c for c in dict.fromkeys(c.column for c in extra) if c not in of.columns)
    whole = of.also(of.label, *known(*asked)) if asked else of
    return Ratio(
        linear(Count(both)),
        linear(Count(whole)),
        proportion=True,
        unknown=Count(of) - Count(whole) if asked else None,
    )


def Mean(column: str, where: Predicate, scale: float = 1.0) -> Ratio:  # noqa: N802 - as Share
    """Return the mean of a column over the rows where it is known."""
    rows = where.also(where.label, *known(column))
    return Ratio(linear(Sum(column, rows)), linear(Count(rows)), scale=scale)


@dataclass(frozen=True, slots=True)
class KPI:
    """One entry of the catalogue.

    Attributes
    ----------
    name : str
        In snake case; the base of a rate stands in the name.
    label : dict
        The trade's term in ``en``, ``fr`` and ``ru``.
    question : str
        The question it answers, ending in a question mark.
    formula : Ratio, Net or Quantile
    unit : str
        Of the value. ``%`` values are fractions: 0.25 is shown as 25 %.
    direction : str
        Whether more is better: ``up``, ``down``, ``neutral``, or ``band`` (best in the middle).
    domain : str
    independence : str
        What is drawn independently: the unit that intervals are clustered by.
    source : str
        Where the definition comes from.
    caution : str
        What the number does not say, or where others define it differently.
    aliases : tuple of str
        Other names it is asked for by, in any language.
    """

    name: str
    label: dict[str, str]
    question: str
    formula: Formula
    unit: Unit
    direction: Direction
    domain: Domain
    independence: Independence
    source: str
    caution: str = ""
    aliases: tuple[str, ...] = field(default=())

    @property
    def terms(self) -> tuple[Term, ...]:
        """Every term of the formula, once."""
        if isinstance(self.formula, Quantile):
            return ()
        parts = [self.formula.numerator]
        if isinstance(self.formula, Ratio):
            parts.append(self.formula.denominator)
            if self.formula.unknown is not None:
                parts.append(self.formula.unknown)
        return tuple(dict.fromkeys(term for part in parts for term, _ in part))

    @property
    def needs(self) -> dict[str, frozenset[str]]:
        """The columns it cannot do without, by table."""
        needed: dict[str, set[str]] = {}
        if isinstance(self.formula, Quantile):
            columns = self.formula.columns - set(self.formula.optional)
            return {self.formula.where.table: frozenset(columns)}
        for term in self.terms:
            columns = needed.setdefault(term.where.table, set())
            columns |= term.where.columns
            if isinstance(term, Sum) and term.if_missing is None:
                columns.add(term.column)
            elif isinstance(term, Distinct):
                clock = TABLES[term.where.table].clock
                columns |= {clock if column in ("day", "week") and clock else column for column in term.of}
        return {table: frozenset(columns) for table, columns in needed.items()}
