"""What the data cannot tell: columns that are missing, and the KPIs that fall with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.trust.data_check import missing_columns
from callstats.kpis import catalogue
from callstats.show.display import Cell, Column, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset


@dataclass(frozen=True)
class Lacking(Answer):
    """Columns that are missing or empty.

    Attributes
    ----------
    voice : Voice
    columns : mapping of str to tuple of str
        ``calls.value`` or ``costs`` -> names of the KPIs that need it, most KPIs first.
    asked : mapping of str to str
        What the data cannot be asked by, and why, as the import noted it.
    kpis : int
        All KPIs there are.
    """

    voice: Voice
    columns: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, str]
    kpis: int

    def to_frame(self) -> pd.DataFrame:
        """Return a row a missing column and KPI: missing, kpi."""
        import pandas as pd

        rows = [(column, kpi) for column, kpis in self.columns.items() for kpi in kpis]
        return pd.DataFrame(rows, columns=["missing", "kpi"])

    @property
    def fallen(self) -> set[str]:
        """Names of the KPIs that cannot be computed."""
        return {kpi for kpis in self.columns.values() for kpi in kpis}

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many KPIs can be computed, and which column would bring most back."""
        _, form = self.voice.say, self.voice.form
        if not self.columns:
            return (Sentence(_("All {n} KPIs can be computed.", n=form.number(self.kpis)), "good"),)
        first = next(iter(self.columns))
        text = _(
            "{there} of {all} KPIs can be computed; {column} is what most of the others need.",
            there=form.number(self.kpis - len(self.fallen)),
            all=form.number(self.kpis),
            column=self._named(first),
        )
        return (Sentence(text, "unknown"),)

    def _named(self, column: str) -> str:
        return column if "." in column else self.voice.say("table {table}", table=column)

    def table(self) -> TableView:
        """Return every missing column with all KPIs that need it."""
        _, form = self.voice.say, self.voice.form
        labels = {name: kpi.label[self.voice.language] for name, kpi in catalogue().items()}
        heads = [Column(_("Missing")), Column(_("KPIs"), "right"), Column(_("KPIs that need it"))]
        lines = [
            [Cell(self._named(c), strong=True), form.number(len(kpis)), ", ".join(labels[k] for k in kpis)]
            for c, kpis in self.columns.items()
        ]
        for what, why in self.asked.items():
            lines.append(
                [Cell(what, strong=True), "–", _("no question by {what}: {why}", what=what, why=why)]
            )
        return TableView(_("What cannot be computed"), heads, lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table where something is missing."""
        return (self.verdict, *([self.table()] if self.columns or self.asked else []))


def lacking(dataset: Dataset) -> Lacking:
    """Return the columns without any value, and the KPIs of the catalogue that need them."""
    needed = missing_columns(dataset)
    names = {key: ".".join(part for part in key if part) for key in needed}
    ranked = sorted(needed, key=lambda key: -len(needed[key]))  # else in the order of the model
    voice = Voice.of(dataset)
    asked = {str(k): voice.noted(str(v)) for k, v in sorted(dataset.provenance.get("lacks", {}).items())}
    return Lacking(voice, {names[key]: tuple(needed[key]) for key in ranked}, asked, len(catalogue()))
