"""A small language for the sums of custom KPIs. Parsed by hand; nothing is executed.

::

    sum        = amount (("+" | "-") amount)*
    amount     = [number "*"] counted ["/" number]
    counted    = rows ["where" conditions]
               | "sum" column "of" rows ["where" conditions]
               | "distinct" column ("," column)* "of" rows ["where" conditions]
    rows       = named rows (handled), a count or total of the catalogue
                 (handled_calls, login_hours, cost), or a table (calls)
    conditions = condition ("and" condition)*
    condition  = ["not"] flag
               | column "known"
               | column ("=" | "!=" | "<" | "<=" | ">" | ">=") value
               | column "in" "(" value ("," value)* ")"
    value      = number | 'text' | "text" | true | false
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from callstats.errors import UsageError, near_names, unknown_name
from callstats.kpis.define import (
    Condition,
    Count,
    Distinct,
    Linear,
    Net,
    Operator,
    Predicate,
    Sum,
    Term,
    linear,
)
from callstats.kpis.predicates import NAMED
from callstats.kpis.registry import catalogue
from callstats.model import CHARGED, TABLES

#: Non-canonical columns of a data set, by table: name -> type (text, number, flag, ...).
OwnColumns = Mapping[str, Mapping[str, str]]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|==|!=|[=<>+\-*/(),]))"
)
_OPERATORS: dict[str, Operator] = {
    "=": "==", "==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip
_NUMERIC = ("number", "integer")
_WORDS = ("where", "of", "and", "sum", "distinct", "not", "in", "known", "true", "false")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression: its kind, its text and where it begins."""

    kind: str
    text: str
    at: int


def parse(text: str, own_columns: OwnColumns | None = None) -> Linear:
    """Parse a sum in the KPI language.

    Parameters
    ----------
    text : str
        As in the grammar above.
    own_columns : mapping of str to mapping of str to str, optional
        By table, the type of each column beyond the canonical ones.

    Raises
    ------
    UsageError
        The text is not a sum, or names rows or columns that do not exist.

    Examples
    --------
    >>> str(parse("handled where talk_s >= 60"))
    'handled calls where talk_s >= 60'
    >>> parse("distinct contact_id of argued + 2 * successes").weighted[1][1]
    2.0
    >>> parse("sum tlak_s of handled")
    Traceback (most recent call last):
        ...
    callstats.errors.UsageError: unknown column of calls 'tlak_s'.
    Did you mean 'talk_s'?
    """
    return _Parser(text, own_columns or {}).sum()


