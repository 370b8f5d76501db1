"""The demo data set: three eventful months of a call centre."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from callstats.simulate.scenario import CallList, Campaign, LoadedBatch, Queue, Scenario, Spell
from callstats.simulate.simulation import write

SPRING = ("alder", "aspen", "birch", "cedar", "cherry", "cypress", "elm", "fir", "hazel", "hornbeam")
BOTH = ("larch", "laurel", "linden")
RENEWAL = ("maple", "medlar", "olive", "pear", "pine", "plane", "poplar")
SERVICE = ("rowan", "spruce", "walnut", "willow", "yew")

#: French rules: weekdays from 10 to 13 and from 14 to 20.
SHIFTS = (((10, 13), (14, 15)), ((16, 20),), ((11, 13), (14, 16)), ((14, 18),))
QUEUE_SHIFTS = (((9, 14),), ((14, 19),), ((9, 14),), ((14, 18),))


def demo(seed: int = 20260701) -> Scenario:
    """Return the scenario of ``data/demo``.

    Campaign ``spring`` sells to bought lists: ``base`` in July and August, then
    in September an even test of ``A`` (the old supplier) against ``B`` (a new
    one, dearer and better). In the week of 14 September it dials too fast for
    its agents and abandons live calls. Campaign ``renewal`` calls former
    customers: ``mail`` gives up after three dials, ``web`` comes in two batches,
    and a tenth of its sales makes a third of its money. ``service`` is an inbound queue.

    Days have something in common, as in a real centre: all dials of a campaign's
    day are reached and convinced a little better or worse, and a queue's days are
    busier or quieter, than chance alone would make them. Agents learn a little.
    """
    return Scenario(
        seed=seed,
        start=date(2026, 7, 1),
        days=92,
        campaigns=(_spring(), _renewal()),
        queues=(_service(),),
        agents=(*SPRING, *BOTH, *RENEWAL, *SERVICE),
        holidays=(date(2026, 7, 14),),
        evaluated=0.02,
        surveyed=0.08,
        learning=0.1,
    )


def _spring() -> Campaign:
    return Campaign(
        "spring",
        (
            CallList("base", 5000, date(2026, 7, 1), dial_over=38, **_COLD),
            CallList("A", 2200, date(2026, 9, 1), dial_over=9, **_COLD),
            CallList("B", 2200, date(2026, 9, 1), dial_over=9, **{**_COLD, **_BETTER}),
        ),
        agents=(*SPRING, *BOTH),
        attempts=5,
        gap=4.0,
        occupancy=0.72,
        shifts=SHIFTS,
        advertising=900.0,
        spells=(Spell(date(2026, 9, 14), date(2026, 9, 18), abandoned=0.11),),
        **_DAYS,
    )


def _renewal() -> Campaign:
    return Campaign(
        "renewal",
        (
            CallList("mail", 3400, date(2026, 7, 1), dial_over=55, attempts=3, **_WARM),
            CallList("web", 3000, batches=_WEB, dial_over=20, **{**_WARM, "success": 0.115, "reach": 0.3}),
        ),
        agents=(*RENEWAL, *BOTH),
        attempts=4,
        gap=5.0,
        value=48.0,
        value_sd=0.8,
        occupancy=0.72,
        shifts=SHIFTS,
        advertising=400.0,
        **_DAYS,
    )


def _service() -> Queue:
    return Queue(
        "service", SERVICE, calls=52.0, shifts=QUEUE_SHIFTS, seats=4, day_sd=0.1, day_correlation=0.3
    )


#: What a campaign's dials of one day share, as logits, and how alike neighbouring days are.
_DAYS: dict = {"reach_day_sd": 0.08, "success_day_sd": 0.1, "day_correlation": 0.3}
_WEB = (LoadedBatch(date(2026, 8, 3), 0.55), LoadedBatch(date(2026, 8, 31), 0.45))
_COLD: dict = {"reach": 0.25, "success": 0.105, "argued": 0.6, "machine": 0.4, "price": 0.3, "consent": 0.985}
_BETTER: dict = {"reach": 0.31, "success": 0.135, "invalid": 0.03, "price": 0.55, "consent": 0.995}
_WARM: dict = {
    "reach": 0.33,
    "success": 0.125,
    "argued": 0.68,
    "machine": 0.3,
    "price": 0.05,
    "invalid": 0.03,
}

#: The month of its reports.
MONTH = "2026-09"

#: The demo's project settings; read by ``callstats.config``.
PROJECT = """\
# The project file of the demo: every key has a default and may be left out.
currency = "EUR"
time_zone = "Europe/Paris"
language = "en"
calling_hours = [["10:00", "13:00"], ["14:00", "20:00"]]

