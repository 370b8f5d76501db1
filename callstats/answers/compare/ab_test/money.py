"""What a test's arms are worth, per contact and per hour, and what a wrong choice would cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.compare.ab_test.lines import Line, frame, line_words, table
from callstats.answers.compare.ab_test.prices import Prices
from callstats.answers.compare.ab_test.primary import signed_percent
from callstats.answers.compare.ab_test.worth import Contacts, choice, per_contact, per_hour, profit_lift
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.display import Note, Sentence, TableView, View
from callstats.show.verdicts import not_comparable
from callstats.stats import Comparison

if TYPE_CHECKING:
    import pandas as pd

#: What a wrong choice costs is told for so many contacts.
A_LOT = 1000


@dataclass(frozen=True)
class Money(Answer):
    """The arms in money.

    Attributes
    ----------
    names : tuple of str
    lines : tuple of Line
        Successes per hour on the line; value, cost and profit per contact loaded;
        profit per hour on the line: what the data allow.
    prices : Prices
    chance : float
        That the treatment is the better choice; nan without money.
    loss : tuple of float
        Expected loss a contact if control, and if treatment, is chosen and the
        other is better [money].
    lift : Comparison or None
        Relative lift of the profit a contact; None where it has no meaning.
    broken : str
        Why the arms cannot be compared; empty where they can.
    """

    voice: Voice
    names: tuple[str, str]
    lines: tuple[Line, ...]
    prices: Prices
    chance: float
    loss: tuple[float, float]
    lift: Comparison | None
    notes: tuple[str, ...] = ()
    broken: str = ""
    confidence: float = 0.95

    def line(self, name: str) -> Line | None:
        """Return a line by its name, None where it could not be computed."""
        return next((line for line in self.lines if line.name == name), None)

    @property
    def deciding(self) -> Line | None:
        """What the choice is judged by: profit a contact, otherwise value a contact."""
        return self.line("profit_per_contact") or self.line("value_per_contact")

    def to_frame(self) -> pd.DataFrame:
        """Return the lines, and the relative lift of the profit, as all parts of a test have them."""
        found = frame(self.lines)
        if self.lift is None:
            return found
        profit = found[found["measure"] == "profit_per_contact"].assign(
            measure="profit_per_contact (relative)",
            unit="%",
            estimate=self.lift.estimate,
            low=self.lift.low,
            high=self.lift.high,
            p_value=self.lift.p_value,
            method=self.lift.method,
            note=self.lift.reason,
        )
        import pandas as pd

        return pd.concat([found, profit], ignore_index=True)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Which arm is worth more, per contact and per hour, and what a wrong choice would cost."""
        if self.broken and self.deciding is not None:
            label = self.deciding.label
            return (not_comparable(label, self.names[1], self.names[0], self.broken, self.voice.form),)
        lines = [line for line in (self.deciding, self.line("successes_per_hour")) if line is not None]
        told = [line_words(line, self.names, self.voice) for line in lines]
        return tuple(s for s in (*told, self._choice()) if s is not None)

    @property
    def verdict_sentences(self) -> tuple[Sentence, ...]:
        """The profit of a contact and of an hour, and which arm to choose, for the verdict of the test."""
        if self.deciding is None or (said := line_words(self.deciding, self.names, self.voice)) is None:
            return ()
        parts = [said.text, self._an_hour(), "" if (choice := self._choice()) is None else choice.text]
        return (Sentence(" ".join(part for part in parts if part), said.tone),)

    def _an_hour(self) -> str:
        """Return what an agent's hour brings more, as a sentence; "" where it cannot be told."""
        _, form, line = self.voice.say, self.voice.form, self.line("profit_per_hour")
        if line is None or (c := line.difference) is None or unknown(c.low):
            return ""
        said = {
            "change": form.change(c.estimate, line.unit, c.low, c.high),
            "interval": form.interval(c.low, c.high, line.unit, change=True, value=c.estimate),
        }
        return _("Per hour on the line that is {change} ({interval}).", **said)

    def _choice(self) -> Sentence | None:
        _, form = self.voice.say, self.voice.form
        if unknown(self.chance):
            return None
        better = self.names[1] if self.chance >= 0.5 else self.names[0]
        loss = self.loss[1] if self.chance >= 0.5 else self.loss[0]
        chance = max(self.chance, 1 - self.chance)
        shown = _("over 99%") if chance > 0.99 else form.percent(chance, 0)
        text = _(
            "{name} is the better choice with a chance of {chance}; the loss to expect from choosing it "
            "wrongly is {loss} in {n} contacts.",
            name=better,
            chance=shown,
            n=form.number(A_LOT),
            loss=form.money(A_LOT * loss),
        )
        return Sentence(text)

    def table(self) -> TableView:
        """Return every figure of both arms with its difference."""
        _ = self.voice.say
        caption = _("What the arms are worth")
        return table(
            self.lines, self.voice, self.names, caption, confidence=self.confidence, notes=self._footnotes()
        )

    def _footnotes(self) -> list[str]:
        _ = self.voice.say
        notes = [
            _("Per contact: per contact loaded, within the horizon. Per hour: of talk, hold and wrap-up.")
        ]
        if self.lift is not None:
            ends = [signed_percent(self.voice.form, end) for end in (self.lift.low, self.lift.high)]
            said = {
                "change": signed_percent(self.voice.form, self.lift.estimate),
                "interval": _("{low} to {high}", low=ends[0], high=ends[1]),
            }
            notes.append(_("Profit per contact, relative to the control: {change} ({interval}).", **said))
        elif self.line("profit_per_contact") is not None:
            notes.append(_("Profit per contact: no relative change, the control earns nothing."))
        if not unknown(self.chance):
            notes.append(
                _(
                    "Chance and loss: normal approximation, all differences equally likely before the test "
                    "(flat prior)."
                )
            )
        return notes

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table and what is not computable."""
        shown: tuple[View, ...] = (self.verdict, self.table()) if self.lines else ()
        return (*shown, *(Note(note) for note in self.notes))


def money(
    trial: Trial,
    voice: Voice,
    names: tuple[str, str],
    found: Prices,
    *,
    confidence: float,
    tolerance: float,
    final: bool = True,
    broken: str = "",
) -> Money:
    """Return what the arms are worth, of the contacts whose horizon is over.

    Parameters
    ----------
    trial, voice, names
        As everywhere in a test.
    found : Prices
    confidence : float
    tolerance : float
        Largest share of conversations without talk time at which hours are counted.
    final : bool
        The test is over; otherwise a note says that these intervals are for its end.
    broken : str
        Why the arms cannot be compared; empty where they can.
    """
    _ = voice.say
    people = Contacts.of(trial, found)
    timed = trial.untimed <= tolerance and bool(people.seconds.sum() > 0)
    valued = "value" in trial.columns and bool(people.value.sum() > 0)
    priced = timed and not unknown(found.hour)
    hourly = per_hour(trial, voice, confidence) if timed else None
    lines = [] if hourly is None else [hourly]
    if people.enough:
        lines += per_contact(people, voice, confidence, valued=valued, priced=priced)
    notes = []
    if not len(trial.done):
        notes.append(_("Money: too little data, no contact has been followed to the end of its days yet."))
    elif not valued:
        notes.append(_("Money: not computable, no success has a value (calls.value)."))
    elif not priced:
        notes.append(_("Profit: not computable, no cost of agent time (give cost_per_hour)."))
    if lines and not final:
        notes.append(_("The test is open: the intervals in money hold for a single look at its end."))
    made = Money(voice, names, tuple(lines), found, NAN, (NAN, NAN), None, tuple(notes), broken, confidence)
    chance, loss = choice(made.deciding.difference if made.deciding else None)
    lift = profit_lift(people, confidence) if valued and priced and people.enough else None
    return replace(made, chance=chance, loss=loss, lift=lift)
