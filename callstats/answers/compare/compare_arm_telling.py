"""How one group against the control is presented: verdict, method, and obstacles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callstats.answers.compare.compare_arm import Caution, ComparedArm
from callstats.answers.compare.compare_gates import GateFinding
from callstats.answers.compare.compare_tests import is_known
from callstats.answers.core.estimates import Change
from callstats.answers.core.telling import Cell, Sentence, Telling, View, tells
from callstats.kpis import get
from callstats.kpis.define import UNIT_COLUMNS, Ratio
from callstats.kpis.translations import words as kpi_words
from callstats.show.verdicts import not_comparable, worth
from callstats.show.words import mark
from callstats.stats import Comparison

#: Names of the independent units in a warning.
_UNITS = {
    "contact": mark("contacts"),
    "agent_day": mark("agent-days"),
    "agent": mark("agents"),
    "call": mark("calls"),
    "respondent": mark("respondents"),
    "case": mark("issues"),
    "day": mark("days"),
}
_KINDS = {columns: kind for kind, columns in UNIT_COLUMNS.items() if columns and columns != ("call_id",)}
#: Names of a comparison's clusters.
_CLUSTERS = {
    ("contact_id",): mark("contact"),
    ("agent_id",): mark("agent"),
    ("agent_id", "day"): mark("agent-day"),
    ("call_id",): mark("call"),
    ("case_id",): mark("issue"),
}
#: What ties units together, by its name in a statistic.
_TIES = {"agent": mark("agent"), "day": mark("day")}
#: Units whose missing number can be put into words.
_MISSING = ("contact", "agent", "agent_day", "respondent", "call", "day")
#: KPIs that can be compared where calls go one way only.
_INSTEAD = {
    "received": ("service_level", "average_handle_time"),
    "dialled": ("answer_rate", "conversion_per_conversation"),
}
#: Values of a finding that are shares.
_SHARES = ("share", "planned", "other")

_FINDINGS = {
    "outcome": mark("{by} tells what came of a call: groups made of it differ because they were made to"),
    "empty": mark("{who} is empty: there is nothing to divide by"),
    "total": mark("{kpi} is a total, and a larger group has more of it"),
    "fewer than two units": mark(
        "{who} has fewer than two {unit}: how they differ by chance cannot be known"
    ),
    "few units": mark("{who} has {n} {unit} only: how much they differ by chance is hardly known"),
    "few own agents": mark(
        "{name} and {control} were worked by different agents ({mine} and {others}): "
        "what they do and what their agents do cannot be told apart"
    ),
    "own agents, not clustered": mark(
        "{name} and {control} were worked by different agents ({mine} and {others}): "
        "how those differ is not in the interval"
    ),
    "own agents": mark(
        "{name} and {control} were worked by different agents ({mine} and {others}): "
        "agents are the units that count"
    ),
    "one agent": mark(
        "fewer than two agents: what another agent would have made of {name} and {control} is not known"
    ),
    "off its plan": mark(
        "the split is off: {name} was loaded with {share} of the contacts, {planned} were planned"
    ),
    "dialled in part": mark("{name} was dialled to {share} of its contacts, {control} to {other}"),
    "in both": mark("contacts in both {name} and {control}: {n}; what one did to them the other shows too"),
    "other hours": mark("{name} and {control} were dialled at different hours ({share} of the calls)"),
    "other days": mark(
        "{name} and {control} were dialled on different days ({share} of the work): "
        "how days differ is in the interval"
    ),
    "one day": mark(
        "{name} and {control} have different days ({mine} and {others}): "
        "what one day did and what they do cannot be told apart"
    ),
    "other depth": mark(
        "{name} and {control} were dialled to different depth ({mine} and {others} dials per open contact)"
    ),
    "within strata": mark(
        "{name} and {control} are compared within {strata}: {after}; as they are it would be {before}"
    ),
    "partly covered": mark(
        "{share} of {name} and {control} lie in {strata} that both have: the rest is left out"
    ),
    "none in common": mark("{name} and {control} have no {strata} in common"),
}
#: What to do about a finding; by remedy if it has several.
_REMEDIES = {
    ("unknown", "export"): mark("Export the column for every call, or compare without those rows."),
    ("unknown", "per contact"): mark("Leads were moved: compare a KPI of the contacts dialled."),
    ("rejected", ""): mark("A row that was left out is in no group: look at the rejects of the import."),
    ("outcome", ""): mark("Compare groups that were there before the dial: lists, campaigns, hours, agents."),
    ("empty", ""): mark("Compare over a longer period, or a KPI it has."),
    ("empty", "ask callers"): mark(
        "All calls are inbound, and {kpi} counts dials: compare a KPI of calls received ({received})."
    ),
    ("empty", "ask dials"): mark(
        "All calls are outbound, and {kpi} counts calls received: compare a KPI of dials ({dialled})."
    ),
    ("total", ""): mark("Compare a rate per call, contact or hour."),
    ("fewer than two units", ""): mark("Compare over a longer period."),
    ("few units", ""): mark("Read the interval with caution, or wait for more."),
    ("few own agents", ""): mark(
        "Let every agent work both, or at least 10 agents each; then compare again."
    ),
    ("own agents, not clustered", ""): mark("Compare a KPI that falls to agents."),
    ("own agents", ""): mark("Let every agent work both: the answer gets sharper."),
    ("one agent", ""): mark("The interval is about this agent's contacts."),
    ("off its plan", ""): mark("Find out which contacts are missing before believing any difference."),
    ("dialled in part", ""): mark(
        "If those dialled first are not like the rest, the figures are not either."
    ),
    ("in both", ""): mark("Take them out, or load them once."),
    ("other hours", "per call"): mark(
        "Compare a KPI that counts calls, hour by hour; or dial both at the same hours."
    ),
    ("other hours", "within hours"): mark('Compare within hours: stratify=["hour", "weekday"].'),
    ("other days", ""): mark("Dial both on the same days: the answer gets sharper."),
    ("one day", ""): mark("Compare over several days of each; or dial both on the same days."),
    ("other depth", "ask"): mark('Compare attempt by attempt: stratify=["attempt_no"].'),
    ("other depth", "none"): mark(
        "Later dials reach fewer people: dial both to the same depth, then compare."
    ),
    ("other depth", "first"): mark("Keep attempts 1 to {k} of both: ds.where(attempt_no=[1, ...])."),
    ("other depth", "wait"): mark(
        "Wait until both have been dialled as often, or compare at a fixed age: cs.ab_test."
    ),
    ("partly covered", ""): mark("Dial both in the same hours and to the same depth."),
    ("none in common", ""): mark("Dial both in the same hours and to the same depth."),
}


@tells(ComparedArm)
class ComparedArmTelling(Telling[ComparedArm]):
    """What the evidence supports about one group and the control."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what the claim's interval supports, or why there is none."""
        row, kpi, terms = self.answer, self.answer.kpi, self.answer.terms
        names = self.kpi(kpi), row.label, self.label(row.control)
        if row.refusal is not None:
            return (not_comparable(*names, self.caution(row.refusal).text, self.form),)
        if terms.margin is not None and not row.certain and self._not_worse(terms.margin):
            name, arm, control = names
            text = self.say(
                "{kpi}: {name} is not worse than {control} by more than {margin} ({interval}).",
                kpi=name,
                name=arm,
                control=control,
                margin=self.form.change(terms.margin, kpi.unit).removeprefix("+"),
                interval=self._change(row.estimate, row.claim_low, row.claim_high)["interval"],
            )
            return (Sentence(text),)
        sentence = self.difference(
            *names,
            Change(row.estimate, row.claim_low, row.claim_high, row.claim_confidence),
            kpi.unit,
            direction=kpi.direction,
            margin=terms.equivalence,
            missing=row.missing,
            missing_kind=kpi.independence if kpi.independence in _MISSING else "call",
        )
        return (sentence,)

    def _not_worse(self, margin: float) -> bool:
        row = self.answer
        return row.claim_low > -margin if row.kpi.direction == "up" else row.claim_high < margin

    def _change(self, estimate: float, low: float, high: float) -> dict[str, str]:
        return self.change(Change(estimate, low, high), self.answer.kpi.unit)

    def worth(self) -> tuple[Sentence, ...]:
        """State what a proven difference means per month, and of which volume that is said."""
        row = self.answer
        if not row.certain or not is_known(row.successes):
            return ()
        if is_known(row.money):
            said = worth(row.successes[1:], row.money[1:], self.form)
        else:
            successes = self.form.interval(*row.successes[1:], "n", change=True)
            said = self.say("In a month: {successes} successes.", successes=successes)
        return Sentence(said), Sentence(self.volume())

    def volume(self) -> str:
        """Return the volume for which a month's figures are said; "" if there are none."""
        row, form = self.answer, self.form
        if not isinstance(row.kpi.formula, Ratio) or not row.volume > 0:
            return ""
        return self.say(
            "That is at the volume of {control}: {volume} {units} in {days} working days.",
            control=self.label(row.control),
            volume=form.number(float(f"{row.volume:.3g}")),
            units=row.kpi.formula.denominator.spelled(kpi_words(self.voice.language).term),
            days=form.number(round(row.month_days)),
        )

    def value_cell(self, value: float) -> Cell:
        """Return the arm's value or the control's, with as many digits as the difference justifies."""
        row = self.answer
        around = value + row.low - row.estimate, value + row.high - row.estimate
        return Cell(self.form.value(value, row.kpi.unit, *around))

    def difference_cells(self) -> list[Cell]:
        """Return the difference, its interval and the limits of the relative lift."""
        row = self.answer
        change = self._change(row.estimate, row.low, row.high)
        return [Cell(change["change"]), Cell(change["interval"]), Cell(self._lift())]

    def _lift(self) -> str:
        row = self.answer
        if not is_known((row.lift, row.lift_low, row.lift_high)):
            return self.form.percent(None)
        return self.form.interval(row.lift_low, row.lift_high, "%", value=row.lift)

    def views(self) -> tuple[View, ...]:
        """Return the verdict."""
        return (self.answer.verdict,)

    # How it was compared

    def method(self) -> str:
        """State how the arm was compared."""
        _, row = self.say, self.answer
        if row.independent:
            return _("{method}, trials independent", method=row.statistic)
        if row.design.kind == "total":
            return _("totals, spread as between their units")
        if row.design.kind == "quantile":
            return _("quantiles, spread by the share below them (Woodruff)")
        within = _("within {strata}, ", strata=self._strata(row.strata)) if row.strata else ""
        if "effective sizes" in row.statistic:
            return within + _("Miettinen-Nurminen at the effective sizes")
        unit = row.design.unit
        units = [_(_CLUSTERS[unit]) if unit in _CLUSTERS else " x ".join(unit)]
        named = row.statistic.removeprefix("contact")
        units += [_(word) for key, word in _TIES.items() if key in named and word not in units]
        return within + _("delta method, clustered by {units}", units=self._listed(units))

    def _listed(self, names: Sequence[str]) -> str:
        if len(names) < 2:
            return "".join(names)
        return self.say("{first} and {last}", first=", ".join(names[:-1]), last=names[-1])

    def _strata(self, strata: Sequence[str]) -> str:
        """Return the strata that pairs are compared within."""
        return self._listed([self.voice.key(key) for key in strata])

    # Obstacles

    def caution(self, finding: GateFinding) -> Caution:
        """Put a gate's finding into words, with what to do."""
        name = "" if finding.arm is None else self.label(finding.arm)
        filled = {
            "name": name,
            "who": name,
            "control": self.label(self.answer.control),
            "kpi": self.kpi(self.answer.kpi),
            "unit": self._units(),
            **{way: ", ".join(self.kpi(get(name)) for name in names) for way, names in _INSTEAD.items()},
            **{key: self._filled(key, value) for key, value in finding.values.items()},
        }
        if finding.finding == "unknown":
            text = f"{name}: {filled['note'].removeprefix('not computable: ')}"
        elif finding.finding == "rejected":
            text = self.answer.voice.reason(filled["note"])
        else:
            text = self.say(_FINDINGS[finding.finding], **filled)
        remedy = _REMEDIES.get((finding.finding, finding.remedy), "")
        hint = self.say(remedy, **filled) if remedy else ""
        return Caution(finding.gate, text, hint, name, finding.refuses)

    def _filled(self, key: str, value: Any) -> str:
        """Format a value of a finding: a share, a stratum, a difference, a count, a mean or a note."""
        if key in _SHARES:
            return self.form.percent(value)
        if key == "strata":
            return self._strata(value)
        if key == "by":
            return self.voice.key(value)
        if isinstance(value, Comparison):
            return self._change(value.estimate, value.low, value.high)["change"]
        if isinstance(value, str):
            return value
        return self.form.number(value, 1 if isinstance(value, float) else None)

    def _units(self) -> str:
        """Return the name of the independent units."""
        unit, independence = self.answer.design.unit, self.answer.kpi.independence
        if unit == ("call_id",):
            return self.say(_UNITS["respondent" if independence == "respondent" else "call"])
        return self.say(_UNITS[_KINDS[unit]]) if unit in _KINDS else " x ".join(unit)
