"""The dialer's statuses: which have no meaning yet, and how many calls that concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import count, records
from callstats.answers.core.voice import Voice
from callstats.show.display import Cell, Column, Note, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_FLAGS = ("connected", "live", "handled")
#: Codes with a line of their own; the rest is added up.
_MOST = 20


@dataclass(frozen=True)
class Codes(Answer):
    """Statuses that nobody has said the meaning of.

    Attributes
    ----------
    voice : Voice
    unknown : mapping of str to int
        Code -> calls, most calls first.
    known : int
        How many codes have a meaning.
    calls : int
        All calls with a code.
    note : str
        Why it cannot be told; empty otherwise.
    """

    voice: Voice
    unknown: dict[str, int]
    known: int
    calls: int
    note: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return a row a code without a meaning: code, calls, share."""
        import pandas as pd

        listed = [(code, n, n / self.calls) for code, n in self.unknown.items()]
        return pd.DataFrame(listed, columns=["code", "calls", "share"])

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How many codes are unknown, and on how many calls."""
        if self.note:
            return ()
        _, form = self.voice.say, self.voice.form
        if not self.unknown:
            text = _.ngettext(
                "The {n} outcome code in the data has a meaning.",
                "All {n} outcome codes in the data have a meaning.",
                self.known,
            )
            return (Sentence(text, "good"),)
        calls = sum(self.unknown.values())
        text = _.ngettext(
            "{n} outcome code has no meaning yet, on {calls} calls ({share}): they count as dials and as "
            "nothing else.",
            "{n} outcome codes have no meaning yet, on {calls} calls ({share}): they count as dials and as "
            "nothing else.",
            len(self.unknown),
            calls=form.number(calls),
            share=form.percent(calls / self.calls, 1),
        )
        return (Sentence(text, "bad"),)

    def table(self) -> TableView:
        """Return the codes without a meaning."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Outcome code")), Column(_("Calls"), "right"), Column(_("Share of calls"), "right")]
        shown = list(self.unknown.items())[:_MOST]
        largest = max(self.unknown.values(), default=1)
        lines = [
            [
                Cell(code, strong=True),
                Cell(form.number(n), bar=n / largest),
                Cell(self._share(n)),
            ]
            for code, n in shown
        ]
        rest = list(self.unknown.values())[_MOST:]
        if rest:
            label = _("others ({n})", n=form.number(len(rest)))
            lines.append([Cell(label), Cell(form.number(sum(rest))), Cell(self._share(sum(rest)))])
        note = _("Say in the mapping file, or in the table of statuses, what the code means.")
        return TableView(_("Outcome codes without a meaning"), heads, lines, (note,))

    def _share(self, calls: int) -> str:
        return self.voice.form.percent(calls / self.calls)

    def views(self) -> tuple[View, ...]:
        """Return the sentence and the codes; a line where calls carry none."""
        if self.note:
            return (Note(self.note),)
        return (self.verdict, *([self.table()] if self.unknown else []))


def codes(dataset: Dataset) -> Codes:
    """Find the codes on which every flag from dial to conversation is unknown."""
    voice = Voice.of(dataset)
    flags = [flag for flag in _FLAGS if dataset.has("calls", flag)]
    if not flags or not dataset.has("calls", "outcome_code"):
        why = voice.reason("not computable: needs calls.outcome_code")
        return Codes(voice, {}, 0, 0, voice.say("Unknown codes: {why}.", why=why))
    coded = dataset.table("calls").filter(~nw.col("outcome_code").is_null())
    silent = nw.all_horizontal(*(nw.col(flag).is_null() for flag in flags), ignore_nulls=False)
    rows = records(coded.filter(silent).group_by("outcome_code").agg(rows=nw.len()))
    found = {str(row["outcome_code"]): int(row["rows"]) for row in rows}
    ordered = dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
    every = {str(row["outcome_code"]) for row in records(coded.select("outcome_code").unique())}
    if not every:
        why = voice.reason("not computable: needs calls.outcome_code")
        return Codes(voice, {}, 0, 0, voice.say("Unknown codes: {why}.", why=why))
    return Codes(voice, ordered, len(every - set(found)), count(coded))
