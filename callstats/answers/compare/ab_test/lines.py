"""One figure of both arms with its difference: the rows of a test's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, Sentence, TableView
from callstats.show.verdicts import difference as difference_words
from callstats.stats import Comparison

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("measure", "unit", "control", "treatment", "estimate", "low", "high", "p_value", "method", "note")


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of both arms and how they differ.

    Attributes
    ----------
    name, label, unit, direction : str
        As a KPI of the catalogue has them; the label in the reader's language.
    control, treatment : float
        In the unit.
    difference : Comparison or None
        Treatment less control, where there is an interval.
    note : str
        Why something is missing; empty otherwise.
    """

    name: str
    label: str
    unit: str
    direction: str
    control: float
    treatment: float
    difference: Comparison | None = None
    note: str = ""

    @property
    def row(self) -> tuple[object, ...]:
        """The line's numbers, as in COLUMNS."""
        c = self.difference
        numbers = (self.treatment - self.control, NAN, NAN, NAN, "")
        if c is not None:
            numbers = (c.estimate, c.low, c.high, c.p_value, c.method)
        return (self.name, self.unit, self.control, self.treatment, *numbers, self.note)

    @property
    def certain(self) -> bool:
        """Whether the interval excludes no difference."""
        c = self.difference
        return c is not None and (c.low > 0 or c.high < 0)


def line_words(
    line: Line, names: tuple[str, str], voice: Voice, margin: float | None = None
) -> Sentence | None:
    """Return what the evidence allows to say of a line, None without an interval.

    ``names`` are those of control and treatment; ``margin`` is in the line's unit.
    """
    c = line.difference
    if c is None:
        return None
    control, treatment = names
    return difference_words(
        line.label,
        treatment,
        control,
        voice.form,
        estimate=c.estimate,
        low=c.low,
        high=c.high,
        unit=line.unit,
        direction=line.direction,
        margin=margin,
    )


def frame(lines: Sequence[Line]) -> pd.DataFrame:
    """Return lines as a data frame with the columns COLUMNS."""
    import pandas as pd

    return pd.DataFrame([line.row for line in lines], columns=list(COLUMNS))


def table(
    lines: Sequence[Line],
    voice: Voice,
    names: tuple[str, str],
    caption: str,
    *,
    confidence: float,
    notes: Sequence[str] = (),
) -> TableView:
    """Return lines as a table: figure, control, treatment, difference, interval."""
    _ = voice.say
    heads = [
        Column(_("Indicator")),
        *(Column(name, "right") for name in names),
        Column(_("Difference"), "right"),
    ]
    heads.append(Column(_("{level} interval", level=voice.form.percent(confidence, 0)), "right"))
    said = tuple(
        dict.fromkeys([*notes, *(_.headed(line.label, line.note) + "." for line in lines if line.note)])
    )
    return TableView(caption, heads, [_cells(line, voice) for line in lines], said)


def _cells(line: Line, voice: Voice) -> list[Cell | str]:
    form, c = voice.form, line.difference
    if c is None or unknown(c.low) or unknown(c.high):
        values = [form.value(v, line.unit) for v in (line.control, line.treatment)]
        return [line.label, *values, form.change(line.treatment - line.control, line.unit), ""]
    half = (c.high - c.low) / 2
    values = [form.value(v, line.unit, v - half, v + half) for v in (line.control, line.treatment)]
    ends = form.interval(c.low, c.high, line.unit, change=True, value=c.estimate)
    difference = form.change(c.estimate, line.unit, c.low, c.high)
    return [line.label, *values, Cell(difference, strong=line.certain), ends]
