"""The reports of a month, mailed through a server that takes mail: each content once to each address."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from callstats.config import MailSettings
from callstats.errors import InputError, ReportError, UsageError
from callstats.report.mailing import PASSWORD_VARIABLE, mail
from callstats.report.month_letter import month_letter

PDF = b"%PDF-1.7 of the month"


def _month(folder: Path, **more: Any) -> Path:
    """Write the index of a month, its summary and one campaign's report, which failed."""
    folder.mkdir()
    (folder / "monthly_summary.pdf").write_bytes(PDF)
    (folder / "campaign_report-spring.pdf").write_bytes(b"%PDF-1.7 of spring")
    summary = {
        "report": "monthly_summary", "title": "Summary", "status": "ready", "error": "",
        "files": {"html": "monthly_summary.html", "pdf": "monthly_summary.pdf"},
        "headline": "Profit up to €7,430",
        "verdict": [{"text": "Profit was €7,430.", "tone": "good"}], "figures": [],
    }  # fmt: skip
    spring = {
        **summary, "report": "campaign_report", "title": "Campaign report: Spring\noffer", "verdict": [],
        "headline": "",
        "files": {"pdf": "campaign_report-spring.pdf"}, "status": "failed", "error": "no calls", **more,
    }  # fmt: skip
    told = {"title": "Reports of September 2026", "reports": [spring, summary]}
    (folder / "index.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.fixture
def month(tmp_path: Path) -> Path:
    return _month(tmp_path / "2026-09")


class Box:
    """Takes mail; refuses one address."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "gone@example.com":
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def _knows(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"desk", b"secret")
    return AuthResult(success=right, handled=right)


@pytest.fixture
def box():
    taken = Box()
    server = Controller(taken, hostname="127.0.0.1", port=0, authenticator=_knows, auth_require_tls=False)
    server.port = _free()
    server.start()
    yield (
        taken,
        MailSettings(
            "127.0.0.1",
            server.port,
            "none",
            sender="Desk <desk@example.com>",
            to=("ann@example.com", "bob@example.com"),
        ),
    )
    server.stop()


def _free() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_the_letter_tells_headlines_and_verdicts_summary_first(month):
    letter = month_letter(month, "en")
    assert letter.subject == "Reports of September 2026"
    assert letter.text.splitlines() == [
        "Reports of September 2026", "", "Summary", "  Profit up to €7,430", "  - Profit was €7,430.", "",
        "Campaign report: Spring offer", "  could not be made: no calls",
    ]  # fmt: skip
    assert [file.name for file in letter.attachments] == ["monthly_summary.pdf"]
    assert letter.failed == 1


def test_it_arrives_with_its_pdf(month, box):
    taken, settings = box
    letter = month_letter(month, "en")
    assert mail(letter, settings, month).sent == ("ann@example.com", "bob@example.com")
    ((receivers, arrived),) = taken.letters
    assert receivers == ["ann@example.com", "bob@example.com"]
    assert (arrived["Subject"], arrived["From"]) == ("Reports of September 2026", "Desk <desk@example.com>")
    body = arrived.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == letter.text
    (pdf,) = arrived.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("monthly_summary.pdf", PDF)


def test_one_content_goes_to_each_address_once(month, box):
    taken, settings = box
    letter = month_letter(month, "en")
    mail(letter, settings, month, to=["ann@example.com"])
    assert mail(letter, settings, month).sent == ("bob@example.com",)
    assert mail(letter, settings, month).before == ("ann@example.com", "bob@example.com")
    assert len(taken.letters) == 2
    assert len(mail(letter, settings, month, again=True).sent) == 2
    (month / "monthly_summary.pdf").write_bytes(b"%PDF-1.7 corrected")
    assert len(mail(month_letter(month, "en"), settings, month).sent) == 2


def test_an_address_that_is_refused_is_named_and_tried_again(month, box):
    taken, settings = box
    letter = month_letter(month, "en")
    with pytest.raises(ReportError, match=r"refused 1 of 2 addresses(.|\n)*gone@example\.com"):
        mail(letter, settings, month, to=["ann@example.com", "gone@example.com"])
    assert [receivers for receivers, _ in taken.letters] == [["ann@example.com"]]
    with pytest.raises(ReportError, match="every address"):
        mail(letter, settings, month, to=["ann@example.com", "gone@example.com"])
    assert len(taken.letters) == 1


def test_a_password_is_taken_from_the_environment(month, box, monkeypatch):
    import dataclasses

    _, settings = box
    known = dataclasses.replace(settings, user="desk")
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    with pytest.raises(ReportError, match="does not take the password of desk") as found:
        mail(month_letter(month, "en"), known, month)
    assert "wrong" not in str(found.value)
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")
    assert mail(month_letter(month, "en"), known, month).sent
    monkeypatch.delenv(PASSWORD_VARIABLE)
    monkeypatch.setenv("HOME", str(month))
    with pytest.raises(UsageError, match=r"no password for desk"):
        mail(month_letter(month, "en"), known, month, again=True)


def test_a_password_never_goes_in_the_clear(month):
    settings = MailSettings(
        "smtp.example.com", security="none", user="desk", sender="a@x.com", to=("b@x.com",)
    )
    with pytest.raises(UsageError, match="in the clear"):
        mail(month_letter(month, "en"), settings, month)


def test_a_server_that_is_not_there_is_said(month):
    settings = MailSettings("127.0.0.1", _free(), sender="a@x.com", to=("b@x.com",))
    with pytest.raises(ReportError, match=r"127\.0\.0\.1:\d+ cannot be reached"):
        mail(month_letter(month, "en"), settings, month)


@pytest.mark.parametrize("lacking", ["host", "sender", "to"])
def test_what_is_missing_is_named(month, lacking):
    said: dict[str, Any] = {"host": "127.0.0.1", "sender": "a@x.com", "to": ("b@x.com",)}
    del said[lacking]
    with pytest.raises(UsageError, match=f"nothing says the {lacking} of mail"):
        mail(month_letter(month, "en"), MailSettings(**said), month)


def test_all_pdfs_or_none(month):
    assert [file.name for file in month_letter(month, "en", "all").attachments] == [
        "campaign_report-spring.pdf",
        "monthly_summary.pdf",
    ]
    assert month_letter(month, "en", "none").attachments == ()


def test_no_reports_are_said(tmp_path):
    with pytest.raises(InputError, match="no reports of this month"):
        month_letter(tmp_path, "en")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"title": "x", "reports": [{}]}', '{"title": 1, "reports": 2}']
)
def test_a_damaged_index_is_said(tmp_path, text):
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(InputError, match="not the index of a month"):
        month_letter(tmp_path, "en")


def test_a_name_that_leads_elsewhere_is_not_attached(tmp_path):
    (tmp_path / "other.pdf").write_bytes(b"%PDF")
    month = _month(tmp_path / "m", files={"pdf": "../other.pdf"})
    assert [file.name for file in month_letter(month, "en", "all").attachments] == ["monthly_summary.pdf"]
