"""How a comparison of groups is presented: verdict by arm, table, and plot of the differences."""

from __future__ import annotations

from typing import Any

from callstats.answers.compare.compare import GroupComparison
from callstats.answers.compare.compare_arm import Caution, ComparedArm
from callstats.answers.compare.compare_tests import is_known
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

#: Up to this many arms are described one by one; with more, those that differ and a count of the rest.
_NAMED = 3


@tells(GroupComparison)
class GroupComparisonTelling(Telling[GroupComparison]):
    """What the evidence supports about the groups and the control."""

    def sentences(self) -> tuple[Sentence, ...]:
        """State what the evidence supports, arm by arm, and what it means per month."""
        _, control = self.say, self.answer.control_label
        rows, differ, open_still = self._named()
        worths = [s for row in rows for s in (*row.sentences, *row.telling.worth())]
        sentences = list(dict.fromkeys(worths))  # the volume is the control's: it is said once
        if differ:
            more = _.ngettext(
                "{n} more group differs from {control}.",
                "{n} more groups differ from {control}.",
                differ,
                control=control,
            )
            sentences.append(Sentence(more))
        if open_still:
            rest = _.ngettext(
                "No evidence that {n} other group differs from {control}.",
                "No evidence that {n} other groups differ from {control}.",
                open_still,
                control=control,
            )
            sentences.append(Sentence(rest))
        return tuple(sentences)

    def _named(self) -> tuple[tuple[ComparedArm, ...], int, int]:
        """Return the arms to describe one by one, and how many others differ or do not."""
        rows = self.answer.rows
        if len(rows) <= _NAMED:
            return rows, 0, 0
        certain = sorted((row for row in rows if row.certain), key=lambda row: row.p_value)
        refused = tuple(row for row in rows if not row.compared)
        open_still = len(rows) - len(certain) - len(refused)
        return (*certain[:_NAMED], *refused[:_NAMED]), max(len(certain) - _NAMED, 0), open_still

    def warnings(self) -> tuple[Caution, ...]:
        """Put the gates' findings into words."""
        speaker = self.answer.rows[0].telling  # every row has the same KPI, control and units
        return tuple(speaker.caution(finding) for finding in self.answer.findings)

    # In a table and a plot

    def table(self) -> TableView:
        """Return values, differences and what they mean, with the control on top."""
        _, control, name = self.say, self.answer.control_label, self.kpi(self.answer.kpi)
        heads = [
            Column(_("Group")),
            Column(name, "right"),
            Column(_("Difference from {control}", control=control), "right"),
            Column(_("Interval"), "right"),
            Column(_("Relative"), "right"),
        ]
        months = any(_in_a_month(row) for row in self.answer.rows)
        heads += [Column(_("In a month"), "right")] if months else []
        lines = [[Cell(control, strong=True), self._control_cell(), *[Cell("")] * (len(heads) - 2)]]
        for row in self.answer.rows:
            own = row.telling
            cells = [Cell(row.label, strong=True), own.value_cell(row.value), *own.difference_cells()]
            lines.append([*cells, *([Cell(self._month(row))] if months else [])])
        caption = _("{kpi}, compared with {control}", kpi=name, control=control)
        return TableView(caption, heads, lines, self._footnotes())

    def _control_cell(self) -> Cell:
        """Return the control's value as compared with the first arm."""
        for row in self.answer.rows:
            if row.compared:
                return row.telling.value_cell(row.control_value)
        return Cell(self.form.value(None, self.answer.kpi.unit))

    def _month(self, row: ComparedArm) -> str:
        form = self.form
        if is_known(row.successes):
            return form.interval(row.successes[1], row.successes[2], "n", change=True, value=row.successes[0])
        return form.interval(row.money[1], row.money[2], "money", change=True, value=row.money[0])

    def _footnotes(self) -> tuple[str, ...]:
        _, form = self.say, self.form
        methods = dict.fromkeys(row.method for row in self.answer.rows if row.method)
        notes = [
            _(
                "Intervals at {confidence}; {method}.",
                confidence=self.level(self.answer.confidence),
                method=_.joined(methods),
            )
        ]
        effects = [row.design_effect for row in self.answer.rows if row.design_effect > 0]
        if effects:
            shown = " – ".join(dict.fromkeys(form.number(e, 1) for e in (min(effects), max(effects))))
            notes.append(_("Design effect: {shown} times the variance of independent rows.", shown=shown))
        volumes = dict.fromkeys(row.telling.volume() for row in self.answer.rows if _in_a_month(row))
        return (*notes, *(text for text in volumes if text), *self.answer.notes)

    def finding(self) -> str:
        """State how many groups differ from the control; of a single one, on which side it is."""
        _, control, rows = self.say, self.answer.control_label, self.answer.rows
        sure = [row for row in rows if row.certain]
        if len(rows) == 1 and sure:
            fields = {"name": rows[0].label, "control": control}
            if rows[0].estimate > 0:
                return _("{name} is higher than {control}.", **fields)
            return _("{name} is lower than {control}.", **fields)
        if not sure:
            return _("No group is shown to differ from {control}.", control=control)
        return _.ngettext(
            "{n} of {all} groups differs from {control}.",
            "{n} of {all} groups differ from {control}.",
            len(sure),
            all=len(rows),
            control=control,
        )

    def plot(self, ax: Any = None) -> Any:
        """Draw the differences from the control with their intervals.

        Parameters
        ----------
        ax : matplotlib Axes, optional

        Returns
        -------
        matplotlib Axes
        """
        from callstats.show.plots import interval_plot

        return interval_plot(
            [row.label for row in self.answer.rows],
            [row.estimate for row in self.answer.rows],
            [row.low for row in self.answer.rows],
            [row.high for row in self.answer.rows],
            unit=self.answer.kpi.unit,
            formatter=self.form,
            label=self.say(
                "{kpi}: difference from {control}",
                kpi=self.kpi(self.answer.kpi),
                control=self.answer.control_label,
            ),
            n=[row.n for row in self.answer.rows],
            change=True,
            reference=0.0,
            reference_label=self.answer.control_label,
            highlight=[row.label for row in self.answer.rows if row.certain],
            highlight_label=self.say("differs beyond chance"),
            ax=ax,
        )

    def figure(self) -> FigureView:
        """Return the plot with its caption and alternative text."""
        _, form = self.say, self.form
        label = self.kpi(self.answer.kpi)
        caption = _(
            "{kpi}: differences from {control} with {confidence} intervals",
            kpi=label,
            control=self.answer.control_label,
            confidence=self.level(self.answer.confidence),
        )
        changes = ", ".join(
            f"{r.label} {form.change(r.estimate, self.answer.kpi.unit, r.low, r.high)}"
            for r in self.answer.rows[:10]
        )
        alt = _(
            "{kpi}, difference from {control}: {values}.",
            kpi=label,
            control=self.answer.control_label,
            values=changes,
        )
        return figure(self.plot(), caption, alt, self.finding())

    def views(self) -> tuple[View, ...]:
        """Return the verdict, the plot, the table and the obstacles."""
        shown: list[View] = [self.answer.verdict]
        shown += [self.figure()] if any(row.compared for row in self.answer.rows) else []
        return (*shown, self.table(), *(Note(_sentence(caution)) for caution in self.warnings()))


def _in_a_month(row: ComparedArm) -> bool:
    return is_known(row.successes) or is_known(row.money)


def _sentence(caution: Caution) -> str:
    text = str(caution)
    return text[:1].upper() + text[1:]
