"""What a project calls something: one text for every language, or a table of texts by language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LANGUAGES = ("en", "fr", "ru")
#: ``"Spring"``, or ``{ en = "Spring", fr = "Printemps" }``.
Label = str | dict[str, str]


def label_in(label: str | Mapping[str, str], language: str) -> str:
    """Return what something is called in a language.

    Parameters
    ----------
    label : str or mapping of str to str
        One text, or texts by language.
    language : str
        Where it has no text of its own, the English one stands, and without that the first.

    Examples
    --------
    >>> spring = {"en": "Spring", "fr": "Printemps"}
    >>> label_in(spring, "fr"), label_in(spring, "ru"), label_in({"fr": "Été"}, "ru"), label_in("A", "ru")
    ('Printemps', 'Spring', 'Été', 'A')
    """
    if isinstance(label, str):
        return label
    return next(label[key] for key in (language, LANGUAGES[0], *label) if key in label)


def label_texts(label: str | Mapping[str, str]) -> Iterable[str]:
    """Return every text of a label.

    Examples
    --------
    >>> list(label_texts("Spring")), list(label_texts({"en": "Spring", "fr": "Printemps"}))
    (['Spring'], ['Spring', 'Printemps'])
    """
    return (label,) if isinstance(label, str) else label.values()


def wrong_language(label: Any) -> str | None:
    """Return what is wrong with the languages of a label, None where nothing is.

    Examples
    --------
    >>> wrong_language({"de": "Frühling"}), wrong_language({}), wrong_language("Spring")
    ("'de' is none of en, fr, ru", 'no text in it; write { en = "Spring", fr = "Printemps" }', None)
    """
    if not isinstance(label, Mapping):
        return None
    if not label:
        return 'no text in it; write { en = "Spring", fr = "Printemps" }'
    strange = next((key for key in label if key not in LANGUAGES), None)
    return None if strange is None else f"{strange!r} is none of {', '.join(LANGUAGES)}"
