"""The reports of a month as they are made: whole, once, and none spoilt by another."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import nbformat
import pytest

from callstats.errors import UsageError
from callstats.report import batch, monthly, notebooks
from tests.report import month_site as site


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Two notebooks and a summary, under names that ship."""
    fewer = dict.fromkeys(["service_report", "list_ab_test", "data_quality"])
    folder = site.write_shipped(tmp_path / "shipped", **fewer)
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    return folder


@pytest.fixture
def data(tmp_path):
    return site.write_data(tmp_path / "data")


@pytest.fixture
def make(shipped, data, tmp_path):
    def made(out: str = "out", **options):
        asked = {"formats": ["html"], "jobs": 2, "campaign_id": ["spring"], **options}
        return monthly(data, "2026-09", out=tmp_path / out, **asked)

    return made


@pytest.fixture
def at_once(monkeypatch):
    """Run the notebooks in this process: what is tested is not how they are run."""
    monkeypatch.setattr("callstats.report.batch.run_all", site.run_all)
    monkeypatch.setattr("callstats.report.kernel.execute", site.execute)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def statuses(made: batch.MonthResult) -> dict[str, str]:
    return {outcome.planned.name: outcome.status for outcome in made.outcomes}


def test_a_month_is_made_once_and_then_unchanged(at_once, make, tmp_path):
    first = make(campaign_id=[])
    assert set(statuses(first).values()) == {"made"}
    before = contents(tmp_path / "out" / "2026-09")
    assert [path.name for path in first.index] == ["index.html", "index.json"]
    told = []
    again = make(campaign_id=[], on_progress=told.append)
    assert set(statuses(again).values()) == {"unchanged"}
    assert contents(tmp_path / "out" / "2026-09") == before
    assert [(p.done, p.total, p.left_s) for p in told] == [(n, 6, None) for n in range(1, 7)]
    assert again.outcomes[0].paths[0].suffix == ".html"
    assert set(statuses(make(campaign_id=[], again=True)).values()) == {"made"}
    assert contents(tmp_path / "out" / "2026-09") == before


def test_the_summary_links_to_every_report_that_is_there(at_once, make, tmp_path):
    made = make(campaign_id=[], only=["monthly_summary", "campaign_report"])
    links = made.outcomes[-1].content["verdict"][0]["text"]
    assert links == "autumn=campaign_report-autumn.html spring=campaign_report-spring.html"
    made = make(campaign_id=[], only=["monthly_summary"])
    assert statuses(made) == {"monthly_summary": "unchanged"}


def test_a_month_without_pages_has_no_links(at_once, make):
    made = make(campaign_id=[], only=["monthly_summary", "campaign_report"], formats=["pdf"])
    assert made.outcomes[-1].content["verdict"][0]["text"] == "No links."
    assert made.index[0].read_text().count("./campaign_report-spring.pdf") == 2


@pytest.mark.parametrize("spoil", ["cut", "edited", "gone", "results edited", "results cut"])
def test_what_is_not_whole_is_made_again(at_once, make, tmp_path, spoil):
    make()
    folder = tmp_path / "out" / "2026-09"
    before = contents(folder)
    name = "campaign_report-spring." + ("json" if spoil.startswith("results") else "html")
    path, content = folder / name, before[name]
    if spoil == "gone":
        path.unlink()
    else:
        path.write_bytes(
            content[:-10] if spoil.endswith("cut") else content.replace(b"On spring", b"On autumn")
        )
    assert statuses(make()) == {"campaign_report spring": "made", "agent_comparison spring": "unchanged"}
    assert contents(folder) == before


def test_a_change_of_data_or_notebook_makes_what_it_concerns_again(at_once, make, shipped, data):
    make()
    changed = site.quick(site.CAMPAIGN, "Campaign report", 'f"Now on {campaign_id}."')
    nbformat.write(changed, shipped / "campaign_report.ipynb")
    assert statuses(make()) == {"campaign_report spring": "made", "agent_comparison spring": "unchanged"}
    site.write_data(data, *site.ROWS[:2])
    assert set(statuses(make()).values()) == {"made"}


def test_one_that_fails_spoils_no_other_and_stands_in_the_index_with_its_error(
    at_once, make, shipped, tmp_path
):
    make()
    bad = site.quick(site.CAMPAIGN, "Campaign report", '1 / 0 if campaign_id == "spring" else "Fine."')
    nbformat.write(bad, shipped / "campaign_report.ipynb")
    made = make(campaign_id=[])
    assert statuses(made) == {
        "campaign_report autumn": "made",
        "campaign_report spring": "failed",
        "agent_comparison autumn": "made",
        "agent_comparison spring": "unchanged",
        "agent_comparison help": "made",
        "monthly_summary": "made",
    }
    assert [outcome.planned.name for outcome in made.failed] == ["campaign_report spring"]
    assert "campaign_report-spring" not in made.outcomes[-1].content["verdict"][0]["text"]
    page = made.index[0].read_text()
    assert "the report failed: ZeroDivisionError: division by zero" in page
    told = {r["report"] + r["subject"]: r for r in json.loads(made.index[1].read_text())["reports"]}
    assert told["campaign_reportspring"]["status"] == "failed"
    assert told["campaign_reportspring"]["files"] == {}
    assert told["agent_comparisonspring"]["verdict"] == [{"text": "Agents of spring.", "tone": "good"}]


