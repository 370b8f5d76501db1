"""Where an analyst says what an outcome code means, and the lines to put there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from callstats.sources import known
from callstats.sources.base import Source
from callstats.sources.drafting.draft_outcomes import kinds, status_lines
from callstats.sources.drafting.toml_lines import line, text
from callstats.sources.matching import CodeWords

if TYPE_CHECKING:
    from callstats.dataset import Dataset
    from callstats.show.words import Words


def lines_to_paste(dataset: Dataset, codes: Mapping[str, int]) -> list[str]:
    """Return the lines of TOML for codes without a meaning, under the table where they belong.

    A kind that the words of a code say is proposed; a code whose words say none is a comment.

    Parameters
    ----------
    dataset : Dataset
        Read from one export.
    codes : mapping of str to int
        Each with its calls.
    """
    proposed = kinds(codes, agents=dataset.has("calls", "agent_id"), inbound=False)
    return [f"[{_table(_source(dataset))}]", *status_lines(codes, proposed)]


def meanings_to_state(dataset: Dataset, codes: Mapping[str, int]) -> tuple[str, dict[str, str | None]]:
    """Return the system whose codes a project file may explain, and what the words of codes suggest.

    Parameters
    ----------
    dataset : Dataset
    codes : mapping of str to int
        Those without a meaning, each with its calls.

    Returns
    -------
    str
        Empty where a mapping, or several systems, read the data.
    dict of str to str or None
        Code -> the name of an outcome.
    """
    source = _source(dataset)
    proposed = kinds(codes, agents=dataset.has("calls", "agent_id"), inbound=False)
    return "" if source is None else source.name, proposed


def where_to_say(dataset: Dataset, _: Words, code: str) -> str:
    """Return the sentence that says where the meaning of a code belongs, with its line."""
    source = _source(dataset)
    fields = {
        "table": _table(source),
        "line": line(text(code), kinds({code: 1}, agents=True, inbound=False)[code] or "…"),
    }
    if source is None:
        return _("Say in the mapping file, below [{table}], what the code means: {line}.", **fields)
    if source.more_statuses:
        return _(
            "Import the table of statuses beside it, or say in callstats.toml, below [{table}], what the "
            "code means: {line}.",
            **fields,
        )
    return _("Say in callstats.toml, below [{table}], what the code means: {line}.", **fields)


def is_unlisted(dataset: Dataset, code: str) -> bool:
    """Tell whether the system from which the data are lists its codes, and not this one."""
    source = _source(dataset)
    if source is None or not source.statuses:
        return False
    return not any(code in CodeWords(listed) for listed in (source.statuses, source.inbound_statuses))


def _source(dataset: Dataset) -> Source | None:
    """Return the system that ships from which the data are; none where a mapping or several read them."""
    return known().get(str(dataset.provenance.get("source")))


def _table(source: Source | None) -> str:
    return "calls.statuses" if source is None else f"sources.{source.name}.statuses"
