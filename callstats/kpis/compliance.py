"""Compliance: what dialling rules look at. Figures for those rules, not legal advice."""

from __future__ import annotations

from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Count, Linear, Ratio, Share, known, linear
from callstats.kpis.parts import PEERS, PROSPECTING, RUSSIAN, contact_share, named, sources

_ABANDONED = Count(rows.ABANDONED)
_HANDLED = Count(rows.HANDLED)


_JUDGED = Count(rows.DIALS.also("dials whose end is known", *known("abandoned", "handled")))


def _abandonment(whole: Linear) -> Ratio:
    return Ratio(linear(_ABANDONED), whole, proportion=True, unknown=Count(rows.DIALS) - _JUDGED)


KPIS = (
    KPI(
        name="abandon_rate_outbound",
        label=named(
            "Abandonment rate, outbound", "Taux d’abandon en appels sortants", "Доля потерянных исходящих"
        ),
        question="Of the people who answered, what share was given no agent in time?",
        formula=_abandonment(_ABANDONED + _HANDLED),
        unit="%",
        direction="down",
        domain="compliance",
        independence="contact",
        source=sources(PROSPECTING, RUSSIAN, "16 CFR 310.4(b)(4)"),
        caution="The figure of the US rule (at most 3% per campaign over its length or each successive 30 days), which is a census: compare it as it stands, without an interval. Also the UK figure without machine detection. Not drop_rate.",
        aliases=(
            "abandonment rate, outbound",
            "taux d’abandon sortant",
            "abandoned call rate",
            "коэффициент отказа",
        ),
    ),
    KPI(
        name="abandon_rate_uk_machine",
        label=named(
            "Abandonment rate, UK, with machine detection",
            "Taux d’abandon, méthode britannique avec détection de répondeurs",
            "Доля потерянных исходящих, британский метод с автоответчиками",
        ),
        question="Of the people who answered, what share was given no agent, if some dropped calls were machines?",
        formula=_abandonment(linear(_ABANDONED + _HANDLED + Count(rows.MACHINE_SEEN))),
        unit="%",
        direction="down",
        domain="compliance",
        independence="contact",
        source="Ofcom, revised statement of policy on the persistent misuse of an electronic communications network or service (2010), with automated machine detection; Ofcom (2016), in force 2017-03-01",
        caution="The statement takes off the drops that were machines by the agents' own experience: drops x live / (live + machines), over that plus live. Multiplied out, this is drops / (drops + live + machines), which is what is summed here: machines are calls with an agent that no person answered. 3% in 24 h was guidance until 2017-03-01.",
        aliases=("Ofcom abandonment rate", "UK abandoned call rate"),
    ),
    KPI(
        name="drop_rate",
        label=named("Drop rate", "Taux d’abandon par appel émis", "Доля потерянных от всех исходящих"),
        question="What share of dials was answered by a person and given no agent in time?",
        formula=Share(rows.ABANDONED, rows.DIALS),
        unit="%",
        direction="down",
        domain="compliance",
        independence="contact",
        source=PEERS,
        caution="Drops / dials: not the legal figure, which divides by people who answered (abandon_rate_outbound) and is several times as high.",
        aliases=("drops / dials", "taux de coupure"),
    ),
    KPI(
        name="do_not_call_rate",
        label=named("Do-not-call rate", "Taux d’opposition", "Доля просьб не звонить"),
        question="What share of the contacts reached asked not to be called again?",
        formula=contact_share(
            rows.DO_NOT_CALL, "contacts who asked not to be called", rows.LIVE, "contacts reached"
        ),
        unit="%",
        direction="down",
        domain="compliance",
        independence="contact",
        source=PEERS,
        caution="Asked during a live call; numbers found on a do-not-call register before dialling are not in it.",
        aliases=("DNC rate", "opt-out rate", "taux d’opposition"),
    ),
    KPI(
        name="consent_rate",
        label=named("Consent rate", "Taux de consentement", "Доля согласий"),
        question="What share of the contacts loaded agreed to be called?",
        formula=Share(rows.CONSENTING, rows.LOADED),
        unit="%",
        direction="up",
        domain="compliance",
        independence="contact",
        source="French law on consent to telephone solicitation, in force 2026-08-11",
        caution="What the file says about consent, not whether the consent is valid.",
        aliases=("opt-in rate", "consentement"),
    ),
)
