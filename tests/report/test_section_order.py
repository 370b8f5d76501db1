"""What a section shows, in order: what was found, the figure that shows it, the numbers, the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from callstats.report import document
from callstats.show.display import MIME

NOTEBOOKS = sorted(Path(__file__).parents[2].joinpath("notebooks").rglob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]
#: Rank of what an answer shows; a caption belongs to its figure.
ORDER = {
    "title": 0, "verdict": 1, "key_figures": 2, "figure": 3, "caption": 3, "table": 4, "note": 5, "record": 6,
}  # fmt: skip
#: Words of a finding, so that it is read at a glance.
MOST_WORDS = 12


def shown(notebook: Path) -> Iterator[list[dict[str, Any]]]:
    """Yield what each cell of a stored notebook shows: one answer."""
    for cell in nbformat.read(notebook, 4).cells:
        outputs = [output.get("data", {}).get(MIME) for output in cell.get("outputs", ())]
        yield [payload for payload in outputs if payload]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_answer_shows_finding_figure_and_table_in_this_order(notebook: Path) -> None:
    for payloads in shown(notebook):
        ranks = [ORDER[payload["kind"]] for payload in payloads]
        assert ranks == sorted(ranks), [payload["kind"] for payload in payloads]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_finding_is_short_and_is_the_beginning_of_the_alternative_text(notebook: Path) -> None:
    figures = [payload for payloads in shown(notebook) for payload in payloads if payload["kind"] == "figure"]
    for told in figures:
        finding = told.get("finding", "")
        assert len(finding.split()) <= MOST_WORDS, finding
        assert told["alt"].startswith(finding)


@pytest.mark.parametrize("notebook", REPORTS, ids=lambda path: path.stem)
def test_a_report_says_no_sentence_twice(notebook: Path) -> None:
    said = Counter(sentence["text"] for sentence in document.verdict(nbformat.read(notebook, 4)))
    assert [text for text, times in said.items() if times > 1] == []
