"""The building blocks of catalogue entries: sources, labels, shared sums."""

from __future__ import annotations

from callstats.kpis import predicates as rows
from callstats.kpis.define import Count, Distinct, Linear, Predicate, Ratio, Sum, known, linear

# Where definitions come from
PROSPECTING = "French trade text on indicators of telephone prospecting"
PROFITABILITY = "French trade text on the profitability of outbound calling (succès/h, profit/h, ROI)"
RUSSIAN = "Russian trade text on call-centre indicators"
QUALITY = "French trade text on measuring quality in inbound call centres"
CONTACT_CENTRE = "French trade text on contact-centre metrics and service agreements"
PEERS = "usual among call-centre tools"


def sources(*texts: str) -> str:
    """Join several sources into one sentence."""
    return "; ".join(texts)


def named(en: str, fr: str, ru: str) -> dict[str, str]:
    """Return the standard term in the three languages."""
    return {"en": en, "fr": fr, "ru": ru}


def contacts(where: Predicate, label: str) -> Distinct:
    """Return the number of distinct contacts among the rows of a predicate."""
    return Distinct(("contact_id",), where, label)


def contact_share(part: Predicate, part_label: str, of: Predicate, of_label: str) -> Ratio:
    """Return the share of the contacts of ``of`` that have a row which is also ``part``.

    The counterpart of :func:`~callstats.kpis.define.Share` for contacts: both
    conditions must hold on the same row, so the part can never exceed the whole,
    however the result is grouped.
    """
    extra = tuple(c for c in part.conditions if c not in of.conditions)
    asked = tuple(dict.fromkeys(c.column for c in extra))
    whole = contacts(of.also(of.label, *known(*asked)), of_label)
    return Ratio(
        linear(contacts(of.also(part.label, *extra), part_label)),
        linear(whole),
        proportion=True,
        unknown=contacts(of, of_label) - whole,
    )


def share_of_loaded(part: Distinct, unknown: Linear | None = None) -> Ratio:
    """Return a count of contacts as a share of the contacts loaded."""
    return Ratio(linear(part), linear(CONTACTS_LOADED), proportion=True, unknown=unknown)


def hours(where: Predicate, label: str) -> Linear:
    """Return agent time in hours."""
    return linear((1 / 3600) * Sum("seconds", where), label)


def time_share(part: Predicate, of: Predicate) -> Ratio:
    """Return the share of agent time spent in some states."""
    return Ratio(linear(hours(part, part.label)), linear(hours(of, of.label)), proportion=True)


# Contacts
CONTACTS_LOADED = contacts(rows.LOADED, "contacts loaded")
CONTACTS_ATTEMPTED = contacts(rows.DIALS, "contacts attempted")
CONTACTS_REACHED = contacts(rows.LIVE, "contacts reached")
CONTACTS_ARGUED = contacts(rows.ARGUED, "contacts who heard the offer")
CONTACTS_CLOSED = contacts(rows.CLOSED, "contacts closed")
CONTACTS_WON = contacts(rows.SUCCESSES, "contacts won")
CONTACTS_INVALID = contacts(rows.INVALID, "contacts with an invalid number")

# Hours
LOGIN_HOURS = hours(rows.LOGIN, "login hours")
TALK_HOURS = hours(rows.TALKING, "talk hours")
AVAILABLE_HOURS = hours(rows.AVAILABLE, "available hours")
PAID_HOURS = hours(rows.PAID, "paid hours")
SHIFTS = Distinct(("agent_id", "shift"), rows.LOGIN, "agent shifts")
AGENT_WEEKS = Distinct(("agent_id", "week"), rows.LOGIN, "agent weeks")

# Money
REVENUE = linear(Sum("value", rows.SUCCESSES), "value of successes")
COST = linear(Sum("amount", rows.COSTS), "cost")
DIALLING_COST = linear(Sum("amount", rows.DIALLING_COSTS), "cost of dialling")
ACQUISITION_COST = linear(
    Sum("amount", rows.ACQUISITION_COSTS), "labour, advertising and technical cost of dialling"
)
PROFIT = linear(REVENUE - COST, "profit")

# Counts that several files use
DIALS = linear(Count(rows.DIALS))
HANDLED = linear(Count(rows.HANDLED))
SUCCESSES = linear(Count(rows.SUCCESSES))
