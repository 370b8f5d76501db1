"""How dialers and CRMs call their columns: a table of names, in English, French, Russian and the spellings of systems.

Names are compared as words (:func:`words_of`), so ``Call_ID``, ``callId`` and
``Call ID`` are one. The surest name of each column stands first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from callstats.sources.plain_words import without_accents, words_of

#: Of each column of the calls table, and of helpers that begin with ``_``.
CALLS: dict[str, str] = {
    "call_id": """call id; call log id; unique id; uniqueid; linkedid; linked id; interaction id; session id; conversation id; activity id;
        contact session id; sid; call sid; object id; call key; call guid; call uuid; uuid; guid; call number; call no; call ref; call reference; ref;
        id appel; identifiant appel; numero appel; id звонка; ид звонка; номер звонка; идентификатор звонка; record id;
        task id; id; no; nr; №; identifiant; ид; номер""",
    "contact_id": """contact id; customer id; lead id; client id; prospect id; who id; account id; person id; debtor id; callee object id;
        system contact id; contact key; contact number; external number; customer phone number; contact phone number; customer number; customer no; client number; contact; customer; lead; client; prospect; who; account; account number;
        id client; id contact; numero client; fiche; id fiche; клиент; ид клиента; id клиента; контакт; абонент; лид;
        phone number dialed; phone number; customer phone; customer number phone; contact phone; client phone; phone; telephone;
        tel; mobile; mobile phone; msisdn; number; dialed number; dialled number; dialled to number; number dialed; telephone number; numero; numero telephone; numero appele; telephone client;
        телефон; номер телефона; номер клиента; телефон клиента; номер абонента; customer name; name client; nom client; фио клиента; фио""",
    "_called": """to; called; called number; callee; dnis; dst; destination; destination number; callee number; to number; called party; called id; dialed number; dialled number;
        appele; numero appele; destinataire; куда; вызываемый; вызываемый номер; номер б; кому""",
    "_caller": """from; caller; caller number; caller id; calling number; calling party; ani; src; source; source number; from number; clid; cli; caller id number;
        appelant; numero appelant; откуда; кто; вызывающий; вызывающий номер; номер а; от кого""",
    "list_id": "list id; list; list name; lead list; file; list code; batch; fichier; liste; nom liste; nom fichier; база; список; название базы; source list",
    "campaign_id": """campaign id; campaign; campaign name; camp; queue; queue name; skill; skill name; service; project; ingroup; in group; department; call center; callcenter; accountcode;
        campagne; nom campagne; file attente; file d attente; projet; кампания; проект; очередь; название кампании; скилл; topic""",
    "agent_id": """agent id; agent; agent name; agent username; agent login; agent email; agentname; user; user name; username; operator; operator id; operator name; assigned; assigned to; owner; owner id;
        hubspot owner id; rep; sales rep; employee; advisor; consultant; representative; user id; server; caller name; handled by; answered by agent;
        conseiller; teleconseiller; nom agent; nom conseiller; operateur; utilisateur; teleoperateur;
        оператор; агент; сотрудник; менеджер; ответственный; имя оператора; фио оператора; пользователь""",
    "direction": """direction; call direction; dir; call type; type; call kind; inbound outbound; sens; sens appel; type appel; type d appel; направление; тип звонка; тип; направление звонка; тип вызова""",
    "started_at": """started at; date started; start time; start; call start time; call start; call date; calldate; date time; datetime; call date time; call datetime; call timestamp; timestamp; dial time; dialed at; initiated at; initiation timestamp;
        created at; created date; creation date; created; created on; log date; logdate; date; call time; activity date; date and time; when; day; ts; start date; completed date time; time started; call started at; start timestamp; time; calls date; log time;
        date appel; date d appel; date heure; date et heure; debut; debut appel; heure debut; date debut; horodatage; jour;
        дата; дата и время; дата звонка; время звонка; начало; время начала; дата время; начало звонка; дата вызова; дата начала; дата создания""",
    "_time": """time; call time; start time; hour; time of day; log time; logtime; time of call; heure; heure appel; heure d appel; heure debut; время; время звонка; время начала""",
    "_answered_at": """answered at; date connected; answer time; answer; answered time; answer timestamp; connected at; connect time; time answered; pickup time; connected to agent timestamp; agent connected;
        decroche; heure decroche; heure reponse; время ответа; ответ; ser start""",
    "_ended_at": """ended at; date ended; end time; end; hangup time; hangup at; disconnect time; disconnect timestamp; end timestamp; end date; finished at; time ended; closed at; completed at; call end; call end time; end datetime;
        fin; heure fin; fin appel; date fin; raccroche; конец; окончание; время окончания; завершение; время завершения; ser exit""",
    "callback_at": """callback at; callback time; callback date; callback datetime; next call; next call date; follow up date; recall date; recall at; scheduled for;
        date rappel; rappel; prochain appel; дата перезвона; время перезвона; перезвонить; следующий звонок""",
    "outcome_code": """outcome code; outcome; disposition; call disposition; disposition name; wrap up code; wrapup code; wrap up reason name; wrap up reason; wrap up; result; call result; call outcome; call status; status; state; result code; status code; status name; termination code;
        resolution; stage; action result; call stage; hangup cause; end reason; ended reason; call ended reason; sip code; primary disposition; log type; closing code; qualification; qualif; statut; resultat; statut appel; resultat appel; code fin; motif;
        cloture; результат; результат звонка; статус; статус звонка; итог; итог звонка; исход; состояние; код завершения; code; s""",
    "connected": "connected; is connected; call connected; established; connecte; соединен; соединение; дозвон",
    "live": "human; human answered; live; live answer; is human; person answered; joint; personne",
    "handled": "answered; answered y n; is answered; handled; was answered; call answered; repondu; traite; decroche o n; отвечен; отвечено; принят; принято",
    "abandoned": "abandoned; abandon; is abandoned; dropped; abandoned y n; abandonne; потерян; пропущен; брошен",
    "right_party": "right party; rpc; right party contact; right person; bon interlocuteur; bonne personne; нужное лицо",
    "success": """sold; sale; success; is sale; sale made; converted; conversion; won; purchased; subscribed; ordered; deal; successful; appointment; vente; vendu; succes; accord; положительный;
        продажа; успех; успешно; продано; resolved; resolu; решено; y""",
    "do_not_call": "do not call; dnc; opt out; optout; ne pas appeler; opposition; bloctel; не звонить; чс",
    "cancelled": "cancelled; canceled; is cancelled; annule; annulation; отменен; отмена",
    "ring_s": "ring time; ringing; ring; ringing time; ring duration; ring seconds; setup time; sonnerie; duree sonnerie; temps sonnerie; звонил; вызов; длительность вызова; время дозвона",
    "queue_s": """queue wait time; queue time; wait time; waiting time; wait; waiting; queue; queue seconds; speed of answer; time in queue; hold queue time; asa; q time; response time; waited; queue duration; wait duration;
        attente; temps attente; temps d attente; duree attente; ожидание; время ожидания; длительность ожидания; время в очереди""",
    "talk_s": """talk time; talk; talking; talking time; talk duration; billsec; bill sec; billable seconds; conversation duration; conversation time; avg talk duration; average talk duration; speaking time; in call duration; agent interaction duration; ser time; agent talk time;
        call duration; duration; length in sec; length; call length; handle time; call seconds; call time; duration seconds; total duration; totals; total time; seconds; secs; sec; minutes; min;
        duree conversation; temps conversation; duree communication; temps parole; duree appel; duree d appel; duree de l appel; duree; conversation;
        длительность разговора; время разговора; разговор; длительность; длительность звонка; продолжительность; продолжительность разговора""",
    "hold_s": "hold time; hold; on hold; hold duration; customer hold duration; agent hold; time on hold; mise en attente; garde; duree garde; удержание; время удержания; холд",
    "wrap_s": """after call work time; after call work; acw; acw time; acw duration; wrap time; wrap; wrapup; wrap up time; wrapup time; wrap up duration; after call work duration; time acw; post call; dispo time;
        post appel; temps post appel; duree post appel; traitement; постобработка; поствызывная обработка; время постобработки""",
    "value": """sale amount; sale value; order value; order amount; deal value; deal amount; revenue; amount; value; contract value; ca; montant; montant vente; montant ht; chiffre affaires; valeur;
        сумма; сумма сделки; выручка; сумма продажи; стоимость заказа""",
    "_repeat": "dials; number of dials; dial attempts; nb dials; call attempts; number of calls; calls made; total attempts; called count; nb appels; nombre appels; nombre d appels; tentatives; nb tentatives; количество звонков; число звонков; попыток; попытки",
}
#: Of agent time; the states of a table that has a column for each.
AGENT_TIME: dict[str, str] = {
    "agent_id": CALLS["agent_id"] + "; name; nom",
    "start": """start; start time; started at; date; day; login time; logged in at; begin; month; week; period; timestamp; datetime; debut; jour; date debut; mois; heure debut; дата; начало; день; время начала; месяц""",
    "state": "state; status; agent state; event; activity; aux; mode; etat; statut; activite; статус; состояние; режим",
    "seconds": "seconds; sec; secs; duration; time; length; duration seconds; time in state; state duration; duree; secondes; temps; длительность; время; секунд; продолжительность",
    "pause_code": "pause code; sub status; break type; pause reason; aux code; reason; code pause; motif pause; причина паузы; код паузы; тип перерыва",
    "campaign_id": CALLS["campaign_id"],
    "paid": "paid; is paid; paye; remunere; оплачено; оплачивается",
}
STATES: dict[str, str] = {
    "talk": "talk; talk time; talking; on call; in call; conversation; communication; temps conversation; en communication; appel; разговор; время разговора; в разговоре",
    "hold": "hold; hold time; on hold; mise en attente; garde; удержание; холд",
    "wrap": "wrap; wrap time; wrapup; wrap up; acw; acw time; after call work; after call; not ready acw; post appel; dispo; traitement; постобработка; поствызывная обработка",
    "wait": "wait; wait time; waiting; available; available time; idle; idle time; ready; ready time; avail; disponible; attente; dispo attente; libre; ожидание; доступен; готов; свободен",
    "pause": "pause; pause time; break; breaks; break time; paused; aux; aux time; not ready; lunch; unavailable; away; pauses; temps pause; repas; indisponible; пауза; перерыв; обед; недоступен",
}
CONTACTS: dict[str, str] = {
    "contact_id": CALLS["contact_id"] + "; id; identifiant; ид",
    "list_id": CALLS["list_id"] + "; source",
    "campaign_id": "campaign id; campaign; campaign name; campagne; кампания; проект",
    "loaded_at": "loaded at; loaded; load date; entry date; date added; added; added at; import date; imported at; created at; created; created date; creation date; uploaded; date chargement; date import; date creation; дата загрузки; загружен; дата добавления; дата создания",
    "consent": "consent; opt in; optin; agreed; consentement; согласие",
}
COSTS: dict[str, str] = {
    "campaign_id": CALLS["campaign_id"],
    "list_id": CALLS["list_id"],
    "period": "period; month; date; day; mois; periode; jour; период; месяц; дата",
    "kind": "kind; type; category; cost type; cost kind; nature; poste; categorie; вид; категория; тип; статья",
    "amount": "amount; cost; costs; price; total; value; sum; montant; cout; prix; сумма; стоимость; расход; затраты",
}
TABLES: dict[str, dict[str, str]] = {
    "calls": CALLS,
    "agent_time": AGENT_TIME,
    "contacts": CONTACTS,
    "costs": COSTS,
}
#: Words of other languages and systems for the model's own.
DIRECTIONS: dict[str, str] = {
    "outbound": r"out(bound|going)?\b|outgoing|dial|manual|progressive|predictive|preview|callback|sortant|emis|исход|ausgehend|saliente",
    "inbound": r"in(bound|coming|c)?\b|entrant|recu|вход|eingehend|entrante|reception",
    "": r"internal|interne|intern|внутр|local|station|email|mail|chat|sms|task|meeting|ext to ext",
}
STATE_WORDS: dict[str, str] = {
    "talk": r"talk|on call|in call|incall|busy|conversation|communication|разговор", "hold": r"hold|garde|удерж",
    "wrap": r"wrap|acw|after|dispo\b|post|постобр", "wait": r"wait|avail|idle|ready|free|dispon|attente|libre|ожид|доступ|готов|свобод",
    "pause": r"pause|break|aux|lunch|not ready|unavail|away|meeting|training|coffee|repas|indispo|formation|reunion|пауза|перерыв|обед|недоступ",
}  # fmt: skip
COST_WORDS: dict[str, str] = {
    "labour": r"lab|wage|salar|payroll|staff|personnel|main|paie|зарпл|фот|персонал", "advertising": r"advert|media|pub|marketing|реклам",
    "technical": r"tech|telecom|telephon|licen|it\b|software|infra|связь|техн", "list": r"list|data|fichier|leads?\b|adress|баз|лид",
}  # fmt: skip
#: An agent's whole time at work, of which no state is said.
LOGIN = "login; login time; logged in; logged in time; login duration; session; session time; session duration; staffed time; temps connexion; temps de connexion; connexion; duree connexion; время в системе; время работы; логин"
#: Who was on the line.
PEOPLE = ("human", "person", "live")
NO_PEOPLE = r"machine|fax|voicemail|unknown|amd|silence|no one"
#: Users that are no people.
NOBODY = ("[none]", "none", "vdad", "vdcl", "system", "auto", "robot", "dialer", "n/a", "-")

#: Words that say nothing of which column it is.
NOISE = frozenset(
    [
        "n",
        "call",
        "calls",
        "the",
        "of",
        "a",
        "hs",
        "in",
        "is",
        "de",
        "d",
        "l",
        "la",
        "le",
        "du",
        "des",
        "appel",
        "appels",
        "звонка",
        "вызова",
        "field",
        "property",
        "record",
        "my",
    ]
)
_UNITS: tuple[tuple[str, str], ...] = (
    (r"\b(?:in )?(?:milli ?sec(?:ond)?s?|msec|ms|мс)$", "ms"),
    (r"\b(?:in )?(?:hh mm ss|h mm ss|mm ss)$", "hh:mm:ss"),
    (r"\bhh mm$", "hh:mm"),
    (r"\b(?:in |en |в )?(?:sec(?:ond)?e?s?|s|сек(?:ундах|унды?)?|с)$", "s"),
    (r"\b(?:in |en |в )?(?:min(?:ute)?s?|minuten|мин(?:утах|уты?)?)$", "min"),
    (r"\b(?:in |en |в )?(?:h(?:ou)?rs?|h|heures?|час(?:ах|ы)?)$", "h"),
)
_TAILS = re.compile(r"\b(?:y n|yes no|o n|oui non|да нет|utc|gmt|local|rounded|raw|value)$")


@cache
def unit_of(header: str) -> tuple[str, str]:
    """Return a header's words without its unit, and the unit, empty where it names none.

    Examples
    --------
    >>> unit_of("Talk Time (sec)"), unit_of("Wait_Time_Minutes"), unit_of("Talk")
    (('talk time', 's'), ('wait time', 'min'), ('talk', ''))
    """
    words = _TAILS.sub("", words_of(header)).strip() or words_of(header)
    for pattern, unit in _UNITS:
        short = re.sub(pattern, "", words).strip()
        if short != words and short:
            return short, unit
    return words, ""


@cache
def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words_of(phrase.strip()) for phrase in listed.split(";") if phrase.strip()))


@lru_cache(maxsize=20_000)
def likeness(header: str, listed: str) -> float:
    """Return how well a header fits a list of names: 1 for the surest name, 0 for none.

    Examples
    --------
    >>> likeness("Call_ID", CALLS["call_id"]), likeness("Weather", CALLS["call_id"])
    (1.0, 0.0)
    """
    whole, short = words_of(header), unit_of(header)[0]
    bare = _without_noise(short)
    best = 0.0
    for rank, phrase in enumerate(_phrases(listed)):
        if phrase in (whole, short):
            found = 1.0 - min(rank, 60) * 0.006
        elif bare and bare == _without_noise(phrase):
            found = 0.92 - min(rank, 60) * 0.006
        else:
            found = _inside(phrase, short) - min(rank, 60) * 0.004
        best = max(best, found)
    return round(max(best, 0.0), 4)


@cache
def _without_noise(words: str) -> str:
    return " ".join(word for word in words.split() if word not in NOISE)


def _inside(phrase: str, words: str) -> float:
    """Return how much of a longer header a known name is; a name of one word or two letters says little."""
    if len(phrase) < 4 or f" {phrase} " not in f" {words} ":
        return 0.0
    return 0.35 + 0.4 * len(phrase) / len(words)


def of_words(text: str, table: Mapping[str, str]) -> str | None:
    """Return the first entry of a table whose pattern a text holds.

    Examples
    --------
    >>> of_words("Outgoing", DIRECTIONS), of_words("Lunch break", STATE_WORDS), of_words("x", DIRECTIONS)
    ('outbound', 'pause', None)
    """
    words = words_of(text)
    return next(
        (name for name, pattern in table.items() if re.search(rf"\b(?:{without_accents(pattern)})", words)),
        None,
    )
