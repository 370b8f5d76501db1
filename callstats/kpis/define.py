"""The terms of the KPI language: how to sum the rows of one table.

A term reads the rows of one canonical table for which a named
:class:`Predicate` holds: :class:`Count` counts them, :class:`Sum` sums a
column, :class:`Distinct` counts distinct values. :class:`Linear` is a
weighted sum of terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from callstats.model import TABLES

Operator = Literal["==", "!=", "in", "<", "<=", ">", ">=", "known"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that a project file may set, used in place of an operand.

    ``Setting("answer_within_s", 20)`` reads ``answer_within_s`` from the
    ``[settings]`` of callstats.toml and falls back to 20. ``scale`` converts it
    to the unit of the column: 3600 for hours to seconds.

    Examples
    --------
    >>> deadline = Setting("list_deadline_h", 8, scale=3600)
    >>> deadline.value({}), deadline.value({"list_deadline_h": 4})
    (28800, 14400)
    """

    name: str
    default: float
    scale: float = 1

    def value(self, settings: Mapping[str, float]) -> float:
        """Return the operand: the project's setting or the default, in the column's unit."""
        return settings.get(self.name, self.default) * self.scale

    def __str__(self) -> str:
        factor = "" if self.scale == 1 else f" x {self.scale:g}"
        return f"{self.name} ({self.default:g}){factor}"


Operand = bool | str | float | tuple[str, ...] | Setting | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One column compared with one operand; unknown values never satisfy it."""

    column: str
    operator: Operator
    operand: Operand = None

    def __str__(self) -> str:
        if self.operator == "known":
            return f"{self.column} known"
        if isinstance(self.operand, bool) and self.operator == "==":
            return self.column if self.operand else f"not {self.column}"
        operand = self.operand
        if isinstance(operand, tuple):
            operand = ", ".join(operand)
        elif isinstance(operand, int | float):
            operand = f"{operand:g}"
        return f"{self.column} {self.operator} {operand}"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named set of conditions on the rows of one table, all of which must hold.

    ``label`` is what a formula calls the rows that satisfy it: "handled calls".
    """

    table: str
    label: str
    conditions: tuple[Condition, ...] = ()

    def also(self, label: str, *conditions: Condition) -> Predicate:
        """Return this predicate narrowed by more conditions, under a new label."""
        return Predicate(self.table, label, (*self.conditions, *conditions))

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads."""
        return frozenset(condition.column for condition in self.conditions)

    @property
    def key(self) -> str:
        """Its conditions, whatever its label: equal conditions share a sum."""
        return " and ".join(sorted(str(condition) for condition in self.conditions)) or "all"


class _Addable:
    """The operators of terms and sums of terms: ``+``, ``-`` and ``number *``."""

    __slots__ = ()

    def _terms(self) -> tuple[tuple[Term, float], ...]:
        raise TypeError(type(self).__name__)  # pragma: no cover - both children define it

    def __add__(self, other: _Addable) -> Linear:
        return Linear((*self._terms(), *other._terms()))

    def __sub__(self, other: _Addable) -> Linear:
        return self + -1.0 * other

    def __rmul__(self, factor: float) -> Linear:
        return Linear(tuple((term, factor * weight) for term, weight in self._terms()))


@dataclass(frozen=True, slots=True)
class Count(_Addable):
    """The number of rows for which the predicate holds."""

    where: Predicate

    def _terms(self) -> tuple[tuple[Term, float], ...]:
        return ((self, 1.0),)

    @property
    def key(self) -> str:
        """What it sums, whatever its label: equal keys share a sum."""
        return f"count({self.where.table}: {self.where.key})"

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads."""
        return self.where.columns

    def __str__(self) -> str:
        return self.where.label


@dataclass(frozen=True, slots=True)
class Sum(_Addable):
    """The sum of a column over the rows for which the predicate holds.

    ``if_missing`` says why a missing column may count as 0, worded for the
    note; without it the KPI cannot be computed if the column is missing.
    """

    column: str
    where: Predicate
    if_missing: str | None = None

    def _terms(self) -> tuple[tuple[Term, float], ...]:
        return ((self, 1.0),)

    @property
    def key(self) -> str:
        """What it sums, whatever its label: equal keys share a sum."""
        return f"sum({self.where.table}.{self.column}: {self.where.key})"

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads."""
        return self.where.columns | {self.column}

    def __str__(self) -> str:
        return f"{self.column} of {self.where.label}"


@dataclass(frozen=True, slots=True)
class Distinct(_Addable):
    """The number of distinct values of columns among the rows that satisfy the predicate.

    A row where one of the columns is null is not counted. ``label`` is what a
    formula calls them: "contacts reached".
    """

    of: tuple[str, ...]
    where: Predicate
    label: str

    def _terms(self) -> tuple[tuple[Term, float], ...]:
        return ((self, 1.0),)

    @property
    def key(self) -> str:
        """What it sums, whatever its label: equal keys share a sum."""
        return f"distinct({self.where.table}.{'+'.join(self.of)}: {self.where.key})"

    @property
    def columns(self) -> frozenset[str]:
        """The columns it reads."""
        return self.where.columns | set(self.of)

    def __str__(self) -> str:
        return self.label


Term = Count | Sum | Distinct


@dataclass(frozen=True, slots=True)
class Linear(_Addable):
    """Terms, each with its weight.

    ``label`` is what a formula calls the sum ("login hours"); without one the
    terms are spelled out.
    """

    weighted: tuple[tuple[Term, float], ...]
    label: str = field(default="", compare=False)

    def _terms(self) -> tuple[tuple[Term, float], ...]:
        return self.weighted

    def __iter__(self) -> Iterator[tuple[Term, float]]:
        return iter(self.weighted)

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the sum in words, with each term and label passed through ``word`` (a translation)."""
        if self.label:
            return word(self.label)
        text = ""
        for term, weight in self.weighted:
            sign = " - " if weight < 0 else (" + " if text else "")
            factor = "" if abs(weight) == 1 else f"{abs(weight):g} x "
            text += f"{sign}{factor}{word(str(term))}"
        return text.strip()

    def __str__(self) -> str:
        return self.spelled(str)


