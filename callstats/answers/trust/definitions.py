"""One term under all its usual definitions, on the user's own data.

The definitions are those of the catalogue; a few that do not belong in reports (a
dialer's own) are defined here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import Estimate, estimates
from callstats.answers.core.scope import scope
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError, near_names, spoken
from callstats.kpis import get, predicates
from callstats.kpis.define import KPI, Condition, Count, Ratio, linear
from callstats.kpis.parts import (
    CONTACTS_ATTEMPTED,
    CONTACTS_REACHED,
    COST,
    DIALS,
    REVENUE,
    SUCCESSES,
    named,
    share_of_loaded,
)
from callstats.show.words import mark

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period

#: Who uses a definition.
_PEERS = mark("usual among call-centre tools")
_FRENCH = mark("the French trade")
_RUSSIAN = mark("the Russian trade")
_VICIDIAL = mark("VICIdial's own report")


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition: a KPI's name or a KPI, and who uses it."""

    kpi: str | KPI
    users: str

    def resolved(self) -> KPI:
        """Return the KPI."""
        return get(self.kpi) if isinstance(self.kpi, str) else self.kpi


@dataclass(frozen=True, slots=True)
class Family:
    """A term, its synonyms, and its definitions; callstats reports the first."""

    name: str
    label: str
    definitions: tuple[Definition, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definitions(Answer):
    """A term's definitions on one data set.

    Attributes
    ----------
    family : Family
    values : tuple of Estimate
        In the order of the family's definitions.
    """

    voice: Voice
    period: str
    family: Family
    values: tuple[Estimate, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per definition: kpi, value, low, high, both sums, formula, users, note."""
        import pandas as pd

        rows = [
            (
                e.kpi.name,
                e.value,
                e.low,
                e.high,
                e.numerator,
                e.denominator,
                str(e.kpi.formula),
                d.users,
                e.note,
            )
            for e, d in zip(self.values, self.family.definitions, strict=True)
        ]
        names = ["kpi", "value", "low", "high", "numerator", "denominator", "formula", "users", "note"]
        return pd.DataFrame(rows, columns=names)

    @property
    def confidence(self) -> float:
        """Of the intervals."""
        return self.values[0].confidence

    @property
    def comparable(self) -> tuple[Estimate, ...]:
        """The known values in the unit of the first one, smallest first."""
        known = [e for e in self.values if e.known]
        same = [e for e in known if e.kpi.unit == known[0].kpi.unit]
        return tuple(sorted(same, key=lambda e: e.value))

    @property
    def spread(self) -> float:
        """The largest value divided by the smallest; nan for fewer than two, or none above 0."""
        values = self.comparable
        if len(values) < 2 or not values[0].value > 0:
            return float("nan")
        return values[-1].value / values[0].value


def definitions(dataset: Dataset, kpi: str, period: str | Period | None = None) -> Definitions:
    """Return one term under all its usual definitions.

    Parameters
    ----------
    dataset : Dataset
    kpi : str
        An industry term (``conversion_rate``, ``successes_per_hour``, ``abandonment``,
        ``FCR``) or one of the KPIs it may mean.
    period : str or Period, optional

    Returns
    -------
    Definitions
        A definition the data do not allow has a note saying which column is missing.

    Raises
    ------
    UsageError
        The term is unknown (the message lists near ones), or the period contains no call.

    Examples
    --------
    >>> import pandas as pd
    >>> from callstats.dataset import Dataset
    >>> calls = pd.DataFrame({
    ...     "call_id": list("1234"), "contact_id": list("aabc"), "direction": "outbound",
    ...     "live": [False, True, True, True], "handled": [False, True, True, False],
    ...     "success": [False, True, False, False],
    ... })
    >>> rates = definitions(Dataset({"calls": calls}), "conversion_rate")
    >>> rates.to_frame()[["kpi", "value"]].dropna().round(3).values.tolist()
    [['conversion_per_conversation', 0.5], ['conversion_per_dial', 0.25], ['conversion_per_contact', 0.333]]
    >>> rates.spread
    2.0
    """
    family = find(kpi)
    about = scope(dataset, period)
    asked = [definition.resolved() for definition in family.definitions]
    by_name = estimates(about.now, asked)
    return Definitions(about.voice, about.label, family, tuple(by_name[kpi.name] for kpi in asked))


def find(name: str) -> Family:
    """Return the family a term belongs to, by its name, a synonym, or one of its KPIs.

    Raises
    ------
    UsageError
        No family has that name, with near ones; the message says so if the term is a
        KPI that everybody defines the same way.

    Examples
    --------
    >>> find("SPH").name, find("conversion_per_lead").name
    ('successes_per_hour', 'conversion_rate')
    """
    known = families()
    asked = spoken(name)
    by_word = {spoken(word): f for f in known for word in (f.name, f.label, *f.aliases)}
    if asked in by_word:
        return by_word[asked]
    by_kpi: dict[str, Family] = {}
    for family in known:
        for definition in family.definitions:
            by_kpi.setdefault(definition.resolved().name, family)
    if name in by_kpi:
        return by_kpi[name]
    try:
        kpi = get(name)
    except UsageError as error:
        near = near_names(name, (f.name for f in known)) or error.near
        hint = None if near else "There are " + ", ".join(f.name for f in known) + "."
        raise UsageError(f"unknown KPI {name!r}", near=near, hint=hint) from error
    if kpi.name in by_kpi:
        return by_kpi[kpi.name]
    return Family(kpi.name, kpi.label["en"], (Definition(kpi, kpi.source),))


def families() -> tuple[Family, ...]:
    """Return every term that has several definitions."""
    return (*_rates(), *_services(), *_amounts())


def _rates() -> Iterator[Family]:
    yield Family("conversion_rate", mark("Conversion rate"), _define(
        ("conversion_per_conversation", _FRENCH), ("conversion_per_dial", _RUSSIAN),
        ("conversion_per_contact", _PEERS), ("conversion_per_lead", mark("list owners")),
        ("success_rate_closed", _FRENCH), ("success_rate_argued", _FRENCH),
    ), ("conversion", "success rate", "taux de succès", "taux de conversion"))  # fmt: skip
    yield Family("successes_per_hour", mark("Successes per hour"), _define(
        ("successes_per_login_hour", _FRENCH), ("successes_per_talk_hour", mark("quality teams")),
        ("successes_per_available_hour", _PEERS), ("successes_per_paid_hour", mark("payroll and finance")),
    ), ("sales per hour", "SPH", "succès/h"))  # fmt: skip
    yield Family("answer_rate", mark("Answer rate"), _define(
        ("answer_rate", _FRENCH), ("connect_rate", mark("telephony, as ASR")), ("contact_rate_dial", _PEERS),
        (_vicidial_contact_rate(), _VICIDIAL), ("reach_rate", mark("list owners")),
    ), ("contact rate", "connect rate", "taux de contact", "ASR"))  # fmt: skip
    yield Family("penetration", mark("List penetration"), _define(
        ("list_penetration", _PEERS), (_reached_per_lead(), mark("tools that mean contacts reached")),
        ("list_exhaustion", _FRENCH), ("list_completion", mark("service agreements")),
    ), ("list completion", "pénétration"))  # fmt: skip
    yield Family("calls_per_agent", mark("Calls per agent"), _define(
        ("calls_per_agent_hour", _FRENCH), ("handled_per_agent_hour", _PEERS),
        ("calls_per_agent_shift", _RUSSIAN), ("handled_per_agent_shift", _RUSSIAN),
        ("calls_per_agent_week", _RUSSIAN),
    ), ("appels par agent",))  # fmt: skip
    yield Family("touches", mark("Touches per conversion"), _define(
        ("touches_per_contact_won", _FRENCH), ("dials_per_success", mark("budgets: also dials in vain")),
    ), ("touches per conversion", "dials per success", "eight touches"))  # fmt: skip


def _services() -> Iterator[Family]:
    yield Family("service_level", mark("Service level"), _define(
        ("service_level", mark("the strictest, used here")), ("service_level_positive", _PEERS),
        ("service_level_exclude_all", _PEERS), ("service_level_ignore_within", _PEERS),
        ("service_level_short", _PEERS),
    ), ("SL", "SLA", "niveau de service"))  # fmt: skip
    yield Family("abandonment", mark("Abandonment rate"), _define(
        ("abandon_rate_outbound", "16 CFR 310.4(b)(4)"), ("drop_rate", _VICIDIAL),
        ("abandon_rate_uk_machine", "Ofcom"), ("abandon_rate_inbound", mark("inbound queues")),
    ), ("abandon rate", "abandon_rate", "taux d’abandon"))  # fmt: skip
    yield Family("first_call_resolution", mark("First-call resolution"), _define(
        ("first_call_resolution", mark("service desks")), ("first_call_close", _RUSSIAN),
        (_vicidial_first_call(), _VICIDIAL),
    ), ("FCR", "first call"))  # fmt: skip
    yield Family("handle_time", mark("Handle time"), _define(
        ("average_handle_time", _PEERS), ("median_handle_time", mark("analysts")),
        ("p90_handle_time", mark("planners")), ("average_talk_time", mark("dialers that count no wrap-up")),
    ), ("AHT", "DMT", "average handle time"))  # fmt: skip
    yield Family("occupancy", mark("Occupancy"), _define(
        ("occupancy", _RUSSIAN), ("utilisation", _PEERS), ("talk_share", mark("dialers, of login time")),
    ), ("taux d’occupation",))  # fmt: skip


def _amounts() -> Iterator[Family]:
    yield Family("cost_per_acquisition", mark("Cost per acquisition"), _define(
        ("cost_per_acquisition", _FRENCH), (_cost_per_success(), mark("finance, the list included")),
    ), ("CPA", "cost per success"))  # fmt: skip
    yield Family("roi", mark("Return on investment"), _define(
        ("roi", _FRENCH), (_roas(), mark("advertising, as ROAS")),
    ), ("ROAS", "return"))  # fmt: skip
    yield Family("cost_per_call", mark("Cost per call"), _define(
        ("cost_per_call", _RUSSIAN), ("cost_per_contact", _PEERS), ("cost_per_lead", mark("marketing")),
    ), ("cost per contact", "cost per lead"))  # fmt: skip


def _own(name: str, label: dict[str, str], formula: Ratio, like: str) -> KPI:
    """Return another tool's KPI, with unit and independence from one of the catalogue."""
    base = get(like)
    return KPI(
        name,
        label,
        base.question,
        formula,
        base.unit,
        base.direction,
        base.domain,
        base.independence,
        "VICIdial",
    )


def _vicidial_first_call() -> KPI:
    return KPI(
        name="vicidial_first_call_resolution",
        label=named("Calls per lead (VICIdial)", "Appels par fiche (VICIdial)", "Звонков на лид (VICIdial)"),
        question="What does VICIdial's report of the same name divide?",
        formula=Ratio(DIALS, linear(CONTACTS_ATTEMPTED)),
        unit="n",
        direction="neutral",
        domain="service",
        independence="contact",
        source="VICIdial",
    )


def _vicidial_contact_rate() -> KPI:
    no_sale = Condition("outcome_code", "!=", "SALE")
    less_sales = linear(Count(predicates.LIVE.also("live calls without the status SALE", no_sale)))
    label = named(
        "Contact ratio without SALE (VICIdial)",
        "Taux de contact sans SALE (VICIdial)",
        "Контакты без SALE (VICIdial)",
    )
    return _own(
        "vicidial_contact_ratio", label, Ratio(less_sales, DIALS, proportion=True), "contact_rate_dial"
    )


def _reached_per_lead() -> KPI:
    label = named("Contacts reached per lead", "Contacts joints par fiche", "Достигнутые на лид")
    return _own("contacts_reached_per_lead", label, share_of_loaded(CONTACTS_REACHED), "list_penetration")


def _cost_per_success() -> KPI:
    label = named("All costs per success", "Tous les coûts par succès", "Все расходы на успех")
    return _own("all_costs_per_success", label, Ratio(COST, SUCCESSES), "cost_per_acquisition")


def _roas() -> KPI:
    label = named("Revenue / cost (ROAS)", "Chiffre d’affaires / coût (ROAS)", "Выручка / расходы (ROAS)")
    return _own("roas", label, Ratio(REVENUE, COST), "roi")


def _define(*pairs: tuple[str | KPI, str]) -> tuple[Definition, ...]:
    return tuple(Definition(kpi, users) for kpi, users in pairs)
