"""What must be true of every KPI, in the catalogue or custom.

Each rule is named by the sentence that must be true, which is also the message.
A rule returns the violations it found, or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from callstats.errors import spoken
from callstats.kpis.define import (
    KPI,
    UNIT_COLUMNS,
    Condition,
    Count,
    Direction,
    Distinct,
    Domain,
    Independence,
    Linear,
    Net,
    Predicate,
    Quantile,
    Ratio,
    Sum,
    Term,
    Unit,
)
from callstats.model import CHARGED, MADE, TABLES

_EVERY = {**TABLES, **MADE}
LANGUAGES = ("en", "fr", "ru")
_CLOSED_WORDS = {"unit": Unit, "direction": Direction, "domain": Domain, "independence": Independence}
_CONVERSION = re.compile(r"conversion|success_rate|successes_per")
_BASE = re.compile(
    r"_per_(dial|conversation|contact|lead|(login|talk|available|paid)_hour)$|_(closed|argued)$|^callback_"
)

Columns = Mapping[str, Iterable[str]]


def problems(kpi: KPI, own_columns: Columns | None = None) -> tuple[str, ...]:
    """Return what is wrong with a KPI, one sentence each; empty if nothing is.

    Parameters
    ----------
    kpi : KPI
    own_columns : mapping of str to iterable of str, optional
        By table, the columns that a data set has beyond the canonical ones.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> from dataclasses import replace
    >>> problems(get("roi"))
    ()
    >>> problems(replace(get("roi"), question="What is it"))
    ("the question ends with a question mark, but: 'What is it'",)
    """
    violations = [(sentence, rule(kpi)) for sentence, rule in RULES.items()]
    violations.append(("every column is one of its table", _strange_columns(kpi, own_columns or {})))
    return tuple(f"{sentence}, but: {instead}" for sentence, instead in violations if instead)


def clashes(kpis: Iterable[KPI]) -> tuple[str, ...]:
    """Return the names and aliases that are ambiguous, one sentence each."""
    meaning: dict[str, str] = {}
    messages = []
    for kpi in kpis:
        for word in (kpi.name, *kpi.aliases):
            heard = spoken(word)
            if heard in meaning:
                messages.append(f"{word!r} is {meaning[heard]} and {kpi.name}")
            meaning.setdefault(heard, kpi.name)
    return tuple(messages)


def _name(kpi: KPI) -> str:
    return "" if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", kpi.name) else repr(kpi.name)


def _base(kpi: KPI) -> str:
    plain = isinstance(kpi.formula, Ratio) and _CONVERSION.search(kpi.name) and not _BASE.search(kpi.name)
    return repr(kpi.name) if plain else ""


def _labels(kpi: KPI) -> str:
    missing = [language for language in LANGUAGES if not kpi.label.get(language, "").strip()]
    return f"none in {', '.join(missing)}" if missing else ""


def _question(kpi: KPI) -> str:
    return "" if len(kpi.question) > 5 and kpi.question.endswith("?") else repr(kpi.question)


def _source(kpi: KPI) -> str:
    return "" if kpi.source.strip() else "none is given"


def _words(kpi: KPI) -> str:
    strange = {
        name: getattr(kpi, name)
        for name, words in _CLOSED_WORDS.items()
        if getattr(kpi, name) not in get_args(words)
    }
    return ", ".join(f"{name} is {value!r}" for name, value in strange.items())


def _aliases(kpi: KPI) -> str:
    ok = isinstance(kpi.aliases, tuple) and all(isinstance(a, str) and len(a) > 1 for a in kpi.aliases)
    return "" if ok else repr(kpi.aliases)


def _unit(kpi: KPI) -> str:
    units = implied_units(kpi.formula)
    if not units:
        return "it adds or divides what has no common unit"
    return "" if kpi.unit in units else f"{kpi.unit!r} instead of {' or '.join(map(repr, units))}"


def _part_of_whole(kpi: KPI) -> str:
    formula = kpi.formula
    if not isinstance(formula, Ratio) or not formula.proportion:
        return ""
    loose = [
        str(term)
        for term, weight in formula.numerator
        if weight > 0 and not _covered(term, formula.denominator)
    ]
    return ", ".join(loose)


def _drawn_from(kpi: KPI) -> str:
    unit = [column for column in UNIT_COLUMNS[kpi.independence] if column != "day"]
    tables = {table for table, _ in _columns(kpi)}
    if any(set(unit) <= set(TABLES[table].names) for table in tables if table in _EVERY):
        return ""
    return f"{kpi.independence} is in none of {', '.join(sorted(tables))}"


#: The sentences that must be true, each with the function that finds violations.
RULES: dict[str, Callable[[KPI], str]] = {
    "the name is in snake case": _name,
    "the base of a conversion stands in its name": _base,
    "the label is given in every language": _labels,
    "the question ends with a question mark": _question,
    "the source is named": _source,
    "unit, direction, domain and independence are words of the language": _words,
    "aliases are words": _aliases,
    "the unit follows from the formula": _unit,
    "all of the numerator of a proportion is in its denominator": _part_of_whole,
    "the unit of independence is in one of the tables": _drawn_from,
}


def _strange_columns(kpi: KPI, own: Columns) -> str:
    strange = []
    for table, columns in _columns(kpi):
        if table not in _EVERY:
            strange.append(f"there is no table {table!r}")
            continue
        known = {*TABLES[table].names, *own.get(table, ()), *(CHARGED if table == "costs" else ())}
        strange += [f"{table} has no {column!r}" for column in sorted(set(columns) - known)]
    return ", ".join(dict.fromkeys(strange))


def _columns(kpi: KPI) -> Iterable[tuple[str, Iterable[str]]]:
    if isinstance(kpi.formula, Quantile):
        return [(kpi.formula.where.table, kpi.formula.columns)]
    return [(term.where.table, term.columns - {"day", "week", "shift"}) for term in kpi.terms]


# Which rows are a subset of which


def implies(part: Predicate, whole: Predicate) -> bool:
    """Return whether every row of ``part`` is certainly one of ``whole``.

    Examples
    --------
    >>> from callstats.kpis.predicates import AVAILABLE, BUSY, DIALS, HANDLED
    >>> implies(HANDLED, DIALS), implies(DIALS, HANDLED), implies(BUSY, AVAILABLE)
    (True, False, True)
    """
    return part.table == whole.table and all(
        any(_condition_implies(have, wanted) for have in part.conditions) for wanted in whole.conditions
    )


def _condition_implies(have: Condition, wanted: Condition) -> bool:
    if have == wanted:
        return True
    if have.column != wanted.column:
        return False
    if wanted.operator == "known":
        return True
    if wanted.operator == "in" and isinstance(wanted.operand, tuple):
        values = have.operand if have.operator == "in" else (have.operand,)
        return have.operator in ("==", "in") and set(values) <= set(wanted.operand)  # type: ignore[arg-type]
    return False


def _covered(term: Term, whole: Linear) -> bool:
    return any(weight > 0 and part_of(term, other) for other, weight in whole)


def part_of(term: Term, whole: Term) -> bool:
    """Return whether what a term counts is certainly a subset of what another counts.

    Contacts dialled are assumed to be among the contacts loaded.
    """
    if isinstance(term, Distinct) and isinstance(whole, Distinct):
        loaded = whole.where.table == "contacts" and not whole.where.conditions
        return term.of == whole.of and (loaded or implies(term.where, whole.where))
    if isinstance(term, Sum) and isinstance(whole, Sum):
        return term.column == whole.column and implies(term.where, whole.where)
    return isinstance(term, Count) and isinstance(whole, Count) and implies(term.where, whole.where)


_ANY = "any"  # of a non-canonical column: its unit is up to its owner

_QUOTIENTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("n", "n"): ("n", "%", "points"),
    ("n", "h"): ("1/h",),
    ("money", "h"): ("money/h",),
    ("money", "n"): ("money",),
    ("money", "money"): ("%", "n"),
    ("s", "n"): ("s",),
    ("h", "n"): ("h",),
    ("h", "h"): ("%", "n"),
    ("s", "s"): ("%", "n"),
    ("score", "n"): ("score",),
}


def implied_units(formula: Ratio | Net | Quantile) -> tuple[str, ...]:
    """Return the units a formula can have, the usual one first; none if it adds different units.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> implied_units(get("profit_per_hour").formula)
    ('money/h',)
    """
    numerator = _common(
        _column_units(formula) if isinstance(formula, Quantile) else _units(formula.numerator)
    )
    denominator = _common(_units(formula.denominator)) if isinstance(formula, Ratio) else numerator
    if not numerator or not denominator:
        return ()
    if _ANY in (numerator, denominator):
        return ("n", *(unit for unit in get_args(Unit) if unit != "n"))
    if not isinstance(formula, Ratio):
        return (numerator,)
    if formula.proportion:
        return ("%",) if numerator == denominator else ()
    if formula.factor is None:
        return _QUOTIENTS.get((numerator, denominator), ())
    return _after_cancelling(
        [numerator, _common(_units(formula.factor[0]))], [denominator, _common(_units(formula.factor[1]))]
    )


def _after_cancelling(above: list[str], below: list[str]) -> tuple[str, ...]:
    """Return the unit of a product of quotients, once what stands above and below is struck out."""
    for unit in list(above):
        if unit in below:
            above.remove(unit)
            below.remove(unit)
    return _QUOTIENTS.get((above[0], below[0]), ()) if len(above) == len(below) == 1 else ()


def _common(units: set[str]) -> str:
    """Return the unit that all share; empty if they differ."""
    return _ANY if _ANY in units else next(iter(units)) if len(units) == 1 else ""


def _units(part: Linear) -> set[str]:
    return {
        _in_hours(_column_unit(term.where.table, term.column), weight) if isinstance(term, Sum) else "n"
        for term, weight in part
    }


def _column_units(formula: Quantile) -> set[str]:
    return {_in_hours(_column_unit(formula.where.table, column), formula.scale) for column in formula.of}


def _in_hours(unit: str, weight: float) -> str:
    return "h" if unit == "s" and abs(weight * 3600) == 1 else unit


def _column_unit(table: str, column: str) -> str:
    if table not in _EVERY or column not in TABLES[table].names:
        return _ANY
    return TABLES[table][column].unit or "score"
