"""CodeWords of an export against words of a mapping: without regard to case and outer spaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

import pyarrow as pa

from callstats.sources import distinct
from callstats.sources.distinct import compute as pc
from callstats.sources.raw import Series

#: The word of a mapping that stands for every other.
REST = "*"

T = TypeVar("T")


def folded(text: str) -> str:
    """Return a word as it is compared."""
    return " ".join(text.split()).casefold()


class CodeWords(Generic[T]):
    """What each word stands for.

    A word of an export is looked up as it stands, then without regard to case and
    spaces, unless two words of the mapping differ in nothing else; then for ``*``.

    Examples
    --------
    >>> CodeWords({"Sold": 1, "*": 0}).get("SOLD "), CodeWords({"A": 1, "a": 2}).get("a")
    (1, 2)
    """

    def __init__(self, meanings: Mapping[str, T]) -> None:
        self._exact = dict(meanings)
        by_fold: dict[str, list[str]] = {}
        for word in meanings:
            by_fold.setdefault(folded(word), []).append(word)
        self._folded = {fold: meanings[words[0]] for fold, words in by_fold.items() if len(words) == 1}

    def __contains__(self, word: str) -> bool:
        return word in self._exact or folded(word) in self._folded or REST in self._exact

    def get(self, word: str, default: T | None = None) -> T | None:
        """Return what a word stands for."""
        if word in self._exact and word != REST:
            return self._exact[word]
        found = self._folded.get(folded(word), default)
        return self._exact.get(REST, found) if found is default else found


def is_one_of(texts: Series, words: Iterable[str]) -> Series:
    """Mark the texts that are one of some words; an unknown one is none of them."""
    words = tuple(words)
    known = CodeWords(dict.fromkeys(words, True))
    if REST in words:
        return distinct.marks(texts, lambda text: bool(known.get(text, False)))
    array = distinct.arrow_of(texts)
    likely = distinct.is_any_of(array, words)
    if not pc.any(likely).as_py():  # the usual case of a column without blanks
        return distinct.of_mask(texts, likely)
    found = {t for t in array.filter(likely).unique().to_pylist() if known.get(t, False)}
    return distinct.of_mask(texts, pc.is_in(array, value_set=pa.array(sorted(found), pa.string())))