class _Parser:
    def __init__(self, text: str, own_columns: OwnColumns) -> None:
        self.text = text
        self.own = own_columns
        self.tokens = _tokens(text)
        self.position = 0

    # Looking at the next token

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self, *texts: str) -> bool:
        matches = self.next.kind in ("word", "sign") and self.next.text in texts
        self.position += matches
        return matches

    def expect(self, what: str, kind: str) -> str:
        token = self.next
        if token.kind != kind or (kind == "word" and token.text in _WORDS):
            raise self.unexpected(what)
        self.position += 1
        return token.text

    def unexpected(self, what: str) -> UsageError:
        token = self.next
        found = f"{token.text!r}" if token.kind != "end" else "the end"
        return UsageError(f"{what} is expected at character {token.at + 1} of {self.text!r}, found {found}")

    # The grammar, one method per line

    def sum(self) -> Linear:
        total = self.amount()
        while self.next.kind != "end":
            if self.take("+"):
                total = total + self.amount()
            elif self.take("-"):
                total = total - self.amount()
            else:
                raise self.unexpected("'+', '-', 'where' or the end")
        return total

    def amount(self) -> Linear:
        factor = 1.0
        if self.next.kind == "number":
            factor = float(self.expect("a number", "number"))
            if not self.take("*"):
                raise self.unexpected("'*'")
        counted = self.counted()
        if self.take("/"):
            divisor = float(self.expect("a number", "number"))
            if divisor == 0:
                raise UsageError(f"division by 0 in {self.text!r}")
            factor /= divisor
        return counted if factor == 1 else factor * counted

    def counted(self) -> Linear:
        if self.take("sum"):
            column = self.expect("a column", "word")
            where = self.selected()
            if self.type_of(where.table, column) not in _NUMERIC:
                raise UsageError(f"{column!r} of {where.table} is no number and has no sum")
            return linear(Sum(column, where))
        if self.take("distinct"):
            columns = [self.expect("a column", "word")]
            while self.take(","):
                columns.append(self.expect("a column", "word"))
            where = self.selected()
            for column in columns:
                if column not in ("day", "week", "shift"):
                    self.type_of(where.table, column)
            return linear(Distinct(tuple(columns), where, f"different {', '.join(columns)} of {where.label}"))
        return self.rows()

    def selected(self) -> Predicate:
        if not self.take("of"):
            raise self.unexpected("'of'")
        rows = self.rows()
        terms = [term for term, _ in rows]
        if len(terms) != 1 or not isinstance(terms[0], Count):
            raise UsageError(f"'of' needs rows, and {str(rows)!r} in {self.text!r} are no rows")
        return terms[0].where

    def rows(self) -> Linear:
        counted = _named(self.expect("the name of rows, a count or a table", "word"))
        if not self.take("where"):
            return counted
        tables = {term.where.table for term, _ in counted}
        if len(tables) > 1:
            raise UsageError(
                f"{str(counted)!r} is about several tables ({', '.join(sorted(tables))}): 'where' cannot narrow it"
            )
        conditions = self.conditions(tables.pop())
        return Linear(tuple((_narrowed(term, conditions), weight) for term, weight in counted))

    def conditions(self, table: str) -> tuple[Condition, ...]:
        parts = [self.condition(table)]
        while self.take("and"):
            parts.append(self.condition(table))
        return tuple(parts)

    def condition(self, table: str) -> Condition:
        negated = self.take("not")
        column = self.expect("a column", "word")
        kind = self.type_of(table, column)
        if negated or self.next.text in ("and", ")", "+", "-", "*", "/", "") or self.next.kind == "end":
            if kind != "flag":
                raise UsageError(f"{column!r} of {table} is no flag: say what it is compared with")
            return Condition(column, "==", not negated)
        if self.take("known"):
            return Condition(column, "known")
        if self.take("in"):
            return Condition(column, "in", self.values(table, column, kind))
        operator = _OPERATORS.get(self.next.text) if self.next.kind == "sign" else None
        if operator is None:
            raise self.unexpected("a comparison, 'in' or 'known'")
        self.position += 1
        return Condition(column, operator, self.value(table, column, kind))

    def values(self, table: str, column: str, kind: str) -> tuple[str, ...]:
        if kind != "text":
            raise UsageError(f"{column!r} of {table} is no text: 'in' lists texts")
        if not self.take("("):
            raise self.unexpected("'('")
        values = [str(self.value(table, column, kind))]
        while self.take(","):
            values.append(str(self.value(table, column, kind)))
        if not self.take(")"):
            raise self.unexpected("',' or ')'")
        return tuple(values)

    def value(self, table: str, column: str, kind: str) -> bool | float | str:
        negative = self.take("-")
        token = self.next
        self.position += token.kind != "end"
        if kind == "flag" and token.text in ("true", "false"):
            return token.text == "true"
        if kind in _NUMERIC and token.kind == "number":
            return -float(token.text) if negative else float(token.text)
        if kind == "text" and token.kind == "text":
            return token.text[1:-1]
        wanted = {"flag": "true or false", "text": "a text in quotes"}.get(kind, "a number")
        if kind in ("instant", "clock", "date"):
            wanted = "nothing but 'known'"
        raise UsageError(
            f"{column!r} of {table} is compared with {wanted}, and not with {token.text or 'nothing'}"
        )

    def type_of(self, table: str, column: str) -> str:
        own = self.own.get(table, {})
        if column in own:
            return own[column]
        if table == "costs" and column in CHARGED:
            return "text"
        if column not in TABLES[table].names:
            raise unknown_name(f"column of {table}", column, [*TABLES[table].names, *own])
        return TABLES[table][column].type


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            start = len(text) - len(text[position:].lstrip())
            raise UsageError(f"{text[start]!r} at character {start + 1} of {text!r} is not understood")
        kind = match.lastgroup or ""
        tokens.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, Token("end", "", len(text))]


def _named(name: str) -> Linear:
    totals = {kpi.name: kpi.formula.numerator for kpi in catalogue().values() if isinstance(kpi.formula, Net)}
    if name in totals:
        return totals[name]
    if name in NAMED:
        return linear(Count(NAMED[name]))
    if name in TABLES:
        return linear(Count(Predicate(name, name)))
    known = [*NAMED, *totals, *TABLES]
    hint = (
        "Rates cannot be added up."
        if name in catalogue()
        else "Named rows, counts, totals and tables are in docs/own_kpis.md."
    )
    raise UsageError(f"unknown rows or count {name!r}", near=near_names(name, known), hint=hint)


def _narrowed(term: Term, conditions: tuple[Condition, ...]) -> Term:
    wording = " and ".join(str(condition) for condition in conditions)
    new = tuple(c for c in conditions if c not in term.where.conditions)
    where = term.where.also(f"{term.where.label} where {wording}", *new)
    if isinstance(term, Distinct):
        return replace(term, where=where, label=f"{term.label} where {wording}")
    return replace(term, where=where)
