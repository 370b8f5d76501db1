"""``callstats send``: what it prints, and what it says is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.report import month_site as site


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    site.write_data(tmp_path / "data")
    month = tmp_path / "reports" / "2026-09"
    month.mkdir(parents=True)
    report = {"report": "monthly_summary", "title": "Summary", "status": "ready", "error": "", "files": {}}
    told = {
        "title": "Reports of September 2026",
        "reports": [{**report, "verdict": [{"text": "All is well."}]}],
    }
    (month / "index.json").write_text(json.dumps(told), encoding="utf-8")
    return tmp_path


def test_a_dry_run_prints_the_letter(run, desk):
    done = run("send", desk / "data", "--period", "2026-09", "--out", desk / "reports", "--dry-run")
    assert (done.code, done.out) == (0, "Reports of September 2026\n\nSummary\n  - All is well.\n")


def test_without_a_server_it_says_where_to_write_it(run, desk):
    done = run(
        "send", desk / "data", "--period", "2026-09", "--out", desk / "reports", "--to", "a@example.com"
    )
    assert (done.code, "below [mail]" in done.err) == (2, True)


def test_without_reports_it_says_how_to_make_them(run, desk):
    done = run("send", desk / "data", "--period", "2026-08", "--out", desk / "reports")
    assert (done.code, "callstats monthly" in done.err) == (3, True)


@pytest.mark.parametrize("said", [["--to", "ann"], ["--set", 'mail.to=["ann"]']])
def test_an_address_that_is_none_is_refused(run, desk, said):
    server = ["--set", "mail.host=127.0.0.1", "--set", "mail.sender=a@example.com"]
    done = run("send", desk / "data", "--period", "2026-09", "--out", desk / "reports", *server, *said)
    assert (done.code, "no address" in done.err) == (2, True)
