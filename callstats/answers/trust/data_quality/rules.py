"""What was left out and what looks wrong, rule by rule, with an example of each."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.answers.trust.searches import QualityFinding
from callstats.show.display import Cell, Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: An example longer than this loses its end.
_LONGEST = 80
#: Signs that change the direction of all text after them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True)
class LeftOut(Answer):
    """The rows that were left out, by rule.

    Attributes
    ----------
    voice : Voice
    rules : tuple of QualityFinding
        Most rows first; the hint is what the rule says of the row.
    all_rows : int
        Rows kept and left out together.
    """

    voice: Voice
    rules: tuple[QualityFinding, ...]
    all_rows: int

    def to_frame(self) -> pd.DataFrame:
        """Return a row a rule: rule, table, rows, share, example, hint."""
        import pandas as pd

        listed = [(f.rule, f.table, f.rows, self._share(f), f.example, f.hint) for f in self.rules]
        return pd.DataFrame(listed, columns=["rule", "table", "rows", "share", "example", "hint"])

    def _share(self, f: QualityFinding) -> float:
        return f.rows / self.all_rows if self.all_rows else 0.0

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Under how many rules rows were left out, and which took most."""
        _, form = self.voice.say, self.voice.form
        if not self.rules:
            return (Sentence(_("No row was left out."), "good"),)
        text = _.ngettext(
            "{n} rule left {rows} rows out; “{rule}” took most of them ({most}).",
            "{n} rules left {rows} rows out; “{rule}” took most of them ({most}).",
            len(self.rules),
            rows=form.number(sum(f.rows for f in self.rules)),
            rule=self.rules[0].rule,
            most=form.number(self.rules[0].rows),
        )
        return (Sentence(text),)

    def table(self) -> TableView:
        """Return the rules, with counts and an example."""
        _, form = self.voice.say, self.voice.form
        heads = [
            Column(_("Should be true")),
            Column(_("Left out"), "right"),
            Column(_("Share of rows"), "right"),
            Column(_("For example, and what it means")),
        ]
        lines = [
            [
                Cell(f.rule, strong=True, under=(f.table,)),
                Cell(form.number(f.rows)),
                Cell(form.percent(self._share(f))),
                Cell(". ".join(part for part in (f.example, f.hint) if part)),
            ]
            for f in self.rules
        ]
        note = _("A row is counted under the first rule that it breaks. Row 1 of a file is its header.")
        return TableView(_("Rows left out, by rule"), heads, lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table where anything was left out."""
        return (self.verdict, *([self.table()] if self.rules else []))


@dataclass(frozen=True)
class Doubts(Answer):
    """Rows that were kept although they look wrong.

    Attributes
    ----------
    voice : Voice
    rules : tuple of QualityFinding
    """

    voice: Voice
    rules: tuple[QualityFinding, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a row a rule: rule, table, rows, example, hint."""
        import pandas as pd

        listed = [(f.rule, f.table, f.rows, f.example, f.hint) for f in self.rules]
        return pd.DataFrame(listed, columns=["rule", "table", "rows", "example", "hint"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Whether anything looks wrong."""
        if not self.rules:
            return (Sentence(self.voice.say("Nothing looks wrong in the rows kept."), "good"),)
        return ()

    def table(self) -> TableView:
        """Return what looks wrong, with an example and what to do."""
        _, form = self.voice.say, self.voice.form
        heads = [
            Column(_("Should be true")),
            Column(_("Rows that break it"), "right"),
            Column(_("For example, and what to do")),
        ]
        lines = [
            [
                Cell(f.rule, strong=True, under=(f.table,)),
                Cell(form.number(f.rows)),
                Cell(". ".join(part for part in (shortened(f.example), f.hint) if part)),
            ]
            for f in self.rules
        ]
        note = _("These rows were kept: they count in every figure.")
        return TableView(_("What looks wrong in the rows kept"), heads, lines, (note,))

    def views(self) -> tuple[View, ...]:
        """Return the table, or a line where nothing looks wrong."""
        if not self.rules:
            return (Note(self.sentences[0].text),)
        return (self.table(),)


def left_out(whole: Dataset, kept: int) -> LeftOut:
    """Return the rows left out at import, by rule, with the first of each as an example."""
    voice = Voice.of(whole)
    made = [_finding(row, voice) for row in whole.rejects.summary().to_dict("records")]
    return LeftOut(voice, tuple(made), kept + len(whole.rejects))


def _finding(row: Mapping[Hashable, object], voice: Voice) -> QualityFinding:
    _ = voice.say
    found = row["found"]
    shown = "" if found is None or found != found else f": {shortened(str(found))}"  # noqa: PLR0124 - nan
    example = f"{shortened(str(row['file']))}, {_('row {row}', row=row['row'])}{shown}"
    reason = _(row["reason"]) if isinstance(row["reason"], str) and row["reason"] else ""
    count = row["rows"]
    assert isinstance(count, int)
    return QualityFinding(
        "rejected", _(str(row["rule"])), str(row["table"]), count, example, _sentence(reason)
    )


def _sentence(text: str) -> str:
    end = "" if text.endswith((".", "?", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}" if text else ""


def shortened(text: str) -> str:
    """Return a text without its end where it is long, and without signs that turn what stands beside it.

    Examples
    --------
    >>> shortened("abc"), len(shortened("x" * 500))
    ('abc', 80)
    """
    shown = "".join(f"[U+{ord(c):04X}]" if c in _TURNING else c for c in text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def among(findings: Sequence[QualityFinding], rules: Sequence[str]) -> tuple[QualityFinding, ...]:
    """Return the findings under some rules, by name."""
    return tuple(f for f in findings if f.rule in rules)
