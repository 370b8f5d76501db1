"""The tables of a first project file, each from what the data hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from callstats.answers.core.voice import Voice
from callstats.config import BENCHMARKS, DEFAULT_TARGETS, Config, MoneySettings, Target
from callstats.kpis import get
from callstats.kpis.settings_read import settings_read
from callstats.project_draft.draft_lines import DraftBlock, OfferedKey, setting, toml_value
from callstats.project_draft.site_facts import (
    OF_CAMPAIGN,
    OF_QUEUE,
    OF_SITE,
    NamedRows,
    SiteFacts,
    TodaysFigure,
)
from callstats.show.words import mark

Lines = Iterator[OfferedKey | str]
#: Names listed of each kind; the others are counted.
MOST = 40

#: What each price is, with a number to begin from.
PRICES: dict[str, tuple[float, str]] = {
    "value_per_success": (100.0, mark("worth of a success whose value the data do not give")),
    "cost_per_hour": (25.0, mark("of an agent’s login hour")),
    "cost_per_paid_hour": (25.0, mark("of an agent’s paid hour, in place of cost_per_hour")),
    "cost_per_dial": (0.02, mark("of every outbound dial")),
    "cost_per_minute": (0.03, mark("of every minute on the line")),
    "fixed_per_month": (500.0, mark("of every month with calls: licences, rent, lines")),
}
#: An hour is paid one way.
_HOURS = ("cost_per_hour", "cost_per_paid_hour")
#: Where the data give no value to begin from.
_EXAMPLES: dict[str, dict[str, float]] = {
    "answer_rate": {"low": 0.2},
    "success_rate_argued": {"low": 0.12},
    "conversion_per_lead": {"low": 0.03},
    "successes_per_login_hour": {"low": 0.8},
    "occupancy": {"low": 0.65, "high": 0.85},
    "service_level": {"low": 0.8},
    "cost_per_acquisition": {"high": 35.0},
    "roi": {"low": 0.25},
}
_SUCCESSES = 400


@dataclass(frozen=True)
class DraftSections:
    """Makes the tables of a project file.

    Attributes
    ----------
    facts : SiteFacts
    voice : Voice
        In whose language it explains.
    config : Config
        What has been decided.
    """

    facts: SiteFacts
    voice: Voice
    config: Config

    def blocks(self) -> Iterator[DraftBlock]:
        """Yield the tables in the order of the file."""
        makers: dict[tuple[str, ...], Callable[[], Lines]] = {
            (): self._site,
            ("money",): self._money,
            ("money", "lists"): self._list_prices,
            ("money", "outcomes"): self._worths,
            ("targets",): self._targets,
            ("campaign",): self._campaigns,
            ("list",): self._lists,
            ("agent",): self._agents,
            ("labels",): self._labels,
            ("settings",): self._settings,
            ("retention",): self._retention,
            ("engine",): self._engine,
            ("ab_tests",): self._tests,
            ("sources",): self._sources,
        }
        for table, lines in makers.items():
            yield DraftBlock(table, tuple(lines()))

    # What each table says

    def _site(self) -> Lines:
        _, facts, usual = self.voice.say, self.facts, Config()
        yield _("The project file of this site. Every key has a default, and any line may be taken out.")
        yield _(
            "A line that begins with one # offers a setting: take the # and the space away, and it holds. "
            "Its numbers are examples, or what was measured. Lines that begin with ## explain."
        )
        yield _(
            "Percentages are fractions (0.03 for three in a hundred), times are seconds, money is in "
            "{currency}.",
            currency=facts.currency,
        )
        yield OfferedKey(("currency",), facts.currency)
        yield OfferedKey(("time_zone",), facts.time_zone)
        yield OfferedKey(("language",), self.voice.language)
        default = toml_value(usual.calling_hours)
        if facts.hours is None:
            yield _("Opening hours for dialling; by default {hours}.", hours=default)
        else:
            yield _(
                "Opening hours for dialling; by default {hours}. Of the dials, {share} lie between {start} "
                "and {end}.",
                hours=default, share=self.voice.form.percent(0.99, 0), start=facts.hours[0],
                end=facts.hours[1],
            )  # fmt: skip
        yield OfferedKey(("calling_hours",), (facts.hours,) if facts.hours else usual.calling_hours)
        tolerated = _("largest share of unknown rows with which a rate is given")
        yield OfferedKey(("unknown_tolerance",), usual.unknown_tolerance, tolerated)
        yield OfferedKey(("confidence",), usual.confidence, _("of every interval"))

    def _money(self) -> Lines:
        _ = self.voice.say
        yield _(
            "What no dialer writes. Where the data say it themselves (the value of a success, wages among "
            "the costs), they go before. docs/money.md tells how costs are shared out."
        )
        paid = self.config.money.cost_per_paid_hour is not None
        other = _HOURS[not paid]
        for name in MoneySettings.__dataclass_fields__:
            if name in ("lists", "outcomes"):
                continue
            example, meaning = PRICES.get(name, (1.0, ""))
            if name == other:
                yield setting((name,), example, _(meaning) if meaning else "")
            else:
                yield OfferedKey((name,), example, _(meaning) if meaning else "")

    def _list_prices(self) -> Lines:
        _ = self.voice.say
        yield _(
            "What each list was bought for: per_contact, or of the whole list {total}.", total="total = 900.0"
        )
        yield from self._capped(
            self.facts.lists,
            lambda one: [OfferedKey((one.name,), {"per_contact": 0.1}, self._about_list(one))],
        )

    def _worths(self) -> Lines:
        _ = self.voice.say
        sold = [code for code in self.facts.codes if code.successes]
        yield _("Worth of a success by its outcome code, before value_per_success.")
        yield from self._capped(
            sorted(sold, key=lambda code: -code.successes),
            lambda one: [OfferedKey((one.code,), 100.0, self._number("{shown} success", one.successes))],
        )

    def _targets(self) -> Lines:
        _ = self.voice.say
        yield _(
            "low is at least, high at most, both a band. `callstats kpis` lists what may stand here. Behind "
            "each its value in {period}.",
            period=self._period(),
        )
        for name in OF_SITE:
            figure = self.facts.figures.get(name, TodaysFigure(float("nan")))
            first, *others = _offered(name, figure)
            yield OfferedKey((name,), first, self._told(name, figure))
            decided = self.config.targets.get(name)
            taken = first if decided is None else _stated(decided)
            usual = (first, *others) if name in BENCHMARKS else ()
            for other in (each for each in usual if each != taken):
                yield _("or in its place: {line}", line=setting((name,), other))

    def _campaigns(self) -> Lines:
        _ = self.voice.say
        yield _(
            "Targets and prices of one campaign or queue, which go before the site’s. They may also stand in "
            "tables of their own, such as {table}.",
            table="[campaign.NAME.targets]",
        )
        yield from self._capped(self.facts.campaigns, lambda one: self._of_campaign(one, OF_CAMPAIGN))
        if self.facts.queues:
            yield _("Inbound queues:")
            yield from self._capped(self.facts.queues, lambda one: self._of_campaign(one, OF_QUEUE))

    def _of_campaign(self, one: NamedRows, kpis: Sequence[str]) -> Lines:
        queue = kpis is OF_QUEUE
        count = self._number("{shown} call received" if queue else "{shown} dial", one.rows)
        yield self.voice.say.headed(one.name, count)
        yield from self._own(one.name, "campaign_id", kpis)
        if not queue:
            value, _ = PRICES["value_per_success"]
            yield OfferedKey((one.name, "money", "value_per_success"), value)

    def _lists(self) -> Lines:
        yield self.voice.say("Targets of one list.")
        yield from self._capped(
            self.facts.lists,
            lambda one: self._own(one.name, "list_id", ("answer_rate", "success_rate_argued")),
        )

    def _agents(self) -> Lines:
        yield self.voice.say("Targets of one agent.")
        yield from self._capped(
            self.facts.agents, lambda one: self._own(one.name, "agent_id", ("successes_per_login_hour",))
        )

    def _own(self, name: str, column: str, kpis: Sequence[str]) -> Lines:
        """Yield a target for each KPI of one campaign, list or agent."""
        there = self.facts.of.get(column, {}).get(name, {})
        for kpi in kpis:
            figure = there.get(kpi, TodaysFigure(float("nan")))
            if column == "agent_id" and figure.value == 0:  # an agent of a queue sells nothing
                continue
            yield OfferedKey((name, "targets", kpi), _offered(kpi, figure)[0], self._told(kpi, figure))

    def _labels(self) -> Lines:
        _, facts, seen = self.voice.say, self.facts, set[str]()
        yield _(
            "What to call campaigns, lists, agents and outcomes in reports: a text, or texts by language, "
            "as in {example}.",
            example='{ en = "Spring", fr = "Printemps" }',
        )
        for kind, named in (
            (_("campaign"), facts.campaigns), (_("queue"), facts.queues),
            (_("list"), facts.lists), (_("agent"), facts.agents),
        ):  # fmt: skip
            new = [one for one in named if one.name not in seen]
            seen |= {one.name for one in new}
            yield from self._capped(new, lambda one, kind=kind: [OfferedKey((one.name,), one.name, kind)])

    def _settings(self) -> Lines:
        _ = self.voice.say
        yield _("Numbers that definitions of KPIs name, with their defaults.")
        named: dict[str, tuple[float, list[str]]] = {}
        for found, kpis in settings_read().items():
            named.setdefault(found.name, (found.default, []))[1].extend(kpis)
        for name, (default, kpis) in sorted(named.items()):
            labels = [get(kpi).label[self.voice.language] for kpi in dict.fromkeys(kpis)]
            yield OfferedKey((name,), default, ", ".join(labels[:3]) + (", …" if len(labels) > 3 else ""))

    def _retention(self) -> Lines:
        _ = self.voice.say
        yield _("How many months the data are kept; by default for good. docs/personal_data.md tells more.")
        yield OfferedKey(("calls_months",), 24, _("calls, agent time, contacts"))
        yield OfferedKey(("rejects_months",), 3, _("what rows left out at an import said"))

    def _engine(self) -> Lines:
        _ = self.voice.say
        yield _("How much of the machine questions may take; by default half of the memory that is free.")
        yield OfferedKey(("memory",), "8 GB", _("beyond it, temporary files, which are slower"))
        yield OfferedKey(("threads",), 4, _("by default as many as there are processors"))

    def _tests(self) -> Lines:
        _, arms = self.voice.say, self.facts.arms
        yield _("List tests in progress, for `callstats monthly`. docs/reports.md tells the keys.")
        if arms is None:
            example = {"campaign_id": "spring", "control": "A", "treatment": "B"}
            yield setting(("list_test",), example)
            return
        campaign, control, treatment = arms
        if any(
            {test.control, test.treatment} == {control, treatment} for test in self.config.ab_tests.values()
        ):
            return
        taken = {name for name in self.config.ab_tests if name.startswith("list_test")}
        name = next(
            n for k in range(len(taken) + 1) if (n := f"list_test_{k}" if k else "list_test") not in taken
        )
        test = {"campaign_id": campaign, "control": control, "treatment": treatment, "horizon_days": 14}
        yield OfferedKey((name,), test, _("two lists that were loaded on one day"))

    def _sources(self) -> Lines:
        _, facts = self.voice.say, self.facts
        yield _("Outcome codes, and what they mean now:")
        yield from self._capped(
            [code for code in facts.codes if code.code not in facts.unexplained],
            lambda one: [f"{toml_value(one.code)}: {one.outcome}, {self._number('{shown} call', one.calls)}"],
        )
        if not facts.unexplained:
            return
        listed = ", ".join(toml_value(code) for code in list(facts.unexplained)[:MOST])
        if not facts.source:
            yield _("Nothing explains these codes. Say in the mapping what they mean: {codes}", codes=listed)
            return
        yield _(
            "Nothing explains these codes. Say what they mean, and import again. docs/sources.md lists the "
            "outcomes."
        )
        yield from self._capped(
            list(facts.unexplained.items()),
            lambda pair: [OfferedKey((facts.source, "statuses", pair[0]), pair[1] or "no_outcome")],
        )

    # How it says it

    def _capped(self, items: Sequence[Any], lines: Callable[[Any], Iterable[OfferedKey | str]]) -> Lines:
        for item in items[:MOST]:
            yield from lines(item)
        if left := len(items) - MOST if len(items) > MOST else 0:
            yield self.voice.say("Not listed: {n} more.", n=self.voice.form.number(left))

    def _about_list(self, one: NamedRows) -> str:
        loaded = "" if one.loaded is None else self.voice.form.date(one.loaded)
        return ", ".join(
            part for part in (one.campaign, self._number("{shown} contact", one.rows), loaded) if part
        )

    def _number(self, of: str, n: int) -> str:
        return self.voice.say.ngettext(of, _PLURALS[of], n, shown=self.voice.form.number(n))

    def _period(self) -> str:
        return self.voice.period(self.facts.period)

    def _told(self, name: str, figure: TodaysFigure) -> str:
        """Return what a KPI is called and what it is today, or why that cannot be told."""
        kpi = get(name)
        label = kpi.label[self.voice.language]
        if figure.value == figure.value:
            return self.voice.say.headed(label, self.voice.form.value(figure.value, kpi.unit))
        return self.voice.say.headed(label, self.voice.reason(figure.note)) if figure.note else label


_PLURALS = dict(
    (
        mark("{shown} dial", "{shown} dials"),
        mark("{shown} call received", "{shown} calls received"),
        mark("{shown} call", "{shown} calls"),
        mark("{shown} contact", "{shown} contacts"),
        mark("{shown} success", "{shown} successes"),
    )
)


def _offered(name: str, figure: TodaysFigure) -> list[Any]:
    """Return the targets to offer for a KPI: the trade's, the law's, or not to be worse than today."""
    usual = BENCHMARKS.get(name) or ((DEFAULT_TARGETS[name],) if name in DEFAULT_TARGETS else ())
    if usual:
        return [_stated(target) for target in usual]
    kpi, value = get(name), figure.value
    if kpi.unit == "n":
        return [round(value) if value > 0 else _SUCCESSES]
    side = {"up": "low", "down": "high"}.get(kpi.direction)
    if side is None or not 0 < value < math.inf:
        return [_EXAMPLES[name]]
    return [{side: no_stricter(value, up=side == "low")}]


def no_stricter(value: float, *, up: bool) -> float:
    """Return a value above 0 with three digits, on the side on which the value itself meets it.

    Examples
    --------
    >>> no_stricter(0.23967, up=True), no_stricter(37.12, up=False)
    (0.239, 37.2)
    """
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    steps = math.floor(value / step) if up else math.ceil(value / step)
    return float(f"{steps * step:.3g}")


def _stated(target: Target) -> dict[str, Any]:
    fields = {name: getattr(target, name) for name in target.__dataclass_fields__}
    return {name: value for name, value in fields.items() if value not in (None, "")}
