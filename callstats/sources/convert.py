"""Cells to typed columns, a column at a time, with what could not be read."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import pandas as pd
import pyarrow as pa

from callstats.model import CLOSED_REASONS, COST_KINDS, DIRECTIONS, STATES, TABLES
from callstats.sources import distinct
from callstats.sources.base import FALSE, TRUE, UNKNOWN, Field
from callstats.sources.distinct import compute as pc
from callstats.sources.durations import is_clear, read_durations
from callstats.sources.matching import REST, CodeWords, is_one_of
from callstats.sources.raw import Series
from callstats.sources.times import parse
from callstats.sources.typed_cells import TEXT, Cells
from callstats.sources.unreadable import Problems

_SECONDS = {"": 1.0, "s": 1.0, "ms": 0.001, "us": 0.000_001, "min": 60.0, "h": 3600.0}
_TEXT_UNITS = ("hh:mm:ss", "hh:mm", "text")
#: Columns that hold one of the model's words: the rule, as the checks have it, and the words.
_CHOICES: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("calls", "direction"): ("a direction is outbound or inbound", DIRECTIONS),
    ("calls", "closed_reason"): ("a reason for closing is one of the model's", CLOSED_REASONS),
    ("agent_time", "state"): ("a state is one of the model's", STATES),
    ("costs", "kind"): ("a kind of cost is one of the model's", COST_KINDS),
    ("surveys", "kind"): ("a kind of survey is one of the model's", ("csat", "nps", "resolved")),
}
_SPACES = r"(?<=\d)[\s\u00a0\u202f\u2009'’](?=\d{3}(?:\D|$))"
_CURRENCY = r"^(?:[A-Z]{3}|\p)\s*|\s*(?:[A-Z]{3}|\p|руб\.?|р\.|kr\.?)$"
_SIGNS = "$€£¥₽₴₹₩₺₪₫฿₦₱₸"
_MOST_DAYS = 32.0  # of work in a month; a greater number is no part of a day
_EXCEL_DAY_0 = pd.Timestamp("1899-12-31")


def convert(cells: Cells, item: Field, table: str, column: str, problems: Problems) -> Series:
    """Bring cells to the type of the model; what does not fit is noted.

    Moments are not for here: they need a time zone (:mod:`.instants`).

    Parameters
    ----------
    cells : Cells
    item : Field
    table : str
        The canonical or helper table.
    column : str
        The file's own name of the column, for the analyst.
    problems : Problems
    """
    kind = item.type_in(table)
    if item.values is not None:
        cells = Cells(_translated(cells.as_text(), item, column, problems))
    if kind == "flag":
        return _flag(cells, item, column, problems)
    if kind in ("number", "integer", "epoch", "money"):
        return _number(cells, item, kind, column, problems, lasts=_is_duration(item, table))
    if kind == "date":
        return _date(cells, item, column, problems)
    if kind == "phone":
        return _phone(cells.as_text(), item, column, problems)
    texts = cells.as_text()
    return _choice(texts, item, table, column, problems) if (table, item.to) in _CHOICES else texts


def _is_duration(item: Field, table: str) -> bool:
    model = TABLES.get(table)
    return bool(item.unit) or (model is not None and item.to in model.names and model[item.to].unit == "s")


def numbers_of(cells: Cells, item: Field) -> Series:
    """Return the cells as numbers, without complaint: nan where there is none."""
    return _plain_numbers(cells, item)


def _translated(texts: Series, item: Field, column: str, problems: Problems) -> Series:
    words = CodeWords(dict(item.values or {}))
    meanings = distinct.each(texts, words.get, TEXT)
    unknown = texts.notna() & meanings.isna()
    known = ", ".join([word for word in item.values or {} if word != REST][:10])
    reason = f'values knows {known}; add it there, or "*" for every other text'
    problems.add(unknown, "a value is one the mapping knows", column, texts, reason, item.to)
    return meanings


def _choice(texts: Series, item: Field, table: str, column: str, problems: Problems) -> Series:
    words = distinct.each(texts, str.casefold, TEXT)
    rule, known = _CHOICES[table, item.to]
    example = ", ".join(f'"{text}" = "{known[0]}"' for text in texts.dropna().unique()[:1])
    reason = f"known are {', '.join(known)}; say which is which, as values = {{ {example} }}"
    unknown = words.notna() & ~words.isin(known)
    problems.add(unknown, rule, column, texts, reason, item.to)
    return words.mask(unknown)


def _flag(cells: Cells, item: Field, column: str, problems: Problems) -> Series:
    if item.filled:
        return cells.filled.astype("boolean")
    if item.above is not None:
        numbers = _number(cells, item, "number", column, problems, lasts=bool(item.unit))
        return (numbers > item.above).astype("boolean").mask(numbers.isna())
    plain = cells if cells.flags is None else Cells(cells.texts, cells.numbers, cells.moments, cells.spans)
    texts = plain.as_text()
    if item.true is None and item.false is None:
        yes, no = is_one_of(texts, TRUE), is_one_of(texts, FALSE)
    else:
        no = is_one_of(texts, item.false or ())
        yes = is_one_of(texts, item.true or ()) if item.true is not None else texts.notna() & ~no
        no = no if item.false is not None else texts.notna() & ~yes
    nothing = is_one_of(texts, UNKNOWN) & ~yes & ~no
    unread = texts.notna() & ~yes & ~no & ~nothing
    reason = "neither yes nor no; say which texts are, with true and false"
    problems.add(unread, "a flag is yes or no", column, texts, reason, item.to)
    flag = pd.Series(pd.NA, index=texts.index, dtype="boolean")
    flag[yes] = True
    flag[no] = False
    return flag if cells.flags is None else cells.flags.fillna(flag)


def _number(cells: Cells, item: Field, kind: str, column: str, problems: Problems, *, lasts: bool) -> Series:
    values = _plain_numbers(cells, item) * _SECONDS.get(item.unit, 1.0)
    if lasts:
        values = _durations(cells, item, values, column, problems)
    if item.unit in ("ms", "us"):
        values = values.round(6)
    texts = cells.as_text()
    bad = cells.filled & (values.isna() | values.abs().eq(float("inf"))) & ~is_one_of(texts, UNKNOWN)
    rule, reason = "a number can be read", _why_no_number(texts[bad], item, lasts=lasts)
    if kind == "integer":
        uneven = values.notna() & (values % 1 != 0)
        reason = reason if not uneven.any() else "no whole number"
        bad, rule = bad | uneven, "a count is a whole number"
    problems.add(bad, rule, column, texts, reason, item.to)
    beyond = values.abs() > _MOST_NUMBER
    problems.add(beyond & ~bad, "a number can be read", column, texts, "a number of over 15 digits", item.to)
    values = values.mask(bad | beyond)
    return values.astype("Int64") if kind == "integer" else values


#: Beyond it a float no longer tells whole numbers apart, and sums of squares overflow soon after.
_MOST_NUMBER = 1e15


def _plain_numbers(cells: Cells, item: Field) -> Series:
    """Read numbers as they stand: those that the file typed, and texts by the marks of the mapping."""
    read = _read_numbers(cells.texts, item)
    return read if cells.numbers is None else cells.numbers.astype("float64").fillna(read)


def _read_numbers(texts: Series, item: Field) -> Series:
    """Read texts as numbers: digits as they are, and only what else there is with its marks taken off."""
    array = distinct.arrow_of(texts)
    fraction = r"(\.[0-9]{1,15})?" if item.decimal != "," and item.thousands != "." else ""
    plain = pc.fill_null(pc.match_substring_regex(array, rf"^[+-]?[0-9]{{1,15}}{fraction}$"), False)
    digits = pc.if_else(plain, array, pa.scalar(None, pa.string()))
    unsigned = pc.utf8_ltrim(digits, "+")
    read = unsigned.cast(pa.float64()).to_numpy(zero_copy_only=False)
    result = pd.Series(read, index=texts.index, dtype="float64")
    marked = distinct.of_mask(texts, pc.and_(pc.is_valid(array), pc.invert(plain)))
    if marked.any():
        result[marked] = _numeric(_without_marks(texts[marked], item))
    return result


def _without_marks(texts: Series, item: Field) -> Series:
    """Take off currency signs, and the marks between thousands."""
    plain = texts.str.replace(_currency(), "", regex=True)
    plain = plain.str.replace(_SPACES, "", regex=True)
    thousands = item.thousands or ("." if item.decimal == "," else "")
    if thousands.strip():
        grouped = rf"(?<=\d){re.escape(thousands)}(?=\d{{3}}(?:\D|$))"
        plain = plain.str.replace(grouped, "", regex=True)
    if item.decimal == ",":
        plain = plain.str.replace(",", ".", regex=False)
    return plain.str.replace(r"^\((.+)\)$", r"-\1", regex=True)


@cache
def _currency() -> str:
    return _CURRENCY.replace(r"\p", f"[{_SIGNS}]")


def _durations(cells: Cells, item: Field, numbers: Series, column: str, problems: Problems) -> Series:
    """Complete numbers by durations that the file typed, and by texts written as a clock or in words."""
    values = numbers
    if item.unit in _TEXT_UNITS:
        values = read_durations(cells.texts, item.unit)
        if cells.numbers is not None:  # a number under hh:mm:ss is a part of a day, as Excel keeps it
            plain = cells.numbers.astype("float64")
            days = plain.where(plain.abs() < _MOST_DAYS) * 86_400.0
            values = values.fillna(plain if item.unit == "text" else days)
    else:  # a clock of three parts is one, whatever unit plain numbers have
        clear = is_clear(cells.texts) & values.isna()
        if clear.any() and not item.unit:
            clock = cells.texts[clear].str.contains(":", regex=False).any()
            problems.units.append((column, "hh:mm:ss" if clock else "text"))
        values = values.fillna(read_durations(cells.texts.where(clear), "text"))
    if cells.spans is not None:
        values = values.fillna(cells.spans)
    if cells.moments is not None and cells.moments.dt.tz is None:
        days = cells.moments.where(cells.moments.dt.year < 1905)  # a clock of over a day, as Excel keeps it
        values = values.fillna((days - _EXCEL_DAY_0).dt.total_seconds())
    return values


def _why_no_number(texts: Series, item: Field, *, lasts: bool) -> str:
    if lasts and not item.unit and texts.str.contains(":", regex=False).eq(True).any():
        return 'no number of seconds; say its unit, such as unit = "hh:mm:ss" or "hh:mm"'
    if texts.str.contains(r"\d,\d", regex=True).eq(True).any() and item.decimal != ",":
        return 'no number; say decimal = "," where 95,5 is meant, or thousands = "," for 1,234'
    if item.unit in _TEXT_UNITS:
        return f"no duration of the unit {item.unit}"
    return "no number"


def _numeric(texts: Series) -> Series:
    return pd.to_numeric(texts.astype(object), errors="coerce").astype("float64")


def _date(cells: Cells, item: Field, column: str, problems: Problems) -> Series:
    parsed = parse(cells.texts, item.formats, {"column": column}, settled=item.settled)
    reason = "no date of the expected format"
    bad = parsed.bad & ~is_one_of(cells.texts, UNKNOWN)
    problems.add(bad, "a date can be read", column, cells.texts, reason, item.to)
    if cells.moments is None:
        return parsed.naive
    typed = cells.moments if cells.moments.dt.tz is None else cells.moments.dt.tz_localize(None)
    return typed.astype("datetime64[us]").fillna(parsed.naive)


def _phone(texts: Series, item: Field, column: str, problems: Problems) -> Series:
    """Write telephone numbers in one way (E.164); what is none stays as it stands, and is told."""
    numbers = distinct.each(texts, lambda text: _e164(text, item.country), TEXT)
    unread = texts.notna() & numbers.isna()
    reason = "no telephone number" + (
        "" if item.country else '; say country = "FR" where numbers have no +33'
    )
    problems.add(unread, "a telephone number can be read", column, texts, reason, item.to)
    return numbers.fillna(texts)


@lru_cache(1 << 20)  # of the pieces of a long export, in which most numbers come again
def _e164(text: str, country: str) -> str | None:
    import phonenumbers

    candidates = [(text, country or None)]
    digits = re.sub(r"\D", "", text)
    if not text.lstrip().startswith("+"):  # a number whose + a spreadsheet took off, or was dialled as 00
        candidates.append((f"+{digits.removeprefix('00')}", None))
    for candidate, region in candidates:
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def nothing(kind: str, size: int) -> Series:
    """A column of the type with nothing in it."""
    dtypes = {"flag": "boolean", "number": float, "integer": "Int64", "text": TEXT}
    dtypes |= {"instant": "datetime64[us, UTC]", "clock": "datetime64[us]", "date": "datetime64[us]"}
    empty = pd.NaT if kind in ("instant", "clock", "date") else (float("nan") if kind == "number" else pd.NA)
    return pd.Series([empty] * size, dtype=dtypes[kind])
