"""The catalogue's sentences in French and Russian, one file per language.

``TERMS`` translates the names of rows, sums and sources from English;
``QUESTIONS`` and ``CAUTIONS`` are keyed by KPI name. Anything a file lacks stays
English.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from functools import cache

from callstats.errors import unknown_name

LANGUAGES = ("en", "fr", "ru")


@dataclass(frozen=True, slots=True)
class KPIWords:
    """One language's texts for the catalogue."""

    terms: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    cautions: dict[str, str] = field(default_factory=dict)

    def term(self, english: str) -> str:
        """Return the name of rows, a sum or a source; in English if there is no translation."""
        return self.terms.get(english, english)


@cache
def words(language: str) -> KPIWords:
    """Return a language's texts.

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
