"""Quality: what evaluators heard and what customers say."""

from __future__ import annotations

from callstats.kpis import predicates as rows
from callstats.kpis.define import KPI, Count, Mean, Predicate, Ratio, Share, linear
from callstats.kpis.parts import CONTACT_CENTRE, PEERS, PROSPECTING, QUALITY, RUSSIAN, named, sources


def _response_rate(answered: Predicate, asked: Predicate) -> Ratio:
    # Not a Share: here an unknown score means "no", rather than a row to leave out.
    return Ratio(linear(Count(answered)), linear(Count(asked)), proportion=True)


KPIS = (
    KPI(
        name="quality_score",
        label=named("Call quality", "Qualité des appels", "Качество звонков"),
        question="How good are calls in the ears of evaluators, from 1 to 5?",
        formula=Mean("score", rows.SCORES),
        unit="score",
        direction="up",
        domain="quality",
        independence="call",
        source=sources(PROSPECTING, RUSSIAN, QUALITY),
        caution="A mean over a random sample of calls; ask by criterion (script, agenda, offer, dispute, product, outcome, etiquette). No ranking before evaluators agree (Krippendorff's alpha of .67 or more).",
        aliases=("note qualité", "qualité des appels", "quality"),
    ),
    KPI(
        name="csat",
        label=named(
            "Customer satisfaction (CSAT)",
            "Satisfaction du client (CSAT)",
            "Удовлетворённость клиентов (CSAT)",
        ),
        question="What share of the customers who answered is satisfied (4 or 5 of 5)?",
        formula=Share(rows.CSAT_TOP, rows.CSAT_ANSWERED),
        unit="%",
        direction="up",
        domain="quality",
        independence="respondent",
        source=QUALITY,
        caution="The top two boxes of five. Those who answer are not like those who do not: read csat_response_rate beside it.",
        aliases=("top-2-box", "satisfaction du client", "taux de satisfaction"),
    ),
    KPI(
        name="csat_mean",
        label=named("Mean satisfaction", "Note moyenne de satisfaction", "Средняя оценка удовлетворённости"),
        question="What mark do customers give on average, from 1 to 5?",
        formula=Mean("score", rows.CSAT_ASKED),
        unit="score",
        direction="up",
        domain="quality",
        independence="respondent",
        source=QUALITY,
        caution="The steps of the scale are taken as equal.",
        aliases=("average satisfaction",),
    ),
    KPI(
        name="csat_response_rate",
        label=named(
            "Response rate, satisfaction",
            "Taux de réponse, satisfaction",
            "Доля ответивших, удовлетворённость",
        ),
        question="What share of the customers asked about satisfaction answered?",
        formula=_response_rate(rows.CSAT_ANSWERED, rows.CSAT_ASKED),
        unit="%",
        direction="up",
        domain="quality",
        independence="respondent",
        source=QUALITY,
        caution="Only surveys that were put on file as asked.",
    ),
    KPI(
        name="nps",
        label=named("Net Promoter Score", "Net Promoter Score", "Индекс лояльности (NPS)"),
        question="How many more customers would recommend us than would not, of a hundred?",
        formula=Ratio(
            Count(rows.PROMOTERS) - Count(rows.DETRACTORS), linear(Count(rows.NPS_ANSWERED)), scale=100
        ),
        unit="points",
        direction="up",
        domain="quality",
        independence="respondent",
        source=CONTACT_CENTRE,
        caution="Share of 9-10 less share of 0-6, from -100 to 100; 7 and 8 count in the denominator only. Read nps_response_rate beside it.",
        aliases=("taux de recommandation net",),
    ),
    KPI(
        name="nps_response_rate",
        label=named(
            "Response rate, recommendation",
            "Taux de réponse, recommandation",
            "Доля ответивших, рекомендация",
        ),
        question="What share of the customers asked about recommendation answered?",
        formula=_response_rate(rows.NPS_ANSWERED, rows.NPS_ASKED),
        unit="%",
        direction="up",
        domain="quality",
        independence="respondent",
        source=PEERS,
        caution="Only surveys that were put on file as asked.",
    ),
    KPI(
        name="resolved_by_survey",
        label=named("Resolved, as customers say", "Résolution déclarée", "Решено, по словам клиентов"),
        question="What share of the customers who answered says that the issue is resolved?",
        formula=Share(rows.RESOLVED, rows.RESOLVED_ANSWERED),
        unit="%",
        direction="up",
        domain="quality",
        independence="respondent",
        source=PEERS,
        caution="What customers say; first_call_resolution is what the cases say.",
        aliases=("résolution déclarée",),
    ),
)
