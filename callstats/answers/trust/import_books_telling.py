"""How the books of the imports are presented: a line for each import and file, and they balance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.import_books import Books, FileBooks, ImportBooks
from callstats.answers.trust.shortening import shortened
from callstats.show.words import mark
from callstats.sources.books import NOUNS

#: Files listed one by one in each import: those of which most rows were not taken.
_MOST_FILES = 6
#: Imports listed with their files; earlier ones are one line together.
_MOST_IMPORTS = 12
#: Rules listed beneath a file.
_MOST_RULES = 3
#: The fates of a row that was not taken, and what their columns are called.
_FATES = {
    "joined": mark("+ joined with another row"),
    "again": mark("+ in a later file"),
    "on_purpose": mark("+ left out on purpose"),
    "rejected": mark("+ rejected"),
}


@tells(Books)
class BooksTelling(Telling[Books]):
    """Presents what became of every row of the files."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many rows the files had, and how many of them were taken."""
        _, form = self.say, self.form
        if not self.answer.imports:
            return ()
        total = _total(self._every())
        text = _.ngettext(
            "The files of {count} import had {rows} rows: {taken} were taken, {others} were not.",
            "The files of {count} imports had {rows} rows: {taken} were taken, {others} were not.",
            len(self.answer.imports),
            count=form.number(len(self.answer.imports)),
            rows=form.number(total.rows),
            taken=form.number(total.taken),
            others=form.number(total.rows - total.taken),
        )
        return (Sentence(text, "good" if total.whole else "neutral"),)

    def table(self) -> TableView:
        """Return the files by import, with the fate of their rows; files wholly taken are summed."""
        _ = self.say
        lines = [line for item in self._listed() for line in self._lines(item)]
        if len(lines) > 1:
            lines.append(self._line(Cell(_("All files"), strong=True), _total(self._every())))
        heads = [Column(_("Import and file")), Column(_("Rows"), "right"), Column(_("= taken"), "right")]
        heads += [Column(_(_FATES[fate]), "right") for fate in self._fates()]
        notes = [
            _("Rows of a file = the columns after it added up. What was rejected stands below, by rule.")
        ]
        if len(self.answer.imports) > 1:
            notes.append(_("A row that two imports hold is taken twice here and once in the data."))
        return TableView(_("The books of the imports"), heads, lines, notes)

    def views(self) -> tuple[View, ...]:
        """Return the sentence and the table, or one line where nothing was imported from files."""
        if not self.answer.imports:
            return (Note(self.say("These data were not imported from files: there are no books.")),)
        return (self.answer.verdict, self.table())

    def _every(self) -> list[FileBooks]:
        return [file for item in self.answer.imports for file in item.files]

    def _fates(self) -> list[str]:
        """Return the fates that any row had."""
        return [fate for fate in _FATES if any(getattr(file, fate) for file in self._every())]

    def _listed(self) -> list[ImportBooks]:
        """Return the imports to list; earlier ones as if they were one."""
        imports = list(self.answer.imports)
        early, late = imports[:-_MOST_IMPORTS], imports[-_MOST_IMPORTS:]
        if len(early) < 2:
            return imports
        count = len(early)
        name = self.say.ngettext("{n} earlier import", "{n} earlier imports", count)
        together = replace(_total(f for item in early for f in item.files), file=name)
        return [ImportBooks("", early[0].first, early[-1].last, (together,)), *late]

    def _lines(self, item: ImportBooks) -> list[list[Cell | str]]:
        """Return the lines of an import: its sum, and the files of which rows were not taken."""
        if len(item.files) == 1:
            (only,) = item.files
            return [self._line(self._named(only, strong=True, days=self._days(item)), only)]
        head = Cell(self._days(item) or self.say("Import"), strong=True, under=(item.source,))
        lines = [self._line(head, _total(item.files))]
        return lines + [self._line(self._named(file), file) for file in self._shortened(item.files)]

    def _shortened(self, files: Sequence[FileBooks]) -> list[FileBooks]:
        """Return the files of an import that matter, and the others summed."""
        ngettext = self.say.ngettext
        partly = sorted((f for f in files if not f.whole), key=lambda f: (f.taken - f.rows, f.file))
        shown, others = partly[:_MOST_FILES], partly[_MOST_FILES:]
        wholly = [f for f in files if f.whole]
        if len(others) == 1 or len(wholly) == 1:  # one file takes a line in any case
            shown, others = shown + others * (len(others) == 1), others * (len(others) > 1)
            shown, wholly = shown + wholly * (len(wholly) == 1), wholly * (len(wholly) > 1)
        summed = []
        if others:
            name = ngettext("{n} more file", "{n} more files", len(others))
            summed.append(replace(_total(others), file=name))
        if wholly:
            name = ngettext("{n} file, every row taken", "{n} files, every row taken", len(wholly))
            summed.append(replace(_total(wholly), file=name))
        return [*shown, *summed]

    def _named(self, file: FileBooks, *, strong: bool = False, days: str = "") -> Cell:
        rules = sorted(file.left_out.items(), key=lambda rule: (-rule[1], rule[0]))
        form = self.form
        under = [
            self.say(
                "left out: {rule} ({count})", rule=self.voice.rule(shortened(rule)), count=form.number(n)
            )
            for rule, n in rules[:_MOST_RULES]
        ]
        left = len(rules) - len(under)
        more = [self.say.ngettext("{n} more rule", "{n} more rules", left)] if left else []
        return Cell(shortened(file.file), strong=strong, under=(*([days] if days else []), *under, *more))

    def _line(self, name: Cell, file: FileBooks) -> list[Cell | str]:
        fates = [self.form.number(getattr(file, fate)) for fate in self._fates()]
        return [name, self.form.number(file.rows), self._taken(file), *fates]

    def _taken(self, file: FileBooks) -> str:
        """Return the rows taken, as what they became."""
        if file.table not in NOUNS or not file.table:
            return self.form.number(file.taken)
        return self.say.ngettext(*NOUNS[file.table], file.taken, count=self.form.number(file.taken))

    def _days(self, item: ImportBooks) -> str:
        if item.first is None or item.last is None:
            return ""
        return (
            self.form.date(item.first) if item.first == item.last else self.voice.days(item.first, item.last)
        )


def _total(files: Iterable[FileBooks]) -> FileBooks:
    """Add books up; they are of one table only if all of them are."""
    listed = list(files)
    tables = {file.table for file in listed}
    rules: dict[str, int] = {}
    for file in listed:
        for rule, count in file.left_out.items():
            rules[rule] = rules.get(rule, 0) + count
    sums = [sum(getattr(f, of) for f in listed) for of in ("rows", "taken", "joined", "again", "rejected")]
    return FileBooks("", tables.pop() if len(tables) == 1 else "", *sums, left_out=rules)
