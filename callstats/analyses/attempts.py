"""How often to call: what each further attempt still reaches and brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.analyses.attempt_table import NEEDED, Attempt, counted, life_table
from callstats.analyses.estimates import NAN, estimates
from callstats.analyses.result import Result, Voice
from callstats.analyses.scope import scope
from callstats.kpis.define import KPI, Condition, Ratio, Sum, linear
from callstats.kpis.parts import DIALS
from callstats.kpis.predicates import COSTS
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Attempts with fewer contacts at risk are not shown: their share is mostly chance.
FEWEST_AT_RISK = 30
#: What one more dial costs: the list and the advertising are paid for already.
_COST_PER_DIAL = KPI(
    name="running_cost_per_dial",
    label={"en": "Running cost per dial", "fr": "Coût courant par appel", "ru": "Текущая стоимость звонка"},
    question="What do labour and technology cost for one dial?",
    formula=Ratio(
        linear(Sum("amount", COSTS.also("running costs", Condition("kind", "in", ("labour", "technical"))))),
        DIALS,
    ),
    unit="money",
    direction="down",
    domain="money",
    independence="none",
    source="",
)


@dataclass(frozen=True)
class Attempts(Result):
    """Attempts in order, with the cost of a dial where costs are known."""

    voice: Voice
    period: str
    attempts: tuple[Attempt, ...]
    cost_per_dial: float = NAN
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row an attempt with everything of :class:`Attempt`."""
        import pandas as pd

        names = Attempt.__slots__
        return pd.DataFrame([[getattr(a, n) for n in names] for a in self.attempts], columns=list(names))

    @property
    def stop(self) -> int | None:
        """The last attempt before the first that is shown to bring less than it costs; None where none is."""
        for attempt in self.attempts:
            if attempt.value_high < self.cost_per_dial:
                return attempt.number - 1
        return None

    @property
    def paying(self) -> int | None:
        """The last of the attempts from the first on that are all shown to bring more than they cost."""
        last = None
        for attempt in self.attempts:
            if not attempt.value_low > self.cost_per_dial:
                break
            last = attempt.number
        return last

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the attempts reach, and where to stop."""
        if not self.attempts:
            return ()
        return (self._reach(), *([self._worth()] if self._priced() else []))

    def _priced(self) -> bool:
        return self.cost_per_dial > 0 and any(a.value > 0 for a in self.attempts)

    def _reach(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        first, last = self.attempts[0], self.attempts[-1]
        said = {
            "first": form.value(first.hazard, "%", first.low, first.high),
            "k": last.number,
            "j": first.number,
        }
        if len(self.attempts) == 1:
            return Sentence(_("Attempt {j} reaches {first} of the contacts.", **said))
        said["last"] = form.value(last.hazard, "%", last.low, last.high)
        said["k"] = last.number
        said["all"] = form.percent(last.cumulative)
        text = _(
            "Attempt {j} reaches {first} of the contacts, attempt {k} still {last} of those left; "
            "all attempts together reach {all}.",
            **said,
        )
        return Sentence(text)

    def _worth(self) -> Sentence:
        _, form = self.voice.say, self.voice.form
        cost = form.money(self.cost_per_dial, 2)
        if self.stop is not None:
            at = self.attempts[self.stop - self.attempts[0].number + 1]
            said = {
                "k": at.number,
                "cost": cost,
                "value": form.value(at.value, "money", at.value_low, at.value_high),
                "interval": form.interval(at.value_low, at.value_high, "money", value=at.value),
            }
            text = _(
                "Stop before attempt {k}: it brings {value} a dial ({interval}) at a cost of {cost}.", **said
            )
            return Sentence(text, "bad")
        if self.paying == self.attempts[-1].number:
            text = _(
                "Every attempt brings more than its {cost} a dial: no reason to stop earlier.", cost=cost
            )
            return Sentence(text, "good")
        if self.paying is None:
            text = _(
                "Too little data to tell from which attempt on a dial brings less than its {cost}.", cost=cost
            )
            return Sentence(text, "unknown")
        text = _(
            "Up to attempt {k} a dial brings more than its {cost}; after that too little data to tell.",
            k=self.paying,
            cost=cost,
        )
        return Sentence(text, "unknown")

    def plot(self, ax: Any = None) -> Any:
        """Draw the share reached by attempt, and the share reached so far."""
        from callstats.show.plots import attempt_curve

        return attempt_curve(
            [a.number for a in self.attempts],
            [a.hazard for a in self.attempts],
            [a.low for a in self.attempts],
            [a.high for a in self.attempts],
            formatter=self.voice.form,
            cumulative=[a.cumulative for a in self.attempts],
            at_risk=[a.at_risk for a in self.attempts],
            stop=self.stop if self.stop else None,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _(
            "Share of contacts reached by attempt, among those not reached before, {period}",
            period=self.period,
        )
        return figure(self.plot(), caption, f"{caption.rstrip('.')}. {self._reach().text}")

    def table(self) -> TableView:
        """Return the attempts as a table; money only where it is known."""
        _, form = self.voice.say, self.voice.form
        priced = self._priced()
        last = [_("Value per dial"), _("95% interval")] if priced else [_("Successes")]
        heads = [_("Attempt"), _("Contacts at risk"), _("Reached"), _("95% interval"), _("Dials"), *last]
        caption = _("What each attempt reaches and brings, {period}", period=self.period)
        cost = form.money(self.cost_per_dial, 2)
        notes = [_("Labour and technical cost of an average dial: {cost}.", cost=cost)] if priced else []
        columns = [Column(head, "right") for head in heads]
        return TableView(caption, columns, [self._line(a, priced) for a in self.attempts], notes)

    def _line(self, a: Attempt, priced: bool) -> list[Cell]:
        form = self.voice.form
        texts = [
            form.number(a.number),
            form.number(a.at_risk),
            form.value(a.hazard, "%", a.low, a.high),
            form.interval(a.low, a.high, "%", value=a.hazard),
            form.number(a.dials),
        ]
        if priced:
            texts.append(form.value(a.value, "money", a.value_low, a.value_high))
            texts.append(form.interval(a.value_low, a.value_high, "money", value=a.value))
        else:
            texts.append(form.number(a.successes))
        return [Cell(text) for text in texts]

    def views(self) -> tuple[View, ...]:
        """Return the curve, the verdict, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, self.table(), *notes) if self.attempts else notes


