"""Other differences between the arms of a test: reach by attempt, guardrails, and money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from callstats.answers.compare.ab_test_arms import AssignedArms
from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.compare.ab_test_loading import LoadingDays
from callstats.answers.compare.ab_test_looks import UNPLANNED, AtAnyLook, anytime
from callstats.answers.compare.ab_test_money_numbers import (
    FollowedContacts,
    Prices,
    choice,
    per_contact,
    per_hour,
    profit_lift,
)
from callstats.answers.compare.ab_test_secondary_numbers import (
    FEWEST_AT_RISK,
    Line,
    lines_frame,
    reach_tables,
)
from callstats.answers.compare.compare import compare
from callstats.answers.compare.compare_arm import ComparedArm
from callstats.answers.compare.compare_tests import claims
from callstats.answers.core.answer import Answer
from callstats.answers.core.audience import CLIENT
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import ComparisonRefused, UsageError
from callstats.kpis import get, predicates
from callstats.kpis.define import KPI, Condition, Ratio, linear
from callstats.kpis.parts import CONTACTS_REACHED, PEERS, contacts
from callstats.show.digits import unknown
from callstats.show.words import mark
from callstats.stats import FEWEST_VALUES, Comparison, LifeTable

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset


#: Columns of the calls needed for reach by attempt.
_NEEDED = ("attempt_no", "live")
_REFUSED = predicates.DIALS.also("refusals", Condition("closed_reason", "==", "refusal"))
#: Not in the catalogue: a guardrail on the contacts reached.
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
#: Default guardrails, if the data have them.
USUAL = ("abandon_rate_outbound", "do_not_call_rate", REFUSALS, "average_handle_time")
GuardrailNames = Iterable[str | KPI] | Mapping[str, float]
#: Notes of a comparison, for translation.
_NOTED = (mark("agents add no variance: that of contacts is used"),)
#: Labels of the figures in money and hours.
_FIGURES = {
    "successes_per_hour": mark("Successes per hour on the line"),
    "value_per_contact": mark("Value per contact"),
    "cost_per_contact": mark("Cost per contact"),
    "profit_per_contact": mark("Profit per contact"),
    "profit_per_hour": mark("Profit per hour on the line"),
}


@dataclass(frozen=True)
class Reach(Answer):
    """Life tables of both arms over all dials of the data, whatever the horizon.

    Attributes
    ----------
    names : tuple of str
    tables : tuple of LifeTable or None
        Of control and treatment: share reached by attempt, had all been dialled that
        often. None if an arm was never dialled or attempts are unknown.
    ratio : Comparison or None
        Ratio of the probabilities of being reached at the same attempt (Mantel-Haenszel);
        None if an arm reached nobody, or the arms were loaded on different days.
    apart : bool
        The arms were loaded in different shares on different days, which this ratio
        does not allow for.
    """

    voice: Voice
    names: tuple[str, str]
    tables: tuple[LifeTable | None, LifeTable | None]
    ratio: Comparison | None
    note: str = ""
    apart: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return one row per arm and attempt: arm, attempt, at_risk, reached, hazard …, share reached."""
        import pandas as pd

        names = ["attempt", "at_risk", "reached", "hazard", "hazard_low", "hazard_high"]
        names += ["estimate", "low", "high"]
        parts = [
            pd.DataFrame({"arm": name, **{column: getattr(table, column) for column in names}})
            for name, table in zip(self.names, self.tables, strict=True)
            if table is not None
        ]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["arm", *names])


@dataclass(frozen=True)
class Guardrails(Answer):
    """The guardrails in both arms.

    Attributes
    ----------
    names : tuple of str
    lines : tuple of Line
        Each with its difference at the level of its claim: the interval excludes zero
        exactly when Holm's procedure over all of them finds a difference.
    margins : mapping of str to float
        Largest deterioration that does not matter, by name.
    confidence : float
        That no claim among all of them is false.
    broken : str
        Why the arms cannot be compared; empty if they can.
    apart : bool
        The arms were loaded in different shares on different days, which these figures,
        counted by call, do not allow for: none is judged.
    """

    voice: Voice
    names: tuple[str, str]
    lines: tuple[Line, ...]
    margins: Mapping[str, float]
    confidence: float
    notes: tuple[str, ...] = ()
    broken: str = ""
    apart: bool = False

    def to_frame(self) -> pd.DataFrame:
        """Return the lines, with the columns common to all parts of a test; p-values are unadjusted."""
        return lines_frame(self.lines)

    @property
    def harmed(self) -> tuple[Line, ...]:
        """The guardrails shown to be worse in the treatment."""
        if self.apart:
            return ()
        return tuple(line for line in self.lines if line.certain and _worse(line))


