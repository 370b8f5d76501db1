"""What an outcome is called: one table for the sources that ship and for drafts of mappings."""

from __future__ import annotations

import pytest

from callstats.sources import find
from callstats.sources.outcome_words import PLAIN, kind_of
from callstats.sources.outcomes import OUTCOMES


@pytest.mark.parametrize("word", PLAIN)
def test_a_plain_word_means_the_same_in_a_draft_and_in_a_source(word: str) -> None:
    assert OUTCOMES[str(kind_of(word))] == PLAIN[word]


@pytest.mark.parametrize("name", ["five9", "genesys-cloud", "nice-cxone"])
def test_a_source_with_codes_of_the_sites_own_knows_every_plain_word(name: str) -> None:
    known = find(name).statuses
    assert [word for word in PLAIN if known.get(word) != PLAIN[word]] == []


@pytest.mark.parametrize("word", ["Interested", "Sold gold", "Later maybe"])
def test_a_word_that_can_be_read_in_two_ways_is_proposed_and_not_taken(word: str) -> None:
    assert kind_of(word) is not None
    assert word not in PLAIN
