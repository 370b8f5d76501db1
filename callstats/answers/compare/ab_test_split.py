"""Whether the split was sound: contacts assigned as planned, comparable arms, and who was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test_horizon import Exclusions, Trial
from callstats.answers.compare.ab_test_loading import LoadingDays
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.stats import SampleRatio, sample_ratio

if TYPE_CHECKING:
    import pandas as pd


#: With fewer separate agents in each arm, nothing can be concluded about the lists.
FEWEST_AGENTS = 10
#: Agents are nested in arms if agents working both held less than this share of conversations.
SHARED = 0.5
#: A split is off if the deviation exceeds both chance (p) and this share.
OFF_P, OFF_SHARE = 0.001, 0.01
#: Attributes with more values than this count as names, not groups.
_MOST_LEVELS = 30
#: Standardised differences from this size on are worth mentioning.
OFF_BALANCE = 0.1


@dataclass(frozen=True, slots=True)
class Balance:
    """One attribute known before the test, in both arms.

    Attributes
    ----------
    name, level : str
        The attribute; for groups, the value that differs most, otherwise "".
    control, treatment : float
        Means, or shares of the level.
    difference : float
        In standard deviations; for a text attribute, the largest over its values.
    """

    name: str
    level: str
    control: float
    treatment: float
    difference: float

    @property
    def label(self) -> str:
        """The attribute, with its value if it is one of several."""
        return f"{self.name} ({self.level})" if self.level else self.name

    @property
    def off(self) -> bool:
        """Whether the arms differ by a tenth of a standard deviation or more."""
        return abs(self.difference) >= OFF_BALANCE


@dataclass(frozen=True, slots=True)
class Apart:
    """How differently the work on two arms is distributed over hours or agents.

    Attributes
    ----------
    share : float
        Share of one arm's work that would have to move to make the arms alike; nan if unknown.
    p_value : float
        Of equal distributions, by chi-square over calls.
    shared : float
        Share of the work done in hours (by agents) that both arms have.
    fewest : int
        Number of hours (agents) in the arm with fewest.
    """

    share: float = NAN
    p_value: float = NAN
    shared: float = NAN
    fewest: int = 0

    @property
    def off(self) -> bool:
        """Whether the arms differ by more than a tenth, and by more than chance."""
        return self.share > 0.1 and self.p_value < 0.001


@dataclass(frozen=True)
class Split(Answer):
    """The split of a test.

    Attributes
    ----------
    names : tuple of str
        Names of control and treatment.
    loaded, dialled : tuple of int
        Contacts of both arms.
    loaded_check : SampleRatio or None
        Test against the plan; None if there is no plan (the sizes of two bought lists).
    dialled_check : SampleRatio or None
        Test against the shares loaded.
    dials : tuple of float
        Dials per contact within the horizon, of both arms.
    depth : tuple of float
        The same for contacts not reached: a better list's contacts are finished sooner.
    hours, agents : Apart
        How differently the two arms were worked.
    balance : tuple of Balance
        Attributes known before the test.
    left_out : Exclusions
        Contacts that do not count.
    loading : LoadingDays
        How the contacts of both arms were spread over days of loading.
    whole : bool
        Whether contacts never dialled are known.
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
    left_out: Exclusions
    loading: LoadingDays
    whole: bool = True

    @property
    def off_plan(self) -> bool:
        """Whether the loaded contacts deviate from the planned split."""
        return self.loaded_check is not None and is_off(self.loaded_check)

    @property
    def nested(self) -> bool:
        """Whether most conversations were held by agents of one arm only."""
        return self.agents.shared < SHARED

    @property
    def too_few_agents(self) -> bool:
        """Whether each arm has its own agents, and too few to separate agents from arms."""
        return self.nested and self.agents.fewest < FEWEST_AGENTS

    @property
    def broken(self) -> str:
        """Why the arms cannot be compared, in words; empty if they can."""
        return self.telling.broken()

    def to_frame(self) -> pd.DataFrame:
        """Return check, control, treatment, difference, p_value: one row per check, including attributes."""
        import pandas as pd

        rows: list[tuple[Any, ...]] = [
            ("contacts loaded", *self.loaded, *_test(self.loaded_check)),
            ("contacts dialled", *self.dialled, *_test(self.dialled_check)),
            ("dials per contact", *self.dials, self.dials[1] - self.dials[0], None),
            ("loading days", None, None, self.loading.apart, self.loading.p_value),
            ("hours", None, None, self.hours.share, self.hours.p_value),
            ("agents", None, None, self.agents.share, self.agents.p_value),
            *((b.label, b.control, b.treatment, b.difference, None) for b in self.balance),
        ]
        return pd.DataFrame(rows, columns=["check", "control", "treatment", "difference", "p_value"])