@dataclass(frozen=True)
class Money(Answer):
    """The arms in money.

    Attributes
    ----------
    names : tuple of str
    lines : tuple of Line
        Successes per hour on the line; value, cost and profit per contact loaded;
        profit per hour on the line: as far as the data allow.
    prices : Prices
    chance : float
        Probability that the treatment is the better choice; nan without money.
    loss : tuple of float
        Expected loss per contact if control, or treatment, is chosen and the other is
        better [money].
    lift : Comparison or None
        Relative lift of the profit per contact; None if meaningless.
    confidence : float
    broken : str
        Why the arms cannot be compared; empty if they can.
    """

    voice: Voice
    names: tuple[str, str]
    lines: tuple[Line, ...]
    prices: Prices
    chance: float
    loss: tuple[float, float]
    lift: Comparison | None
    confidence: float
    notes: tuple[str, ...] = ()
    broken: str = ""

    def line(self, name: str) -> Line | None:
        """Return a line by its name, None if it could not be computed."""
        return next((line for line in self.lines if line.name == name), None)

    @property
    def deciding(self) -> Line | None:
        """The figure that decides the choice: profit per contact, otherwise value per contact."""
        return _deciding(self.lines)

    def to_frame(self) -> pd.DataFrame:
        """Return the lines and the relative lift of the profit, in the common columns of a test."""
        import pandas as pd

        frame = lines_frame(self.lines)
        if self.lift is None:
            return frame
        profit = frame[frame["measure"] == "profit_per_contact"].assign(
            measure="profit_per_contact (relative)",
            unit="%",
            estimate=self.lift.estimate,
            low=self.lift.low,
            high=self.lift.high,
            p_value=self.lift.p_value,
            method=self.lift.method,
            note=self.lift.reason,
        )
        return pd.concat([frame, profit], ignore_index=True)


def _deciding(lines: Sequence[Line]) -> Line | None:
    known = {line.name: line for line in lines}
    return known.get("profit_per_contact") or known.get("value_per_contact")


def reach(
    trial: Trial, voice: Voice, names: tuple[str, str], confidence: float, loading: LoadingDays | None = None
) -> Reach:
    """Return the life tables of both arms.

    A contact with an invalid number, or closed before it was reached, can no longer
    be reached: a competing end. One that was simply not dialled further is censored.
    """
    _ = voice.say
    missing = [f"calls.{c}" for c in _NEEDED if c not in trial.columns]
    if missing:
        note = _("Reach by attempt: not computable, needs {columns}.", columns=", ".join(missing))
        return Reach(voice, names, (None, None), None, note)
    tables, ratio = reach_tables(trial, confidence)
    note = _(
        "Reach by attempt: too little data, fewer than {n} contacts dialled in a group.", n=FEWEST_AT_RISK
    )
    apart = loading is not None and (loading.refused or loading.differs)
    return Reach(voice, names, tables, None if apart else ratio, note, apart)


def compare_guardrails(
    dataset: Dataset,
    arms: AssignedArms,
    voice: Voice,
    names: tuple[str, str],
    asked: GuardrailNames | None,
    *,
    confidence: float,
    broken: str = "",
    apart: bool = False,
) -> Guardrails:
    """Compare what must not get worse, controlling the error over all claims.

    Parameters
    ----------
    dataset : Dataset
    arms : AssignedArms
    voice, names
        As in the other parts of a test.
    asked : names or KPIs, or mapping of name to margin, or None
        If None, the usual ones, as far as the data have them.
    confidence : float
        That no claim among all of them is false.
    broken : str
        Why the arms cannot be compared; empty if they can.
    apart : bool
        Whether the arms' shares differ between days of loading.

    References
    ----------
    1. Holm S (1979). A simple sequentially rejective multiple test procedure.
       Scandinavian Journal of Statistics 6:65-70.
    """
    from callstats.engine import obstacle

    kpis = [_kpi(name) for name in (USUAL if asked is None else asked)]
    given = dict(asked) if isinstance(asked, Mapping) else {}
    margins = {_kpi(str(name)).name: abs(margin) for name, margin in given.items() if margin}
    only: dict[str, Any] = {arms.column: list(arms.values)}
    narrow = dataset.where(**only)
    obstacles = {kpi.name: obstacle(narrow, kpi, [arms.column]) for kpi in kpis}
    # If nothing differs, the usual case, every claim is at this level.
    level = 1 - (1 - confidence) / max(sum(reason is None for reason in obstacles.values()), 1)
    rows: dict[str, ComparedArm] = {}
    notes = []
    for kpi in kpis:
        reason = obstacles[kpi.name]
        row = f"not computable: {reason}" if reason else _compared(narrow, kpi, arms, level)
        if isinstance(row, ComparedArm):
            rows[kpi.name] = row
        elif asked is not None:
            notes.append(voice.note(kpi, row))
    by_name = {kpi.name: kpi for kpi in kpis}
    held = _held(narrow, [by_name[name] for name in rows], rows, arms, 1 - confidence, level)
    lines = tuple(_line(by_name[name], row, held[name], voice) for name, row in rows.items())
    if apart and lines and not broken:
        notes.append(
            voice.say(
                "Safety figures: not judged, the groups were loaded in different shares on different days."
            )
        )
    return Guardrails(voice, names, lines, margins, confidence, tuple(notes), broken, apart)


def _kpi(asked: str | KPI) -> KPI:
    """Return a guardrail by its name; the catalogue lacks refusals per contact."""
    if isinstance(asked, KPI):
        return asked
    return REFUSALS if asked == REFUSALS.name else get(asked)


