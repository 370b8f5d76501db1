"""What an outcome is called: words in English, French, Russian, German and Spanish, and codes that systems share.

The table serves two readers. A draft of a mapping takes every word as a proposal, which a
person checks. A source that ships takes only the :data:`PLAIN` ones, which can be read in one
way: any other code of an installation's own is a finding, so that the analyst says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from callstats.sources.outcomes import OUTCOMES, Outcome
from callstats.sources.plain_words import without_accents, words_of

#: Kinds of outcome, the plain words that say them, and a pattern of all others; the first that fits is taken, so what
#: denies stands above what it denies.
WORDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("do_not_call", ("Do Not Call", "DNC"), r"dncl?|opt(ed)? ?out|remove from list|unsubscribe|never call|ne pas (r?appeler|contacter)|opposition|bloctel|liste rouge"
     r"|не звонить|не беспокоить|черн\w+ список|nicht (mehr )?anrufen|no llamar|robinson"),
    ("wrong_number", ("Wrong Number",), r"wrong (no|person|party)|not the right|mauvais numero|faux numero|erreur (de )?numero|не тот|ошиб\w* номер|не туда|falsche (nummer|person)|numero equivocado"),
    ("invalid", (), r"invalid|disconnected num\w*|not in service|number (does not|not) (exist|work)\w*|bad number|unallocated|out of service|dead (line|number)|unknown number|non attribue|numero (invalide|errone|inexistant)|hors service"
     r"|неверн\w+ номер|не существует|некорректн|недействит|nicht vergeben|ungultig|numero (invalido|inexistente)|no existe"),
    ("fax", ("Fax", "Fax Machine"), r"modem|факс"),
    ("machine", ("Answering Machine", "Voicemail", "Left Voicemail"), r"(answering )?machine\w*|voice ?mail|left (a )?(message|vm|voicemail)|am detected|amd|repondeur|messagerie|boite vocale|автоответчик|голосов\w+ почт\w*|anrufbeantworter|mailbox|contestador|buzon"),
    ("silence", (), r"dead air|silence|no voice|blanc|тишина|молчан\w+|stille|silencio"),
    ("busy", ("Busy",), r"occupe\w*|занят\w*|besetzt|ocupado|comunicando|engaged"),
    ("abandoned", (), r"abandon\w*|dropped|hung up in queue|caller hung up|raccroche (avant|en attente)|потерян\w*|брошен\w*|не дожда\w+|aufgelegt in warteschlange"),
    ("no_answer", ("No Answer",), r"no[ -]?(answer|reply|response|pick ?up)|not answered|unanswered|not reached|no contact|nobody|no one|ring(ing)? (out|no answer|timeout)|did not (answer|pick ?up)|unreachable|not available|missed|non? reponse|pas de reponse|sans reponse|ne repond pas"
     r"|absent|non joint|injoignable|manque|personne ne|не (ответ|отвеч|взял|берет|дозвон|доступ)\w*|нет ответа|недозвон|без ответа|недоступ\w*|пропущ\w*|nicht (erreicht|abgenommen|gemeldet)|keine antwort|no contesta|sin respuesta"),
    ("callback", ("Callback", "Call Back", "Call-back", "Callback Requested"), r"call ?backs?|call (me )?(later|again)|recall|follow ?up|later|reschedul\w*|rappel\w*|a rappeler|relance|rdv tel|перезвон\w*|позже|подум\w+|ruckruf|wiedervorlage|spater|volver a llamar|rellamad\w*|llamar (mas tarde|despues)|postpone\w*"),
    ("refusal", ("Not Interested",), r"refus\w*|no interest|declin\w*|rejected|no sale|not sold|lost|does not want|too expensive|not qualified|pas interesse\w*|non interesse\w*|sans interet|non vente|perdu|отказ\w*|не интерес\w*|неинтерес\w*|не нужно|дорого|отклон\w*|kein interesse|abgelehnt|absage|no interesad\w*|rechaz\w*|hang ?up|hung up"),
    ("success", ("Sale", "Sold", "Sale Made"), r"sale\w*|success\w*|won|purchase\w*|order(ed)?|deal|converted|accepted|agreed|agreement|subscribed|signed|appointment|booked|meeting (set|booked)|interested|promise to pay|ptp|payment|paid|upgrade|yes|closed won"
     r"|vente\w*|vendu\w*|accord|rdv( pris)?|rendez vous|positif|argumente positif|oui|commande|signe|succes|продаж\w*|продан\w*|успе\w+|соглас\w+|заказ\w*|оформлен\w*|встреча|купил\w*|да|verkauf\w*|verkauft|abschluss|erfolg\w*|termin|zugesagt|ja|venta|vendido|exito|acepta\w*|cita|si"),
    ("failed", (), r"fail\w*|congestion|error|network|circuit|sit tone|trunk|cancel+ed|rejected by (carrier|network)|chanunavail|echec|erreur|anomalie|annule|ошибка|сбой|неудач\w*|отмен\w*|fehler|fehlgeschlagen|error|fallo|fallid[ao]"),
    ("transferred", (), r"transfer\w*|xfer|handed over|escalated|transfert|transfere|перевод|переведен\w*|переадрес\w*|weitergeleitet|transferid[ao]"),
    ("refusal", (), r"no|non|нет|nein"),
    ("spoken", (), r"answered|connected|call connected|accepted by|contacted|talked|spoke|spoken|reached|handled|live|human|decroche|repondu|joint|contact\w* argumente|traite|отвечен\w*|ответ\w*|принят\w*|состоял\w*|разговор|дозвон\w*|beantwortet|erreicht|gesprochen|contestada?|atendid[ao]|contactado"),
    ("completed", (), r"completed?|resolved|done|finished|closed|termine\w*|resolu|решен\w*|завершен\w*|закрыт\w*|erledigt|resuelto|completad[ao]|question|information|info|enquiry|inquiry"),
)  # fmt: skip
#: Codes that many systems write.
CODES: dict[str, str] = {
    "na": "no_answer", "noans": "no_answer", "rna": "no_answer", "nr": "no_answer", "ab": "busy", "am": "machine", "al": "machine",
    "aa": "machine", "vm": "machine", "dc": "invalid", "adc": "invalid", "wn": "wrong_number", "ni": "refusal", "np": "refusal", "cb": "callback",
    "callbk": "callback", "cbhold": "callback", "sale": "success", "dnc": "do_not_call", "dncl": "do_not_call", "xfer": "transferred", "drop": "abandoned",
    "rpc": "spoken", "tpc": "spoken", "nc": "no_answer", "nak": "failed", "no-answer": "no_answer", "pdrop": "abandoned", "rep": "machine", "ptp": "success",
}  # fmt: skip
#: Codes that an installation may write in its own way, and that can be read in one way only.
PLAIN: Mapping[str, Outcome] = {word: OUTCOMES[kind] for kind, words, _ in WORDS for word in words}
#: Kinds that say a talk took place; which one depends on who was on the line.
_TALKED = "spoken"


@cache
def kind_of(code: str) -> str | None:
    """Return the kind of outcome that a code or a text says; None where it says none.

    Examples
    --------
    >>> kind_of("Not interested"), kind_of("Pas de réponse"), kind_of("Автоответчик"), kind_of("ZZ9")
    ('refusal', 'no_answer', 'machine', None)
    """
    if known := CODES.get(code.strip().casefold()):
        return known
    words = words_of(code)
    for kind, pattern in _patterns():
        if pattern.search(words):
            return kind
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (kind, re.compile(rf"(?<!\w)(?:{_any_of(plain, more)})(?!\w)")) for kind, plain, more in WORDS
    )


def _any_of(plain: tuple[str, ...], more: str) -> str:
    return "|".join((*map(words_of, plain), without_accents(more)))


def in_context(kind: str, *, agents: bool, inbound: bool) -> str:
    """Return the kind that is meant where we know who takes part.

    Parameters
    ----------
    kind : str
    agents : bool
        The rows name agents; else nobody knows whether a person was on the line.
    inbound : bool
        Callers call us: whoever was not answered gave up.

    Examples
    --------
    >>> in_context("spoken", agents=False, inbound=False), in_context("no_answer", agents=True, inbound=True)
    ('picked_up', 'abandoned')
    """
    if inbound and kind == "no_answer":
        return "abandoned"
    if kind in ("spoken", "completed") and not agents:
        return "picked_up"
    return "handled" if inbound and kind == _TALKED else kind
