"""Ask typst how wide the characters of its fonts are; run as a module, write them down.

``python -m tests.report.typst_widths`` renews ``callstats/report/template/widths.txt``.
"""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

from callstats.report.glyphs import covered

_HEAD = """\
# Widths of the characters of the PDF's text in thousandths of the font's size, upright and bold.
# "point upright bold", points in hexadecimal; asked of typst by tests/report/typst_widths.py.
"""
_TEMPLATE = """\
#set text(
  font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 1000pt, hyphenate: false,
)
#let wide(body) = int(calc.round(measure(body).width.pt()))
#context [#metadata(json(bytes(sys.inputs.texts)).map(it => (
  wide(text(it)), wide(text(weight: "bold", it)),
))) <widths>]
"""


def asked(texts: list[str]) -> list[list[int]]:
    """Return how wide typst draws texts, upright and bold [thousandths of the size]."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        main = Path(folder) / "widths.typ"
        main.write_text(_TEMPLATE, encoding="utf-8")
        inputs: Any = {"texts": json.dumps(texts)}
        told = typst.query(
            main, "<widths>", field="value", one=True, sys_inputs=inputs, ignore_system_fonts=True
        )
    return json.loads(told)


def points() -> list[int]:
    """Return the characters whose width is written down: Latin, Greek, Cyrillic, signs, arrows."""
    return [point for point in sorted(covered()) if point < 0x530 or 0x2000 <= point < 0x2300]


def main() -> None:
    """Write the widths."""
    chosen = points()
    widths = asked([chr(point) for point in chosen])
    lines = [f"{point:X} {up} {bold}" for point, (up, bold) in zip(chosen, widths, strict=True)]
    place = Path(str(files("callstats.report").joinpath("template", "widths.txt")))
    place.write_text(_HEAD + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
