"""The command that takes people out of a data set: forget."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from callstats.cli.app import NO_PROJECT, Format, Out, Project, app, asked_format, open_data, say, show
from callstats.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@app.command
def forget(
    data: Path,
    /,
    *contacts: str,
    from_file: Annotated[str | None, Parameter(name="--from", allow_leading_hyphen=True)] = None,
    expired: Annotated[bool, Parameter(negative=())] = False,
    keep_calls: Annotated[bool, Parameter(negative=())] = False,
    dry_run: Annotated[bool, Parameter(negative=())] = False,
    project: Project = NO_PROJECT,
    format: Format = "table",
    out: Out = None,
) -> int:
    """Take people out of a data set, or what is kept for too long; exit 1 where somebody is not in it.

    Rows left out at an import lose their content where it speaks of them, and later imports leave them out.
    Reports that were made before are not changed: they name no contact.

    Parameters
    ----------
    data
        An imported folder.
    contacts
        Each a contact_id, or a telephone number however it is written.
    from_file
        A file with one of them a line, or - for standard input: they are then in no history of commands.
    expired
        Take out what is older than [retention] of the project file keeps.
    keep_calls
        Keep their calls, as those of nobody: figures stay as they were.
    dry_run
        Only count.
    format
        How to print the counts.
    """
    from callstats.dataset.forgetting import forget as forget_contacts

    format = asked_format(format, out)
    named = [*contacts, *_listed(from_file)]
    if expired == bool(named):
        raise UsageError(
            "name contacts, or say --expired", hint="callstats forget DATA +33199001003, for instance."
        )
    if expired:
        return _expire(data, project, format, out, dry_run=dry_run)
    done = forget_contacts(data, named, keep_calls=keep_calls, dry_run=dry_run)
    verb = "made nobody's" if keep_calls else "taken out"
    verb = "would be " + verb if dry_run else verb
    _tell(done.rows, done.emptied, verb, format, "No row is theirs.", out)
    unknown = [str(place) for place, known in enumerate(done.found, 1) if not known]
    if unknown:
        which = f" (no. {', '.join(unknown)})" if len(named) > 1 else ""
        later = "" if dry_run else " If an import brings them, they are left out."
        say(f"{len(unknown)} of {len(named)} not in the data{which}.{later}")
    return 1 if unknown else 0


def _listed(file: str | None) -> list[str]:
    if file is None:
        return []
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise InputError(f"it cannot be read: {said}", file=file) from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _expire(data: Path, project: Project, form: Format, out: Path | None, *, dry_run: bool) -> int:
    from callstats.dataset.retention import expire

    retention = open_data(str(data), project).config.retention
    if not retention:
        raise UsageError(
            "nothing says how long the data are kept",
            hint="Write it in callstats.toml, below [retention]: calls_months = 24, rejects_months = 3.",
        )
    done = expire(data, retention, dry_run=dry_run)
    if done.before is not None:
        say(f"Kept are whole months from {done.before} on.")
    verb = "would be taken out" if dry_run else "taken out"
    _tell(done.rows, done.emptied, verb, form, "Nothing is older.", out)
    return 0


def _tell(
    rows: Mapping[str, int], emptied: int, verb: str, form: Format, empty: str, out: Path | None
) -> None:
    import pandas as pd

    listed = [(table, count, verb) for table, count in rows.items()]
    listed += [("rejects", emptied, "emptied of content")] if emptied else []
    frame = pd.DataFrame(listed, columns=["table", "rows", "what"])
    show(frame, form, empty=empty, out=out)