def test_two_batches_into_two_folders_give_the_same_bytes(at_once, make, tmp_path):
    for out in ("a", "b"):
        make(out, campaign_id=[], formats=["html", "pdf"], language="fr")
    first = contents(tmp_path / "a" / "2026-09")
    assert first == contents(tmp_path / "b" / "2026-09")
    assert len([name for name in first if name.endswith("-fr.pdf")]) == 6
    assert not any(str(tmp_path).encode() in content for content in first.values())


def test_two_batches_on_one_folder_at_once_do_not_spoil_each_other(at_once, make, tmp_path):
    make("alone")
    both = [threading.Thread(target=make, args=("both",)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert contents(tmp_path / "both" / "2026-09") == contents(tmp_path / "alone" / "2026-09")


def test_reports_that_are_no_longer_of_the_month_are_left_alone_but_not_listed(at_once, make, data, tmp_path):
    make(campaign_id=[])
    site.write_data(data, *site.ROWS[:2])
    made = make(campaign_id=[])
    assert (tmp_path / "out" / "2026-09" / "campaign_report-autumn.html").exists()
    assert b"autumn" not in made.index[0].read_bytes()


def test_reports_are_made_in_kernels(make):
    told = []
    made = make(only=["campaign_report"], on_progress=told.append)
    assert statuses(made) == {"campaign_report spring": "made"}
    assert "On spring." in made.outcomes[0].paths[0].read_text()
    assert told[0].left_s == 0
    assert told[0].outcome.seconds > 0


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"formats": ["docx"]}, "unknown format"),
        ({"language": "de"}, "unknown language"),
        ({"jobs": 0}, "cannot be made"),
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_runs(make, tmp_path, asked, message):
    with pytest.raises(UsageError, match=message):
        make(**asked)
    assert not (tmp_path / "out").exists()


NOTE = 'from callstats.show.display import Note\nNote("Make it.", beside="How we know")'
TOLD = '<p class="cs cs-note">Make it.</p>'


@pytest.fixture
def explained(shipped):
    """Add the page of the methods, and reports that lead to it."""
    nbformat.write(site.quick(site.SITE, "How we know", '"Methods."'), shipped / "method.ipynb")
    nbformat.write(
        site.quick(site.CAMPAIGN, "Campaign report", '"On it."', NOTE), shipped / "campaign_report.ipynb"
    )
    return shipped


def test_the_page_of_the_methods_is_made_once_and_every_report_leads_to_it(
    at_once, explained, make, tmp_path
):
    made = make(campaign_id=[], formats=["html"])
    assert [name for name in statuses(made) if name == "method"] == ["method"]
    for campaign in ("spring", "autumn"):
        page = (tmp_path / "out" / "2026-09" / f"campaign_report-{campaign}.html").read_text()
        assert '<a href="./method.html" rel="noopener noreferrer">How we know</a>' in page
        assert TOLD not in page
    assert set(statuses(make(campaign_id=[])).values()) == {"unchanged"}


def test_the_summary_is_made_once_and_has_its_links_beside_the_page_of_the_methods(
    at_once, explained, make, monkeypatch
):
    asked = []

    def run_all(orders, **options):
        asked.extend(order.notebook.stem for order in orders)
        return site.run_all(orders, **options)

    monkeypatch.setattr("callstats.report.batch.run_all", run_all)
    made = {outcome.planned.report: outcome for outcome in make(campaign_id=[]).outcomes}
    links = made["monthly_summary"].content["verdict"][0]["text"]
    assert links == "autumn=campaign_report-autumn.html spring=campaign_report-spring.html"
    assert asked.count("monthly_summary") == 1
    alone = make(campaign_id=[], only=["monthly_summary"], again=True).outcomes[0]
    assert alone.content["verdict"][0]["text"] == links


def test_the_page_of_the_methods_goes_with_the_reports_of_one_campaign(at_once, explained, make):
    assert statuses(make())["method"] == "made"


def test_reports_made_without_the_page_of_the_methods_say_how_to_make_it(at_once, explained, make, tmp_path):
    page = tmp_path / "out" / "2026-09" / "campaign_report-spring.html"
    make(only=["campaign_report"])
    assert TOLD in page.read_text()
    make(only=["method"])
    make(only=["campaign_report"])
    assert 'href="./method.html"' in page.read_text()


def test_no_report_leads_to_a_page_of_the_methods_that_failed(at_once, explained, make, tmp_path):
    nbformat.write(site.quick(site.SITE, "How we know", "1 / 0"), explained / "method.ipynb")
    made = make()
    assert statuses(made) == {
        "campaign_report spring": "made",
        "agent_comparison spring": "made",
        "method": "failed",
    }
    assert TOLD in (tmp_path / "out" / "2026-09" / "campaign_report-spring.html").read_text()
