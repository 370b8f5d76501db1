"""Words of an export against words of a mapping."""

import pandas as pd

from callstats.sources.matching import CodeWords, is_one_of


def test_a_word_is_found_whatever_its_case_and_outer_spaces():
    assert CodeWords({"Sold": 1}).get(" SOLD ") == 1


def test_words_that_differ_in_case_alone_are_told_apart():
    words = CodeWords({"A": 1, "a": 2})
    assert (words.get("A"), words.get("a"), words.get(" a")) == (1, 2, None)


def test_a_star_is_every_other_word_and_no_word_itself():
    words = CodeWords({"Sold": 1, "*": 0})
    assert (words.get("X1"), words.get("*"), words.get("sold")) == (0, 0, 1)


def test_an_unknown_text_is_none_of_them():
    assert is_one_of(pd.Series(["yes", None, "no"], dtype="string"), ["YES"]).tolist() == [True, False, False]
