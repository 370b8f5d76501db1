"""How a report's method is presented: in plain words, with a glossary and the origin of the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from callstats.answers.core.telling import Cell, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.method import Method
from callstats.answers.trust.method_terms import TERMS
from callstats.show.calendar import SPACE
from callstats.show.words import mark
from callstats.show.writing import MINUS

#: What a report says of its data; the rest stands on the page of the methods.
_IN_SHORT = (
    mark("Source"),
    mark("Period"),
    mark("Calls in this report"),
    mark("Prices from callstats.toml"),
    mark("Fingerprint of the data"),
    mark("Versions"),
)


@tells(Method)
class MethodTelling(Telling[Method]):
    """Presents what a report is based on."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what was left out of the data, and whether anything looks wrong."""
        return () if self.answer.quality is None else self.answer.quality.sentences

    def terms(self) -> TableView:
        """Return the words of the reports, each with what it means."""
        _ = self.say
        rows = [[Cell(_(term), strong=True), _(meaning)] for term, meaning in TERMS]
        return TableView(_("The words of the reports"), [_("Word"), _("What it means")], rows)

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
        """Return where the data came from and how to run the report again; in a report in short."""
        _, answer = self.say, self.answer
        short = {_(name) for name in _IN_SHORT}
        facts = [fact for fact in answer.facts if answer.whole or fact[0] in short]
        again = [(_("Run it again"), answer.command)] if answer.command else []
        rows = [[Cell(label), Cell(text)] for label, text in (*facts, *again)]
        caption = _("Data, versions, parameters") if answer.whole else _("Data and versions")
        return TableView(caption, [_("What"), _("Value")], rows)

    def link(self) -> Note:
        """Return the way to the page of the methods: a link where it lies beside the report."""
        _ = self.say
        linked = _("How we know: method, words, formulas and sources of the indicators")
        if not self.answer.page:
            alone = _("Method, words, formulas and sources of the indicators stand on a page of their own.")
            return Note(alone, beside=linked)
        alone = _(
            "Method, words, formulas and sources of the indicators stand on a page of their own: {command}",
            command=self.answer.page,
        )
        return Note(alone, beside=linked)

    def views(self) -> tuple[View, ...]:
        """Return quality and origin of the data, then method, words and KPIs or the way to their page.

        A report without KPIs is about the data: it already shows what was left out.
        """
        answer = self.answer
        quality = answer.quality if answer.kpis else None
        judged = (answer.verdict,) if quality is not None else ()
        if not answer.whole:
            return (*judged, self.provenance(), self.link())
        findings = (quality.table(),) if quality is not None and len(quality) else ()
        kpis = (self.glossary(),) if answer.kpis else ()
        return (*judged, *findings, self.explanation(), self.terms(), *kpis, self.provenance())


def _defined(kpi: Mapping[str, str], numbers: Sequence[int]) -> str:
    """Return "= handled calls / dials. Answered means ... [1, 3]"."""
    cited = f"[{f',{SPACE}'.join(map(str, numbers))}]" if numbers else ""
    formula = kpi["formula"].replace(" - ", f" {MINUS} ").replace(" x ", " \N{MULTIPLICATION SIGN} ")
    return " ".join(part for part in (f"= {formula}.", kpi["caution"], cited) if part)
