"""How wide a text will be on the printed page, from the widths of the fonts' characters."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from callstats.report.glyphs import covered

#: The characters that are measured: Latin, Greek, Cyrillic; signs and arrows.
_MEASURED = (range(0x530), range(0x2000, 0x2300))
_TEMPLATE = """\
#set text(
  font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 1000pt, hyphenate: false,
)
#let texts = json(bytes(sys.inputs.texts))
#let widths(weight) = texts.map(it => int(calc.round(measure(text(weight: weight, it)).width.pt())))
#context [#metadata((widths("regular"), widths("bold"))) <widths>]
"""
#: A character that is not measured: wider than most [thousandths of the size].
_UNKNOWN = 700
#: Where a line may end: at a space that is not a no-break space, after a hyphen or a slash.
_BREAKS = re.compile(r"[ \t\n]+|(?<=[-/])(?=\w)")


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text on one line [points].

    Kerning is left out: it makes few texts wider, and those by about a hundredth.

    Examples
    --------
    >>> wide("5", 10.0), wide("55", 10.0), wide("5", 10.0, bold=True)
    (4.65, 9.3, 5.14)
    """
    known = _widths()[bold]
    return sum(known.get(character, _UNKNOWN) for character in text) * size / 1000


def longest_line(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest line of a text [points].

    Examples
    --------
    >>> longest_line("55\n5", 10.0)
    9.3
    """
    return max((wide(line, size, bold=bold) for line in text.split("\n")), default=0.0)


def longest_word(text: str, size: float, *, bold: bool = False) -> float:
    r"""Return the width of the longest piece of a text that a line does not break [points].

    Examples
    --------
    >>> longest_word("55 5 5", 10.0), longest_word("5\u00a05 5", 10.0)
    (9.3, 11.8)
    """
    return max((wide(piece, size, bold=bold) for piece in _BREAKS.split(text)), default=0.0)


def drawn(texts: list[str]) -> tuple[list[int], list[int]]:
    """Ask typst how wide it draws texts on one line, upright and bold [thousandths of the size].

    Examples
    --------
    >>> drawn(["5", "55"])
    ([465, 930], [514, 1028])
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="callstats-") as folder:
        main = Path(folder) / "widths.typ"
        main.write_text(_TEMPLATE, encoding="utf-8")
        asked: Any = {"texts": json.dumps(texts)}
        answer = typst.query(
            main, "<widths>", field="value", one=True, sys_inputs=asked, ignore_system_fonts=True
        )
    upright, bold = json.loads(answer)
    return upright, bold


@cache
def _widths() -> tuple[dict[str, int], dict[str, int]]:
    """Return the widths of characters, upright and bold: measured once a process, in hundredths of a second.

    A table of them that is written down would have to be renewed with every change of
    typst and its fonts.
    """
    characters = [chr(point) for point in sorted(covered()) if any(point in block for block in _MEASURED)]
    upright, bold = drawn(characters)
    return dict(zip(characters, upright, strict=True)), dict(zip(characters, bold, strict=True))
