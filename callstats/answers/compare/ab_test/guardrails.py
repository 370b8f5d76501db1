"""Guardrails of a test: what must not get worse while the primary figure gets better."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test.assignment import Arms
from callstats.answers.compare.ab_test.lines import Line, frame, line_words, table
from callstats.answers.compare.compare import compare
from callstats.answers.compare.compare_arm import ComparedArm
from callstats.answers.compare.compare_tests import claims
from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice
from callstats.errors import ComparisonRefused, UsageError
from callstats.kpis import get
from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Condition, Ratio, linear
from callstats.kpis.parts import CONTACTS_REACHED, PEERS, contacts
from callstats.show.display import Note, Sentence, TableView, View
from callstats.show.words import mark
from callstats.stats import Comparison

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

_REFUSED = rows.DIALS.also("refusals", Condition("closed_reason", "==", "refusal"))
#: Not in the catalogue: what a guardrail asks of the contacts reached.
REFUSALS = KPI(
    name="refusal_rate",
    label={"en": "Refusal rate", "fr": "Taux de refus", "ru": "Доля отказов"},
    question="What share of the contacts reached refused the offer?",
    formula=Ratio(
        linear(contacts(_REFUSED, "contacts who refused")),
        linear(CONTACTS_REACHED),
        proportion=True,
    ),
    unit="%",
    direction="down",
    domain="conversion",
    independence="contact",
    source=PEERS,
    caution="Contacts closed by a refusal, of all that a person answered for.",
)
#: What is guarded where nothing is named, as far as the data have it.
USUAL = ("abandon_rate_outbound", "do_not_call_rate", REFUSALS, "average_handle_time")
Asked = Iterable[str | KPI] | Mapping[str, float]
#: What a comparison may note, to be said in the reader's language.
_NOTED = (mark("agents add no variance: that of contacts is used"),)


@dataclass(frozen=True)
class Guardrails(Answer):
    """What was guarded in both arms.

    Attributes
    ----------
    names : tuple of str
    lines : tuple of Line
        Each with its difference at the level its claim is held to: the interval
        excludes no difference exactly where Holm's procedure over all of them does.
    margins : mapping of str to float
        Largest worsening that does not matter, by name.
    alpha : float
        The chance of any false claim among all of them.
    """

    voice: Voice
    names: tuple[str, str]
    lines: tuple[Line, ...]
    margins: Mapping[str, float]
    alpha: float
    notes: tuple[str, ...] = ()
    broken: str = ""

    def to_frame(self) -> pd.DataFrame:
        """Return the lines, with the columns that all parts of a test have; p-values are unadjusted."""
        return frame(self.lines)

    @property
    def harmed(self) -> tuple[Line, ...]:
        """The guardrails that are shown to be worse in the treatment."""
        return tuple(line for line in self.lines if line.certain and _worse(line))

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Which guardrails differ; of the others, which are shown to be kept."""
        _, form = self.voice.say, self.voice.form
        if self.broken or not self.lines:
            return ()
        told = [self.said(line) for line in self.lines if line.certain or line.name in self.margins]
        quiet = [line.label for line in self.lines if not line.certain and line.name not in self.margins]
        if quiet:
            text = _("No evidence of a difference in: {names}.", names=", ".join(quiet))
            told.append(Sentence(text))
        if not self.harmed:
            n = len(self.lines)
            text = _.ngettext(
                "The guardrail shows no evidence of harm.",
                "None of the {shown} guardrails shows evidence of harm.",
                n,
                shown=form.number(n),
            )
            told.insert(0, Sentence(text, "good"))
        return tuple(told)

    def said(self, line: Line) -> Sentence:
        """Return what the evidence allows to say of one guardrail."""
        sentence = line_words(line, self.names, self.voice, self.margins.get(line.name))
        assert sentence is not None
        return sentence

    def table(self) -> TableView:
        """Return the guardrails of both arms with their differences."""
        _ = self.voice.say
        note = _("Intervals are as wide as the number of guardrails asks for (Holm).")
        notes = [note] if len(self.lines) > 1 else []
        caption, level = _("Guardrails"), 1 - self.alpha
        return table(self.lines, self.voice, self.names, caption, confidence=level, notes=notes)

    def views(self) -> tuple[View, ...]:
        """Return the sentences, the table and what could not be computed."""
        notes = tuple(Note(note) for note in self.notes)
        if not self.lines:
            return notes
        return (*((self.verdict,) if self.sentences else ()), self.table(), *notes)


