"""Draft a project file from the data it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from callstats.answers.core.voice import Voice
from callstats.errors import unknown_name
from callstats.project_draft.draft_lines import decisions, written
from callstats.project_draft.draft_sections import DraftSections
from callstats.project_draft.site_facts import site_facts
from callstats.show.words import LANGUAGES

if TYPE_CHECKING:
    from callstats.dataset import Dataset


def draft_project(dataset: Dataset, language: str | None = None) -> str:
    """Return the text of a ``callstats.toml`` for a data set, with everything it may say.

    Currency, time zone and language stand as they are; so does whatever the project has
    decided. The rest is offered on lines that begin with ``# ``, each of which holds once
    that is taken away: prices, targets with the trade's norms and what the last whole
    month reached, names for campaigns, lists and agents, codes that nothing explains.

    Parameters
    ----------
    dataset : Dataset
    language : str, optional
        en, fr or ru, also of the explanations; the project's own if omitted.

    Returns
    -------
    str
        TOML. Names from the data are quoted; at most 40 of a kind are listed.

    Raises
    ------
    UsageError
        The language is unknown.

    Examples
    --------
    >>> import callstats as cs, pandas as pd
    >>> ds = cs.open({"calls": pd.DataFrame({
    ...     "call_id": ["1", "2"], "direction": "outbound", "campaign_id": "spring.2",
    ...     "handled": [True, False], "local_started_at": pd.Timestamp("2026-09-01 10:00"),
    ... })})
    >>> draft = draft_project(ds)
    >>> [line for line in draft.splitlines() if "spring.2" in line][0]
    '## spring.2: 2 dials'
    >>> [line for line in draft.splitlines() if line.startswith("# calling_hours")]
    ['# calling_hours = [["10:00", "10:30"]]']
    """
    if language is not None and language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    facts = site_facts(dataset)
    config = replace(
        dataset.config,
        currency=facts.currency,
        time_zone=facts.time_zone,
        language=language or dataset.config.language,
    )
    voice = Voice(config.language, config.currency)
    site = {(key,): getattr(config, key) for key in ("currency", "time_zone", "language")}
    blocks = list(DraftSections(facts, voice, config).blocks())
    return "\n".join(written(blocks, {**site, **decisions(config)})) + "\n"
