"""The catalogue's sentences in French and Russian, a file per language.

``TERMS`` says what rows, sums and sources are called, by their English words;
``QUESTIONS`` and ``CAUTIONS`` go by the name of the KPI. What a file lacks
stays English.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cache

from callstats.errors import unknown_name

LANGUAGES = ("en", "fr", "ru")


@dataclass(frozen=True, slots=True)
class KPIWords:
    """One language's words for the catalogue."""

    terms: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    cautions: dict[str, str] = field(default_factory=dict)

    def term(self, english: str) -> str:
        """Return what rows, a sum or a source is called; the English where there is no word."""
        return self.terms.get(english, english)


@cache
def words(language: str) -> KPIWords:
    """Return the words of a language.

    Raises
    ------
    UsageError
        The language is not one of en, fr and ru.

    Examples
    --------
    >>> words("fr").term("handled calls")
    'appels traités'
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    if language == "en":
        return KPIWords()
    module = importlib.import_module(f"{__name__}.{language}")
    return KPIWords(module.TERMS, module.QUESTIONS, module.CAUTIONS)
