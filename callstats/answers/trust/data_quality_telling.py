"""How data quality is presented: what came in, was left out, looks wrong, or is missing."""

from __future__ import annotations

from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.telling import (
    Cell,
    Column,
    Note,
    Sentence,
    TableView,
    Telling,
    Verdict,
    View,
    tells,
)
from callstats.answers.trust.data_quality import Arrivals, Doubts, Lacking, LeftOut, QualityReport
from callstats.answers.trust.shortening import shortened
from callstats.kpis import get
from callstats.show.display import Record
from callstats.sources.content_shapes import as_code

#: Most files listed; the rest are counted.
_MOST_FILES = 20


@tells(QualityReport)
class QualityReportTelling(Telling[QualityReport]):
    """Presents everything, in the order of the report."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State at most three things: what was kept, what affects figures, what cannot be answered.

        The last two briefly: their sections tell them in full.
        """
        lacking = LackingTelling(self.answer.lacking).briefly()
        return (*self.answer.arrivals.sentences, self._touched(), lacking)

    def verdict(self) -> Verdict:
        """Return the headline above the sentences."""
        return Verdict(self.sentences(), self.headline())

    def headline(self) -> str:
        """Return in about ten words whether the data can be trusted, else the first doubts."""
        _, form, answer = self.say, self.form, self.answer
        parts = []
        if findings := len(answer.doubts.rules):
            parts.append(_.ngettext("{n} finding touches figures", "{n} findings touch figures", findings))
        if out := answer.arrivals.rejected:
            share = form.percent(out / (out + answer.arrivals.imported), 1)
            shown = {"rows": form.number(out), "share": share}
            parts.append(
                _.ngettext("{rows} row left out ({share})", "{rows} rows left out ({share})", out, **shown)
            )
        if fallen := len(answer.lacking.fallen):
            numbers = {"n": form.number(fallen), "all": form.number(answer.lacking.kpis)}
            parts.append(_("{n} of {all} KPIs cannot be computed", **numbers))
        if parts:
            told = _.joined(parts[:2])
            return told[:1].upper() + told[1:]
        kept = form.number(answer.arrivals.imported)
        return _("The data can be trusted: {rows} rows, nothing looks wrong", rows=kept)

    def _touched(self) -> Sentence:
        """State how many findings are in rows that count."""
        _ = self.say
        if not self.answer.doubts.rules:
            return Sentence(_("Nothing looks wrong in them."), "good")
        shown = _.joined(_("“{rule}”", rule=f.rule) for f in self.answer.doubts.rules[:3])
        text = _.ngettext(
            "{n} finding touches figures. Not always true: {rules}.",
            "{n} findings touch figures. Not always true: {rules}.",
            len(self.answer.doubts.rules),
            rules=shown + ("…" if len(self.answer.doubts.rules) > 3 else ""),
        )
        return Sentence(text, "unknown")

    def record(self) -> Record:
        """Return the numbers for the report's JSON."""
        numbers = {
            "rows_kept": self.answer.arrivals.imported,
            "rows_left_out": self.answer.arrivals.rejected,
            "findings": self.answer.to_frame().to_dict("records"),
            "unknown_codes": {as_code(code): calls for code, calls in self.answer.codes.unknown.items()},
            "agent_days": len(self.answer.agent_days.days),
            "agent_days_wrong": len(self.answer.agent_days.wrong),
            "days_missing": [str(day) for day in self.answer.gaps.missing],
            "rows_uncounted": self.answer.uncounted.to_frame().to_dict("records"),
            "kpis_not_computable": sorted(self.answer.lacking.fallen),
        }
        return Record({"data_quality": numbers})

    def opening(self) -> Section:
        """Return the verdict and the record."""
        return Section(self.voice, (self.answer.verdict, self.record()))

    def views(self) -> tuple[View, ...]:
        """Return everything, in the order of the report."""
        parts: tuple[Answer, ...] = (
            self.opening(),
            self.answer.arrivals,
            self.answer.books,
            self.answer.left_out,
            self.answer.doubts,
            self.answer.codes,
            self.answer.durations,
            self.answer.agent_days,
            self.answer.transfers,
            self.answer.gaps,
            self.answer.uncounted,
            self.answer.lacking,
        )
        return tuple(view for part in parts for view in part.views())


@tells(Arrivals)
class ArrivalsTelling(Telling[Arrivals]):
    """Presents which files and tables came in."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State the share of rows kept."""
        _, form = self.say, self.form
        if not self.answer.rejected:
            return (Sentence(_("All {rows} rows went on.", rows=form.number(self.answer.imported)), "good"),)
        everything = self.answer.imported + self.answer.rejected
        text = _(
            "Rows that went on: {kept} of {all} ({share}); left out: {rejected}.",
            kept=form.number(self.answer.imported),
            all=form.number(everything),
            share=form.percent(self.answer.imported / everything, 1),
            rejected=form.number(self.answer.rejected),
        )
        return (Sentence(text, "neutral"),)

    def table(self) -> TableView:
        """Return the tables with their rows and days."""
        _, form = self.say, self.form
        heads = [Column(_("Data table")), Column(_("Rows kept"), "right"), Column(_("Left out"), "right")]
        heads += [Column(_("First day"), "right"), Column(_("Last day"), "right")]
        lines = [
            [
                Cell(self._called(t.table), strong=True),
                Cell(form.number(t.rows)),
                Cell(form.number(t.rejected)),
                *(Cell(form.date(day)) for day in (t.first, t.last)),
            ]
            for t in self.answer.tables
        ]
        return TableView(_("Tables and the days they cover"), heads, lines, self.answer.notes)

    def _called(self, table: str) -> str:
        name = self.voice.table(table)
        return name[:1].upper() + name[1:]

    def file_table(self) -> TableView:
        """Return the files that were read."""
        _, form = self.say, self.form
        heads = [Column(_("File")), Column(_("Rows"), "right"), Column("SHA-256")]
        lines = [
            [str(f["name"]), form.number(f.get("rows")), f"{str(f.get('sha256', ''))[:16]}…"]
            for f in self.answer.files[:_MOST_FILES]
        ]
        left = len(self.answer.files) - _MOST_FILES
        more = (_.ngettext("{n} more file", "{n} more files", left),) if left > 0 else ()
        return TableView(_("Files read"), heads, lines, more)

    def views(self) -> tuple[View, ...]:
        """Return the tables, and the files if known."""
        return (self.table(), *([self.file_table()] if self.answer.files else []))


