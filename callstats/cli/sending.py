"""The command that mails the reports of a month: send."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from callstats.cli.app import NO_PROJECT, Audience, Lang, Project, app, open_data, say


@app.command
def send(
    data: str,
    /,
    *,
    period: str,
    to: Annotated[list[str], Parameter(negative=(), consume_multiple=True, show_default=False)] = [],  # noqa: B006
    lang: Lang = None,
    audience: Audience = None,
    out: Path = Path("reports"),
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    again: Annotated[bool, Parameter(negative=())] = False,
    project: Project = NO_PROJECT,
) -> int:
    """Mail the reports of a month that were made: verdicts as text, the PDF beside it, once per content.

    The server and the receivers are those of [mail] in callstats.toml. The password is taken from
    CALLSTATS_SMTP_PASSWORD, or from ~/.netrc.

    Parameters
    ----------
    data
        The imported folder or DuckDB file that the reports are on.
    period
        The month, such as 2026-09, or last, the last whole one.
    to
        Addresses in place of those of the project file.
    out
        Folder that callstats monthly wrote to.
    dry_run
        Print the letter, send nothing.
    again
        Also to those who had this content.
    """
    from callstats.dataset.last_month import asked_period
    from callstats.report import report_files as files
    from callstats.report.mailing import mail
    from callstats.report.month_letter import month_letter

    opened = open_data(data, project)
    settings = opened.config.mail
    about = asked_period(opened, period).label
    folder = files.period_folder(out, about, audience or opened.config.audience)
    letter = month_letter(folder, lang or opened.config.language, settings.attach)
    if dry_run:
        print(letter.text, end="")
        for file in letter.attachments:
            say(f"attached: {file.name}")
        return 0
    done = mail(letter, settings, folder, to=to, again=again)
    if letter.failed:
        say(f"{letter.failed} of the reports could not be made; the letter says so.")
    if done.sent:
        say(f"Sent to {len(done.sent)}: {letter.subject}")
    if done.before:
        say(f"{len(done.before)} had it already; --again sends it to them once more.")
    return 0
