"""Text from data for spreadsheets: never a formula."""

from __future__ import annotations

import numbers
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from callstats.show.plain import clean

if TYPE_CHECKING:
    import pandas as pd

# What Excel, LibreOffice and Google Sheets read as the start of a formula, even after spaces.
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def safe(value: Any) -> Any:
    """Return a value that a spreadsheet shows unchanged; only text is ever modified.

    A text that would be read as a formula gets a leading apostrophe, as OWASP
    advises against formula injection [1]_.

    References
    ----------
    .. [1] OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection

    Examples
    --------
    >>> safe("=cmd|' /C calc'!A0"), safe("list A"), safe(-3)
    ("'=cmd|' /C calc'!A0", 'list A', -3)
    """
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def safe_frame(frame: Any) -> Any:
    """Return a pandas frame whose texts, column names and index are safe in a spreadsheet.

    Examples
    --------
    >>> import pandas as pd
    >>> safe_frame(pd.DataFrame({"=a": ["@b"]})).to_csv(index=False).splitlines()
    ["'=a", "'@b"]
    """
    result = frame.map(safe).rename(columns=safe, index=safe)
    result.columns.names = [safe(name) for name in result.columns.names]
    result.index.names = [safe(name) for name in result.index.names]
    return result


_WIDE = 60


def plain_table(frame: pd.DataFrame) -> str:
    """Return a table as text: words left-aligned, numbers right-aligned.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (rows, columns)
        Cells are shown as they are; format numbers beforehand.

    Examples
    --------
    >>> import pandas as pd
    >>> print(plain_table(pd.DataFrame({"list_id": ["A", "B"], "n": ["1,204", "87"]})))
    list_id      n
    A        1,204
    B           87
    """
    last = len(frame.columns) - 1
    columns = [
        _column(str(name), [_text(value, cut=place < last) for value in frame[name]], frame[name])
        for place, name in enumerate(frame.columns)
    ]
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*columns, strict=True))


def _column(name: str, cells: list[str], values: Any) -> list[str]:
    width = max(_width(text) for text in [name, *cells])
    right = all(
        isinstance(value, numbers.Number) or _numeric(text) for value, text in zip(values, cells, strict=True)
    )
    return [_pad(text, width, right) for text in [name, *cells]]


def _text(value: Any, cut: bool) -> str:
    """Return a cell on one line; only the last column keeps a long text whole."""
    text = "" if value is None or value != value else clean(str(value))  # noqa: PLR0124 - nan is not itself
    return text if len(text) <= _WIDE or not cut else text[: _WIDE - 1] + "…"


def _numeric(text: str) -> bool:
    return (
        not text
        or text[0].isdigit()
        or text in ("–", "—")
        or (text[0] in "+-−€$£" and any(map(str.isdigit, text)))
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int, right: bool) -> str:
    blank = " " * (width - _width(text))
    return blank + text if right else text + blank
