"""Convert texts to typed columns, one column at a time, and note those that could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa

from callstats.errors import InputError, near_names
from callstats.sources.base import FALSE, TRUE, Field, Layout
from callstats.sources.raw import Raw, Series
from callstats.sources.times import parse

TEXT = pd.StringDtype("pyarrow", na_value=pd.NA)
_SECONDS = {"": 1.0, "s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0}


@dataclass(slots=True)
class Problems:
    """The rows of one table that cannot be accepted, each with its first reason."""

    found: dict[int, tuple[str, str | None, str, str]] = field(default_factory=dict)

    def add(self, bad: Series, rule: str, column: str | None, texts: Series, reason: str) -> None:
        """Note the rows where ``bad`` holds, unless they are noted already."""
        for position in bad.index[bad.fillna(False).to_numpy(bool)]:
            text = texts.at[position]
            self.found.setdefault(int(position), (rule, column, "" if pd.isna(text) else str(text), reason))


class Columns:
    """The texts of one raw table, by the names a layout uses.

    Raises
    ------
    InputError
        A column that the layout requires is missing.
    """

    def __init__(self, raw: Raw, layout: Layout, nulls: tuple[str, ...]) -> None:
        self._raw, self._layout, self._nulls = raw, layout, nulls
        self.file = raw.file
        self._by_lower = {name.lower(): name for name in reversed(raw.columns)}
        missing = [item for item in layout.fields if item.required and self.name(item) is None]
        if missing:
            self._complain(missing)

    def required(self, item: Field) -> str:
        """The column the field reads, which must be present."""
        name = self.name(item)
        if name is None:
            self._complain([item])
        return str(name)

    def _complain(self, missing: list[Field]) -> None:
        names = [name for item in missing for name in self._wanted(item) if self.actual(name) is None]
        listed = ", ".join(repr(name) for name in dict.fromkeys(names))
        near = [name for wanted in names for name in near_names(wanted, self._raw.columns)]
        shown = ", ".join(self._raw.columns[:12]) + (" …" if len(self._raw.columns) > 12 else "")
        raise InputError(
            f"no column {listed}",
            file=self._raw.file,
            row=self._raw.header_row,
            near=tuple(dict.fromkeys(near))[:3],
            hint=f"{self._layout.name} needs it; the file has: {shown}.",
        )

    @staticmethod
    def _wanted(item: Field) -> list[str]:
        return re.findall(r"{([^{}]+)}", item.template) if item.template else list(item.columns)

    def actual(self, name: str) -> str | None:
        """The column name as spelt in the file, whatever its case."""
        return name if name in self._raw.columns else self._by_lower.get(name.lower())

    def name(self, item: Field) -> str | None:
        """The column the field reads, as spelt in the file; None if the file lacks it."""
        if item.constant is not None or item.row_number:
            return ""
        if item.template:
            names = [self.actual(name) for name in self._wanted(item)]
            return None if None in names else " + ".join(str(name) for name in names)
        return next((actual for name in item.columns if (actual := self.actual(name))), None)

    def texts(self, item: Field) -> Series:
        """The field's texts; null where the export says nothing."""
        size = self._raw.table.num_rows
        if item.constant is not None:
            return pd.Series([item.constant] * size, dtype=TEXT)
        if item.row_number:
            return pd.Series([f"{self._raw.identity}:{row}" for row in self._raw.rows], dtype=TEXT)
        if item.template:
            return self._from_template(item.template)
        return self._column(str(self.name(item)))

    def _column(self, name: str) -> Series:
        values = self._raw.table.column(name).to_pandas(types_mapper={pa.string(): TEXT}.get).str.strip()
        return values.mask(values.isin(self._nulls)).rename(None)

    def _from_template(self, template: str) -> Series:
        pieces = re.split(r"{([^{}]+)}", template)
        text = pd.Series([pieces[0]] * self._raw.table.num_rows, dtype=TEXT)
        for name, literal in zip(pieces[1::2], pieces[2::2], strict=True):
            text = text + self._column(str(self.actual(name))) + literal
        return text


