"""Columns handled by their different texts: a code that a million rows hold is looked at once."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
import pyarrow as pa
from pandas.api.types import is_object_dtype

from callstats.sources.raw import Series

compute: Any = importlib.import_module("pyarrow.compute")  # its functions are made at run time


def arrow_of(texts: Series) -> pa.Array:
    """Return the texts of a column as one Arrow array, without a copy where that can be."""
    array = pa.array(texts, from_pandas=True)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.string()) if not pa.types.is_string(whole.type) else whole


def marks(texts: Series, says: Callable[[str], bool]) -> Series:
    """Mark the texts of which a function of one text is true; an unknown text is not marked.

    Examples
    --------
    >>> marks(pd.Series(["a", None, "bb", "a"]), lambda text: len(text) == 1).tolist()
    [True, False, False, True]
    """
    return of_mask(texts, _each(arrow_of(texts), says, pa.bool_()))


def each(texts: Series, change: Callable[[str], str | None], dtype: Any) -> Series:
    """Return a column with every different text changed once.

    Examples
    --------
    >>> each(pd.Series(["a", None, "b"]), {"a": "x"}.get, "string").tolist()
    ['x', <NA>, <NA>]
    """
    return _column(_each(arrow_of(texts), change, pa.string()), texts, dtype)


def numbers(texts: Series, read: Callable[[str], float]) -> Series:
    """Return a number for every text, each different one read once; nan for an unknown text.

    Examples
    --------
    >>> numbers(pd.Series(["1", None]), float).tolist()
    [1.0, nan]
    """
    read_once = _each(arrow_of(texts), read, pa.float64())
    return pd.Series(read_once.to_numpy(zero_copy_only=False), index=texts.index, dtype="float64")


def replaced(texts: Series, pattern: str, by: str) -> Series:
    r"""Return a column with what a pattern matches written otherwise; RE2's patterns, without looking around.

    Examples
    --------
    >>> replaced(pd.Series(["2026-09-14T10:05", None]), r"(\d)T(\d)", r"\1 \2").fillna("").tolist()
    ['2026-09-14 10:05', '']
    """
    array = arrow_of(texts)
    if not compute.any(compute.match_substring_regex(array, pattern)).as_py():
        return texts
    changed = compute.replace_substring_regex(array, pattern, by)
    return _column(changed, texts, texts.dtype)


def extracted(texts: Series, pattern: str) -> Series:
    r"""Return what the group ``found`` of a pattern matches in each text; unknown where it does not match.

    Examples
    --------
    >>> extracted(pd.Series(["10:05 +02:00", "10:05"]), r"(?P<found>[+-]\d\d):").tolist()
    ['+02', <NA>]
    """
    found = compute.extract_regex(arrow_of(texts), pattern)
    return _column(compute.struct_field(found, "found"), texts, "string")


def of_mask(texts: Series, mask: pa.Array) -> Series:
    """Return a mask of Arrow as a column of the same rows; unknown is not marked."""
    plain = compute.fill_null(mask, False).to_numpy(zero_copy_only=False)
    return pd.Series(plain, index=texts.index, dtype=bool)


def is_any_of(texts: pa.Array, words: Iterable[str]) -> pa.Array:
    """Mark the texts that may be one of some words, whatever their case and the spaces in and around them.

    Nothing that is one of them is left unmarked; what is marked has to be looked at by itself.
    """
    known = sorted({" ".join(word.split()).casefold() for word in words})
    longest = max((len(word.encode()) for word in known), default=0)
    short = compute.less_equal(compute.binary_length(texts), 2 * longest + 4)  # with doubled spaces at most
    if not compute.any(short).as_py():
        return compute.fill_null(short, False)
    plain = compute.ascii_lower(compute.utf8_trim_whitespace(texts))
    foreign = compute.or_(
        compute.invert(compute.string_is_ascii(texts)), compute.match_substring_regex(plain, r"[\t-\r]|  ")
    )
    listed = compute.is_in(plain, value_set=pa.array(known, pa.string()))
    return compute.fill_null(compute.and_(short, compute.or_(listed, foreign)), False)


def _column(array: pa.Array, like: Series, dtype: Any) -> Series:
    values = array.to_pylist() if is_object_dtype(dtype) else pd.array(array, dtype=dtype)
    return pd.Series(values, index=like.index, dtype=dtype)


def _each(texts: pa.Array, function: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    coded = texts.dictionary_encode()
    answers = pa.array([function(text) for text in coded.dictionary.to_pylist()], kind, from_pandas=True)
    return answers.take(coded.indices)
