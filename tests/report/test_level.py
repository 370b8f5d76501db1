"""A level that was set is the level of every interval, and what every head, caption and note says."""

import re
from pathlib import Path

import pytest

from callstats.report import notebooks
from tests.report.shown import DEMO, cells, texts

#: Where 95 stands for the level of an interval: not in a figure, and not at the limits of a funnel plot.
LEVEL = {
    "en": re.compile(r"95\s?%[\s-](?:interval|probability|confidence)|[Ii]n 95 of 100|95% [a-z]+ interval"),
    "fr": re.compile(r"(?:intervalles? à|probabilité de) 95\s?%|[Dd]ans 95 "),
    "ru": re.compile(r"[Ии]нтервал\w* 95\s?%|вероятностью 95\s?%|[Вв] 95 из 100"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the demo's project file with a confidence of 90 %."""
    file = tmp_path_factory.mktemp("project") / "callstats.toml"
    file.write_text(
        "confidence = 0.90\n" + (Path(DEMO) / "callstats.toml").read_text(encoding="utf-8"), "utf-8"
    )
    return str(file)


@pytest.mark.parametrize("name", sorted(notebooks.names()))
def test_every_report_says_the_level_that_was_set(name, project):
    said = list(texts(cells(name, config=project)))
    assert [text for text in said if LEVEL["en"].search(text)] == []
    assert name == "data_quality" or any("90%" in text or "90 of 100" in text for text in said)


@pytest.mark.parametrize("language", ["fr", "ru"])
@pytest.mark.parametrize("name", ["agent_comparison", "campaign_report", "service_report"])
def test_every_report_says_it_in_every_language(name, language, project):
    said = list(texts(cells(name, config=project, language=language)))
    assert [text for text in said if LEVEL[language].search(text)] == []


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_the_level_that_is_usual_would_be_seen(language):
    said = texts(cells("campaign_report", language=language))
    assert any(LEVEL[language].search(text) for text in said)
