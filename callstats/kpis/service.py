"""Service: inbound calls. Whether they are answered, how soon, and whether the issue is solved.

The five service levels differ in what they do with callers who hang up. With
1000 calls answered, 860 of them in time, and 60 abandoned, 20 of them in time
and 10 within five seconds, they read

=====================  ===========================  =======
name                   formula                      value
=====================  ===========================  =======
service_level          860 / (1000 + 60)            81.13 %
..._positive           (860 + 20) / (1000 + 60)     83.02 %
..._exclude_all        860 / 1000                   86.00 %
..._ignore_within      860 / (1000 + 60 - 20)       82.69 %
..._short              (860 + 10) / (1000 + 60)     82.08 %
=====================  ===========================  =======

Callers in a busy hour wait together, so the sampling unit for waits is the day, not
the call: on simulated queues an interval that treated calls as independent covered
the true service level in 79 of 100 months, one over days in 95.
"""

from __future__ import annotations

from callstats.kpis import predicates as rows
from callstats.kpis.define import (
    KPI,
    Condition,
    Count,
    Linear,
    Mean,
    Net,
    Quantile,
    Ratio,
    Share,
    Sum,
    known,
    linear,
)
from callstats.kpis.parts import CONTACT_CENTRE, PEERS, QUALITY, named, sources

_ANSWERED = Count(rows.ANSWERED.also("calls answered", *known("queue_s")))
_OFFERED = linear(_ANSWERED + Count(rows.UNANSWERED), "calls offered")
_IN_TIME = Count(rows.ANSWERED_WITHIN)
_LEFT_IN_TIME = Count(rows.ABANDONED_WITHIN)
_LEFT_SHORT = Count(rows.ABANDONED_SHORT)
_STAYED = Count(rows.UNANSWERED.also("calls not answered nor abandoned", Condition("abandoned", "==", False)))
_LEFT = Count(rows.QUEUE_ABANDONED.also("calls abandoned in the queue", *known("queue_s")))
_ENDED = linear(Count(rows.ANSWERED) + _STAYED + _LEFT, "calls offered")
_WITHIN = "In time is within answer_within_s seconds (20 by default)."


def _service_level(part: Linear, whole: Linear = _OFFERED) -> Ratio:
    return Ratio(part, whole, proportion=True, unknown=Count(rows.OFFERED) - _OFFERED)


LEVELS = (
    KPI(
        name="service_level",
        label=named("Service level", "Niveau de service", "Уровень сервиса"),
        question="What share of the calls offered was answered in time?",
        formula=_service_level(linear(_IN_TIME)),
        unit="%",
        direction="up",
        domain="service",
        independence="day",
        source=sources(QUALITY, CONTACT_CENTRE),
        caution=f"{_WITHIN} Every caller who hangs up counts against it, also one who does so in time; four other usual ways are service_level_positive, _exclude_all, _ignore_within and _short.",
        aliases=("SL", "niveau de service", "qualité de service", "service_level_negative", "SLA"),
    ),
    KPI(
        name="service_level_positive",
        label=named(
            "Service level, abandons in time as met",
            "Niveau de service, abandons rapides acceptés",
            "Уровень сервиса, рано потерянные засчитаны",
        ),
        question="What share of the calls offered was answered or given up in time?",
        formula=_service_level(_IN_TIME + _LEFT_IN_TIME),
        unit="%",
        direction="up",
        domain="service",
        independence="day",
        source=PEERS,
        caution=f"{_WITHIN} Callers who hang up in time count as served.",
    ),
    KPI(
        name="service_level_exclude_all",
        label=named(
            "Service level of calls answered",
            "Niveau de service hors abandons",
            "Уровень сервиса без потерянных",
        ),
        question="What share of the calls answered was answered in time?",
        formula=Share(rows.ANSWERED_WITHIN, rows.ANSWERED),
        unit="%",
        direction="up",
        domain="service",
        independence="day",
        source=PEERS,
        caution=f"{_WITHIN} Callers who hang up are left out altogether, so it looks best when service is worst.",
    ),
    KPI(
        name="service_level_ignore_within",
        label=named(
            "Service level, abandons in time left out",
            "Niveau de service hors abandons rapides",
            "Уровень сервиса без рано потерянных",
        ),
        question="What share of the calls offered, those given up in time left out, was answered in time?",
        formula=_service_level(linear(_IN_TIME), _OFFERED - _LEFT_IN_TIME),
        unit="%",
        direction="up",
        domain="service",
        independence="day",
        source=PEERS,
        caution=f"{_WITHIN} Callers who hang up in time are left out, those who do so later count against it.",
    ),
    KPI(
        name="service_level_short",
        label=named(
            "Service level, short abandons as met",
            "Niveau de service, abandons très courts acceptés",
            "Уровень сервиса, сразу потерянные засчитаны",
        ),
        question="What share of the calls offered was answered in time or given up at once?",
        formula=_service_level(_IN_TIME + _LEFT_SHORT),
        unit="%",
        direction="up",
        domain="service",
        independence="day",
        source=PEERS,
        caution=f"{_WITHIN} Callers who hang up within short_abandon_s seconds (5 by default) are held to have misdialled and count as served.",
    ),
)

