"""One word, all its usual definitions, on the user's own data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.answers.trust.definition_families import Family, find
from callstats.show.display import Column, FigureView, Note, Sentence, TableView, View, figure

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period


@dataclass(frozen=True)
class Definitions(Answer):
    """A word's definitions on one data set.

    Attributes
    ----------
    family : Family
    values : tuple of Estimate
        In the order of the family's definitions.
    """

    voice: Voice
    period: str
    family: Family
    values: tuple[Estimate, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return a row a definition: kpi, value, low, high, numerator, denominator, formula, users, note."""
        import pandas as pd

        rows = [
            (
                e.kpi.name,
                e.value,
                e.low,
                e.high,
                e.numerator,
                e.denominator,
                str(e.kpi.formula),
                d.users,
                e.note,
            )
            for e, d in zip(self.values, self.family.definitions, strict=True)
        ]
        names = ["kpi", "value", "low", "high", "numerator", "denominator", "formula", "users", "note"]
        return pd.DataFrame(rows, columns=names)

    @property
    def comparable(self) -> tuple[Estimate, ...]:
        """The known values in the unit of the first one, smallest first."""
        known = [e for e in self.values if e.known]
        same = [e for e in known if e.kpi.unit == known[0].kpi.unit]
        return tuple(sorted(same, key=lambda e: e.value))

    @property
    def spread(self) -> float:
        """How many times the largest value is of the smallest; nan for fewer than two, or none above 0."""
        values = self.comparable
        if len(values) < 2 or not values[0].value > 0:
            return float("nan")
        return values[-1].value / values[0].value

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How far the definitions lie apart."""
        _, form, found = self.voice.say, self.voice.form, self.comparable
        if len(found) < 2:
            return ()
        low, high = found[0], found[-1]
        said = {
            "word": _(self.family.label),
            "low": form.value(low.value, low.kpi.unit, low.low, low.high),
            "high": form.value(high.value, high.kpi.unit, high.low, high.high),
            "first": low.kpi.label[self.voice.language],
            "last": high.kpi.label[self.voice.language],
        }
        text = _('"{word}" is anything from {low} ({first}) to {high} ({last}) on these data', **said)
        if self.spread > 1:
            times = _("{times} times as much, by definition alone", times=form.number(self.spread, 1))
            text = _.headed(text, times)
        return (Sentence(f"{text}."),)

    def plot(self, ax: Any = None) -> Any:
        """Draw the values in one unit with their intervals."""
        from callstats.show.plots import interval_plot

        found = self.comparable
        return interval_plot(
            [e.kpi.label[self.voice.language] for e in found],
            [e.value for e in found],
            [e.low for e in found],
            [e.high for e in found],
            unit=found[0].kpi.unit if found else "n",
            label=self.voice.say(self.family.label),
            formatter=self.voice.form,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        _ = self.voice.say
        caption = _("{word} by definition, {period}", word=_(self.family.label), period=self.period)
        words = " ".join(sentence.text for sentence in self.sentences)
        return figure(self.plot(), caption, f"{caption}. {words}".strip())

    def table(self) -> TableView:
        """Return the definitions with value, interval, formula and who uses them."""
        _, form = self.voice.say, self.voice.form
        heads = [_("Definition"), _("Value"), _("95% interval"), _("Formula"), _("Used by")]
        lines = [
            [
                e.kpi.label[self.voice.language],
                form.value(e.value, e.kpi.unit, e.low, e.high),
                form.interval(e.low, e.high, e.kpi.unit, value=e.value),
                self._formula(e),
                _(definition.users) if definition.users else "",
            ]
            for e, definition in zip(self.values, self.family.definitions, strict=True)
            if e.known
        ]
        columns = [Column(head, "right" if 0 < i < 3 else "left") for i, head in enumerate(heads)]
        caption = _("{word} by definition, {period}", word=_(self.family.label), period=self.period)
        return TableView(caption, columns, lines)

    def _formula(self, e: Estimate) -> str:
        from callstats.kpis.translations import words

        return e.kpi.formula.spelled(words(self.voice.language).term)

    def views(self) -> tuple[View, ...]:
        """Return the plot, the verdict, the table and what could not be computed."""
        notes = tuple(Note(self.voice.note(e.kpi, e.note)) for e in self.values if not e.known)
        shown: list[View] = [self.figure(), self.verdict] if len(self.comparable) > 1 else []
        shown += [self.table()] if any(e.known for e in self.values) else []
        return (*shown, *notes)


def definitions(dataset: Dataset, kpi: str, period: str | Period | None = None) -> Definitions:
    """Return one word under all its usual definitions.

    Parameters
    ----------
    dataset : Dataset
    kpi : str
        A word of the trade (``conversion_rate``, ``successes_per_hour``, ``abandonment``,
        ``FCR``) or one of the KPIs it may mean.
    period : str or Period, optional

    Returns
    -------
    Definitions
        What the data do not allow takes a line that says which column is missing.

    Raises
    ------
    UsageError
        The word is not known (the near ones are named), or the period holds no call.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("aabc"), "direction": "outbound",
    ...     "live": [False, True, True, True], "handled": [False, True, True, False],
    ...     "success": [False, True, False, False],
    ... })
    >>> found = definitions(Dataset({"calls": calls}), "conversion_rate")
    >>> found.to_frame()[["kpi", "value"]].dropna().round(3).values.tolist()
    [['conversion_per_conversation', 0.5], ['conversion_per_dial', 0.25], ['conversion_per_contact', 0.333]]
    >>> found.spread
    2.0
    """
    family = find(kpi)
    about = scope(dataset, period)
    asked = [definition.resolved() for definition in family.definitions]
    found = estimates(about.now, asked)
    return Definitions(about.voice, about.label, family, tuple(found[one.name] for one in asked))