def _worse(line: Line) -> bool:
    c = line.difference
    assert c is not None
    return c.estimate > 0 if line.direction == "down" else c.estimate < 0 if line.direction == "up" else False


def guardrails(
    dataset: Dataset,
    arms: Arms,
    voice: Voice,
    names: tuple[str, str],
    asked: Asked | None,
    *,
    confidence: float,
    broken: str = "",
) -> Guardrails:
    """Compare what must not get worse, all claims together at one error.

    Parameters
    ----------
    dataset : Dataset
    arms : Arms
    voice, names
        As everywhere in a test.
    asked : names or KPIs, or mapping of name to margin, or None
        None for the usual ones, as far as the data have them.
    confidence : float
        That no claim among all of them is false.
    broken : str
        Why the arms cannot be compared; empty where they can.

    References
    ----------
    1. Holm S (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6:65-70.
    """
    from callstats.engine import obstacle

    wanted = [_kpi(one) for one in (USUAL if asked is None else asked)]
    given = dict(asked) if isinstance(asked, Mapping) else {}
    margins = {_kpi(str(name)).name: abs(margin) for name, margin in given.items() if margin}
    only: dict[str, Any] = {arms.column: list(arms.values)}
    narrow = dataset.where(**only)
    why = {kpi.name: obstacle(narrow, kpi, [arms.column]) for kpi in wanted}
    # Where nothing differs, the usual case, every claim is held to this level.
    level = 1 - (1 - confidence) / max(sum(reason is None for reason in why.values()), 1)
    rows: dict[str, ComparedArm] = {}
    kpis = {kpi.name: kpi for kpi in wanted}
    notes = []
    for kpi in wanted:
        reason = why[kpi.name]
        found = f"not computable: {reason}" if reason else _compared(narrow, kpi, arms, level)
        if isinstance(found, ComparedArm):
            rows[kpi.name] = found
        elif asked is not None:
            notes.append(voice.note(kpi, found))
    held = _held(narrow, [kpis[name] for name in rows], rows, arms, 1 - confidence, level)
    lines = tuple(_line(kpis[name], row, held[name], voice) for name, row in rows.items())
    return Guardrails(voice, names, lines, margins, 1 - confidence, tuple(notes), broken)


def _kpi(asked: str | KPI) -> KPI:
    """Return a guardrail by its name; the catalogue lacks the refusals of a contact."""
    if isinstance(asked, KPI):
        return asked
    return REFUSALS if asked == REFUSALS.name else get(asked)


def _compared(dataset: Dataset, kpi: KPI, arms: Arms, confidence: float) -> ComparedArm | str:
    """Compare the arms on one KPI; why not, where they cannot be."""
    try:
        found = compare(
            dataset, kpi, arms.column, arms.control, adjust="none", confidence=confidence, force=True
        )
    except (ComparisonRefused, UsageError) as error:
        return error.found
    row = found[arms.treatment]
    return row if row.compared else row.note or "not computable"


def _held(
    dataset: Dataset,
    kpis: Sequence[KPI],
    rows: Mapping[str, ComparedArm],
    arms: Arms,
    alpha: float,
    level: float,
) -> dict[str, Comparison]:
    """Give every difference the level that its claim is held to among all."""
    plain = {kpi.name: _as_test(rows[kpi.name], level) for kpi in kpis}
    _, levels = claims(list(plain.values()), "holm", alpha)
    for kpi, own in zip(kpis, levels, strict=True):
        again = None if abs(own - level) < 1e-12 else _compared(dataset, kpi, arms, own)
        if isinstance(again, ComparedArm):
            plain[kpi.name] = _as_test(again, own)
    return plain


def _line(kpi: KPI, row: ComparedArm, held: Comparison, voice: Voice) -> Line:
    label = kpi.label[voice.language]
    note = voice.reason(row.note) if row.note else ""
    return Line(kpi.name, label, kpi.unit, kpi.direction, row.control_value, row.value, held, note)


def _as_test(row: ComparedArm, confidence: float) -> Comparison:
    return Comparison(
        row.estimate,
        row.low,
        row.high,
        row.p_value,
        row.method,
        confidence,
        standard_error=row.standard_error,
        degrees_of_freedom=row.degrees_of_freedom,
        design_effect=row.design_effect,
    )