CALLERS = (
    KPI(
        name="calls_offered",
        label=named("Calls offered", "Appels présentés", "Поступившие звонки"),
        question="How many calls came in?",
        formula=Net(linear(Count(rows.OFFERED))),
        unit="n",
        direction="neutral",
        domain="service",
        independence="call",
        source=QUALITY,
        caution="Forty to fifty a day is usual in a small firm, up to 200 in a mid-size one. Ask by hour and weekday; callers who ring again count again.",
        aliases=("volume d’appels", "inbound volume", "appels présentés", "call volume"),
    ),
    KPI(
        name="calls_answered",
        label=named("Calls answered", "Appels entrants traités", "Отвеченные звонки"),
        question="How many of the calls that came in were answered by an agent?",
        formula=Net(linear(Count(rows.ANSWERED))),
        unit="n",
        direction="up",
        domain="service",
        independence="call",
        source=PEERS,
        caution="Calls that a machine took are not answered.",
    ),
    KPI(
        name="abandon_rate_inbound",
        label=named(
            "Abandonment rate, inbound", "Taux d’abandon en appels entrants", "Доля потерянных входящих"
        ),
        question="What share of the calls offered did callers give up in the queue?",
        formula=Share(rows.QUEUE_ABANDONED, rows.OFFERED),
        unit="%",
        direction="down",
        domain="service",
        independence="day",
        source=QUALITY,
        caution="Between 2 and 5% is typical. Callers who hang up at once are in it.",
        aliases=("taux d’abandon", "pourcentage de congés", "abandonment rate"),
    ),
    KPI(
        name="abandon_rate_by_second",
        label=named(
            "Early abandonment rate, inbound", "Taux d’abandon précoce", "Доля рано потерянных входящих"
        ),
        question="What share of the calls offered had callers given up by a given second?",
        formula=Ratio(
            linear(Count(rows.GONE)), _ENDED, proportion=True, unknown=Count(rows.OFFERED) - _ENDED
        ),
        unit="%",
        direction="down",
        domain="service",
        independence="day",
        source=QUALITY,
        caution="The second is gone_within_s (60 by default). Of all callers, those answered before among them: how many would be gone had nobody answered is in the patience of the service (Kaplan-Meier).",
        aliases=("callers gone at 60 s", "partis à 60 s", "abandoned within 60 seconds"),
    ),
    KPI(
        name="average_speed_of_answer",
        label=named(
            "Average speed of answer", "Temps moyen d’attente avant décroché", "Средняя скорость ответа"
        ),
        question="How long do callers wait whose call is answered?",
        formula=Mean("queue_s", rows.ANSWERED),
        unit="s",
        direction="down",
        domain="service",
        independence="day",
        source=CONTACT_CENTRE,
        caution="Callers who gave up are not in it, so a long queue can look short: read abandon_rate_inbound beside it. Asterisk calls this wait holdtime.",
        aliases=("ASA", "temps d’attente avant le décrochage", "DMA", "queue time"),
    ),
    KPI(
        name="average_time_to_abandon",
        label=named(
            "Average time to abandonment", "Délai moyen avant abandon", "Среднее время до потери звонка"
        ),
        question="How long do callers wait before they give up?",
        formula=Mean("queue_s", rows.QUEUE_ABANDONED),
        unit="s",
        direction="neutral",
        domain="service",
        independence="day",
        source=PEERS,
        caution="Not how patient callers are: the most patient were answered.",
        aliases=("ATA", "patience"),
    ),
)

SOLUTIONS = (
    KPI(
        name="first_call_resolution",
        label=named("First-call resolution", "Résolution au premier appel", "Решение с первого звонка"),
        question="What share of issues is solved at the first call?",
        formula=Share(rows.SOLVED_FIRST, rows.CASES),
        unit="%",
        direction="up",
        domain="service",
        independence="case",
        source=sources(CONTACT_CENTRE, QUALITY),
        caution="Issues, not calls. VICIdial's own First Call Resolution is calls / leads, which is another thing.",
        aliases=("FCR", "résolution du premier appel", "résolution au premier contact"),
    ),
    KPI(
        name="time_to_resolution",
        label=named("Time to resolution", "Temps de résolution", "Время решения"),
        question="How long does it take from opening an issue to its solution, on average?",
        formula=Ratio(
            linear((1 / 3600) * Sum("resolution_s", rows.SOLVED_CASES), "hours from opening to solution"),
            linear(Count(rows.SOLVED_CASES)),
        ),
        unit="h",
        direction="down",
        domain="service",
        independence="case",
        source=CONTACT_CENTRE,
        caution="Issues still open are not in it, so a growing backlog can look like quick work. Nights and weekends count.",
        aliases=("MTTR", "temps de résolution", "mean time to resolution"),
    ),
    KPI(
        name="median_time_to_resolution",
        label=named("Median time to resolution", "Temps médian de résolution", "Медианное время решения"),
        question="How long does the issue in the middle take from opening to solution?",
        formula=Quantile(("resolution_s",), rows.SOLVED_CASES, 0.5, scale=1 / 3600),
        unit="h",
        direction="down",
        domain="service",
        independence="case",
        source=CONTACT_CENTRE,
        caution="Issues still open are not in it. A few very long cases move the mean and not the median.",
        aliases=("temps médian de résolution",),
    ),
)

KPIS = (*LEVELS, *CALLERS, *SOLUTIONS)
