"""How a split is presented: how work, contacts and counts differ between the arms."""

from __future__ import annotations

from callstats.answers.compare.ab_test_loading import LEAST_COVERED
from callstats.answers.compare.ab_test_split import FEWEST_AGENTS, Apart, Balance, Split, is_off
from callstats.answers.core.telling import Cell, Column, Sentence, TableView, Telling, View, tells
from callstats.show.digits import unknown
from callstats.show.words import mark
from callstats.stats import SampleRatio

#: Arms whose dials to contacts not reached differ by more than this factor were dialled to different depths.
DEPTH = 1.25
#: Contacts left out because only one arm has their day of loading are told from this share on.
FULL = 0.995
#: Messages on contacts left out or doubtful, by field of Exclusions.
_COUNTED = {
    "both": mark(
        "{shown} contact is in both groups and left out.", "{shown} contacts are in both groups and left out."
    ),
    "early": mark(
        "{shown} contact was loaded before the period and is left out.",
        "{shown} contacts were loaded before the period and are left out.",
    ),
    "beyond": mark(
        "{shown} contact was loaded after the planned ones and is left out: to count on is to look again.",
        "{shown} contacts were loaded after the planned ones and are left out: to count on is to look again.",
    ),
    "strangers": mark(
        "{shown} contact was dialled without having been loaded and is left out.",
        "{shown} contacts were dialled without having been loaded and are left out.",
    ),
    "crossed": mark(
        "{shown} contact was dialled under the other group; it counts where it was assigned.",
        "{shown} contacts were dialled under the other group; they count where they were assigned.",
    ),
    "earlier": mark(
        "{shown} contact was dialled before the data begin; its first calls are missing.",
        "{shown} contacts were dialled before the data begin; their first calls are missing.",
    ),
    "undated": mark(
        "{shown} contact has no known time of loading and is followed from the first dial.",
        "{shown} contacts have no known time of loading and are followed from the first dial.",
    ),
}


