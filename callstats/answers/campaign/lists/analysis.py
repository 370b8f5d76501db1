"""Which list is better: lists side by side, and what the evidence allows to say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.lists.contrasts import Contrast, contrasts
from callstats.answers.campaign.lists.figures import ListFigures, list_figures, shared_agents
from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import Scope, scope
from callstats.answers.core.voice import Voice
from callstats.kpis import get
from callstats.kpis.define import KPI
from callstats.show.display import Cell, Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.verdicts import difference, not_comparable

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Lists whose dials per contact differ by more than this factor were dialled to different depth.
DEPTH = 1.25
#: The share of conversations held by agents who worked several lists, under which lists are nested in agents.
SHARED = 0.5


@dataclass(frozen=True)
class Lists(Answer):
    """Lists side by side, and how each differs from the others.

    Attributes
    ----------
    lists : tuple of ListFigures
        Most dials first.
    contrasts : mapping of str to tuple of Contrast
        By KPI: each list against all the others, after multiplicity; empty
        where the lists cannot be compared on it.
    cautions : tuple of Sentence
        Why they cannot, and what the comparison does not take into account.
    """

    voice: Voice
    period: str
    lists: tuple[ListFigures, ...]
    contrasts: Mapping[str, tuple[Contrast, ...]]
    cautions: tuple[Sentence, ...] = ()
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row a list and KPI: list_id, kpi, value, low, high, n; and its two shares."""
        import pandas as pd

        listed = [
            (one.list_id, name, e.value, e.low, e.high, e.n, one.design_effect, one.callable_share)
            for one in self.lists
            for name, e in one.kpis.items()
        ]
        columns = ["list_id", "kpi", "value", "low", "high", "n", "design_effect", "callable_share"]
        return pd.DataFrame(listed, columns=columns)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What the evidence says of the lists, KPI by KPI, then what stands in the way."""
        told = [s for name, found in self.contrasts.items() for s in self._told(get(name), found)]
        return (*told, *self.cautions)

    def _told(self, kpi: KPI, found: tuple[Contrast, ...]) -> list[Sentence]:
        """Name the lists that differ, at most three; else say that none is shown to."""
        if not found:
            return []
        sure = [c for c in found if c.certain][:3]
        if sure or len(found) == 1:
            return [self._difference(kpi, c) for c in sure or found]
        ends = min(c.low for c in found), max(c.high for c in found)
        text = self.voice.say(
            "{kpi}: no evidence that any list differs from the others; "
            "the data allow anything from {interval}.",
            kpi=kpi.label[self.voice.language],
            interval=self.voice.form.interval(*ends, kpi.unit, change=True),
        )
        return [Sentence(text)]

    def _difference(self, kpi: KPI, c: Contrast) -> Sentence:
        """Say how a list differs from the others; of two lists, how the higher one does."""
        one, others, ends = c.group, c.others[0], (c.estimate, c.low, c.high)
        if len(c.others) == 1 and c.estimate < 0:
            one, others, ends = others, one, (-c.estimate, -c.high, -c.low)
        named = self.voice.label(others) if len(c.others) == 1 else self.voice.say("the other lists")
        return difference(
            kpi.label[self.voice.language],
            self.voice.label(one),
            named,
            self.voice.form,
            estimate=ends[0],
            low=ends[1],
            high=ends[2],
            unit=kpi.unit,
        )

    def plot(self, kpi: str = "answer_rate", ax: Any = None) -> Any:
        """Draw one KPI by list with its intervals."""
        from callstats.show.plots import interval_plot

        drawn = [one.kpis[kpi] for one in self.lists]
        return interval_plot(
            [one.label for one in self.lists],
            [e.value for e in drawn],
            [e.low for e in drawn],
            [e.high for e in drawn],
            unit=drawn[0].kpi.unit,
            label=drawn[0].kpi.label[self.voice.language],
            formatter=self.voice.form,
            n=[e.n for e in drawn],
            ax=ax,
        )

    def figure(self, kpi: str = "answer_rate") -> FigureView:
        """Return the plot of one KPI with its caption and its words."""
        _, form = self.voice.say, self.voice.form
        told = [(one.label, one.kpis[kpi]) for one in self.lists]
        words = ", ".join(
            f"{label} {form.value(e.value, e.kpi.unit, e.low, e.high)}" for label, e in told[:10] if e.known
        )
        label = told[0][1].kpi.label[self.voice.language]
        caption = _("{kpi} by list, {period}, with 95% intervals", kpi=label, period=self.period)
        return figure(self.plot(kpi), caption, _("{kpi} by list: {values}.", kpi=label, values=words))

    def table(self) -> TableView:
        """Return the lists side by side."""
        _ = self.voice.say
        shown = [n for n in self._names() if any(one.kpis[n].known for one in self.lists)]
        labels = [self.lists[0].kpis[name].kpi.label[self.voice.language] for name in shown]
        heads = [Column(_("List")), *(Column(label, "right") for label in labels)]
        extra = [self._effects(), self._left()]
        heads += [Column(head, "right") for head, cells in extra if cells]
        columns = [self.voice.alike([one.kpis[name] for one in self.lists]) for name in shown]
        lines = [
            [
                Cell(one.label, strong=True),
                *(Cell(column[row]) for column in columns),
                *(Cell(cells[row]) for _head, cells in extra if cells),
            ]
            for row, one in enumerate(self.lists)
        ]
        caption = _("Lists side by side, {period}", period=self.period)
        return TableView(caption, heads, lines, self._footnotes(bool(extra[0][1]), bool(extra[1][1])))

    def _effects(self) -> tuple[str, list[str]]:
        """Return head and cells of the design effects; no cells where none is known."""
        form, effects = self.voice.form, [one.design_effect for one in self.lists]
        written = [form.number(e, 1) if e > 0 else form.number(None) for e in effects]
        return self.voice.say("Design effect"), written if any(e > 0 for e in effects) else []

    def _left(self) -> tuple[str, list[str]]:
        """Return head and cells of what is still callable; no cells where it is not known."""
        shares = [one.callable_share for one in self.lists]
        known = any(share >= 0 for share in shares)
        return self.voice.say("Still callable"), [self.voice.form.percent(s) for s in shares] if known else []

    def _footnotes(self, effects: bool, left: bool) -> tuple[str, ...]:
        _ = self.voice.say
        first = _(
            "Design effect: how many times dialling a contact several times widens the variance of the "
            "answer rate."
        )
        second = _("Still callable: contacts loaded and not closed by the end of the period.")
        return (*([first] if effects else []), *([second] if left else []))

    def _names(self) -> list[str]:
        return list(self.lists[0].kpis)

    def views(self) -> tuple[View, ...]:
        """Return the plot, the verdict, the table and what could not be told."""
        if not self.lists:
            return tuple(Note(note) for note in self.notes)
        shown: list[View] = []
        drawn = next((name for name in self._names() if _known(self.lists, name)), None)
        if drawn is not None:
            shown.append(self.figure(drawn))
        shown += [self.verdict] if self.sentences else []
        return (*shown, self.table(), *(Note(note) for note in self.notes))


def _known(made: Sequence[ListFigures], kpi: str) -> bool:
    """Tell whether at least two lists have a figure."""
    return sum(one.kpis[kpi].known for one in made) > 1


def lists(dataset: Dataset, period: str | Period | None = None) -> Lists:
    """Put the lists of a period side by side and compare each with the others.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional

    Returns
    -------
    Lists
        Intervals are clustered by contact; differences are Holm-adjusted over
        the lists. Where lists were dialled to different depth, answer rates are
        compared on first attempts only; where each list has its own agents,
        conversions are not compared.
    """
    about = scope(dataset, period)
    _ = about.voice.say
    if not about.now.has("calls", "list_id"):
        why = about.voice.reason("not computable: needs calls.list_id")
        return Lists(about.voice, about.label, (), {}, notes=(_("Lists: {why}.", why=why),))
    made = list_figures(about)
    if len(made) < 2:
        return Lists(
            about.voice, about.label, made, {}, notes=(_("One list only: nothing to compare it with."),)
        )
    found, cautions = _compared(about, made)
    return Lists(about.voice, about.label, made, found, cautions)


def _compared(
    about: Scope, made: tuple[ListFigures, ...]
) -> tuple[dict[str, tuple[Contrast, ...]], tuple[Sentence, ...]]:
    """Compare on the answer rate, and on conversations where agents were shared."""
    _ = about.voice.say
    names = [one.list_id for one in made]
    depth = [d for one in made if (d := one.kpis["attempts_per_contact"].value) > 0]
    data, cautions = about.now, []
    if depth and max(depth) > DEPTH * min(depth) and data.has("calls", "attempt_no"):
        data = data.where(attempt_no=1) if 1 in data.values("attempt_no") else data
        text = _(
            "The lists were dialled to different depth: answer rates are compared on first attempts only."
        )
        cautions.append(Sentence(text, "unknown"))
    found = {}
    if _known(made, "answer_rate"):
        found["answer_rate"] = contrasts(data, get("answer_rate"), "list_id", names)
    kpi = get("conversion_per_conversation")
    if not _known(made, kpi.name):
        return found, tuple(cautions)
    if shared_agents(about.now) < SHARED:
        why = _("each list was worked by its own agents, so list and agents cannot be told apart")
        first, second = (about.voice.label(name) for name in names[:2])
        cautions.append(not_comparable(kpi.label[about.voice.language], first, second, why, about.voice.form))
    else:
        found[kpi.name] = contrasts(about.now, kpi, "list_id", names)
    return found, tuple(cautions)