def _compared(dataset: Dataset, kpi: KPI, arms: AssignedArms, confidence: float) -> ComparedArm | str:
    """Compare the arms on one KPI, or give the reason why not."""
    try:
        comparison = compare(
            dataset, kpi, arms.column, arms.control, adjust="none", confidence=confidence, force=True
        )
    except (ComparisonRefused, UsageError) as error:
        return error.found
    row = comparison[arms.treatment]
    return row if row.compared else row.note or "not computable"


def _held(
    dataset: Dataset,
    kpis: Sequence[KPI],
    rows: Mapping[str, ComparedArm],
    arms: AssignedArms,
    alpha: float,
    level: float,
) -> dict[str, Comparison]:
    """Give every difference the level of its claim among all."""
    plain = {kpi.name: _as_test(rows[kpi.name], level) for kpi in kpis}
    _, levels = claims(list(plain.values()), "holm", alpha)
    for kpi, own in zip(kpis, levels, strict=True):
        again = None if abs(own - level) < 1e-12 else _compared(dataset, kpi, arms, own)
        if isinstance(again, ComparedArm):
            plain[kpi.name] = _as_test(again, own)
    return plain


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


def _line(kpi: KPI, row: ComparedArm, held: Comparison, voice: Voice) -> Line:
    note = voice.reason(row.note) if row.note else ""
    values = (row.control_value, row.value)
    return Line(kpi.name, kpi.unit, kpi.direction, *values, held, note, kpi.label[voice.language])


def _worse(line: Line) -> bool:
    assert line.difference is not None
    estimate = line.difference.estimate
    return estimate > 0 if line.direction == "down" else estimate < 0 if line.direction == "up" else False


def money(
    trial: Trial,
    voice: Voice,
    names: tuple[str, str],
    prices: Prices,
    *,
    confidence: float,
    tolerance: float,
    final: bool = True,
    planned: float = UNPLANNED,
    loading: LoadingDays | None = None,
    broken: str = "",
) -> Money:
    """Return what the arms are worth, from contacts whose horizon is over.

    Parameters
    ----------
    trial, voice, names
        As in the other parts of a test.
    prices : Prices
    confidence : float
    tolerance : float
        Largest share of conversations without talk time for hours to be counted.
    final : bool
        Whether the test is over; if not, the intervals allow for any number of looks.
    planned : float
        Contacts at which these are tightest.
    loading : LoadingDays, optional
        Whether the arms are compared within days of loading.
    broken : str
        Why the arms cannot be compared; empty if they can.
    """
    _ = voice.say
    people = FollowedContacts.of(trial, prices, loading)
    timed = trial.untimed <= tolerance and bool(people.seconds.sum() > 0)
    valued = "value" in trial.columns and bool(people.value.sum() > 0)
    priced = timed and not unknown(prices.hour)
    looks = None if final else anytime(*trial.sizes(trial.done), planned, confidence)
    level = confidence if looks is None else looks.confidence
    by_day = loading is not None and loading.adjusted
    hourly = per_hour(trial, people, level, by_day=by_day) if timed and people.enough else None
    figures = [] if hourly is None else [hourly]
    if people.enough:
        figures += per_contact(people, level, valued=valued, priced=priced)
    lines = tuple(
        replace(
            line,
            label=_(_FIGURES[line.name]),
            difference=_at_any_look(line.difference, looks),
            note=voice.reason(line.note) if line.note else "",
        )
        for line in figures
    )
    few = valued and people.enough and min(people.carriers(people.value)) < FEWEST_VALUES
    notes = []
    if not len(trial.done):
        notes.append(_("Money: too little data, no contact has been followed to the end of its days yet."))
    elif not valued:
        notes.append(_("Money: not computable, no success has a value (calls.value)."))
    elif not priced and voice.audience != CLIENT:
        notes.append(_("Profit: not computable, no cost of agent time (give cost_per_hour)."))
    if few:
        notes.append(
            _(
                "Value and profit: no interval and no chance, a group has fewer than {n} successes with a "
                "value.",
                n=voice.form.number(FEWEST_VALUES),
            )
        )
    if lines and not final:
        notes.append(_("The test is open: the intervals in money allow for any number of looks."))
    chance, loss = _choice(people, lines) if final else (NAN, (NAN, NAN))
    lift = _at_any_look(profit_lift(people, level) if valued and priced and people.enough else None, looks)
    return Money(voice, names, lines, prices, chance, loss, lift, confidence, tuple(notes), broken)


def _at_any_look(found: Comparison | None, looks: AtAnyLook | None) -> Comparison | None:
    return found if found is None or looks is None else looks.of(found)


def _choice(people: FollowedContacts, lines: Sequence[Line]) -> tuple[float, tuple[float, float]]:
    """Return the chance that the treatment is better in what decides, and the losses to expect."""
    deciding = _deciding(lines)
    if deciding is None:
        return NAN, (NAN, NAN)
    profit = deciding.name == "profit_per_contact"
    return choice(people, people.value - people.cost if profit else people.value)