@tells(Split)
class SplitTelling(Telling[Split]):
    """How a split is presented."""

    def sentences(self) -> tuple[Sentence, ...]:
        """Whether the split is sound, and every problem."""
        _ = self.say
        if self.answer.broken:
            text = _("The split is not sound: {why}.", why=self.answer.broken)
            hint = _("Find out why before believing any figure of this test.")
            if self.answer.loading.refused:
                hint = _(
                    "Load both groups on the same days, a share of each day for each group, and test those."
                )
            return (Sentence(f"{text} {hint}", "bad"), *self._cautions())
        cautions = self._cautions()
        if any(sentence.tone == "unknown" for sentence in cautions):
            return cautions
        text = _(
            "Nothing was found against the split. Looked at: {checks}.", checks=", ".join(self._looked())
        )
        return (Sentence(text, "good"), *cautions)

    def _looked(self) -> list[str]:
        """Return what was looked at, so that no more is claimed."""
        _, split = self.say, self.answer
        looked = [
            (_("contacts loaded against the plan"), split.loaded_check is not None),
            (_("days of loading"), True),
            (_("shares dialled"), split.dialled_check is not None),
            (_("dials to contacts not reached"), any(split.dials)),
            (_("hours of the dials"), not unknown(split.hours.share)),
            (_("agents of the conversations"), not unknown(split.agents.share)),
            (_("what was known before"), bool(split.balance)),
        ]
        return [name for name, done in looked if done]

    def broken(self) -> str:
        """Why the arms cannot be compared, in words; empty if they can."""
        _, split = self.say, self.answer
        if split.off_plan and split.loaded_check is not None:
            fields = self._shares(split.loaded_check)
            return _("{share} of the contacts are in {name}, planned were {plan}", **fields)
        if split.loading.refused:
            return self._unshared()
        if split.too_few_agents:
            fields = {"n": self.form.number(split.agents.fewest), "least": self.form.number(FEWEST_AGENTS)}
            return _("each group has its own agents, and fewer than {least} of them ({n})", **fields)
        return ""

    def _unshared(self) -> str:
        """Why days of loading forbid to compare: conversion drifts from day to day."""
        _, loading = self.say, self.answer.loading
        if not loading.shared:
            return _("they were loaded on different days, and days are not alike")
        share = self.form.percent(loading.covered, 0)
        if loading.covered < LEAST_COVERED:
            return _("only {share} of the contacts were loaded on days that both groups have", share=share)
        return _("on nearly every day of loading almost all contacts are of one group")

    def _shares(self, check: SampleRatio) -> dict[str, str]:
        """Return the control's actual and planned share of the contacts, as fields of a message."""
        share, plan = check.estimate, float(check.expected[0])
        return {
            "share": self.form.percent(share),
            "plan": self.form.percent(plan),
            "name": self.answer.names[0],
        }

    def _cautions(self) -> tuple[Sentence, ...]:
        """Return everything to bear in mind when comparing the arms."""
        told = (*self._loaded(), *self._dealt(), *self._worked())
        doubts = [Sentence(text, "unknown") for text in told]
        return (*doubts, *self._known(), *(Sentence(text, "unknown") for text in self._counts()))

    def _loaded(self) -> list[str]:
        """How the days of loading differ between the arms, and what was done about it."""
        _, form, loading, texts = self.say, self.form, self.answer.loading, []
        if not loading.adjusted:
            return []
        if loading.differs:
            text = _(
                "The groups have different shares of the contacts on different days of loading ({share} of "
                "them apart): they are compared within those days.",
                share=form.percent(loading.apart, 0),
            )
            texts.append(text)
        if loading.covered < FULL:
            text = _(
                "{share} of the contacts were loaded on days that both groups have; the others are left out "
                "of the comparison.",
                share=form.percent(loading.covered, 0),
            )
            texts.append(text)
        return texts

    def _dealt(self) -> list[str]:
        check = self.answer.dialled_check
        if check is None or not is_off(check):
            return []
        text = self.say(
            "{share} of the contacts dialled are in {name}, of those loaded {plan}: "
            "one group was served first.",
            **self._shares(check),
        )
        return [text]

    def _worked(self) -> list[str]:
        """How the arms were called differently."""
        _, form, split, texts = self.say, self.form, self.answer, []
        low, high = sorted(split.depth)
        if low > 0 and high > DEPTH * low:
            a, b = (form.number(dials, 1) for dials in split.depth)
            text = _(
                "The groups were dialled to different depth: {a} and {b} dials to a contact not reached.",
                a=a,
                b=b,
            )
            texts.append(text)
        if split.hours.off:
            share = form.percent(split.hours.share, 0)
            text = _("The groups were dialled at different hours ({share} of the dials apart).", share=share)
            texts.append(text)
        if split.nested and not split.broken:
            texts.append(_("Each group has its own agents: they are part of what is compared."))
        elif split.agents.off and not split.nested:
            share = form.percent(split.agents.share, 0)
            text = _(
                "The groups were worked by different agents ({share} of the conversations apart).",
                share=share,
            )
            texts.append(text)
        return texts

    def _known(self) -> list[Sentence]:
        """Attributes that differ between the arms; for two bought lists, they are what is compared."""
        _ = self.say
        off = ", ".join([self._attribute(balance) for balance in self.answer.balance if balance.off][:5])
        if not off:
            return []
        if self.answer.loaded_check is None:
            return [Sentence(_("The lists differ in {names}: that is part of what is compared.", names=off))]
        return [Sentence(_("The groups differ in what was known before: {names}.", names=off), "unknown")]

    def _counts(self) -> list[str]:
        """Contacts left out or doubtful."""
        _, texts = self.say, []
        if not self.answer.whole:
            texts.append(_("No table of contacts: those never dialled are unknown and missing."))
        for name, message in _COUNTED.items():
            n = int(getattr(self.answer.left_out, name))
            if n:
                texts.append(_.ngettext(*message, n, shown=self.form.number(n)))
        return texts

    def table(self) -> TableView:
        """Return the checks as a table."""
        _, split = self.say, self.answer
        dials = [self.form.number(d if any(split.dials) else None, 2) for d in split.dials]
        lines = [
            self._counted(_("Contacts loaded"), split.loaded, split.loaded_check),
            self._counted(_("Contacts dialled"), split.dialled, split.dialled_check),
            [_("Days of loading"), "", "", self._days()],
            [_("Dials per contact"), *dials, ""],
            [_("Hours of the dials"), "", "", self._moved(split.hours)],
            [_("Agents of the conversations"), "", "", self._moved(split.agents)],
            *(self._balanced(balance) for balance in split.balance),
        ]
        heads = [Column(_("Check")), *(Column(name, "right") for name in split.names)]
        heads.append(Column(_("Apart"), "right"))
        note = _(
            "Apart: percentage points off the plan; share of the calls that would have to move; "
            "standard deviations."
        )
        return TableView(_("Was the split sound?"), heads, lines, (note,))

    def _counted(self, label: str, counts: tuple[int, int], check: SampleRatio | None) -> list[Cell | str]:
        form = self.form
        apart = "" if check is None else form.change(check.departure, "%").removeprefix("+")
        strong = check is not None and is_off(check)
        return [label, *(form.number(n) for n in counts), Cell(apart, strong=strong)]

    def _days(self) -> Cell:
        loading = self.answer.loading
        return Cell(self.form.percent(loading.apart), strong=loading.differs)

    def _moved(self, work: Apart) -> Cell:
        return Cell(self.form.percent(work.share), strong=work.off)

    def _balanced(self, balance: Balance) -> list[Cell | str]:
        form, values = self.form, (balance.control, balance.treatment)
        shown = [form.percent(value) if balance.level else form.number(value, 2) for value in values]
        return [
            self._attribute(balance),
            *shown,
            Cell(form.number(balance.difference, 2), strong=balance.off),
        ]

    def _attribute(self, balance: Balance) -> str:
        """Return what an attribute is called, with its value if it is one of several."""
        name = self.voice.key(balance.name)
        return f"{name} ({self.voice.keyed(balance.name, balance.level)})" if balance.level else name

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the table."""
        return (self.answer.verdict, self.table())