@tells(LeftOut)
class LeftOutTelling(Telling[LeftOut]):
    """Presents the rows that were left out, by rule."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many rules left rows out, and which left out most."""
        _, form = self.say, self.form
        if not self.answer.rules:
            return (Sentence(_("No row was left out."), "good"),)
        text = _.ngettext(
            "Rows left out: {rows}, under {n} rule; most of them under “{rule}” ({most}).",
            "Rows left out: {rows}, under {n} rules; most of them under “{rule}” ({most}).",
            len(self.answer.rules),
            rows=form.number(sum(f.rows for f in self.answer.rules)),
            rule=self.answer.rules[0].rule,
            most=form.number(self.answer.rules[0].rows),
        )
        return (Sentence(text),)

    def table(self) -> TableView:
        """Return the rules, with counts and an example."""
        _, form = self.say, self.form
        heads = [
            Column(_("Should be true")),
            Column(_("Left out"), "right"),
            Column(_("Share of rows"), "right"),
            Column(_("For example, and what it means")),
        ]
        lines = [
            [
                Cell(f.rule, strong=True, under=(self.voice.table(f.table),)),
                Cell(form.number(f.rows)),
                Cell(form.percent(self.answer.share(f))),
                Cell(". ".join(part for part in (f.example, f.hint) if part)),
            ]
            for f in self.answer.rules
        ]
        note = _(
            "A row is counted under the first rule that it breaks. Row 1 of a file is its header. "
            "What the row says is listed by “callstats check” alone."
        )
        return TableView(_("Rows left out, by rule"), heads, lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table if anything was left out."""
        return (self.answer.verdict, *([self.table()] if self.answer.rules else []))


@tells(Doubts)
class DoubtsTelling(Telling[Doubts]):
    """Presents the rows that were kept although they look wrong."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State that nothing looks wrong, if so."""
        if not self.answer.rules:
            return (Sentence(self.say("Nothing looks wrong in the rows kept."), "good"),)
        return ()

    def table(self) -> TableView:
        """Return what looks wrong, with an example and what to do."""
        _, form = self.say, self.form
        heads = [
            Column(_("Should be true")),
            Column(_("Rows that break it"), "right"),
            Column(_("For example, and what to do")),
        ]
        lines = [
            [
                Cell(f.rule, strong=True, under=(self.voice.table(f.table),)),
                Cell(form.number(f.rows)),
                Cell(". ".join(part for part in (shortened(f.example), f.hint) if part)),
            ]
            for f in self.answer.rules
        ]
        note = _("These rows were kept: they count in every figure. “callstats check” names a case of each.")
        return TableView(_("What looks wrong in the rows kept"), heads, lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the table, or one line if nothing looks wrong."""
        if not self.answer.rules:
            return (Note(self.sentences()[0].text),)
        return (self.table(),)


@tells(Lacking)
class LackingTelling(Telling[Lacking]):
    """Presents the missing columns, and the KPIs lost with them."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many KPIs can be computed, and which column would restore most."""
        _, form = self.say, self.form
        if not self.answer.columns:
            return (Sentence(_("All {n} KPIs can be computed.", n=form.number(self.answer.kpis)), "good"),)
        first = next(iter(self.answer.columns))
        text = _(
            "{there} of {all} KPIs can be computed; {column} is what most of the others need.",
            there=form.number(self.answer.kpis - len(self.answer.fallen)),
            all=form.number(self.answer.kpis),
            column=self._named(first),
        )
        return (Sentence(text, "unknown"),)

    def briefly(self) -> Sentence:
        """State how many KPIs cannot be computed."""
        _, form, fallen = self.say, self.form, len(self.answer.fallen)
        if not fallen:
            return Sentence(_("Every KPI can be computed."), "good")
        text = _.ngettext(
            "{shown} of {all} KPIs lacks a column.",
            "{shown} of {all} KPIs lack a column.",
            fallen,
            shown=form.number(fallen),
            all=form.number(self.answer.kpis),
        )
        return Sentence(text, "unknown")

    def _named(self, column: str) -> str:
        return column if "." in column else self.say("table {table}", table=self.voice.table(column))

    def table(self) -> TableView:
        """Return every missing column with all KPIs that need it."""
        _, form = self.say, self.form
        heads = [Column(_("Missing")), Column(_("KPIs"), "right"), Column(_("KPIs that need it"))]
        lines = [
            [
                Cell(self._named(c), strong=True),
                form.number(len(kpis)),
                ", ".join(self.kpi(get(k)) for k in kpis),
            ]
            for c, kpis in self.answer.columns.items()
        ]
        for what, why in self.answer.asked.items():
            lines.append(
                [
                    Cell(self.voice.key(what), strong=True),
                    "–",
                    _("no question by {what}: {why}", what=self.voice.key(what), why=why),
                ]
            )
        return TableView(_("What cannot be computed"), heads, lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table if something is missing."""
        return (self.answer.verdict, *([self.table()] if self.answer.columns or self.answer.asked else []))
