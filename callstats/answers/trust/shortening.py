"""Text from data as a report shows it: not too long, and in its own direction."""

from __future__ import annotations

#: A longer example is truncated.
_LONGEST = 80
#: Characters that change the direction of the text after them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def shortened(text: str) -> str:
    """Return a text truncated if long, and without characters that change the direction of text.

    Examples
    --------
    >>> shortened("abc"), len(shortened("x" * 500))
    ('abc', 80)
    """
    shown = "".join(f"[U+{ord(c):04X}]" if c in _TURNING else c for c in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
