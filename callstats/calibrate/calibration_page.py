"""The tables of docs/calibration.md: written between marks in a page whose words are written by hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from callstats.calibrate.calibration_result import Row
from callstats.calibrate.situation import Measure
from callstats.errors import InputError

Cells = Sequence[str]


def write_tables(page: Path, rows: Sequence[Row]) -> None:
    """Write the tables of a calibration into a page, between ``<!-- table: NAME -->`` and ``<!-- end -->``.

    Parameters
    ----------
    page : Path
        Markdown; what stands outside the marks stays as it is.
    rows : sequence of Row

    Raises
    ------
    InputError
        There is no such page, or it marks a table that does not exist.
    """
    text = check_page(page)

    def filled(match: re.Match[str]) -> str:
        return f"{match['mark']}\n{TABLES[match['name']](rows)}\n<!-- end -->"

    page.write_text(_MARKED.sub(filled, text), encoding="utf-8")


def check_page(page: Path) -> str:
    """Return the text of a page whose marks are known; asked before hours of samples are drawn.

    Raises
    ------
    InputError
        There is no such page, or it marks no table, or one that does not exist.
    """
    if not page.exists():
        raise InputError("no such page", file=page, hint="Give a page marked like docs/calibration.md.")
    text = page.read_text(encoding="utf-8")
    names = [match["name"] for match in _MARKED.finditer(text)]
    unknown = [name for name in names if name not in TABLES]
    if unknown or not names:
        found = f"no such table: {unknown[0]}" if unknown else "marks no table"
        raise InputError(found, file=page, hint=f"Tables: {', '.join(TABLES)}.")
    return text


_MARKED = re.compile(r"(?P<mark><!-- table: (?P<name>[a-z ]+) -->)\n.*?<!-- end -->", re.DOTALL)


def false_alarms(rows: Iterable[Row]) -> str:
    """Return the obvious test beside the default, situation by situation.

    Examples
    --------
    >>> from callstats.calibrate import calibrate
    >>> found = calibrate("same contact dialled 8 times", runs=20, seed=1)
    >>> print(false_alarms(found.rows).splitlines()[0])
    | situation, nothing differs | obvious test | false alarms | default | false alarms | |
    """
    heads = ("situation, nothing differs", "obvious test", "false alarms", "default", "false alarms", "")
    lines = []
    for name, own in _by_situation(rows, "false alarms"):
        obvious, default = ([row for row in own if row.kind == kind] for kind in ("obvious", "default"))
        for i, (one, other) in enumerate(zip_longest(obvious, default)):
            lines.append(
                [
                    "" if i else name,
                    *(("", "") if one is None else (one.method, _rate(one))),
                    *(("", "", "") if other is None else (other.method, _rate(other), other.verdict)),
                ]
            )
    return _table(heads, lines)


def _of(measure: Measure, heads: Cells, kinds: Cells) -> Callable[[Iterable[Row]], str]:
    def table(rows: Iterable[Row]) -> str:
        lines = []
        for name, own in _by_situation(rows, measure):
            kept = [row for row in own if row.kind in kinds]
            lines += [
                ["" if i else name, row.method, row.kind, _rate(row), row.verdict]
                for i, row in enumerate(kept)
            ]
        return _table(heads, lines)

    return table


def drawn(rows: Iterable[Row]) -> str:
    """Return how the samples of every situation are drawn."""
    ways: dict[str, dict[str, bool]] = {}
    for row in rows:
        effect = ways.setdefault(row.situation, {})
        effect[row.drawn] = effect.get(row.drawn, False) or row.measure == "power"
    return _table(("situation", "samples"), [[name, _said(effect)] for name, effect in ways.items()])


def _said(ways: dict[str, bool]) -> str:
    """Join the ways in which samples are drawn, by whether there is an effect to find."""
    first, *others = ways
    said = [first, *(f"with an effect: {way}" if ways[way] else f"or {way}" for way in others)]
    return "; ".join(said).replace("|", "\\|")


def _by_situation(rows: Iterable[Row], measure: Measure) -> list[tuple[str, list[Row]]]:
    """Return rows by situation, which says how it is drawn where several are drawn under one name."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.measure == measure:
            found.setdefault((row.situation, row.drawn), []).append(row)
    names = [name for name, _ in found]
    return [(f"{name}: {how}" if names.count(name) > 1 else name, own) for (name, how), own in found.items()]


def _rate(row: Row) -> str:
    if not row.runs:
        return "no answer"
    silent = row.unanswered / (row.runs + row.unanswered)
    said = f"{100 * row.rate:.1f} % ± {100 * row.standard_error:.1f}"
    return f"{said} (no answer: {silent:.0%})" if silent >= 0.01 else said


def _table(heads: Cells, lines: Iterable[Cells]) -> str:
    rule = "|".join("---" for _ in heads)
    return "\n".join([_line(heads), f"|{rule}|", *(_line(line) for line in lines)])


def _line(cells: Cells) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"


_EVERY = ("obvious", "default", "offered")
#: The tables that a page can mark, by name.
TABLES: dict[str, Callable[[Iterable[Row]], str]] = {
    "false alarms": false_alarms,
    "coverage": _of("coverage", ("situation", "method", "", "coverage", ""), _EVERY),
    "power": _of("power", ("situation", "method", "", "share", ""), _EVERY),
    "offered": _of("false alarms", ("situation", "method", "", "false alarms", ""), ("offered",)),
    "drawn": drawn,
}
