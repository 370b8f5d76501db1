"""Finds the package's sentences, to list those not yet translated."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from callstats.show.words import LANGUAGES, words

Message = tuple[str, ...]


def messages(source: str) -> Iterator[Message]:
    """Yield the messages of Python source.

    Those of ``_("…")``, ``words(language)("…")``, ``voice.say("…")``, ``_.ngettext("…", "…", n)``
    and ``mark("…")``.

    Yields
    ------
    tuple of str
        The message, or its singular and plural.

    Examples
    --------
    >>> list(messages('_("profit"); _.ngettext("{n} call", "{n} calls", n); print("no")'))
    [('profit',), ('{n} call', '{n} calls')]
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (most := _number_of_messages(node.func)):
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if texts:
                yield tuple(texts[:most])


def _number_of_messages(called: ast.expr) -> int:
    if isinstance(called, ast.Name):
        return {"_": 1, "mark": 2}.get(called.id, 0)
    if isinstance(called, ast.Call) and isinstance(called.func, ast.Name):
        return int(called.func.id == "words")
    return {"ngettext": 2, "say": 1}.get(called.attr, 0) if isinstance(called, ast.Attribute) else 0


def untranslated(files: Iterable[Path], language: str) -> list[str]:
    """Return the messages of Python files not translated into a language, with their file.

    Parameters
    ----------
    files : iterable of Path
    language : str

    Examples
    --------
    >>> untranslated([], "fr")
    []
    """
    if language == LANGUAGES[0]:
        return []
    known = words(language)
    return [
        f"{file}: {message[0]}"
        for file in files
        for message in messages(file.read_text(encoding="utf-8"))
        if not known.has(*message)
    ]
