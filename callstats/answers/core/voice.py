"""How an answer is worded: language and currency, labels of lists and campaigns, and reasons in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from callstats.kpis.translations import words as kpi_words
from callstats.show.format import Formatter
from callstats.show.words import Words, mark, words
from callstats.sources import notes, reasons
from callstats.sources.content_shapes import note_to_keep

if TYPE_CHECKING:
    from callstats.answers.core.estimates import Estimate
    from callstats.dataset import Dataset, Period
    from callstats.kpis.define import KPI


#: A KPI's notes, and their messages.
_REASONS = (
    (re.compile(r"no cost of labour in (?P<names>.+)"), mark("no cost of labour in {names}")),
    (re.compile(r"not computable: needs (?P<columns>.+)"), mark("not computable, needs {columns}")),
    (
        re.compile(r"not computable: (?P<flags>.+) is unknown for (?:over )?(?P<share>[\d.]+)\s?% of .+"),
        mark("not computable, {flags} is unknown on {share} of the rows"),
    ),
    (
        re.compile(r"(?P<flags>.+) is unknown for (?:over )?(?P<share>[\d.]+)\s?% of .+"),
        mark("{flags} is unknown on {share} of the rows"),
    ),
    (
        re.compile(r"(?:over )?(?P<share>[\d.]+)\s?% of the rows of (?P<table>.+) were rejected at import"),
        mark("{share} of the rows of {table} were rejected at import"),
    ),
    (
        re.compile(r"not computable: (?P<share>[\d.]+)\s?% of the contacts dialled were not loaded there"),
        mark("not computable, {share} of the contacts dialled were not loaded there"),
    ),
    (
        re.compile(r"not computable: (?P<share>[\d.]+)\s?% of the contacts loaded were dialled elsewhere"),
        mark("not computable, {share} of the contacts loaded were dialled elsewhere"),
    ),
    (re.compile(r"undefined: no (?P<what>.+)"), mark("undefined, no {what}")),
)

#: What tells a note on the rows from one on the interval.
_DOUBTS = (" is unknown for ", " were rejected at import")
#: Between the values of a rule.
_OR = mark(" or ")

#: What the columns are called that questions are asked by.
_KEYS = {
    "campaign_id": mark("campaign"),
    "list_id": mark("list"),
    "agent_id": mark("agent"),
    "attempt_no": mark("attempt"),
    "outcome_code": mark("outcome code"),
    "criterion": mark("criterion"),
    "consent": mark("consent"),
    "hour": mark("hour"),
    "weekday": mark("weekday"),
    "day": mark("day"),
    "week": mark("week"),
    "month": mark("month"),
}
#: What the tables of a data set are called.
_TABLES = {
    "calls": mark("calls"),
    "agent_time": mark("agent time"),
    "contacts": mark("contacts"),
    "costs": mark("costs"),
    "evaluations": mark("evaluations"),
    "surveys": mark("survey answers"),
    "callbacks": mark("call-backs"),
    "cases": mark("issues"),
}
#: The values of those that are numbers with a name.
_TIMES = {"hour": range(24), "weekday": range(1, 8)}


@dataclass(frozen=True, slots=True)
class Voice:
    """How an answer is worded: language, currency, and labels of lists and campaigns.

    Examples
    --------
    >>> Voice(labels={"A": "Telecom file"}).label("A")
    'Telecom file'
    """

    language: str = "en"
    currency: str = "EUR"
    labels: Mapping[str, str] = field(default_factory=dict)
    audience: str = "internal"

    @classmethod
    def of(cls, dataset: Dataset) -> Voice:
        """Return the voice for a data set's configuration."""
        config = dataset.config
        labels = config.labels_in(config.language)
        return cls(config.language, config.currency, labels, config.audience)

    @property
    def say(self) -> Words:
        """Translates message ids."""
        return words(self.language)

    @property
    def form(self) -> Formatter:
        """Formats numbers."""
        return Formatter(self.language, self.currency)

    def label(self, name: object) -> str:
        """Return the label of a campaign, list or agent; without a value, "(none)"."""
        if name is None or name != name:  # noqa: PLR0124 - nan
            return self.say("(none)")
        return self.labels.get(str(name), str(name))

    def key(self, column: str) -> str:
        """Return what a column is called that a question is asked by.

        Examples
        --------
        >>> Voice("fr").key("list_id"), Voice(labels={"region": "Region"}).key("region")
        ('liste', 'Region')
        """
        return self.say(_KEYS.get(column, column)) if column not in self.labels else self.labels[column]

    def keyed(self, column: str, value: object) -> str:
        """Return a value of such a column: a weekday or an hour as it is spoken, else its label.

        Examples
        --------
        >>> voice = Voice(labels={"A": "Old"})
        >>> voice.keyed("weekday", 1), voice.keyed("hour", 9), voice.keyed("list_id", "A")
        ('Mon', '09:00', 'Old')
        """
        told = str(value).removesuffix(".0")  # pandas makes fractions of a column with gaps
        if column not in _TIMES or not told.isdigit() or int(told) not in _TIMES[column]:
            return self.label(value)
        number = int(told)
        return self.form.weekday(number) if column == "weekday" else self.form.hour(number)

    def table(self, name: str) -> str:
        """Return what a table of the data set is called.

        Examples
        --------
        >>> Voice().table("agent_time"), Voice("fr").table("callbacks")
        ('agent time', 'rappels')
        """
        return self.say(_TABLES.get(name, name))

    def speaking_of(self, column: str) -> Voice:
        """Return the voice to which the values of a column are names, also weekdays and hours.

        Examples
        --------
        >>> Voice().speaking_of("weekday").label(7)
        'Sun'
        """
        named = {str(value): self.keyed(column, value) for value in _TIMES.get(column, ())}
        return replace(self, labels={**self.labels, **named}) if named else self

    def period(self, period: Period | None) -> str:
        r"""Return a period in words.

        Examples
        --------
        >>> from callstats.dataset import Period
        >>> Voice().period(Period.parse("2026-09")), Voice("fr").period(Period.parse("2026-08"))
        ('September 2026', 'août 2026')
        """
        if period is None:
            return self.say("the whole data")
        if len(period.months) == 1 and period.label == period.months[0]:
            return self.form.month(period.start)
        if (period.end - period.start).days == 1:
            return self.form.date(period.start)
        if ".." not in period.label:
            return period.label
        return self.days(period.start, period.last)

    def alike(self, column: Sequence[Estimate]) -> list[str]:
        """Return a table column's values, all with the digits its median one justifies."""
        halves = sorted(half for e in column if (half := (e.high - e.low) / 2) > 0)
        half = halves[len(halves) // 2] if halves else float("nan")
        return [self.form.value(e.value, e.kpi.unit, *_around(e.value, half)) for e in column]

    def note(self, kpi: KPI, note: str) -> str:
        """Return one line on why a KPI has no value, from its note.

        Examples
        --------
        >>> from callstats.kpis import get
        >>> Voice().note(get("roi"), "not computable: needs costs.amount")
        'Return on investment (ROI): not computable, needs costs.amount.'
        """
        return self.say.headed(kpi.label[self.language], self.reason(note)) + "."

    def reason(self, note: str) -> str:
        """Return the reasons in a KPI's note, in the language."""
        whole = note.rstrip(".") or "not computable"
        parts = [whole] if self.say.has(whole) else whole.split("; ")
        return self.say.joined(map(self._reason, parts))

    def doubts(self, note: str) -> str:
        """Return what a KPI's note says of rows that were unknown or rejected, in the language.

        It belongs beside every figure of those rows, a count as well as a rate; that there is
        no interval does not.

        Examples
        --------
        >>> Voice().doubts("handled is unknown for 7 % of dials; no interval: all contacts are alike")
        'handled is unknown on 7% of the rows'
        """
        parts = [part for part in note.split("; ") if any(words in part for words in _DOUBTS)]
        return self.say.joined(map(self._reason, parts)) if parts else ""

    def _reason(self, note: str) -> str:
        for pattern, message in _REASONS:
            if found := pattern.fullmatch(note):
                said = {key: self._spelled(key, value) for key, value in found.groupdict().items()}
                return self.say(message, **said)
        return self.noted(note)

    def noted(self, note: str) -> str:
        """Return a note of an import, in the language.

        Examples
        --------
        >>> Voice("ru").noted("simulated by callstats, seed 7")
        'смоделировано callstats, начальное число 7'
        """
        parsed = notes.read(note_to_keep(note))
        if parsed is None:
            return self.say(note)
        message, fields = parsed
        fields |= {key: self.because(fields[key]) for key in ("reason", "kind") if key in fields}
        if "hours" in fields:
            hours = float(fields["hours"])
            fields["hours"] = "+" * (hours > 0) + self.form.number(hours, 2)
        if isinstance(message, str):
            return self.say(message, **fields)
        count = int(fields["count"])
        return self.say.ngettext(*message, count, **{**fields, "count": self.form.number(count)})

    def because(self, reason: str) -> str:
        """Return why a row, a cell or a file was not taken, in the language.

        Examples
        --------
        >>> Voice("fr").because("a year outside 1990 to 2026")
        'une année hors de 1990 à 2026'
        """
        return self._filled(reasons.read(reason), reason)

    def rule(self, rule: str) -> str:
        """Return the rule by which rows are left out on purpose, in the language.

        Examples
        --------
        >>> Voice("fr").rule("Type is not Outbound or Callback")
        'Type n’est pas Outbound ou Callback'
        """
        found = reasons.read_rule(rule)
        if found is not None and "values" in found[1]:
            found[1]["values"] = found[1]["values"].replace(" or ", self.say(_OR))
        return self._filled(found, rule)

    def _filled(self, found: tuple[notes.Message, dict[str, str]] | None, otherwise: str) -> str:
        if found is None or not isinstance(found[0], str):
            return self.say(otherwise)
        return self.say(found[0], **found[1])

    def _spelled(self, key: str, value: str) -> str:
        if key == "share":
            return self.form.percent(float(value) / 100, 0)
        if key == "table":
            return self.table(value)
        return kpi_words(self.language).term(value) if key == "what" else value

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return two days as a range."""
        return self.say("{first} to {last}", first=self.form.date(first), last=self.form.date(last))


def _around(value: float, half: float) -> tuple[float | None, float | None]:
    return (value - half, value + half) if half > 0 else (None, None)
