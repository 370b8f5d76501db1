"""How a comparison of agents is presented: a headline, how much is chance, who stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from callstats.answers.agents.agents import AgentComparison, denominator, mix_label
from callstats.answers.agents.agents_chance_numbers import Spread
from callstats.answers.agents.agents_coaching_telling import CoachingTelling, telling_rows
from callstats.answers.agents.agents_mix_numbers import ratio_of
from callstats.answers.agents.agents_numbers import AgentFigures
from callstats.answers.agents.agents_pictures_telling import AgentPicturesTelling
from callstats.answers.agents.by_agent_telling import NAMED, side_of, tone_of
from callstats.answers.core.answer import Section
from callstats.answers.core.telling import (
    Cell,
    Column,
    FigureView,
    Note,
    Sentence,
    TableView,
    Verdict,
    View,
    tells,
)
from callstats.kpis import get
from callstats.show.display import Record

if TYPE_CHECKING:
    from callstats.answers.agents.agent_opinions_telling import AgentOpinionsTelling


@tells(AgentComparison)
class AgentsTelling(AgentPicturesTelling):
    """The telling of a comparison of agents."""

    def verdict(self) -> Verdict:
        """Return the headline above the sentences."""
        nothing = Sentence(self.say("Too little data for a verdict."), "unknown")
        return Verdict(self.sentences() or [nothing], self.headline())

    def headline(self) -> str:
        """Return in about ten words whom to coach first, else who stands out, else that nobody does."""
        _, answer, form = self.say, self.answer, self.form
        if not answer.compared:
            return _("Agents cannot be compared") if answer.called and not self._asked_callers() else ""
        if first := self._coach_first():
            return first
        label = self._label()
        what = self.apart(side_of(answer.kpi), *self.sides())
        if what:
            return _("{kpi}: {what}", kpi=label, what=what)
        few = sum(one.status == "few" for one in answer.agents)
        if not few:
            return _("Nobody stands out beyond chance")
        numbers = {"n": form.number(few), "all": form.number(len(answer.agents))}
        return _("Nobody stands out; too few calls to tell for {n} of {all} agents", **numbers)

    def _coach_first(self) -> str:
        """Return whom to coach first, on what callers say where it was asked; "" if nobody."""
        asked = self._asked_callers()
        if asked is None:
            return CoachingTelling(self.answer).headline()
        first = asked.coach_first()
        if first is None:
            return ""
        name, agent = first
        return self.say(
            "Coach {agent} first: {kpi} worse than the others", agent=agent, kpi=self.kpi(get(name))
        )

    def _asked_callers(self) -> AgentOpinionsTelling | None:
        opinions = self.answer.opinions
        return opinions.telling if opinions is not None and opinions.kpis else None

    def sentences(self) -> tuple[Sentence, ...]:
        """Return spread, who stands out, what callers say, whom to coach, who has too few calls."""
        asked = self._asked_callers()
        said = asked.sentences() if asked is not None else ()
        if not self.answer.called:
            return (*(Sentence(note, "unknown") for note in self.answer.notes), *said)
        if not self.answer.compared:
            return (self._nobody(), *said)
        coach = CoachingTelling(self.answer).sentence() if asked is None else asked.coaching_sentence()
        sentences = (self._chance(), self._outstanding(), *said, coach, self._few(), self._apart())
        return tuple(sentence for sentence in sentences if sentence is not None)

    def _nobody(self) -> Sentence:
        _ = self.say
        if sum(agent.trials > 0 for agent in self.answer.agents) == 1:
            return Sentence(_("{kpi}: one agent only, nobody to compare with.", kpi=self._label()), "unknown")
        if not sum(agent.events for agent in self.answer.agents) > 0:
            return Sentence(
                _("{kpi}: nothing counted yet, so agents cannot differ.", kpi=self._label()), "unknown"
            )
        text = _(
            "{kpi}: agents are not comparable: no two of them work calls of the same kind ({mix}).",
            kpi=self._label(),
            mix=mix_label(self.voice, self.answer.keys),
        )
        return Sentence(text, "unknown")

    def _chance(self) -> Sentence:
        _, form, spread = self.say, self.form, self.answer.spread
        fields = {
            "kpi": self._label(),
            "n": form.number(spread.agents),
            "chance": form.value(spread.chance, "%", spread.chance_low, spread.chance_high),
            "interval": form.interval(spread.chance_low, spread.chance_high, "%", value=spread.chance),
        }
        if spread.chance_low >= 1:
            text = _("{kpi}: all {n} agents taken together, no evidence of a spread beyond chance.", **fields)
            return Sentence(text)
        if spread.chance_high >= 1:
            none = _(
                "{kpi}: all {n} agents taken together, no evidence of a spread beyond chance, "
                "which makes up {chance} of it ({interval}).",
                **fields,
            )
            return Sentence(none)
        return Sentence(
            _(
                "{kpi}: the {n} agents differ beyond chance, which makes up {chance} of the spread "
                "between them ({interval}).",
                **fields,
            )
        )

    def _outstanding(self) -> Sentence:
        _, kind = self.say, side_of(self.answer.kpi)
        out = [one for one in self.answer.agents if one.stands_out]
        above, below = ([a.agent for a in out if a.status == side] for side in ("above", "below"))
        what = self.apart(kind, above, below)
        if what:
            text = _("With {account} taken into account: {what}.", account=self._account(), what=what)
            return Sentence(text, tone_of(kind, bool(above), bool(below)))
        none = _(
            "With {account} taken into account nobody stands out (false discoveries held to {rate}).",
            account=self._account(),
            rate=self.form.goal(self.answer.false_discovery_rate, "%"),
        )
        return Sentence(none)

    def _account(self) -> str:
        _ = self.say
        if not self.answer.keys:
            return _("the number of agents")
        return _("{mix} and the number of agents", mix=mix_label(self.voice, self.answer.keys))

    def _few(self) -> Sentence | None:
        _, form = self.say, self.form
        few = [one.agent for one in self.answer.agents if one.status == "few"]
        if not few:
            return None
        gap = form.goal(self.answer.relevant, "%")
        if len(few) <= NAMED:
            text = _("Too few calls to tell a gap of {gap}: {names}.", gap=gap, names=self.named(few))
            return Sentence(text, "unknown")
        fields = {"gap": gap, "n": form.number(len(few)), "all": form.number(len(self.answer.agents))}
        return Sentence(
            _("Too few calls to tell a gap of {gap} for {n} of {all} agents.", **fields), "unknown"
        )

    def _apart(self) -> Sentence | None:
        apart = [one.agent for one in self.answer.agents if one.status == "not comparable"]
        if not apart:
            return None
        _ = self.say
        text = _(
            "Not comparable, as hardly anybody else works their calls: {names}.", names=self.named(apart)
        )
        return Sentence(text, "unknown")

    def table(self) -> TableView | Note:
        """Return figures and rank intervals: agents of whom there is something to say, and the others."""
        if not self.answer.called:
            return self.why_nothing()
        _, level = self.say, self.level(self.answer.confidence)
        label, same = self._label(), _("on calls of the same kind")
        heads = [
            Column(_("Agent")),
            Column(denominator(self.voice, self.answer.kpi), "right"),
            Column(_("as it is"), "right", label),
            self.interval_head(self.answer.confidence, label),
            Column(_("comparable calls"), "right"),
            Column(_("observed / expected"), "right", same),
            Column(_("chance taken off"), "right", same),
            self.interval_head(self.answer.confidence, same),
            Column(_("rank"), "right", same),
        ]
        caption = _("{kpi} by agent, {period}", kpi=label, period=self.answer.period)
        mix = mix_label(self.voice, self.answer.keys)
        notes = [
            _("Expected: what the agent's calls bring all agents, by {mix}.", mix=mix or "–"),
            _("Chance taken off: pulled towards the average of all, the more so the less the calls tell."),
            _(
                "Its interval holds for every single agent: for one far from the others, and for one picked "
                "because of the figure."
            ),
            _("Rank: 1 is the highest; between the ranks shown with {level} probability.", level=level),
        ]
        agents = self.answer.agents
        table = TableView(caption, heads, [self._line(one) for one in agents], notes)
        telling = telling_rows(agents) | self.outside()
        return self.brief(table, [one.agent for one in agents], telling, self._rest)

    def _line(self, figures: AgentFigures) -> list[Cell]:
        form, unit = self.form, self.answer.kpi.unit
        overall = self.answer.overall
        ends = [overall * end for end in (figures.shrunken, figures.shrunken_low, figures.shrunken_high)]
        rank = (
            f"{form.number(figures.rank_low)}–{form.number(figures.rank_high)}"
            if figures.rank > 0
            else form.number(None)
        )
        return [
            Cell(figures.agent, strong=True),
            Cell(form.number(round(figures.trials, 1 if figures.trials < 100 else 0))),
            Cell(form.value(figures.value, unit, figures.low, figures.high)),
            Cell(form.interval(figures.low, figures.high, unit, value=figures.value), tone="grey"),
            Cell(form.percent(figures.comparable, 0), tone="grey"),
            Cell(form.value(figures.ratio, "n", figures.ratio_low, figures.ratio_high)),
            Cell(form.value(ends[0], unit, ends[1], ends[2]), strong=True),
            Cell(form.interval(ends[1], ends[2], unit, value=ends[0]), tone="grey"),
            Cell(rank, tone="grey"),
        ]

    def _rest(self, rest: Sequence[str]) -> list[Cell]:
        """Return the line for everyone without their own row: their calls and pooled figures."""
        form, agents = self.form, [self.answer[agent] for agent in rest]
        trials = sum(one.trials for one in agents)
        value = (
            ratio_of(self.answer.kpi).scale * sum(one.events for one in agents) / trials if trials else None
        )
        expected = sum(one.expected for one in agents if one.known)
        ratio = sum(one.observed for one in agents if one.known) / expected if expected > 0 else None
        texts = [form.number(round(trials)), form.value(value, self.answer.kpi.unit), "", ""]
        texts += [form.number(ratio, 1), "", "", ""]
        return [self.rest(len(rest), len(self.answer.agents)), *(Cell(text, tone="grey") for text in texts)]

    def figure(self) -> FigureView | Note:
        """Return the raw funnel, as :meth:`funnel`."""
        return self.funnel()

    def after_lead_mix(self) -> Section:
        """Return the adjusted funnel with what it could not adjust for."""
        notes = self.answer.notes if self.answer.called else ()
        return Section(self.voice, (self.adjusted_funnel(), *self.notes(notes)))

    def coaching(self) -> TableView | Note:
        """Return the coaching table: on what callers say where it was asked, else on the figure itself."""
        asked = self._asked_callers()
        if asked is not None:
            return asked.coaching()
        return CoachingTelling(self.answer).table() if self.answer.called else self.why_nothing()

    def record(self) -> Record:
        """Return the figures in full precision, for the report's JSON."""
        comparison = self.answer
        about = {
            "kpi": comparison.kpi.name,
            "period": comparison.period,
            "adjusted_for": list(comparison.keys),
        }
        spread = {name: getattr(comparison.spread, name) for name in Spread.__dataclass_fields__}
        rows = comparison.to_frame().to_dict("records")
        return Record({"agents": {**about, "overall": comparison.overall, "spread": spread, "rows": rows}})

    def views(self) -> tuple[View, ...]:
        """Return verdict, funnels, estimates, the coaching table and what could not be determined."""
        notes = self.notes(self.answer.notes)
        if not self.answer.called:
            return notes or (self.why_nothing(),)
        shown: list[View] = [self.answer.verdict, self.funnel()]
        if self.answer.compared:
            shown += [self.adjusted_funnel(), self.estimates()]
        if self.answer.opinions is not None:
            shown.append(self.table())
        return (*shown, self.coaching(), *notes, self.record())
