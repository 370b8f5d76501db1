"""Words: the package's texts in English, French and Russian.

The sentences in the code are the message ids; ``words("fr")`` returns the
callable that translates them. Catalogues are gettext ``.po`` files, in one folder
per language and one file per package that has texts (``show.po``,
``analyses.po``, ...). They are read directly, so no compiled file can be
forgotten.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Any, overload

from callstats.errors import unknown_name

#: The languages of reports.
LANGUAGES = ("en", "fr", "ru")


@overload
def mark(message: str, /) -> str: ...
@overload
def mark(singular: str, plural: str, /) -> tuple[str, str]: ...
def mark(*messages: str) -> str | tuple[str, ...]:
    """Return messages unchanged, marking them for translation elsewhere.

    Examples
    --------
    >>> mark("{n} call", "{n} calls")
    ('{n} call', '{n} calls')
    """
    return messages[0] if len(messages) == 1 else messages


_BETWEEN, _HEADED = mark("; "), mark("{what}: {told}")


class Words:
    """Translates message ids and fills their named fields.

    Parameters
    ----------
    language : str
    translations : gettext.NullTranslations
    known : frozenset of tuple of str
        The messages it translates, each with its plural if it has one.

    Examples
    --------
    >>> _ = words("fr")
    >>> _("{low} to {high}", low=1, high=2)
    'de 1 à 2'
    >>> _.ngettext("{n} contact", "{n} contacts", 1)
    '1 contact'
    """

    def __init__(
        self, language: str, translations: NullTranslations, known: frozenset[tuple[str, ...]]
    ) -> None:
        self.language = language
        self._known = known
        self._translations = translations

    def has(self, *message: str) -> bool:
        """Return whether a message, or its singular and plural, is translated."""
        return message in self._known

    def __call__(self, message: str, **fields: Any) -> str:
        """Return the message in the language, with its ``{named}`` fields filled."""
        text = self._translations.gettext(message)
        return text.format(**fields) if fields else text

    def joined(self, parts: Iterable[str]) -> str:
        """Return parts joined with the language's separator; empty ones are left out.

        Examples
        --------
        >>> words("en").joined(["19:00: 31%", "", "18:00: 30%"])
        '19:00: 31%; 18:00: 30%'
        """
        return self(_BETWEEN).join(part for part in parts if part)

    def headed(self, what: str, told: str) -> str:
        r"""Return a text preceded by its subject.

        Examples
        --------
        >>> words("en").headed("Spring offer", "no gap"), words("fr").headed("ROI", "12").replace("\xa0", " ")
        ('Spring offer: no gap', 'ROI : 12')
        """
        return self(_HEADED, what=what, told=told)

    def ngettext(self, singular: str, plural: str, n: int, **fields: Any) -> str:
        """Return the form of the message for ``n``, which also fills ``{n}``.

        Also pass ``n`` as a field (as ``shown=...`` in the message) if it needs
        grouping or rounding.
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
    if language == LANGUAGES[0]:
        return Words(language, NullTranslations(), frozenset())
    return _read(language)


def _read(language: str) -> Words:
    """Merge all catalogues of a language into one."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    merged = Catalog(locale=language)
    for file in sorted(files(__name__).joinpath(language).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".po"):
            with file.open("rb") as content:
                for message in read_po(content, locale=language):
                    merged[message.id] = message
    binary = io.BytesIO()
    write_mo(binary, merged)
    binary.seek(0)
    known = (
        _identity(message.id)
        for message in merged
        if message.id and message.string and _is_whole(message.string)
    )
    return Words(language, GNUTranslations(binary), frozenset(known))


def _identity(message: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def _is_whole(translation: str | tuple[str, ...] | list[str]) -> bool:
    return all(_identity(translation))
