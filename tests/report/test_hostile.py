"""Reports of a call centre whose every name means harm: nothing is read, nothing is written elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

import callstats as cs
from callstats.report import monthly
from tests.hostile import CAMPAIGNS, NAMES, write_data


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the data and the month's reports."""
    home = tmp_path_factory.mktemp("centre")
    made = monthly(write_data(home / "data"), "2026-09", out=home / "site" / "reports")
    assert not made.failed, [one.error for one in made.outcomes if one.error]
    return home


def test_nothing_is_written_outside_the_folder_of_the_month(centre):
    made = [path for path in centre.rglob("*") if path.is_file() and (centre / "data") not in path.parents]
    assert len(made) > 20
    assert {path.parent for path in made} == {centre / "site" / "reports" / "2026-09"}


def test_names_of_files_are_plain_and_short(centre):
    for path in (centre / "site" / "reports" / "2026-09").iterdir():
        assert path.name.replace("_", "").replace("-", "").replace(".", "").isalnum(), path.name
        assert len(path.name.encode()) < 200


def test_no_file_of_the_machine_gets_into_a_report(centre):
    for path in (centre / "site").rglob("*.pdf"):
        text = "".join(page.extract_text() for page in PdfReader(path).pages)
        assert "root:" not in text, path.name
    for path in (centre / "site").rglob("*.html"):
        assert "root:x:" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("name", [name for name in CAMPAIGNS if name != "long"])
def test_a_pdf_names_its_campaign_as_it_is_called(centre, name):
    texts = [
        "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())
        for path in (centre / "site").rglob("campaign_report*.pdf")
    ]
    assert len(texts) == len(CAMPAIGNS)
    assert any("".join(NAMES[name].split()) in text for text in texts)


def test_a_pdf_has_no_action_and_no_attachment(centre):
    for path in (centre / "site").rglob("*.pdf"):
        raw = path.read_bytes()
        for dangerous in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
            assert dangerous not in raw, (path.name, dangerous)


def test_results_are_json_that_holds_the_names_whole(centre):
    told = [json.loads(path.read_text(encoding="utf-8")) for path in (centre / "site").rglob("*report*.json")]
    campaigns = {one["parameters"].get("campaign_id") for one in told}
    assert {NAMES[name] for name in CAMPAIGNS} <= campaigns


def test_names_are_filters_like_any_other(centre):
    data = cs.open(centre / "data")
    for name in CAMPAIGNS:
        assert data.where(campaign_id=NAMES[name]).values("campaign_id") == [NAMES[name]]