def is_off(check: SampleRatio) -> bool:
    """Return whether a split is off by more than chance and by more than one point."""
    return check.p_value < OFF_P and check.departure >= OFF_SHARE


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
        Names of control and treatment.
    expected : two numbers, optional
        Planned shares of control and treatment. If omitted, lists have no plan
        (they were bought as they are) and other arms are assumed equal.

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
        LoadingDays.of(trial),
        trial.arms.table == "contacts",
    )


def _means(contacts: Any) -> tuple[float, float]:
    means = contacts.groupby("treated")["dials"].mean()
    return float(means.get(False, 0.0)), float(means.get(True, 0.0))


def balances(trial: Trial) -> tuple[Balance, ...]:
    """Return the balance of every known attribute, largest difference first.

    References
    ----------
    1. Austin PC (2009). Balance diagnostics for comparing the distribution of
       baseline covariates between treatment groups. Statistics in Medicine
       28:3083-3107.
    """
    treated = trial.contacts["treated"].to_numpy(dtype=bool)
    each = [
        _balance(name, trial.contacts[f"x_{name}"], kind, treated) for name, kind in trial.attributes.items()
    ]
    return tuple(sorted((b for b in each if b is not None), key=lambda b: -abs(b.difference)))


def _balance(name: str, values: Any, kind: str, treated: np.ndarray) -> Balance | None:
    known = values.notna().to_numpy(dtype=bool)
    if not (known & treated).any() or not (known & ~treated).any():
        return None
    if kind == "text":
        return _levels(name, values[known].astype(str), treated[known])
    number = values[known].to_numpy(dtype=float)
    if number.min() == number.max():
        return None
    return _standardised(name, "", number[~treated[known]], number[treated[known]])


def _standardised(name: str, level: str, control: np.ndarray, treatment: np.ndarray) -> Balance:
    a, b = float(control.mean()), float(treatment.mean())
    spread = math.sqrt((float(control.var()) + float(treatment.var())) / 2)
    return Balance(name, level, a, b, (b - a) / spread if spread else (0.0 if a == b else math.inf))


def _levels(name: str, values: Any, treated: np.ndarray) -> Balance | None:
    levels = sorted(values.unique())
    if not 2 <= len(levels) <= _MOST_LEVELS:
        return None
    text = values.to_numpy()
    each = [_standardised(name, lv, text[~treated] == lv, text[treated] == lv) for lv in levels]
    return max(each, key=lambda balance: abs(balance.difference))


def hours_apart(trial: Trial) -> Apart:
    """Compare the hours at which the two arms were dialled."""
    hour = nw.col("local_started_at").dt.hour()
    return _apart(trial.calls.filter(nw.col("inside")).with_columns(key=hour))


def agents_apart(trial: Trial) -> Apart:
    """Compare the agents who held the conversations of the two arms."""
    if not {"agent_id", "handled"} <= trial.columns:
        return Apart()
    return _apart(
        trial.calls.filter(nw.col("inside"), nw.col("handled")).with_columns(key=nw.col("agent_id"))
    )


def _apart(calls: nw.LazyFrame) -> Apart:
    places = (
        calls.filter(~nw.col("key").is_null())
        .group_by("key")
        .agg(nw.len().alias("calls"), treatment=nw.col("treated").sum())
        .collect("pandas")
        .to_native()
    )
    treatment = places["treatment"].to_numpy(dtype=float)
    control = places["calls"].to_numpy(dtype=float) - treatment
    return apart(control, treatment)


def apart(control: np.ndarray, treatment: np.ndarray) -> Apart:
    """Compare two distributions of work over the same categories.

    Parameters
    ----------
    control, treatment : ndarray of shape (places,)
        Calls in each category.

    Examples
    --------
    >>> work = apart(np.array([50.0, 50.0]), np.array([80.0, 20.0]))
    >>> round(work.share, 2), work.shared, work.fewest
    (0.3, 1.0, 2)
    """
    from scipy.stats import chi2_contingency

    if not control.sum() or not treatment.sum():
        return Apart()
    share = float(np.abs(control / control.sum() - treatment / treatment.sum()).sum() / 2)
    both = (control > 0) & (treatment > 0)
    shared = float((control + treatment)[both].sum() / (control + treatment).sum())
    fewest = int(min((control > 0).sum(), (treatment > 0).sum()))
    table = np.array([control, treatment])
    p_value = float(chi2_contingency(table).pvalue) if table.shape[1] > 1 else 1.0  # type: ignore[union-attr]
    return Apart(share, p_value, shared, fewest)
