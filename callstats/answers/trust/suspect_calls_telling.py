"""How suspect calls are presented: codes, talk times and transfers, with examples."""

from __future__ import annotations

from callstats.answers.core.telling import Cell, Column, Note, Sentence, TableView, Telling, View, tells
from callstats.answers.trust.suspect_calls import Codes, Durations, Transfers
from callstats.show.words import mark
from callstats.sources.content_shapes import as_code

#: Most codes with their own line, the rest being pooled; and most pairs with their own line.
_MOST_CODES, _MOST_PAIRS = 20, 10
_KINDS = {
    "long": mark("Talk over four hours"),
    "silent": mark("Conversation without talk time"),
    "unknown": mark("Conversation whose talk time is unknown"),
}


@tells(Codes)
class CodesTelling(Telling[Codes]):
    """Presents the outcome codes without a meaning."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many codes are unknown, and on how many calls."""
        if self.answer.note:
            return ()
        _, form = self.say, self.form
        if not self.answer.unknown:
            text = _.ngettext(
                "The {n} outcome code in the data has a meaning.",
                "All {n} outcome codes in the data have a meaning.",
                self.answer.known,
            )
            return (Sentence(text, "good"),)
        calls = sum(self.answer.unknown.values())
        text = _.ngettext(
            "{n} outcome code has no meaning yet; its calls count as dials and as nothing else: {calls} "
            "({share}).",
            "{n} outcome codes have no meaning yet; their calls count as dials and as nothing else: {calls} "
            "({share}).",
            len(self.answer.unknown),
            calls=form.number(calls),
            share=form.percent(self.answer.share(calls), 1),
        )
        return (Sentence(text, "bad"),)

    def table(self) -> TableView:
        """Return the codes without a meaning."""
        _, form = self.say, self.form
        heads = [Column(_("Outcome code")), Column(_("Calls"), "right"), Column(_("Share of calls"), "right")]
        shown = list(self.answer.unknown.items())[:_MOST_CODES]
        largest = max(self.answer.unknown.values(), default=1)
        lines = [
            [
                Cell(as_code(code), strong=True),
                Cell(form.number(n), bar=n / largest),
                Cell(form.percent(self.answer.share(n))),
            ]
            for code, n in shown
        ]
        rest = list(self.answer.unknown.values())[_MOST_CODES:]
        if rest:
            label = _("others ({n})", n=form.number(len(rest)))
            calls = sum(rest)
            share = self.answer.share(calls)
            lines.append([Cell(label), Cell(form.number(calls)), Cell(form.percent(share))])
        return TableView(_("Outcome codes without a meaning"), heads, lines, (self.answer.remedy,))

    def views(self) -> tuple[View, ...]:
        """Return the sentence and the codes, or one line if calls have none."""
        if self.answer.note:
            return (Note(self.answer.note),)
        return (self.answer.verdict, *([self.table()] if self.answer.unknown else []))


@tells(Durations)
class DurationsTelling(Telling[Durations]):
    """Presents the talk times that cannot be right."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many talk times are doubtful, and their effect on the mean."""
        if self.answer.note:
            return ()
        _, form = self.say, self.form
        if not self.answer.doubtful:
            n = form.number(self.answer.conversations)
            text = _("No talk time of {n} conversations is doubtful.", n=n)
            return (Sentence(text, "good"),)
        text = _(
            "Conversations with a doubtful talk time: {doubtful} of {n} ({share}). Mean talk is {mean}; "
            "without them it would be {without}.",
            doubtful=form.number(self.answer.doubtful),
            n=form.number(self.answer.conversations),
            share=form.percent(self.answer.share(self.answer.doubtful)),
            mean=form.duration(self.answer.mean),
            without=form.duration(self.answer.mean_without),
        )
        return (Sentence(text, "unknown"),)

    def table(self) -> TableView:
        """Return the kinds of doubt with their numbers."""
        _, form = self.say, self.form
        heads = [
            Column(_("Doubt")),
            Column(_("Calls"), "right"),
            Column(_("Share of conversations"), "right"),
            Column(_("For example")),
        ]
        lines = [
            [
                Cell(_(_KINDS[kind]), strong=True),
                Cell(form.number(n)),
                Cell(form.percent(self.answer.share(n))),
                Cell(self.answer.examples[kind], tone="grey"),
            ]
            for kind, n in self.answer.counts.items()
            if n
        ]
        return TableView(_("Doubtful durations"), heads, lines)

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the table if any are doubtful."""
        if self.answer.note:
            return (Note(self.answer.note),)
        return (self.answer.verdict, *([self.table()] if self.answer.doubtful else []))


@tells(Transfers)
class TransfersTelling(Telling[Transfers]):
    """Presents the conversations that may be one call."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how many conversations look like transfers counted twice."""
        if self.answer.note:
            return ()
        _, form = self.say, self.form
        if not self.answer.pairs:
            text = _(
                "No conversation of {n} looks like the second half of a transfer.",
                n=form.number(self.answer.conversations),
            )
            return (Sentence(text, "good"),)
        text = _.ngettext(
            "{n} conversation of {all} begins within a minute after another agent's with the same contact: "
            "it may be a transfer counted twice.",
            "{n} conversations of {all} begin within a minute after another agent's with the same contact: "
            "they may be transfers counted twice.",
            len(self.answer.pairs),
            all=form.number(self.answer.conversations),
        )
        return (Sentence(text, "unknown"),)

    def table(self) -> TableView:
        """Return the first few pairs."""
        _, form = self.say, self.form
        heads = [_("First call"), _("Second call"), _("Agents"), Column(_("Seconds between"), "right")]
        lines = [
            [Cell(p.first, strong=True), p.second, " → ".join(p.agents), form.number(round(p.apart_s))]
            for p in self.answer.pairs[:_MOST_PAIRS]
        ]
        left = len(self.answer.pairs) - _MOST_PAIRS
        more = [_("{n} more", n=left)] if left > 0 else []
        note = _("A call and its transfer should have one id: join them in the mapping file.")
        return TableView(_("Conversations that may be one call"), heads, lines, (*more, note))

    def views(self) -> tuple[View, ...]:
        """Return the sentence, and the pairs if there are any."""
        if self.answer.note:
            return (Note(self.answer.note),)
        return (self.answer.verdict, *([self.table()] if self.answer.pairs else []))
