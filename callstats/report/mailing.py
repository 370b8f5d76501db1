"""Mail the reports of a month (SMTP, RFC 5321), each content once to each address."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

from callstats.config import MailSettings
from callstats.config.project_checks import is_address
from callstats.errors import ReportError, UsageError
from callstats.report import report_files as files
from callstats.report.month_letter import MonthLetter

# The name of the variable that holds the password, not a password.
PASSWORD_VARIABLE = "CALLSTATS_SMTP_PASSWORD"  # nosec B105
_SECONDS = 60
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mailing:
    """What became of a letter.

    Attributes
    ----------
    sent : tuple of str
        Addresses to which it went now.
    before : tuple of str
        Those who had this content already.
    """

    sent: tuple[str, ...]
    before: tuple[str, ...]


def mail(
    letter: MonthLetter, settings: MailSettings, folder: Path, *, to: Iterable[str] = (), again: bool = False
) -> Mailing:
    """Send a letter to everybody who has not had this content yet.

    Parameters
    ----------
    letter : MonthLetter
    settings : MailSettings
        The password is that of ``CALLSTATS_SMTP_PASSWORD``, else the one that ~/.netrc has for the host.
    folder : Path
        The month's, where it is remembered who had what.
    to : iterable of str
        In place of those of the settings.
    again : bool
        Also to those who had it.

    Returns
    -------
    Mailing

    Raises
    ------
    UsageError
        No server, sender or receiver is named, or a password would go over the net in the clear.
    ReportError
        The server cannot be reached, or refuses.
    """
    receivers = tuple(dict.fromkeys(to)) or settings.to
    _check(settings, receivers)
    known = _sent_before(folder)
    had = set(known.get(letter.content, ()))
    missing = receivers if again else tuple(one for one in receivers if one not in had)
    if missing:
        refused = _send(_message(letter, settings, missing), settings)
        sent = tuple(one for one in missing if parseaddr(one)[1] not in refused)
        _remember(folder, {**known, letter.content: sorted({*had, *sent})})
        if refused:
            raise ReportError(
                f"the server refused {len(refused)} of {len(missing)} addresses; the others have it",
                hint=f"Refused: {', '.join(sorted(refused))}.",
            )
    return Mailing(missing, tuple(one for one in receivers if one not in missing))


def _check(settings: MailSettings, receivers: tuple[str, ...]) -> None:
    for name, stated in (("host", settings.host), ("sender", settings.sender), ("to", receivers)):
        if not stated:
            raise UsageError(
                f"nothing says the {name} of mail",
                hint='Write it in callstats.toml, below [mail]: host = "smtp.example.com", sender, to.',
            )
    for address in receivers:
        if not is_address(address):
            raise UsageError(f"{address!r} is no address", hint="Write it like ann@example.com.")
    if settings.user and settings.security == "none" and settings.host not in _HERE:
        raise UsageError(
            "the password would go over the net in the clear",
            hint='Set security = "starttls" or "tls" in [mail], or leave user out.',
        )


def _message(letter: MonthLetter, settings: MailSettings, to: tuple[str, ...]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = letter.subject, settings.sender, ", ".join(to)
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=parseaddr(settings.sender)[1].partition("@")[2])
    message.set_content(letter.text)
    for file in letter.attachments:
        message.add_attachment(file.read_bytes(), maintype="application", subtype="pdf", filename=file.name)
    return message


def _send(message: EmailMessage, settings: MailSettings) -> set[str]:
    """Hand a message to the server; return the addresses it refused, unless it refused all."""
    where = f"{settings.host}:{settings.port}"
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, _password(settings))
            return set(server.send_message(message))
    except smtplib.SMTPAuthenticationError as error:
        raise ReportError(
            f"{where} does not take the password of {settings.user}",
            hint=f"It is that of {PASSWORD_VARIABLE}, else of ~/.netrc.",
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise ReportError(
            f"{where} refused every address", hint=f"Refused: {', '.join(sorted(error.recipients))}."
        ) from error
    except smtplib.SMTPException as error:
        raise ReportError(f"{where} refused the mail: {error}") from error
    except OSError as error:  # no such host, nobody there, no certificate
        raise ReportError(
            f"{where} cannot be reached: {error.strerror or error}",
            hint="Look at host, port and security of [mail].",
        ) from error


def _connected(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if settings.security == "tls":
        return smtplib.SMTP_SSL(settings.host, settings.port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(settings.host, settings.port, timeout=_SECONDS)
    if settings.security == "starttls":
        server.starttls(context=context)
    return server


def _password(settings: MailSettings) -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    import netrc

    with suppress(OSError, netrc.NetrcParseError):
        found = netrc.netrc().authenticators(settings.host)
        if found is not None:
            return found[2] or ""
    raise UsageError(
        f"there is no password for {settings.user} at {settings.host}",
        hint=f"Set {PASSWORD_VARIABLE}, or write it into ~/.netrc.",
    )


_SENT = "sent.json"


def _sent_before(folder: Path) -> dict[str, list[str]]:
    """Return who had which content; nobody where it cannot be read: twice is better than never."""
    try:
        told = json.loads((folder / _SENT).read_text(encoding="utf-8"))
        return {str(content): [str(one) for one in had] for content, had in told.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return {}


def _remember(folder: Path, sent: Mapping[str, list[str]]) -> None:
    files.write_all(
        folder, {_SENT: json.dumps(sent, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"}
    )
