"""How a site's reports are mailed: the server, and who receives them; the password stands elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

#: How the connection is kept from being read: STARTTLS on port 587, TLS from the start on 465, or not at all.
SECURITY = ("starttls", "tls", "none")
#: Which PDFs go with the letter.
ATTACHED = ("summary", "all", "none")


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The server that sends mail (SMTP) and who receives the reports of a month.

    Attributes
    ----------
    host : str
        Empty: nothing is mailed.
    port : int
    security : str
        starttls, tls or none.
    user : str
        Empty where the server asks for none. The password is never written here.
    sender : str
    to : tuple of str
    attach : str
        summary (the PDF of the month), all or none.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    sender: str = ""
    to: tuple[str, ...] = ()
    attach: str = "summary"