def linear(expression: Term | Linear, label: str = "") -> Linear:
    """Return a term or a sum of terms as a sum, under a label if one is given."""
    if isinstance(expression, Linear) and not label:
        return expression
    return Linear(expression._terms(), label)


def known(*columns: str) -> tuple[Condition, ...]:
    """Return conditions that the columns are not null."""
    return tuple(Condition(column, "known") for column in columns)


__all__ = [
    "KPI", "UNIT_COLUMNS", "Condition", "Count", "Direction", "Distinct", "Domain", "Formula", "Independence",
    "Linear", "Mean", "Net", "Operand", "Operator", "Predicate", "Quantile", "Ratio", "Setting", "Share", "Sum",
    "Term", "Unit", "known", "linear",
]  # fmt: skip

Unit = Literal["%", "1/h", "s", "h", "money", "money/h", "n", "score", "points"]
Direction = Literal["up", "down", "neutral", "band"]
Domain = Literal["reach", "conversion", "productivity", "money", "quality", "service", "compliance"]
#: The domains in listing order.
DOMAINS: tuple[str, ...] = get_args(Domain)
Independence = Literal["contact", "agent_day", "agent", "respondent", "call", "case", "day", "none"]

#: The columns that identify independent units; "day" comes from the table's clock.
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
        Every unit of the numerator is also in the denominator, so the value lies
        between 0 and 1.
    unknown : Linear, optional
        Rows or contacts left out of both because a flag of the numerator is null.
    factor : pair of Linear, optional
        A ratio of exact sums that multiplies the value, such as cost / login hours.
    """

    numerator: Linear
    denominator: Linear
    scale: float = 1.0
    proportion: bool = False
    unknown: Linear | None = None
    factor: tuple[Linear, Linear] | None = None

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the formula in words, with each term passed through ``word`` (a translation)."""
        scale = "" if self.scale == 1 else f"{self.scale:g} x "
        ratio = f"{scale}{_grouped(self.numerator, word)} / {_grouped(self.denominator, word)}"
        if self.factor is None:
            return ratio
        return f"{_grouped(self.factor[0], word)} / {_grouped(self.factor[1], word)} x {ratio}"

    def __str__(self) -> str:
        return self.spelled(str)


def _grouped(part: Linear, word: Callable[[str], str]) -> str:
    several = len(part.weighted) > 1 and not part.label
    return f"({part.spelled(word)})" if several else part.spelled(word)


@dataclass(frozen=True, slots=True)
class Net:
    """A total: what came in minus what went out. It has no denominator."""

    numerator: Linear

    def spelled(self, word: Callable[[str], str]) -> str:
        """Return the formula in words, with each term passed through ``word`` (a translation)."""
        return self.numerator.spelled(word)

    def __str__(self) -> str:
        return self.spelled(str)


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile of the row-wise sum of columns over the rows that satisfy the predicate.

    ``optional`` columns count as 0 where they are null or missing; ``scale``
    converts the sum to the unit of the KPI (1/3600 for seconds to hours).
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


def Share(part: Predicate, of: Predicate) -> Ratio:  # noqa: N802 - a word of the KPI language, like Ratio
    """Return the share of the rows ``of`` that are also ``part``.

    Rows where a column of ``part`` is null are in neither; they are counted
    separately, so that a share with too many of them can be refused.
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


def Mean(column: str, where: Predicate, scale: float = 1.0) -> Ratio:  # noqa: N802 - like Share
    """Return the mean of a column over the rows where it is known."""
    rows = where.also(where.label, *known(column))
    return Ratio(linear(Sum(column, rows)), linear(Count(rows)), scale=scale)


@dataclass(frozen=True, slots=True)
class KPI:
    """One entry of the catalogue.

    Attributes
    ----------
    name : str
        In snake case; a rate's name includes its base.
    label : dict
        The standard term in ``en``, ``fr`` and ``ru``.
    question : str
        The question it answers, ending in a question mark.
    formula : Ratio, Net or Quantile
    unit : str
        Of the value. ``%`` values are fractions: 0.25 is shown as 25 %.
    direction : str
        Whether more is better: ``up``, ``down``, ``neutral``, or ``band`` (best in the middle).
    domain : str
    independence : str
        What is sampled independently: the unit that intervals are clustered by.
    source : str
        Where the definition comes from.
    caution : str
        What the number does not tell you, or where others define it differently.
    aliases : tuple of str
        Other names for it, in any language.
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
            parts += [self.formula.denominator, *(self.formula.factor or ())]
            if self.formula.unknown is not None:
                parts.append(self.formula.unknown)
        return tuple(dict.fromkeys(term for part in parts for term, _ in part))

    @property
    def needs(self) -> dict[str, frozenset[str]]:
        """The columns it requires, by table."""
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
                columns |= {
                    clock if column in ("day", "week", "shift") and clock else column for column in term.of
                }
        return {table: frozenset(columns) for table, columns in needed.items()}
