"""How often to call, list by list: life tables side by side, compared at the same attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.campaign.attempts.analysis import Attempts, table_of
from callstats.answers.campaign.attempts.costs import dial_cost
from callstats.answers.campaign.attempts.table import Row, counted, kept, together
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Change, change
from callstats.answers.core.voice import Voice
from callstats.show.display import Column, FigureView, Note, Sentence, TableView, View, figure
from callstats.show.verdicts import difference
from callstats.stats.incidence import cumulative_incidence
from callstats.stats.results import Interval

if TYPE_CHECKING:
    import pandas as pd

    from callstats.answers.core.scope import Scope

_ALPHA = 0.05
_TONES = ("accent", "signal", "grey")


@dataclass(frozen=True)
class AttemptsBy(Answer):
    """Life tables of several groups.

    Attributes
    ----------
    by : str
    groups : mapping of group to Attempts
        Those with enough contacts, most dials first.
    depth : int
        The last attempt all of them have, at which they are compared; 0 without any.
    changes : mapping of group to Change
        Share reached by then, less that of all the other groups; the intervals
        hold for all groups at once.
    """

    voice: Voice
    period: str
    by: str
    groups: Mapping[Any, Attempts]
    depth: int
    changes: Mapping[Any, Change]
    notes: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a row a group and attempt, with everything of an attempt."""
        import pandas as pd

        frames = [found.to_frame().assign(**{self.by: group}) for group, found in self.groups.items()]
        if not frames:
            return pd.DataFrame()
        whole = pd.concat(frames, ignore_index=True)
        return whole.set_index(self.by).reset_index()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """How the groups differ by the same attempt, then where to stop in each."""
        compared = [self._difference(group) for group in self.changes]
        return (*compared, *(self._stop(group) for group in self.groups if self.groups[group]._priced()))

    def _difference(self, group: Any) -> Sentence:
        label = self.voice.say("Reached by attempt {k}", k=self.depth)
        others = [g for g in self.groups if g != group]
        found = self.changes[group]
        one = self.voice.label(others[0]) if len(others) == 1 else self.voice.say("the other lists")
        return difference(
            label, self.voice.label(group), one, self.voice.form,
            estimate=found.estimate, low=found.low, high=found.high, unit="%", direction="up",
        )  # fmt: skip

    def _stop(self, group: Any) -> Sentence:
        from callstats.answers.campaign.attempts import words as told

        sentence = told.worth(self.groups[group])
        return replace(sentence, text=self.voice.say.headed(self.voice.label(group), sentence.text))

    def plot(self, ax: Any = None) -> Any:
        """Draw the curves of at most three groups on the same axes."""
        from callstats.show.plots import attempt_curve

        for number, (group, tone) in enumerate(zip(self.groups, _TONES, strict=False)):
            found = self.groups[group].attempts
            ax = attempt_curve(
                [a.number for a in found], [a.hazard for a in found],
                [a.low for a in found], [a.high for a in found],
                formatter=self.voice.form, cumulative=[a.cumulative for a in found],
                name=self.voice.label(group), tone=tone, shift=0.12 * number, ax=ax,
            )  # type: ignore[arg-type]  # fmt: skip
        return ax

    def figure(self) -> FigureView:
        """Return the plot with its caption and its words."""
        caption = self.voice.say(
            "Share of contacts reached by attempt and list, {period}", period=self.period
        )
        return figure(self.plot(), caption, " ".join([f"{caption}.", *(s.text for s in self.sentences)]))

    def table(self) -> TableView:
        """Return what the groups have reached by the same attempt, and where to stop."""
        _ = self.voice.say
        heads = [
            *(_("Dials"), _("Attempts"), _("Reached by attempt {k}", k=self.depth), _("95% interval")),
            *(_("Stops left open"), _("Best by the estimates")),
        ]
        lines = [self._line(group, found) for group, found in self.groups.items()]
        caption = _("Attempts by list, {period}", period=self.period)
        note = _("Compared at the last attempt all of them have, so that a younger list is not punished.")
        return TableView(caption, [Column(_("List")), *(Column(h, "right") for h in heads)], lines, (note,))

    def _line(self, group: Any, found: Attempts) -> list[str]:
        form = self.voice.form
        at = next((a for a in found.attempts if a.number == self.depth), found.attempts[-1])
        earliest, latest = found.stop_range
        end = str(latest) if latest is not None else "…"
        return [
            self.voice.label(group),
            form.number(sum(a.dials for a in found.attempts)),
            form.number(len(found.attempts)),
            form.value(at.cumulative, "%", at.cumulative_low, at.cumulative_high),
            form.interval(at.cumulative_low, at.cumulative_high, "%", value=at.cumulative),
            f"{earliest}–{end}" if found._priced() else form.number(None),
            form.number(found.best_stop),
        ]

    def views(self) -> tuple[View, ...]:
        """Return the curves, the verdict, the table and what could not be told."""
        notes = tuple(Note(note) for note in self.notes)
        return (self.figure(), self.verdict, self.table(), *notes) if self.groups else notes


def attempts_by(about: Scope, by: str, fewest: int) -> AttemptsBy:
    """Return the life table of every value of a column; those with too few contacts take a line.

    Labour is spread by the agents' time over all groups together: a second
    costs the same on every list.
    """
    sums = counted(about, by)
    cost = dial_cost(about.now, together(sums))
    found = {group: table_of(about, rows, fewest, cost) for group, rows in sums.items()}
    enough = {group: one for group, one in found.items() if one.attempts}
    order = sorted(enough, key=lambda g: (-sum(a.dials for a in enough[g].attempts), str(g)))
    notes = [
        about.voice.say.headed(about.voice.label(g), one.notes[0])
        for g, one in found.items()
        if not one.attempts
    ]
    groups = {group: enough[group] for group in order}
    depth = min((one.attempts[-1].number for one in groups.values()), default=0)
    first = {one.attempts[0].number for one in groups.values()}
    if len(first) > 1:
        depth = 0
    changes = _changes({g: sums[g] for g in groups}, depth, fewest) if depth and len(groups) > 1 else {}
    return AttemptsBy(about.voice, about.label, by, groups, depth, changes, tuple(notes))


def _changes(sums: Mapping[Any, list[Row]], depth: int, fewest: int) -> dict[Any, Change]:
    """Return each group's share reached less that of the others; of two groups, of the first only."""
    tested = list(sums) if len(sums) > 2 else list(sums)[:1]
    level = 1 - _ALPHA / len(tested)
    made = {}
    for group in tested:
        rest = together({g: rows for g, rows in sums.items() if g != group})
        made[group] = change(*(_reached(rows, depth, fewest, level) for rows in (sums[group], rest)))
    return made


def _reached(rows: list[Row], depth: int, fewest: int, confidence: float) -> Interval:
    """Return the share reached by an attempt, had all been dialled so often."""
    shown = [row for row in kept(rows, fewest) if row["attempt_no"] <= depth]
    at_risk, reached = ([row[c] for row in shown] for c in ("at_risk", "reached"))
    found = cumulative_incidence(at_risk, {"reached": reached}, confidence=confidence)
    share, low, high = (float(part["reached"][-1]) for part in (found.estimate, found.low, found.high))
    return Interval(share, low, high, "kaplan-meier", confidence)
