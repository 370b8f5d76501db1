"""How a compliance check is presented: abandonment, hours and frequency, and offending dials."""

from __future__ import annotations

from typing import Any

from callstats.answers.campaign.compliance_rules import AllowedHours
from callstats.answers.campaign.dialling_compliance import Compliance
from callstats.answers.campaign.dialling_compliance_numbers import CLOCK, KPI_NAME, Abandonment, Check
from callstats.answers.core.telling import Column, Note, Sentence, TableView, Telling, View, tells
from callstats.kpis import get
from callstats.show.words import mark

#: Most windows shown in the table (those with the highest rates), and most dials of each check.
_MOST_WINDOWS = 12
_MOST_SHOWN = 5
_NAMES = {
    "abandoned": mark("abandoned above the limit"),
    "calling_hours": mark("calling hours"),
    "legal_hours": mark("hours of the rule"),
    "frequency": mark("dialled too often"),
    "silence": mark("silence after a refusal"),
    "consent": mark("no consent"),
}


@tells(Compliance)
class ComplianceTelling(Telling[Compliance]):
    """How a rule's findings are presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State the results on abandonment, then hours and frequency, as far as they could be checked."""
        checks = [self._check(check) for check in self.answer.checks if check.kind != "abandoned"]
        sentences = [self._abandonment(), *checks, self._forecast()]
        return tuple(sentence for sentence in sentences if sentence is not None)

    def table(self) -> TableView:
        """Return the successive periods as a table."""
        _, form = self.say, self.form
        heads = [
            _("Live calls"),
            _("Abandoned"),
            self.kpi(get(KPI_NAME)),
            _("More that fit"),
        ]
        shown = self.answer.windows
        if len(shown) > _MOST_WINDOWS:
            worst = sorted(shown, key=lambda window: -window.rate)[:_MOST_WINDOWS]
            shown = tuple(sorted(worst, key=lambda window: window.first))
        lines = [
            [
                self._named(window),
                form.number(window.abandoned + window.handled),
                form.number(window.abandoned),
                form.value(window.rate, "%"),
                form.number(window.headroom),
            ]
            for window in shown
        ]
        caption = _(
            "Abandoned calls by period of {days} days from the first dial (limit {limit})",
            days=self.answer.rule.window_days,
            limit=form.goal(self.answer.rule.abandon_limit, "%"),
        )
        columns = [Column(_("Period")), *(Column(head, "right") for head in heads)]
        notes = (self._legal(), *self._left_out(len(shown)))
        return TableView(caption, columns, lines, notes)

    def _named(self, window: Abandonment) -> str:
        same = window.first == window.last
        return self.form.date(window.first) if same else self.voice.days(window.first, window.last)

    def _left_out(self, shown: int) -> tuple[str, ...]:
        """State how many windows there were and how many exceeded the limit, if some are not shown."""
        if shown == len(self.answer.windows):
            return ()
        above = sum(window.headroom < 0 for window in self.answer.windows)
        text = self.say(
            "The {shown} periods with the highest rates, of {n}; {above} are above the limit.",
            shown=shown,
            n=len(self.answer.windows),
            above=above,
        )
        return (text,)

    def offence_table(self) -> TableView:
        """Return the first offending dials as a table, check by check."""
        _, form = self.say, self.form
        heads = [Column(_("Check")), Column(_("Dial")), Column(_("Contact")), Column(_("When"))]
        listed = [(check, row) for check in self.answer.checks for row in check.listed[:_MOST_SHOWN]]
        lines = [
            [
                self.say(_NAMES[check.kind]),
                str(row.get("call_id", "")),
                str(row.get("contact_id", "")),
                self._when(row),
            ]
            for check, row in listed
        ]
        total = form.number(sum(check.dials for check in self.answer.checks))
        caption = _("Offending dials, {period}", period=self.answer.period)
        note = _("Offending dials in all: {n}; the result's offences list them.", n=total)
        return TableView(caption, heads, lines, (note,))

    def _when(self, row: dict[str, object]) -> str:
        at = row.get(CLOCK)
        return "" if at is None else f"{at:%Y-%m-%d %H:%M}"

    def _legal(self) -> str:
        _ = self.say
        text = _(
            "Abandoned calls: {abandon}. Frequency: {dials}. A count of every call, not a sample; "
            "no legal advice.",
            abandon=self.answer.rule.abandon_source,
            dials=self.answer.rule.dials_source,
        )
        return f"{text} {_(self.answer.rule.caution)}" if self.answer.rule.caution else text

    def _sources(self) -> str:
        """Name the sources of a rule that has no table of periods."""
        named = sorted({check.source for check in self.answer.checks if check.source})
        _ = self.say
        return _("Sources: {sources}. No legal advice.", sources=_.joined(named))

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table of periods and what could not be checked."""
        shown: list[View] = [self.answer.verdict] if self.sentences() else []
        if self.answer.windows:
            shown.append(self.table())
        elif self.answer.checks:
            shown.append(Note(self._sources()))
        return (*shown, *self.notes(self.answer.notes))

    def _abandonment(self) -> Sentence | None:
        """State the exact rate, its side of the limit, and the worst week if above."""
        total = self.answer.total
        if total is None:
            return None
        _, form = self.say, self.form
        fields = {
            "period": self.answer.period,
            "rate": form.value(total.rate, "%"),
            "limit": form.goal(total.limit, "%"),
            "n": form.number(abs(total.headroom)),
        }
        if total.headroom < 0:
            text = _(
                "Abandonment in {period}: {rate}, above the limit of {limit}; abandoned calls too many: {n}.",
                **fields,
            )
            return Sentence(f"{text} {self._worst_week()}".strip(), "bad")
        text = _(
            "Abandonment in {period}: {rate}, under the limit of {limit}; room for more: {n}.",
            **fields,
        )
        return Sentence(text, "good")

    def _worst_week(self) -> str:
        """Name the week with the highest rate, if there are several."""
        week = self.answer.worst_week
        if week is None:
            return ""
        days = self.voice.days(week.first, week.last)
        return self.say("Worst: {week}, {rate}.", week=days, rate=self.form.value(week.rate, "%"))

    def _forecast(self) -> Sentence | None:
        """State where the last window will end, if the remaining days are like those so far."""
        forecast, limit = self.answer.forecast, self.answer.rule.abandon_limit
        if forecast is None or limit is None:
            return None
        _, form = self.say, self.form
        fields = {
            "day": form.date(forecast.last),
            "rate": form.value(forecast.rate, "%", forecast.low, forecast.high),
            "interval": form.interval(forecast.low, forecast.high, "%", value=forecast.rate),
            "limit": form.goal(limit, "%"),
        }
        if forecast.low > limit:
            text = _(
                "At this pace the period that ends on {day} closes at {rate} ({interval}), above {limit}.",
                **fields,
            )
            return Sentence(text, "bad")
        if forecast.high < limit:
            text = _(
                "At this pace the period that ends on {day} closes at {rate} ({interval}), under {limit}.",
                **fields,
            )
            return Sentence(text, "good")
        text = _(
            "At this pace the period that ends on {day} closes at {rate} ({interval}): "
            "on which side of {limit} is open.",
            **fields,
        )
        return Sentence(text, "unknown")

    def _check(self, check: Check) -> Sentence:
        """State the result of one check of the dials."""
        return {
            "calling_hours": self._own_hours,
            "frequency": self._frequency,
            "legal_hours": self._legal_hours,
            "silence": self._silence,
            "consent": self._consent,
        }[check.kind](check)

    def _own_hours(self, check: Check) -> Sentence:
        _ = self.say
        hours = _between(self.answer.hours)
        if not check.dials:
            return Sentence(
                _("Every dial was placed within the calling hours ({hours}).", hours=hours), "good"
            )
        text = _.ngettext(
            "{shown} dial of {dials} was placed outside the calling hours ({hours}).",
            "{shown} dials of {dials} were placed outside the calling hours ({hours}).",
            check.dials,
            **self._counts(check, hours=hours),
        )
        return Sentence(text, "bad")

    def _frequency(self, check: Check) -> Sentence:
        _, form = self.say, self.form
        limits = {"most": self.answer.rule.most_dials, "days": self.answer.rule.within_days}
        if not check.dials:
            return Sentence(
                _("No contact was dialled more than {most} times in {days} days.", **limits), "good"
            )
        text = _.ngettext(
            "{shown} contact was dialled more than {most} times in {days} days (dials too many: {dials}).",
            "{shown} contacts were dialled more than {most} times in {days} days (dials too many: {dials}).",
            check.contacts,
            shown=form.number(check.contacts),
            dials=form.number(check.dials),
            **limits,
        )
        return Sentence(text, "bad")

    def _legal_hours(self, check: Check) -> Sentence:
        _ = self.say
        hours = self._lawful(self.answer.rule.hours) if self.answer.rule.hours else ""
        if not check.dials:
            return Sentence(
                _("Every dial was placed when the rule allows it ({hours}).", hours=hours), "good"
            )
        text = _.ngettext(
            "{shown} dial of {dials} was placed when the rule does not allow it ({hours}).",
            "{shown} dials of {dials} were placed when the rule does not allow it ({hours}).",
            check.dials,
            **self._counts(check, hours=hours),
        )
        return Sentence(text, "bad")

    def _silence(self, check: Check) -> Sentence:
        _ = self.say
        days = self.answer.rule.silence_days
        if not check.dials:
            return Sentence(_("Nobody was dialled within {days} days of a refusal.", days=days), "good")
        text = _.ngettext(
            "{shown} dial of {dials} came within {days} days of a refusal.",
            "{shown} dials of {dials} came within {days} days of a refusal.",
            check.dials,
            **self._counts(check, days=days),
        )
        return Sentence(text, "bad")

    def _consent(self, check: Check) -> Sentence:
        _ = self.say
        since = self.answer.rule.consent_from
        day = self.form.date(since) if since else ""
        if not check.dials:
            return Sentence(_("Nobody was dialled without consent since {day}.", day=day), "good")
        text = _.ngettext(
            "{shown} dial of {dials} went to a contact without consent since {day}.",
            "{shown} dials of {dials} went to contacts without consent since {day}.",
            check.dials,
            **self._counts(check, day=day),
        )
        return Sentence(text, "bad")

    def _counts(self, check: Check, **fields: Any) -> dict[str, Any]:
        form = self.form
        return {"shown": form.number(check.dials), "dials": form.number(self.answer.dials), **fields}

    def _lawful(self, hours: AllowedHours) -> str:
        """Return allowed weekdays and hours: "Mon–Fri 10:00–13:00, 14:00–20:00, no public holidays"."""
        days = [self.form.weekday(day) for day in (min(hours.weekdays), max(hours.weekdays))]
        between = _between(hours.between)
        allowed = between if len(hours.weekdays) == 7 else f"{'–'.join(days)} {between}"
        return f"{allowed}, {self.say('no public holidays')}" if hours.holidays else allowed


def _between(hours: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{start}–{end}" for start, end in hours)