[settings]
answer_within_s = 20
list_deadline_h = 8

# Percentages are fractions, times are seconds, money is in euros.
[targets]
answer_rate = { low = 0.20, source = "demo: last year's lists" }
success_rate_argued = { low = 0.12, source = "demo: budget" }
successes_per_login_hour = { low = 0.80, source = "demo: budget" }
roi = { low = 0.25, source = "demo: budget" }
cost_per_acquisition = { high = 35.0, source = "demo: budget" }
abandon_rate_outbound = { high = 0.03, source = "16 CFR 310.4(b)(4)" }
abandon_rate_inbound = { low = 0.02, high = 0.05, source = "typical of the trade" }
occupancy = { low = 0.65, high = 0.85, source = "demo: planning" }
average_handle_time = { low = 120, high = 300, source = "2-3 min B2C, 3-5 min B2B" }
service_level = { low = 0.80, source = "demo: 80 % in 20 seconds" }
touches_per_contact_won = { high = 8, source = "eight touches or more" }
list_completion = { low = 0.75, source = "75 % of a list in eight hours" }

# A label is a text, or a text for each language of the reports.
[labels]
spring = { en = "Spring offer", fr = "Offre de printemps", ru = "Весенняя акция" }
renewal = { en = "Renewals", fr = "Renouvellements", ru = "Продления" }
service = { en = "Customer service", fr = "Service client", ru = "Служба поддержки" }
base = { en = "List base", fr = "Liste base", ru = "База base" }
A = { en = "List A (old supplier)", fr = "Liste A (ancien fournisseur)", ru = "База A (прежний поставщик)" }
B = { en = "List B (new supplier)", fr = "Liste B (nouveau fournisseur)", ru = "База B (новый поставщик)" }
mail = { en = "Former customers by mail", fr = "Anciens clients, courrier", ru = "Бывшие клиенты, почта" }
web = { en = "Former customers by web", fr = "Anciens clients, web", ru = "Бывшие клиенты, сайт" }
spring_lists = { en = "Spring lists", fr = "Listes de printemps", ru = "Базы весенней акции" }
past_answers = { en = "Past answers", fr = "Appels décrochés avant", ru = "Прежние ответы на звонки" }
agenda = { en = "Agenda", fr = "Plan de l’appel", ru = "План разговора" }
dispute = { en = "Objections", fr = "Objections", ru = "Возражения" }
etiquette = { en = "Manner", fr = "Savoir-vivre", ru = "Вежливость" }
offer = { en = "Offer", fr = "Offre", ru = "Предложение" }
outcome = { en = "Outcome", fr = "Conclusion", ru = "Итог" }
product = { en = "Product", fr = "Produit", ru = "Знание продукта" }
script = { en = "Script", fr = "Script", ru = "Сценарий" }

# Lists A and B were loaded together on 1 September: one is tested against the other, once all
# 4,400 contacts have been followed. A size that was not planned is never final.
[ab_tests.spring_lists]
campaign_id = "spring"
control = "A"
treatment = "B"
horizon_days = 14
planned_contacts = 4400
"""


def write_demo(folder: str | Path) -> None:
    """Write the demo data set and its project file."""
    write(demo(), folder)
    (Path(folder) / "callstats.toml").write_text(PROJECT, encoding="utf-8")
