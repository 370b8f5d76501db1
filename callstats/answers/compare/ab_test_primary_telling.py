"""How a test's primary figure is presented, at the horizon and day by day."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from callstats.answers.compare.ab_test_decision import PlannedLook
from callstats.answers.compare.ab_test_primary import PRIMARIES, Monitoring, Primary
from callstats.answers.core.estimates import NAN
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    Telling,
    View,
    figure,
    tells,
)
from callstats.answers.core.voice import Voice
from callstats.show.digits import unknown
from callstats.show.format import Formatter
from callstats.show.verdicts import not_comparable, too_little
from callstats.stats import Comparison

#: Share of all successes after the horizon from which it is said.
LATE_SHARE = 0.2
#: An effect is said for so many contacts.
PER_CONTACTS = 1000


@tells(Primary)
class PrimaryTelling(Telling[Primary]):
    """How the primary figure at the horizon is presented."""

    @property
    def label(self) -> str:
        """The figure's name."""
        return self.kpi(self.answer.kpi)

    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence supports about the primary figure."""
        said = (self._first(), self._worth(), self._agents(), self._selected())
        return tuple(sentence for sentence in said if sentence is not None)

    def _first(self) -> Sentence:
        primary, decision = self.answer, self.answer.decision
        control, name = primary.names
        if primary.broken:
            return not_comparable(self.label, name, control, primary.broken, self.form)
        if self._nobody():
            return Sentence(self._no_success(), "unknown")
        if unknown(decision.low):
            missing = decision.missing_contacts or None
            return too_little(self.label, name, control, self.form, missing=missing)
        if decision.kind == "open":
            return self._open()
        options = {"direction": primary.kpi.direction, "margin": primary.margin or None}
        return self.difference(self.label, name, control, decision, "%", **options)

    def _nobody(self) -> bool:
        """Whether contacts were followed, and none was won within the horizon."""
        cells = self.answer.cells
        return bool(cells.both and not cells.events + cells.control_events)

    def _no_success(self) -> str:
        """Say that nobody was won within the horizon, and how many were later."""
        _, form, primary = self.say, self.form, self.answer
        fields = {"kpi": self.label, "days": form.number(primary.horizon_days)}
        if not primary.late:
            return _("{kpi}: nothing to compare, no success in either group within {days} days.", **fields)
        return _(
            "{kpi}: nothing to compare, no success in either group within {days} days. {n} came later: "
            "follow for longer (horizon_days).",
            n=form.number(primary.late),
            **fields,
        )

    def _open(self) -> Sentence:
        text = self.say(
            "{kpi}: still open. So far {name} is at {change} against {control} "
            "({interval}, however often one looks).",
            kpi=self.label,
            name=self.answer.names[1],
            control=self.answer.names[0],
            **self.change(self.answer.decision, "%"),
        )
        return Sentence(text, "unknown")

    def _worth(self) -> Sentence | None:
        """What the difference means in successes, if it exceeds chance."""
        _, form, decision = self.say, self.form, self.answer.decision
        if self.answer.broken or decision.kind == "open" or not _excludes(decision.low, decision.high):
            return None
        fields = {
            "n": form.number(PER_CONTACTS),
            "interval": form.interval(
                PER_CONTACTS * decision.low, PER_CONTACTS * decision.high, "n", change=True
            ),
        }
        if PRIMARIES[self.answer.kpi.name]:
            return Sentence(_("Of {n} contacts reached that is {interval} successes.", **fields))
        return Sentence(_("Of {n} contacts loaded that is {interval} successes.", **fields))

    def _agents(self) -> Sentence | None:
        if self.answer.clustered or not self.answer.design_effect > 1.5:
            return None
        text = self.say(
            "Agents differ in what they make of the groups: to hold for other agents, the variance has to be "
            '{factor} times as large (cluster="agent").',
            factor=self.form.number(self.answer.design_effect, 1),
        )
        return Sentence(text, "unknown")

    def _selected(self) -> Sentence | None:
        """State that being reached was not assigned at random."""
        if not PRIMARIES[self.answer.kpi.name]:
            return None
        text = self.say(
            "Only contacts reached are counted, and reaching them is part of what the groups do: "
            "conversion per lead is the figure by assignment."
        )
        return Sentence(text, "unknown")

    def late(self) -> tuple[str, ...]:
        """Say that many successes came after the horizon, which then is too short to judge by.

        It bears on every figure of the test, so it stands with the test's warnings.
        """
        inside, late = self.answer.cells.events + self.answer.cells.control_events, self.answer.late
        if late < LATE_SHARE * (late + inside) or not late or not inside:
            return ()
        text = self.say.ngettext(
            "{n} success came later than {days} days after loading and is left out: following for longer "
            "counts it.",
            "{n} successes came later than {days} days after loading and are left out: following for longer "
            "counts them.",
            late,
            days=self.form.number(self.answer.horizon_days),
        )
        return (text,)

    def table(self) -> TableView:
        """Return both arms, their difference and the relative lift."""
        _, form, primary = self.say, self.form, self.answer
        heads = [
            Column(_("Group")),
            Column(_("Contacts"), "right"),
            Column(_("Successes"), "right"),
            Column(self.label, "right"),
            self.interval_head(primary.confidence),
        ]
        sizes = [
            (primary.cells.control_trials, primary.cells.control_events),
            (primary.cells.trials, primary.cells.events),
        ]
        lines: list[list[Cell | str]] = []
        for name, arm, (trials, events) in zip(primary.names, primary.arms, sizes, strict=True):
            low, high, value = (None, None, None) if arm is None else (arm.low, arm.high, arm.estimate)
            shown = [form.value(value, "%", low, high), form.interval(low, high, "%", value=value)]
            lines.append([Cell(name, strong=True), form.number(trials), form.number(events), *shown])
        if primary.difference is not None:
            lines.append([_("Difference"), "", "", *self.change(primary.difference, "%").values()])
        if primary.lift is not None:
            lines.append([_("Relative"), "", "", *lift(primary.lift, self.voice).values()])
        notes = [primary.lift.reason] if primary.lift is not None and primary.lift.reason else []
        if primary.difference is not None and primary.decision.kind != "final" and not primary.broken:
            notes.append(_("Difference: its interval allows for any number of looks."))
        if primary.by_day:
            notes.append(
                _("Difference: within days of loading, so that it need not be that of the two shares.")
            )
        days = self.form.number(self.answer.horizon_days)
        caption = _("{kpi} after {days} days, by assignment", kpi=self.label, days=days)
        return TableView(caption, heads, lines, notes)

    def finding(self) -> str:
        """State which arm wins more contacts, if the decision tells it; nothing of arms not compared."""
        primary, decision = self.answer, self.answer.decision
        control, treatment = primary.arms
        if primary.broken or self._nobody() or unknown(decision.low) or control is None or treatment is None:
            return ""
        told = [self.form.value(arm.estimate, "%", arm.low, arm.high) for arm in (control, treatment)]
        if decision.kind == "open":
            return self.say("Still open: {value} against {other} so far.", value=told[1], other=told[0])
        if not _excludes(decision.low, decision.high):
            return self.say("No difference is shown: {value} against {other}.", value=told[1], other=told[0])
        ahead = int(decision.low > 0)
        name, value, other = primary.names[ahead], told[ahead], told[1 - ahead]
        if (treatment.estimate > control.estimate) != bool(ahead):  # as within days of loading alone
            return self.say("{name} wins more.", name=name)
        return self.say("{name} wins more: {value} against {other}.", name=name, value=value, other=other)

    def plot(self, ax: Any = None) -> Any:
        """Draw both arms with their intervals."""
        from callstats.show.plots import interval_plot

        primary = self.answer
        return interval_plot(
            list(primary.names),
            [NAN if arm is None else arm.estimate for arm in primary.arms],
            [NAN if arm is None else arm.low for arm in primary.arms],
            [NAN if arm is None else arm.high for arm in primary.arms],
            unit="%",
            formatter=self.form,
            label=self.label,
            n=[primary.cells.control_trials, primary.cells.trials],
            highlight=[primary.names[1]],
            sort=False,
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        caption = self.say(
            "{kpi} of both groups after {days} days, with {level} intervals",
            kpi=self.label,
            days=self.form.number(self.answer.horizon_days),
            level=self.level(self.answer.confidence),
        )
        return figure(self.plot(), caption, self._first().text, self.finding())

    def views(self) -> tuple[View, ...]:
        """Return what the verdict of the test leaves to say, the plot and the table.

        One line until a contact has been followed.
        """
        if not (self.answer.cells.control_trials or self.answer.cells.trials):
            note = self.say("No contact has been followed to the end of its days yet.")
            return (*self.beyond_the_first(), Note(note))
        return (*self.beyond_the_first(), self.figure(), self.table())


@tells(Monitoring)
class MonitoringTelling(Telling[Monitoring]):
    """How a test is presented while it runs."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Whether the test is decided, what is missing, and the evidence from the counts alone."""
        return tuple(s for s in (self.status(), self._evidence(), self._peeking()) if s is not None)

    def status(self) -> Sentence:
        """Final, decided early, or open, and what is missing."""
        _, form, decision = self.say, self.form, self.answer.decision
        fields = {"n": form.number(decision.completed), "days": form.number(self.answer.horizon_days)}
        if decision.kind == "final":
            return Sentence(_("Final: {n} contacts were followed for {days} days.", **fields), "good")
        if decision.kind == "early" and decision.on is not None:
            return Sentence(self._early(decision.on, fields), "good")
        if not decision.missing_contacts:
            return Sentence(self._undecided(fields), "unknown")
        return Sentence(self._missing(), "unknown")

    def _undecided(self, fields: dict[str, str]) -> str:
        """Return why a test whose contacts were all followed is not final."""
        _, decision = self.say, self.answer.decision
        if decision.declared or unknown(decision.low):
            return _("Not decided: {n} contacts were followed for {days} days.", **fields)
        return _(
            "Not final: {n} contacts were followed for {days} days, but no size was planned, so the interval "
            "allows for any number of looks. Plan a size before the start (planned_contacts or effect) to "
            "read the test once, at its end.",
            **fields,
        )

    def _early(self, day: dt.date, fields: dict[str, str]) -> str:
        _, fields = self.say, {**fields, "day": self.form.date(day)}
        if self.answer.decision.by == "planned looks":
            return _("Decided early, at a planned look on {day}.", **fields)
        if self.answer.basis == "age":
            age = 1 + next(k for k, look in enumerate(self.answer.looks) if look.day == day)
            return _(
                "Decided early, on {day}, whatever day one looks: the groups differ after {age} days "
                "of {days}.",
                **fields,
                age=self.form.number(age),
            )
        if not self.answer.decision.declared:
            return _(
                "Decided on {day}, by an interval that allows for any number of looks: no size was planned.",
                **fields,
            )
        return _("Decided early, on {day}, by an interval that allows for looking every day.", **fields)

    def _missing(self) -> str:
        _, form, decision = self.say, self.form, self.answer.decision
        fields = {
            "n": form.number(decision.missing_contacts),
            "planned": form.number(decision.planned),
            "days": form.number(decision.missing_days),
        }
        if unknown(decision.missing_days):
            return _(
                "Open: {n} of {planned} contacts are missing, and nothing tells when more are loaded.",
                **fields,
            )
        return _("Open: {n} of {planned} contacts and {days} days are missing.", **fields)

    def _evidence(self) -> Sentence | None:
        evidence = self.answer.evidence
        if evidence is None or not math.isfinite(evidence.e_value):
            return None
        text = self.say(
            "The conversions alone speak {odds} to 1 against equal groups; at {bound} to 1 one may stop "
            "on any day.",
            odds=self.form.number(evidence.e_value, 1),
            bound=self.form.number(round(1 / (1 - self.answer.confidence))),
        )
        return Sentence(text)

    def _peeking(self) -> Sentence | None:
        """State on which days a single look would have claimed something that daily looks do not."""
        looks = self.answer.looks
        claimed = [
            look for look in looks if _excludes(look.fixed_low, look.fixed_high) and not look.decides()
        ]
        if not claimed or self.answer.decision.kind == "early":
            return None
        text = self.say.ngettext(
            "On {shown} day of {all} a single look would have claimed what looking daily denies.",
            "On {shown} days of {all} a single look would have claimed what looking daily denies.",
            len(claimed),
            shown=self.form.number(len(claimed)),
            all=self.form.number(len(looks)),
        )
        return Sentence(text)

    def table(self) -> TableView | None:
        """Return the planned looks; None if none were planned."""
        _ = self.say
        if not self.answer.decision.planned_looks:
            return None
        heads = [Column(_("Look")), Column(_("Share of the contacts"), "right"), Column(_("Bound"), "right")]
        heads += [Column(_("Seen"), "right"), Column(_("Decided"), "left")]
        lines = [self._planned_look(k, look) for k, look in enumerate(self.answer.decision.planned_looks, 1)]
        note = _(
            "Bound and seen: the difference in standard errors. The bounds of Lan and DeMets keep the error "
            "over all looks."
        )
        return TableView(_("Planned looks"), heads, lines, (note,))

    def _planned_look(self, number: int, look: PlannedLook) -> list[Cell | str]:
        _, form, seen, decided = self.say, self.form, "", ""
        day = _("to come")
        if look.day is not None:
            day, seen = form.date(look.day), form.number(abs(look.statistic), 2)
            decided = _("yes") if look.crossed else _("no")
        bound = form.number(look.bound, 2) if math.isfinite(look.bound) else "∞"
        name = Cell(_.headed(str(number), day), strong=look.crossed)
        return [name, form.percent(look.information, 0), bound, seen, decided]

    def finding(self) -> str:
        """State on which day an interval that allows for daily looks first excludes no difference."""
        first = next((look for look in self.answer.looks if look.decides()), None)
        if first is None:
            return self.say("Daily looks decide nothing.")
        return self.say("Daily looks decide on {day}.", day=self.form.date(first.day))

    def plot(self, ax: Any = None) -> Any:
        """Draw the difference day by day with a band that allows for daily looks."""
        from callstats.show.plots import confidence_band

        shown = [look for look in self.answer.looks if not unknown(look.low)] or list(self.answer.looks)
        return confidence_band(
            [look.day for look in shown],
            [look.estimate for look in shown],
            [look.low for look in shown],
            [look.high for look in shown],
            unit="%",
            formatter=self.form,
            label=self.kpi(self.answer.kpi),
            fixed_lows=[look.fixed_low for look in shown],
            fixed_highs=[look.fixed_high for look in shown],
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _ = self.say
        control, name = self.answer.names
        fields = {"kpi": self.kpi(self.answer.kpi), "name": name, "control": control}
        caption = _("{kpi}, {name} less {control}, day by day", **fields)
        if self.answer.basis == "age":
            caption = _("{kpi} so far, {name} less {control}, day by day at the same age", **fields)
        return figure(self.plot(), caption, f"{caption}. {self.status().text}", self.finding())

    def views(self) -> tuple[View, ...]:
        """Return what the verdict of the test leaves to say, the daily plot and the planned looks."""
        if not self.answer.looks:
            note = self.say("Day by day: nothing to show, no contact has been followed yet.")
            return (*self.beyond_the_first(), Note(note))
        table = self.table()
        return (*self.beyond_the_first(), self.figure(), *((table,) if table is not None else ()))


def _excludes(low: float, high: float) -> bool:
    return low > 0 or high < 0


def lift(ratio: Comparison, voice: Voice) -> dict[str, str]:
    """Return a relative change and its interval as the fields ``change`` and ``interval`` of a message."""
    change, low, high = (
        signed_percent(voice.form, value) for value in (ratio.estimate, ratio.low, ratio.high)
    )
    return {"change": change, "interval": voice.say("{low} to {high}", low=low, high=high)}


def signed_percent(form: Formatter, value: float) -> str:
    """Return a relative change with its sign, or as unbounded.

    Examples
    --------
    >>> from callstats.show.format import Formatter
    >>> signed_percent(Formatter(), 0.42), signed_percent(Formatter(), float("inf"))
    ('+42%', '∞')
    """
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    shown = form.percent(value, 0 if abs(value) >= 0.1 else 1)
    return f"+{shown}" if value > 0 else shown
