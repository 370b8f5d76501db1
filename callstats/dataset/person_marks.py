"""Who is meant by a text: a contact's name to the letter, or a telephone number however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

#: Fewer digits are no telephone number, more are none either (ITU-T E.164 has 15 at most).
FEWEST_DIGITS, _MOST = 8, 15
_PHONE = re.compile(r"[+0-9(][0-9 ()./\u00a0\u202f-]{6,}[0-9]")
#: What a number is known by: with its country, without it, or as digits of which that is not known.
_ABROAD, _AT_HOME, _DIGITS, _TEXT = "abroad", "at home", "digits", "text"
_MAY_BE = {_ABROAD: (_ABROAD, _DIGITS), _AT_HOME: (_DIGITS,), _DIGITS: (_ABROAD, _AT_HOME, _DIGITS)}

Mark = tuple[str, str]


@cache
def _codes() -> frozenset[str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


def marks(text: str) -> frozenset[Mark]:
    """Return what a text is known by.

    Examples
    --------
    >>> sorted(marks("+33 1 99 00 10 03"))
    [('abroad', '33199001003'), ('at home', '199001003'), ('text', '+33 1 99 00 10 03')]
    >>> sorted(marks("0199001003")), sorted(marks("A-17"))
    ([('digits', '199001003'), ('text', '0199001003')], [('text', 'A-17')])
    """
    text = text.strip()
    found = {(_TEXT, text)} if text else set()
    if not _PHONE.fullmatch(text):
        return frozenset(found)
    digits = digits_of(text)
    if not digits:
        return frozenset(found)
    number = digits.lstrip("0")
    if text.startswith("+") or digits.startswith("00"):
        code = next((number[:n] for n in (1, 2, 3) if number[:n] in _codes()), None)
        found.add((_ABROAD, number))
        if code is not None and len(home := number[len(code) :].lstrip("0")) >= FEWEST_DIGITS:
            found.add((_AT_HOME, home))
    else:
        found.add((_DIGITS, number))
    return frozenset(found)


def digits_of(number: str) -> str:
    """Return the digits of a telephone number, without the 0 in brackets; empty where it is none.

    Examples
    --------
    >>> digits_of("+33 (0)1 99 00 10 01"), digits_of("12-34")
    ('33199001001', '')
    """
    digits = "".join(c for c in number.replace("(0)", "") if c.isdigit())
    return digits if FEWEST_DIGITS <= len(digits.lstrip("0")) <= _MOST else ""


def answering(asked: Iterable[Mark]) -> frozenset[Mark]:
    """Return the marks of which a text has one if it may mean whom some marks mean.

    A number with its country means the same number with its country, and its digits with or without the
    code; digits mean any number with these digits. Two numbers of two countries are never one.

    Examples
    --------
    >>> meant = answering(marks("+33 1 99 00 10 03"))
    >>> [bool(meant & marks(text)) for text in ("0199001003", "0033199001003", "+34199001003", "33199001003")]
    [True, True, False, True]
    """
    found: set[Mark] = set()
    for kind, said in asked:
        found |= {(other, said) for other in _MAY_BE.get(kind, (kind,))}
    return frozenset(found)


def numbers_in(text: str) -> list[str]:
    """Return what a line of an export may name somebody by: its cells, and whatever looks like a number.

    Examples
    --------
    >>> numbers_in('y2,"01 99 00 10 04",call +33199001005 back')
    ['y2', '01 99 00 10 04', 'call +33199001005 back', '01 99 00 10 04', '+33199001005']
    """
    cells = [cell.strip(" \"'") for cell in re.split(r"[,;\t|]", text)]
    return [cell for cell in cells if cell] + [found.strip() for found in _PHONE.findall(text)]
