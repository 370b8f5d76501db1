"""The few words of a report's frame, in the language of the report."""

from __future__ import annotations

from callstats.show.words import LANGUAGES, words


def frame_words(language: str) -> dict[str, str]:
    """Return the words that the templates themselves say.

    A notebook in a language without a catalogue keeps its language and gets an
    English frame.

    Examples
    --------
    >>> frame_words("fr")["contents"]
    'Sommaire'
    """
    _ = words(language if language in LANGUAGES else "en")
    return {
        "contents": _("Contents"),
        "figure": _("Figure"),
        "table": _("Table"),
        "code": _("Show the code"),
        "continued": _("continued"),
    }
