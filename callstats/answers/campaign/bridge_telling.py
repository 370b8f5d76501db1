"""How a bridge is presented: labels of its terms, their effects, and the waterfall."""

from __future__ import annotations

import math
from typing import Any

from callstats.answers.campaign.bridge import Bridge, Term, TermGroup, group_of
from callstats.answers.campaign.bridge_numbers import WORK
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.show.display import Record
from callstats.show.words import mark

#: Each term's label, and the phrases for a positive and a negative effect.
_TERMS: dict[str, tuple[str, str, str]] = {
    "days": (mark("Days worked"), mark("more days were worked"), mark("fewer days were worked")),
    "hours": (
        mark("Login hours"),
        mark("agents were logged in longer"),
        mark("agents were logged in shorter"),
    ),
    "hours_per_day": (
        mark("Login hours a day"),
        mark("agents were logged in longer a day"),
        mark("agents were logged in shorter a day"),
    ),
    "dials_per_day": (
        mark("Dials a day"),
        mark("more was dialled a day"),
        mark("less was dialled a day"),
    ),
    "dials": (mark("Dials"), mark("more was dialled"), mark("less was dialled")),
    "dials_per_hour": (
        mark("Dials per hour"),
        mark("more was dialled per hour"),
        mark("less was dialled per hour"),
    ),
    "answer": (mark("Answer rate"), mark("the answer rate rose"), mark("the answer rate fell")),
    "argued": (
        mark("Share of offers heard"),
        mark("more conversations came to the offer"),
        mark("fewer conversations came to the offer"),
    ),
    "success": (mark("Success rate"), mark("the success rate rose"), mark("the success rate fell")),
    "value": (
        mark("Value per success"),
        mark("a success was worth more"),
        mark("a success was worth less"),
    ),
    "lists": (
        mark("Mix of lists"),
        mark("the better lists were dialled more"),
        mark("the weaker lists were dialled more"),
    ),
    "campaigns": (
        mark("Mix of campaigns"),
        mark("hours moved to the better campaigns"),
        mark("hours moved to the weaker campaigns"),
    ),
    "work": (
        mark("Hours and labour"),
        mark("more hours were worked, labour taken off"),
        mark("fewer hours were worked, saved labour added"),
    ),
    "cost labour": (
        mark("Cost: labour"),
        mark("labour cost less"),
        mark("labour cost more"),
    ),
    "cost advertising": (
        mark("Cost: advertising"),
        mark("advertising cost less"),
        mark("advertising cost more"),
    ),
    "cost technical": (
        mark("Cost: technical"),
        mark("technical costs fell"),
        mark("technical costs rose"),
    ),
    "cost list": (mark("Cost: lists"), mark("lists cost less"), mark("lists cost more")),
    "cost other": (mark("Cost: other"), mark("other costs fell"), mark("other costs rose")),
}
#: Before a term under the name of its group.
_INDENT = "\N{EM SPACE}"
#: What the terms of a group are about.
_GROUPS = {
    "volume": mark("Volume"),
    "quality": mark("Quality"),
    "mix": mark("Mix"),
    "prices": mark("Prices and costs"),
}
#: Terms of one decision, told as one: how long is worked, and the labour paid for it.
_OF_WORK = frozenset({"days", "hours", "hours_per_day", "cost labour"})
_TOTALS = {
    "profit": mark("Profit"),
    "revenue": mark("Revenue"),
    "successes": mark("Successes"),
}


