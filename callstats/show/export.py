"""Text from data on its way into a spreadsheet: never a formula."""

from __future__ import annotations

import re
from typing import Any

# What Excel, LibreOffice and Google Sheets read as the start of a formula, after spaces too.
_FORMULA = re.compile(r"^[\s\ufeff]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def safe(value: Any) -> Any:
    """Return a value that a spreadsheet shows as it is; only text is ever changed.

    A text that would be read as a formula gets an apostrophe before it, as
    OWASP advises against formula injection [1]_.

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
    """Return a pandas frame whose texts, names of columns and index are safe in a spreadsheet.

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
