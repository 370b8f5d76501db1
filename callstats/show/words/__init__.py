"""Words: what the package says, in English, French and Russian.

The sentences in the code are the message ids; ``words("fr")`` returns the
callable that translates them. Catalogues are gettext ``.po`` files, one folder
a language and in it one file per room that has something to say (``show.po``,
``analyses.po``, ...). They are read as they are, so there is no compiled file
to forget.
"""

from __future__ import annotations

import io
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any

from callstats.errors import unknown_name

#: The languages that reports are written in.
LANGUAGES = ("en", "fr", "ru")


class Words:
    """Translates message ids and fills their named fields.

    Parameters
    ----------
    language : str
    translations : gettext.NullTranslations

    Examples
    --------
    >>> _ = words("fr")
    >>> _("{low} to {high}", low=1, high=2)
    'de 1 à 2'
    >>> _.ngettext("{n} contact", "{n} contacts", 1)
    '1 contact'
    """

    def __init__(self, language: str, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def __call__(self, message: str, **fields: Any) -> str:
        """Return the message in the language, its ``{named}`` fields filled."""
        text = self._translations.gettext(message)
        return text.format(**fields) if fields else text

    def ngettext(self, singular: str, plural: str, n: int, **fields: Any) -> str:
        """Return the form of the message for ``n``, which also fills ``{n}``.

        Give ``n`` among the fields too (as ``shown=...`` in the message) where
        it has to be grouped or rounded.
        """
        text = self._translations.ngettext(singular, plural, n)
        return text.format(**{"n": n, **fields})


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str = "en") -> Words:
    """Return the translator of a language.

    Raises
    ------
    UsageError
        The language is not one of :data:`LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    if language == "en":
        return Words(language, NullTranslations())
    return Words(language, _catalogue(language))


def _catalogue(language: str) -> GNUTranslations:
    """Read every catalogue of a language into one."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = None
    for file in sorted(files(__name__).joinpath(language).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".po"):
            continue
        with file.open("rb") as content:
            catalogue = read_po(content, locale=language)
        binary = io.BytesIO()
        write_mo(binary, catalogue)
        binary.seek(0)
        translations = GNUTranslations(binary)
        if merged is None:
            merged = translations
        else:
            merged.add_fallback(translations)
    return merged or GNUTranslations()
