"""Was the split sound: contacts dealt as planned, arms alike, and who was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test.balance import Apart, Balance, agents_apart, balances, hours_apart
from callstats.answers.compare.ab_test.horizon import LeftOut, Trial
from callstats.answers.compare.ab_test.split_words import cautions, is_off, named
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.show.display import Cell, Column, Sentence, TableView, View
from callstats.stats import SampleRatio, sample_ratio

if TYPE_CHECKING:
    import pandas as pd

#: Fewer agents than this of their own in each arm tell nothing of the lists.
FEWEST_AGENTS = 10
#: Arms are nested in agents if less than this share of the conversations is by agents of both.
SHARED = 0.5


@dataclass(frozen=True)
class Split(Answer):
    """The split of a test.

    Attributes
    ----------
    names : tuple of str
        Control and treatment, as they are called.
    loaded, dialled : tuple of int
        Contacts of both arms.
    loaded_check : SampleRatio or None
        Against the plan; None where no plan is known (the sizes of two bought lists).
    dialled_check : SampleRatio or None
        Against the shares loaded.
    dials : tuple of float
        Dials per contact within the horizon, of both arms.
    depth : tuple of float
        The same of contacts not reached: those of a better list are done with sooner.
    hours, agents : Apart
        How differently the two arms were worked.
    balance : tuple of Balance
        Attributes known before the test.
    whole : bool
        Contacts never dialled are known.
    """

    voice: Voice
    names: tuple[str, str]
    loaded: tuple[int, int]
    dialled: tuple[int, int]
    loaded_check: SampleRatio | None
    dialled_check: SampleRatio | None
    dials: tuple[float, float]
    depth: tuple[float, float]
    hours: Apart
    agents: Apart
    balance: tuple[Balance, ...]
    left_out: LeftOut
    whole: bool = True

    @property
    def broken(self) -> str:
        """Why the arms cannot be compared, in words; empty where they can."""
        _, form = self.voice.say, self.voice.form
        if self.loaded_check is not None and is_off(self.loaded_check):
            said = {
                "share": form.percent(self.loaded_check.estimate),
                "plan": form.percent(float(self.loaded_check.expected[0])),
                "name": self.names[0],
            }
            return _("{share} of the contacts are in {name}, planned were {plan}", **said)
        if self.nested and self.agents.fewest < FEWEST_AGENTS:
            said = {"n": form.number(self.agents.fewest), "least": form.number(FEWEST_AGENTS)}
            return _("each arm has its own agents, and fewer than {least} of them ({n})", **said)
        return ""

    @property
    def nested(self) -> bool:
        """Whether most conversations were held by agents of one arm only."""
        return self.agents.shared < SHARED

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Whether the split is sound, and everything that is not."""
        _ = self.voice.say
        if self.broken:
            text = _("The split is not sound: {why}.", why=self.broken)
            hint = _("Find out why before believing any figure of this test.")
            return (Sentence(f"{text} {hint}", "bad"), *cautions(self))
        found = cautions(self)
        if any(sentence.tone == "unknown" for sentence in found):
            return found
        return (Sentence(_("The split is sound: the arms were assigned and worked alike."), "good"), *found)

    def to_frame(self) -> pd.DataFrame:
        """Return check, control, treatment, difference, p_value: one row a check, attributes included."""
        import pandas as pd

        rows: list[tuple[Any, ...]] = [
            ("contacts loaded", *self.loaded, *_test(self.loaded_check)),
            ("contacts dialled", *self.dialled, *_test(self.dialled_check)),
            ("dials per contact", *self.dials, self.dials[1] - self.dials[0], None),
            ("hours", None, None, self.hours.share, self.hours.p_value),
            ("agents", None, None, self.agents.share, self.agents.p_value),
            *((named(b), b.control, b.treatment, b.difference, None) for b in self.balance),
        ]
        return pd.DataFrame(rows, columns=["check", "control", "treatment", "difference", "p_value"])

    def table(self) -> TableView:
        """Return the checks as a table."""
        _, form = self.voice.say, self.voice.form
        lines = [
            self._counted(_("Contacts loaded"), self.loaded, self.loaded_check),
            self._counted(_("Contacts dialled"), self.dialled, self.dialled_check),
            [
                _("Dials per contact"),
                *(form.number(d if any(self.dials) else None, 2) for d in self.dials),
                "",
            ],
            [_("Hours of the dials"), "", "", _moved(self.voice, self.hours)],
            [_("Agents of the conversations"), "", "", _moved(self.voice, self.agents)],
            *(self._balanced(b) for b in self.balance),
        ]
        heads = [Column(_("Check")), *(Column(n, "right") for n in self.names), Column(_("Apart"), "right")]
        note = _(
            "Apart: percentage points off the plan; share of the calls that would have to move; "
            "standard deviations."
        )
        return TableView(_("Was the split sound?"), heads, lines, (note,))

    def _counted(self, label: str, counts: tuple[int, int], check: SampleRatio | None) -> list[Cell | str]:
        form = self.voice.form
        apart = "" if check is None else form.change(check.departure, "%").removeprefix("+")
        strong = check is not None and is_off(check)
        return [label, *(form.number(n) for n in counts), Cell(apart, strong=strong)]

    def _balanced(self, b: Balance) -> list[Cell | str]:
        form = self.voice.form
        shown = [form.percent(v) if b.level else form.number(v, 2) for v in (b.control, b.treatment)]
        return [named(b), *shown, Cell(form.number(b.difference, 2), strong=b.off)]

    def views(self) -> tuple[View, ...]:
        """Return the sentences and the table."""
        return (self.verdict, self.table())


def _moved(voice: Voice, found: Apart) -> Cell:
    return Cell(voice.form.percent(found.share), strong=found.off)


def _test(check: SampleRatio | None) -> tuple[float | None, float | None]:
    return (None, None) if check is None else (check.departure, check.p_value)


def split(
    trial: Trial, voice: Voice, names: tuple[str, str], expected: Sequence[float] | None = None
) -> Split:
    """Check the split of a test.

    Parameters
    ----------
    trial : Trial
    voice : Voice
    names : tuple of str
        Control and treatment, as they are called.
    expected : two numbers, optional
        Planned parts of control and treatment. Where left out, lists have no plan
        (they were bought as they are) and other arms are taken to be even.

    Raises
    ------
    UsageError
        An arm has no contact.
    """
    loaded = trial.sizes(trial.contacts)
    for name, size in zip(names, loaded, strict=True):
        if not size:
            raise UsageError(
                f"no contact of {name} is left",
                hint="Contacts in both arms, or loaded before the period, do not count.",
            )
    dialled = trial.sizes(trial.contacts[trial.contacts["dialled"] > 0])
    even = (1.0, 1.0) if trial.arms.column != "list_id" else None
    plan = tuple(expected) if expected is not None else even
    return Split(
        voice,
        names,
        loaded,
        dialled,
        sample_ratio(loaded, expected=plan) if plan is not None else None,
        sample_ratio(dialled, expected=loaded) if sum(dialled) and trial.arms.table == "contacts" else None,
        _means(trial.done),
        _means(trial.done[trial.done["reached"] == 0]),
        hours_apart(trial),
        agents_apart(trial),
        balances(trial),
        trial.left_out,
        trial.arms.table == "contacts",
    )


def _means(contacts: Any) -> tuple[float, float]:
    found = contacts.groupby("treated")["dials"].mean()
    return float(found.get(False, 0.0)), float(found.get(True, 0.0))
