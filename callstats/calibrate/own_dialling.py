"""What one's own dialling is like: how far its days differ, hang together, and how skewed its money is.

From that, samples are drawn of the same kind, with nothing true to find, in several sizes:
they show which figures can be trusted, and from how many contacts on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np

from callstats.calibrate.day_situations import HOLDS_OVER_TIME, LISTS_APART, Nature, lists, months
from callstats.calibrate.situation import Situation
from callstats.dataset import Dataset
from callstats.engine import moments
from callstats.engine.day_sums import day_sums
from callstats.kpis import get
from callstats.kpis.define import KPI, Ratio
from callstats.moments import DaySums, Moments
from callstats.stats import ratio_interval
from callstats.stats.daily_series import DayDependence, day_dependence
from callstats.stats.day_clusters import day_variance
from callstats.stats.skewed_means import FEWEST_VALUES

#: Contacts of each arm in samples like one's own.
SIZES = (500, 2000, 8000)
#: With fewer days, nothing is said of how they differ.
LEAST_DAYS = 5
NAN = float("nan")


@dataclass(frozen=True)
class Dialling:
    """What one's own dialling is like, on one KPI.

    Attributes
    ----------
    kpi : str
    value : float
        The KPI, without its scale.
    contacts : int
        Independent units.
    rows : float
        Its denominator by unit: dials by contact.
    days : int
        Days worked.
    unit_sd : float
        Spread of contacts, on the logit for shares; nan where it is not told.
    day_sd : float
        Spread of days beyond chance, on the logit for shares and the logarithm for others.
    dependence : DayDependence
        How far neighbouring days resemble each other.
    sales : int
        Contacts with a value; 0 where values are not known.
    skewness : float
        Of the revenue of a contact; nan without sales.
    """

    kpi: str
    value: float
    contacts: int
    rows: float
    days: int
    unit_sd: float
    day_sd: float
    dependence: DayDependence
    sales: int = 0
    skewness: float = NAN

    @property
    def sentences(self) -> tuple[str, ...]:
        """Say what was found, and what it asks for."""
        said = [
            f"{self.kpi} is {self.value:.3g}: {self.contacts:,} units with {self.rows:.1f} rows each, "
            f"on {self.days} days."
        ]
        if not math.isnan(self.day_sd):
            said.append(
                f"Days differ with a standard deviation of {self.day_sd:.2f} beyond chance, and neighbouring "
                f"days are correlated by {self.dependence.correlation:.1f} (± "
                f"{self.dependence.standard_error:.1f}): {self.days} days are worth "
                f"{self.dependence.effective_days:.0f} independent ones."
            )
        else:
            said.append(f"Fewer than {LEAST_DAYS} days say nothing of how days differ.")
        if self.sales:
            enough = "enough" if self.sales >= FEWEST_VALUES else f"fewer than the {FEWEST_VALUES} needed"
            said.append(
                f"{self.sales:,} contacts have brought money ({enough} for an interval); "
                f"the revenue of a contact has a skewness of {self.skewness:.0f}."
            )
        return tuple(said)


def dialling_of(data: Dataset, kpi: KPI) -> Dialling | None:
    """Return what one's own dialling is like on a ratio; None without rows or days.

    Examples
    --------
    >>> import callstats as cs
    >>> spring = cs.open("data/demo").where(campaign_id="spring", period="2026-09")
    >>> from callstats.kpis import get
    >>> found = dialling_of(spring, get("answer_rate"))
    >>> found.days, 0 < found.day_sd < 0.5
    (22, True)
    """
    sums = moments(data, [kpi])
    own = sums.get((), {}).get(kpi.name)
    days = day_sums(data, [kpi], (), sums).get((), {}).get(kpi.name)
    if own is None or days is None or not own.sums.get("denominator"):
        return None
    value = own.sums["numerator"] / own.sums["denominator"]
    share = isinstance(kpi.formula, Ratio) and kpi.formula.proportion and 0 < value < 1
    slope = value * (1 - value) if share else abs(value)
    series = days.sums["numerator"] - value * days.sums["denominator"]
    sales, skewness = _money(data)
    return Dialling(
        kpi.name,
        value,
        own.n,
        own.sums["denominator"] / max(own.n, 1),
        len(days),
        _unit_sd(own, slope) if share else NAN,
        _day_sd(days, value, slope),
        day_dependence(series),
        sales,
        skewness,
    )


def _day_sd(days: DaySums, value: float, slope: float) -> float:
    """Return the spread of days beyond chance: the variance they add, times their effective number."""
    if len(days) < LEAST_DAYS or not slope:
        return NAN
    found = day_variance([days], [value])
    chance = 0.0 if np.isnan(found.chance[0, 0]) else found.chance[0, 0]
    return math.sqrt(max(found.between[0, 0] - chance, 0.0) * found.effective[0]) / slope


def _unit_sd(own: Moments, slope: float) -> float:
    """Return the spread of contacts on the logit from the design effect: 1 + (rows - 1) correlation."""
    effect = ratio_interval(own, proportion=True).design_effect
    rows = own.products["denominator", "denominator"] / own.sums["denominator"]
    if not effect > 1 or not rows > 1:
        return 0.0
    return math.sqrt(min((effect - 1) / (rows - 1), 1.0) / slope)


def _money(data: Dataset) -> tuple[int, float]:
    """Return how many contacts brought money, and the skewness of a contact's revenue."""
    from callstats.engine import obstacle

    revenue = get("revenue")
    if obstacle(data, revenue) is not None:
        return 0, NAN
    own = moments(data, [revenue]).get((), {}).get("revenue")
    if own is None or not own.n or not own.sums["numerator"] > 0:
        return 0, NAN
    n, mean = own.n, own.sums["numerator"] / own.n
    squares = own.products["numerator", "numerator"] / n
    cubes = own.cubes["numerator", "numerator", "numerator"] / n
    variance = squares - mean**2
    third = cubes - 3 * mean * squares + 2 * mean**3
    won = moments(data, [get("contacts_won")]).get((), {}).get("contacts_won")
    sales = int(won.sums["numerator"]) if won is not None else 0
    return sales, third / variance**1.5 if variance > 0 else NAN


def situations_like(found: Dialling) -> tuple[Situation, ...]:
    """Return samples of dialling like one's own, in several sizes, with nothing true to find.

    Empty for a KPI that is no share, or where nothing is known of days.
    """
    if math.isnan(found.unit_sd) or math.isnan(found.day_sd):
        return ()
    nature = Nature(math.log(found.value / (1 - found.value)), found.unit_sd)
    dialled, days = max(round(found.rows), 1), max(found.days, LEAST_DAYS)
    correlation = max(found.dependence.correlation, 0.0)
    like = f"{dialled} rows a contact, days differ by {found.day_sd:.2f}, correlated by {correlation:.1f}"
    made: list[Situation] = []
    for size in SIZES:
        options = {"sd": found.day_sd, "contacts": size, "dialled": dialled, "nature": nature}
        made += [
            Situation(
                f"like yours: two periods of {days} days, {size:,} contacts",
                f"Has {found.kpi} changed?",
                like,
                partial(months, **options, days=days, correlation=correlation),
                HOLDS_OVER_TIME,
            ),
            Situation(
                f"like yours: two lists on days of their own, {size:,} contacts",
                f"Does {found.kpi} differ?",
                like,
                partial(lists, **options, days=2 * (days // 2), apart=True),
                LISTS_APART,
            ),
        ]
    return tuple(made)
