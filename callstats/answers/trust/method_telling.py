"""How a report's method is presented: in plain words, with a glossary and the origin of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from callstats.answers.core.telling import Cell, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.method import Method
from callstats.show.calendar import SPACE
from callstats.show.writing import MINUS


@tells(Method)
class MethodTelling(Telling[Method]):
    """Presents what a report is based on."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what was left out of the data, and whether anything looks wrong."""
        return self.answer.quality.sentences

    def explanation(self) -> TableView:
        """Return the method in plain words."""
        _ = self.say
        held, wrong = (self._of_100(share) for share in (self.answer.confidence, 1 - self.answer.confidence))
        rows = [
            [Cell(_(topic), strong=True), _(words, held=held, wrong=wrong)]
            for topic, words in self.answer.topics
        ]
        return TableView(_("The method in plain words"), [_("What"), _("How it is to be read")], rows)

    def _of_100(self, share: float) -> str:
        return self.form.goal(round(100 * share, 9), "n")

    def glossary(self) -> TableView:
        """Return every KPI used: formula, caution and the numbers of its sources, listed beneath."""
        _ = self.say
        heads = [_("Indicator"), _("Formula, and what to bear in mind")]
        numbers = {source: n for n, source in enumerate(dict.fromkeys(chain(*self.answer.sources)), 1)}
        rows = [
            [Cell(kpi["label"], strong=True), _defined(kpi, sorted(numbers[source] for source in own))]
            for kpi, own in zip(self.answer.kpis, self.answer.sources, strict=True)
        ]
        named = " · ".join(f"[{n}] {source}" for source, n in numbers.items())
        return TableView(_("Glossary"), heads, rows, [named] if named else [])

    def provenance(self) -> TableView:
        """Return where the data came from and how to run the report again."""
        _ = self.say
        again = [(_("Run it again"), self.answer.command)] if self.answer.command else []
        rows = [*self.answer.facts, *again]
        heads = [_("What"), _("Value")]
        return TableView(_("Data, versions, parameters"), heads, [[label, text] for label, text in rows])

    def views(self) -> tuple[View, ...]:
        """Return quality of the data, method, provenance and glossary.

        A report without KPIs is about the data: it already shows what was left out, and needs no glossary.
        """
        quality = self.answer.quality
        if not self.answer.kpis:
            return (self.explanation(), self.provenance())
        findings = [quality.table()] if len(quality) else []
        return (self.answer.verdict, *findings, self.explanation(), self.provenance(), self.glossary())


def _defined(kpi: Mapping[str, str], numbers: Sequence[int]) -> str:
    """Return "= handled calls / dials. Answered means ... [1, 3]"."""
    cited = f"[{f',{SPACE}'.join(map(str, numbers))}]" if numbers else ""
    formula = kpi["formula"].replace(" - ", f" {MINUS} ").replace(" x ", " \N{MULTIPLICATION SIGN} ")
    return " ".join(part for part in (f"= {formula}.", kpi["caution"], cited) if part)