def convert(texts: Series, item: Field, kind: str, column: str, problems: Problems) -> Series:
    """Convert texts to the model's type; texts that do not fit are noted.

    Instants are handled elsewhere, as they need a time zone (:mod:`.times`).
    """
    if item.values is not None:
        texts = _translated(texts, item, column, problems)
    if kind == "flag":
        return _flag(texts, item, column, problems)
    if kind in ("number", "integer", "epoch"):
        return _number(texts, item, kind, column, problems)
    if kind == "date":
        parsed = parse(texts, item.formats)
        problems.add(parsed.bad, "a date can be read", column, texts, "no date of the expected format")
        return parsed.naive
    return texts


def _translated(texts: Series, item: Field, column: str, problems: Problems) -> Series:
    values = dict(item.values or {})
    unknown = texts.notna() & ~texts.isin(list(values))
    known = ", ".join(list(values)[:10])
    problems.add(unknown, "a value is one the mapping knows", column, texts, f"known are: {known}")
    return texts.map(values).astype(TEXT)


def _flag(texts: Series, item: Field, column: str, problems: Problems) -> Series:
    if item.true is None and item.false is None:
        lower = texts.str.lower()
        yes, no = lower.isin(TRUE), lower.isin(FALSE)
    else:
        yes = (
            texts.isin(item.true or ())
            if item.true is not None
            else texts.notna() & ~texts.isin(item.false or ())
        )
        no = texts.isin(item.false) if item.false is not None else texts.notna() & ~yes
    problems.add(texts.notna() & ~yes & ~no, "a flag is yes or no", column, texts, "neither yes nor no")
    flag = pd.Series(pd.NA, index=texts.index, dtype="boolean")
    flag[yes.fillna(False).astype(bool)] = True
    flag[no.fillna(False).astype(bool)] = False
    return flag


def _number(texts: Series, item: Field, kind: str, column: str, problems: Problems) -> Series:
    plain = texts
    if item.decimal == ",":
        plain = plain.str.replace(r"[\s.\u00a0\u202f](?=\d{3}(?:\D|$))", "", regex=True)
        plain = plain.str.replace(",", ".", regex=False)
    if item.unit == "hh:mm:ss":
        values = _clock_seconds(plain)
    else:
        values = _numeric(plain) * _SECONDS[item.unit]
        values = values.round(6) if item.unit == "ms" else values
    bad = texts.notna() & (values.isna() | values.abs().eq(float("inf")))
    rule, reason = "a number can be read", "no number"
    if kind == "integer":
        bad |= values.notna() & (values % 1 != 0)
        rule, reason = "a count is a whole number", "no whole number"
    problems.add(bad, rule, column, texts, reason)
    values = values.mask(bad)
    return values.astype("Int64") if kind == "integer" else values


def _numeric(texts: Series) -> Series:
    numbers: Any = pd.to_numeric(texts.astype(object), errors="coerce")
    return numbers.astype(float)


def _clock_seconds(texts: Series) -> Series:
    parts = texts.str.extract(r"^(-?)(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$")
    hours, minutes, seconds = _numeric(parts[1]).fillna(0.0), _numeric(parts[2]), _numeric(parts[3])
    return (hours * 3600 + minutes * 60 + seconds) * parts[0].map({"-": -1.0}).fillna(1.0).astype(float)


def nothing(kind: str, size: int) -> Any:
    """An all-null column of the type."""
    dtypes = {"flag": "boolean", "number": float, "integer": "Int64", "text": TEXT}
    dtypes |= {"instant": "datetime64[us, UTC]", "clock": "datetime64[us]", "date": "datetime64[us]"}
    empty = pd.NaT if kind in ("instant", "clock", "date") else (float("nan") if kind == "number" else pd.NA)
    return pd.Series([empty] * size, dtype=dtypes[kind])