def attempts(
    dataset: Dataset, period: str | Period | None = None, *, fewest: int = FEWEST_AT_RISK
) -> Attempts:
    """Return what each further attempt of a period reaches and brings.

    Parameters
    ----------
    dataset : Dataset
        Not narrowed to the period: whether a contact had been reached before is
        read from all that was dialled earlier.
    period : str or Period, optional
        The attempts made in it.
    fewest : int
        Contacts at risk under which an attempt is not shown, nor any after it.

    Returns
    -------
    Attempts
        At risk at attempt k are the contacts that got a k-th dial and had been
        neither reached nor closed; those not dialled so often are censored, so
        a younger list is not punished.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("12345"), "contact_id": list("aabbc"), "direction": "outbound",
    ...     "attempt_no": [1, 2, 1, 2, 1], "live": [False, True, False, False, True],
    ... })
    >>> [(a.at_risk, a.reached) for a in attempts(Dataset({"calls": calls}), fewest=1).attempts]
    [(3, 1), (2, 1)]
    """
    about = scope(dataset, period)
    if not about.now.has("calls", *NEEDED):
        columns = ", ".join(f"calls.{c}" for c in NEEDED if not about.now.has("calls", c))
        why = about.voice.reason(f"not computable: needs {columns}")
        return Attempts(about.voice, about.label, (), notes=(about.voice.say("By attempt: {why}.", why=why),))
    found = counted(about)
    unknown = sum(row["unknown"] for row in found) / max(sum(row["dials"] for row in found), 1)
    if unknown > dataset.config.unknown_tolerance:
        why = about.voice.reason(f"not computable: live is unknown for {100 * unknown:.0f} % of dials")
        return Attempts(about.voice, about.label, (), notes=(about.voice.say("By attempt: {why}.", why=why),))
    made = life_table(found, fewest)
    if not made:
        least = about.voice.say(
            "By attempt: too little data, fewer than {n} contacts with a known outcome.", n=fewest
        )
        return Attempts(about.voice, about.label, (), notes=(least,))
    cost = estimates(about.now, [_COST_PER_DIAL])[_COST_PER_DIAL.name].value
    return Attempts(about.voice, about.label, made, cost)