@tells(Bridge)
class BridgeTelling(Telling[Bridge]):
    """A waterfall from one total to the other, sentences, and a table of the terms."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State how much the total changed, what drove it, and what worked against it."""
        if not self.answer.terms:
            return ()
        parts = [self._changed(), self._against()]
        return tuple(s for s in parts if s is not None)

    def _changed(self) -> Sentence:
        _, answer, change = self.say, self.answer, self.answer.change
        main = self._largest(change.estimate)
        fields = {
            "kpi": self._total(),
            "before": answer.before,
            "after": answer.after,
            "why": self.because(main) if main else "",
            **self.change(change, answer.unit),
        }
        fields["amount"] = fields["change"].lstrip("+−")
        if not change.certain:
            text = _(
                "{kpi} from {before} to {after}: {change}, no more than days vary ({interval}).", **fields
            )
            if main:
                text += _(" Still, {why}.", **fields)
            return Sentence(text)
        if change.estimate > 0:
            text = _("{kpi} rose by {amount} from {before} to {after} ({interval}).", **fields)
            if main:
                text = _(
                    "{kpi} rose by {amount} from {before} to {after} ({interval}), mostly because {why}.",
                    **fields,
                )
            return Sentence(text, "good")
        text = _("{kpi} fell by {amount} from {before} to {after} ({interval}).", **fields)
        if main:
            text = _(
                "{kpi} fell by {amount} from {before} to {after} ({interval}), mostly because {why}.",
                **fields,
            )
        return Sentence(text, "bad")

    def _against(self) -> Sentence | None:
        """Name what worked against the change, or state that nothing exceeds day-to-day variation."""
        _ = self.say
        if not any(term.beyond_noise for term in self._decided()):
            return Sentence(_("No single factor moved it beyond what days vary."))
        other = self._largest(-self.answer.change.estimate)
        if other is None:
            return None
        return Sentence(_("Against it: {why}.", why=self.because(other)))

    def moved_most(self) -> Sentence | None:
        """State what moved the total most and what worked against it; nothing without terms."""
        if not self.answer.terms:
            return None
        _, before = self.say, self.answer.before
        kpi = self._total().lower()
        side = 1.0 if self.answer.change.estimate >= 0 else -1.0
        first, other = self._largest(side), self._largest(-side)
        if first is None and other is None:
            fields = {"kpi": kpi, "before": before}
            return Sentence(
                _("What moved {kpi}: no single factor beyond what days vary since {before}.", **fields)
            )
        if first is None or other is None:
            why = self.because(first or other, brief=True)  # type: ignore[arg-type]
            return Sentence(
                _("What moved {kpi} most since {before}: {why}.", kpi=kpi, before=before, why=why)
            )
        fields = {
            "kpi": kpi,
            "before": before,
            "why": self.because(first, brief=True),
            "other": self.because(other, brief=True),
        }
        return Sentence(_("What moved {kpi} most since {before}: {why}; against it: {other}.", **fields))

    def _largest(self, side: float) -> Term | None:
        """Return the largest term on one side that is more than noise; hours and their labour are one."""
        sure = [term for term in self._decided() if term.beyond_noise and term.effect * side > 0]
        return max(sure, key=lambda term: abs(term.effect), default=None)

    def _decided(self) -> list[Term]:
        """Return the terms with hours and their labour as one, where both are known."""
        work, terms = self.answer.work, self.answer.terms
        return list(terms) if work is None else [work, *(t for t in terms if t.name not in _OF_WORK)]

    def _worked_more(self) -> bool:
        known = {t.name: (t.before, t.after) for t in self.answer.terms}
        ends = [known[name] for name in ("days", "hours", "hours_per_day") if name in known]
        return math.prod(after for _, after in ends) > math.prod(before for before, _ in ends)

    def because(self, term: Term, *, brief: bool = False) -> str:
        """Return "the answer rate rose (+€1,450, +€900 to +€2,000)"; without the interval if brief."""
        _, (_label, rose, fell) = self.say, _TERMS[term.name]
        moved = self.change(term.change, self.answer.unit)
        up = self._worked_more() if term.name == WORK else term.effect > 0
        fields = {"what": _(rose if up else fell), "effect": moved["change"]}
        if brief or term.low == term.high or term.low != term.low:
            return _("{what} ({effect})", **fields)
        return _("{what} ({effect}, {interval})", interval=moved["interval"], **fields)

    def term_label(self, name: str) -> str:
        """Return the label of a term."""
        return self.say(_TERMS[name][0])

    def _total(self) -> str:
        """Return the name of the total: profit, revenue or successes."""
        return self.say(_TOTALS[self.answer.measure])

    def _moving(self) -> tuple[Term, ...]:
        """Return the terms with an effect: a cost that was the same in both periods is left out."""
        rounding = 1e-9 * (abs(self.answer.start) + abs(self.answer.end))
        moved = tuple(t for t in self.answer.terms if abs(t.effect) > rounding or t.low < t.high)
        return moved or self.answer.terms

    def _by_group(self) -> list[tuple[TermGroup, list[Term]]]:
        """Return the groups with their terms that have an effect."""
        moving = self._moving()
        members = [(group, [t for t in moving if t.name in group.terms]) for group in self.answer.groups]
        return [(group, terms) for group, terms in members if terms]

    def plot(self, ax: Any = None) -> Any:
        """Draw the terms as a waterfall from one total to the other."""
        from callstats.show.plots import waterfall

        answer, terms = self.answer, self._moving()
        return waterfall(
            [self.term_label(term.name) for term in terms],
            [term.effect for term in terms],
            [term.low for term in terms],
            [term.high for term in terms],
            start=answer.start,
            end=answer.end,
            start_label=answer.before,
            end_label=answer.after,
            unit=answer.unit,
            formatter=self.form,
            label=self._total(),
            groups=[self.say(_GROUPS[group_of(term.name)]) for term in terms],
            ax=ax,
        )

    def finding(self) -> str:
        """Name the group of terms that moved the total most, of those beyond what days vary."""
        sure = [group for group in self.answer.groups if group.change.certain]
        if not sure:
            return self.say("No part moved it beyond what days vary.")
        most = max(sure, key=lambda group: abs(group.change.estimate))
        fields = {"what": self.say(_GROUPS[most.name]), **self.change(most.change, self.answer.unit)}
        if most.change.estimate > 0:
            return self.say("{what} brought most: {change}.", **fields)
        return self.say("{what} took away most: {change}.", **fields)

    def figure(self) -> FigureView:
        """Return the waterfall with its caption and alternative text."""
        _, form, answer = self.say, self.form, self.answer
        fields = {"kpi": self._total(), "before": answer.before, "after": answer.after}
        level = self.level(answer.change.confidence)
        caption = _(
            "{kpi} from {before} to {after}: what changed it, with {level} intervals", level=level, **fields
        )
        effects = ", ".join(
            f"{self.term_label(term.name)} {self.change(term.change, answer.unit)['change']}"
            for term in self._moving()
        )
        fields |= {"start": form.value(answer.start, answer.unit), "end": form.value(answer.end, answer.unit)}
        alt = _("{kpi} from {start} in {before} to {end} in {after}: {effects}.", effects=effects, **fields)
        return figure(self.plot(), caption, alt, self.finding())

    def table(self) -> TableView:
        """Return every factor before and after, with its effect."""
        _, form, answer = self.say, self.form, self.answer
        kpi = self._total()
        heads = [
            Column(_("Factor")),
            Column(answer.before, "right"),
            Column(answer.after, "right"),
            Column(_("effect"), "right", kpi),
            self.interval_head(answer.change.confidence, kpi),
        ]
        lines = [line for group, terms in self._by_group() for line in self._group_lines(group, terms)]
        total = self.change(answer.change, answer.unit)
        last = [
            Cell(kpi, strong=True),
            Cell(form.value(answer.start, answer.unit), strong=True),
            Cell(form.value(answer.end, answer.unit), strong=True),
            Cell(total["change"], strong=True),
            Cell(total["interval"]),
        ]
        note = _("Effects add up to their group, and these to the change. Strong: more than days vary.")
        fields = {"kpi": kpi.lower(), "before": answer.before, "after": answer.after}
        caption = _("What changed {kpi}, {before} to {after}", **fields)
        return TableView(caption, heads, [*lines, last], (note,))

    def _group_lines(self, group: TermGroup, terms: list[Term]) -> list[list[Cell]]:
        """Return what the terms of a group come to together, and each; a term alone stands for its group."""
        if len(terms) == 1:
            name, *others = self._line(terms[0])
            return [[Cell(name.text.strip(), strong=True), *others]]
        moved = self.change(group.change, self.answer.unit)
        interval = "" if group.change.low == group.change.high else moved["interval"]
        head = [
            Cell(self.say(_GROUPS[group.name]), strong=True),
            *(Cell(""), Cell("")),
            Cell(moved["change"], strong=group.change.certain),
            Cell(interval, tone="grey"),
        ]
        return [head, *map(self._line, terms)]

    def _line(self, term: Term) -> list[Cell]:
        moved = self.change(term.change, self.answer.unit)
        figures = [self.form.value(v, term.unit or "n") for v in (term.before, term.after)]
        return [
            Cell(f"{_INDENT}{self.term_label(term.name)}"),
            *(Cell(text) for text in figures),
            Cell(moved["change"], strong=term.beyond_noise),
            Cell("" if term.low == term.high else moved["interval"], tone="grey"),
        ]

    def record(self) -> Record:
        """Return the terms in full precision, for the report's JSON."""
        answer, change = self.answer, self.answer.change
        numbers = {
            **{
                name: getattr(answer, name)
                for name in ("measure", "before", "after", "method", "start", "end")
            },
            "change": {"estimate": change.estimate, "low": change.low, "high": change.high},
            "terms": answer.to_frame().to_dict("records"),
            "groups": [
                {"group": g.name, "effect": g.change.estimate, "low": g.change.low, "high": g.change.high}
                for g in answer.groups
            ],
        }
        return Record({"bridge": numbers})

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the waterfall, the table, what was left out, and the record."""
        notes = self.notes(self.answer.notes)
        if not self.answer.terms:
            return notes
        return (self.answer.verdict, self.figure(), self.table(), *notes, self.record())
