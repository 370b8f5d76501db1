"""Headers and codes as words, so that spellings which say the same are alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache


@cache
def words_of(header: str) -> str:
    """Return a header as words: in lower case, without accents, marks and joined capitals.

    Examples
    --------
    >>> words_of("hs_callDuration (s)"), words_of("Durée d'appel")
    ('hs call duration s', 'duree d appel')
    """
    text = re.sub(r"(?<=[a-zа-яё0-9])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header[:200])
    return " ".join(re.findall(r"[^\W_]+", without_accents(text.casefold())))


def without_accents(text: str) -> str:
    """Return a text with plain letters.

    Examples
    --------
    >>> without_accents("répondeur"), without_accents("ещё й")
    ('repondeur', 'еще и')
    """
    letters = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in letters if not unicodedata.combining(mark))
