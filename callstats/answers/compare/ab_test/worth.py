"""The numbers behind the money of a test: what each contact brought and cost, hours, chance and loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.compare.ab_test.lines import Line
from callstats.answers.compare.ab_test.prices import Prices
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.show.digits import unknown
from callstats.stats import Comparison, arm_moments, ratio_difference


@dataclass(frozen=True)
class Contacts:
    """Contacts whose horizon is over, as arrays; money in the currency."""

    treated: Any
    value: Any
    seconds: Any
    cost: Any

    @classmethod
    def of(cls, trial: Trial, found: Prices) -> Contacts:
        """Return the contacts of a trial with what each of them cost."""
        done = trial.done
        treated, value, seconds = (done[c].to_numpy() for c in ("treated", "value", "seconds"))
        paid = 0.0 if unknown(found.hour) else found.hour * seconds / 3600
        cost = paid + found.dial * done["dials"].to_numpy(dtype=float) + _bought(trial, found)
        return cls(
            treated.astype(bool), value.astype(float), seconds.astype(float), np.asarray(cost, dtype=float)
        )

    @property
    def enough(self) -> bool:
        """Whether each arm has two contacts at least."""
        return min(int(self.treated.sum()), int((~self.treated).sum())) > 1

    def mean_difference(self, top: Any, below: Any, confidence: float, **options: Any) -> Comparison:
        """Return the difference of the arms' ratios of two columns, contacts independent."""
        arms = [
            Moments.of({"numerator": top[mine], "denominator": below[mine]})
            for mine in (self.treated, ~self.treated)
        ]
        return ratio_difference(arms[0], arms[1], confidence=confidence, **options)

    def both(self, top: Any, below: Any) -> tuple[float, float]:
        """Return the ratio of two columns in control and treatment."""
        found = []
        for mine in (~self.treated, self.treated):
            total = float(below[mine].sum())
            found.append(float(top[mine].sum()) / total if total else NAN)
        return found[0], found[1]


def _bought(trial: Trial, found: Prices) -> Any:
    """Return the price of each contact's list."""
    done = trial.done
    if not found.contact:
        return 0.0
    if "list_id" in done:
        return done["list_id"].map(dict(found.contact)).astype("float64").fillna(0.0).to_numpy()
    if trial.arms.column != "list_id":
        return 0.0
    control, treatment = (found.contact.get(value, 0.0) for value in trial.arms.values)
    return np.where(done["treated"].to_numpy(dtype=bool), treatment, control)


def per_contact(
    people: Contacts, voice: Voice, confidence: float, *, valued: bool, priced: bool
) -> list[Line]:
    """Return value, cost and profit a contact, and profit an hour, as far as they are known."""
    one = np.ones(len(people.value))
    _ = voice.say
    labels = {
        "value_per_contact": _("Value per contact"),
        "cost_per_contact": _("Cost per contact"),
        "profit_per_contact": _("Profit per contact"),
        "profit_per_hour": _("Profit per hour on the line"),
    }
    asked: list[tuple[str, str, str, Any, Any]] = []
    if valued:
        asked.append(("value_per_contact", "money", "up", people.value, one))
    if priced:
        asked.append(("cost_per_contact", "money", "down", people.cost, one))
    if valued and priced:
        profit = people.value - people.cost
        asked.append(("profit_per_contact", "money", "up", profit, one))
        asked.append(("profit_per_hour", "money/h", "up", profit * 3600, people.seconds))
    lines = []
    for name, unit, direction, top, below in asked:
        control, treatment = people.both(top, below)
        if unknown(control) or unknown(treatment):
            continue
        compared = people.mean_difference(top, below, confidence)
        lines.append(Line(name, labels[name], unit, direction, control, treatment, compared, compared.reason))
    return lines


def profit_lift(people: Contacts, confidence: float) -> Comparison | None:
    """Return the relative lift of the profit a contact; None over a control that earns nothing."""
    try:
        return people.mean_difference(
            people.value - people.cost, np.ones(len(people.value)), confidence, relative=True
        )
    except UsageError:
        return None


def per_hour(trial: Trial, voice: Voice, confidence: float) -> Line | None:
    """Return the successes per hour on the line, agents' days being the clusters."""
    if "agent_id" not in trial.columns:
        return None
    seconds = nw.lit(0.0)
    for column in ("talk_s", "hold_s", "wrap_s"):
        if column in trial.columns:
            seconds = seconds + nw.col(column).cast(nw.Float64).fill_null(0.0)
    counted = trial.calls.filter(nw.col("inside"), nw.col("complete"), ~nw.col("agent_id").is_null())
    day = nw.col("local_started_at").dt.to_string("%Y%m%d").str.slice(0, 8)
    rows = (
        counted.with_columns(day=day, seconds=seconds, won=nw.when(nw.col("success")).then(1).otherwise(0))
        .group_by("treated", "agent_id", "day")
        .agg(nw.col("won").sum(), nw.col("seconds").sum())
        .collect("pandas")
        .to_native()
    )
    treated: Any = rows["treated"].to_numpy(dtype=int) == 1
    won: Any = rows["won"].to_numpy(dtype=float)
    hours: Any = rows["seconds"].to_numpy(dtype=float) / 3600
    if not (hours[treated].sum() > 0 and hours[~treated].sum() > 0):
        return None
    units: Any = (rows["agent_id"].astype(str) + "\n" + rows["day"].astype(str)).to_numpy(dtype=str)
    arms = [Moments.of({"numerator": won[m], "denominator": hours[m]}) for m in (treated, ~treated)]
    compared = ratio_difference(
        arms[0], arms[1], contacts=arm_moments(won, hours, treated, units), confidence=confidence
    )
    control, treatment = (float(won[m].sum() / hours[m].sum()) for m in (~treated, treated))
    _ = voice.say
    label = _("Successes per hour on the line")
    return Line("successes_per_hour", label, "1/h", "up", control, treatment, compared, compared.reason)


def choice(c: Comparison | None) -> tuple[float, tuple[float, float]]:
    """Return the chance that the treatment is better, and the expected loss of choosing either.

    Normal posterior of the difference under a flat prior.
    """
    from scipy.special import ndtr

    if c is None or unknown(c.standard_error) or not c.standard_error > 0:
        return NAN, (NAN, NAN)
    z = c.estimate / c.standard_error
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    # E max(0, d) and E max(0, -d) of a normal difference d.
    missed = c.standard_error * (density + z * float(ndtr(z)))
    wrong = c.standard_error * (density - z * float(ndtr(-z)))
    return float(ndtr(z)), (missed, wrong)
