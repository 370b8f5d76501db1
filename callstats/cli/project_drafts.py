"""The command that drafts a project file: init."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from callstats.cli.app import NO_PROJECT, Language, Project, app, open_data, say
from callstats.cli.write_trials import check_file
from callstats.errors import UsageError

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: In the order in which a system asks them.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


@app.command
def init(
    data: str,
    /,
    *,
    to: Annotated[str | None, Parameter(name=("--to", "--out"), allow_leading_hyphen=True)] = None,
    replace: Annotated[bool, Parameter(negative=())] = False,
    lang: Language | None = None,
    project: Project = NO_PROJECT,
) -> int:
    """Draft callstats.toml from the data: what can be decided, with the names and figures it is about.

    Parameters
    ----------
    data
        An imported folder or a DuckDB file.
    to
        File to write; else callstats.toml in the folder of the data. - prints it.
    replace
        Write it even if the file exists; that one is kept beside it, as callstats.toml.1.bak.
    lang
        en, fr or ru; else the language of the project file, else that of your system.
    """
    from callstats.project_draft import draft_project
    from callstats.project_draft.whole_file import write_whole

    file = None if to == "-" else _file(data, to)
    opened = open_data(data, project)
    if file is not None:
        check_file(file)
    draft = draft_project(opened, lang or _language(data, project, opened))
    if file is None:
        print(draft, end="")
        return 0
    kept = write_whole(draft, file, over=replace)
    if kept is not None:
        say(f"What was there is kept as {kept}; its settings stand in the new file, its comments do not.")
    say(f"{file} was written. Take the # and the space away from what you decide.")
    return 0


def _file(data: str, to: str | None) -> Path:
    """Return the file to write; one that is not read by itself has to be named."""
    from callstats.config import FILE_NAME

    if to is not None:
        return Path(to)
    if Path(data).is_file():
        raise UsageError(
            f"{data} is no folder that a project file could stand in",
            hint=f"Name the file: --to {FILE_NAME} in the working directory is read without being named.",
        )
    return Path(data) / FILE_NAME


def _language(data: str, project: Project, opened: Dataset) -> str:
    """Return the language that the project has decided, else that of the system."""
    from callstats.config import FILE_NAME, stated_keys
    from callstats.config.label_texts import LANGUAGES

    beside = Path(data) / FILE_NAME
    file = project.config or (beside if beside.exists() else None)
    if "language" in stated_keys(file) | {word.partition("=")[0].strip() for word in project.set}:
        return opened.config.language
    said = next((value for name in _LOCALE if (value := os.environ.get(name))), "")
    return said[:2].lower() if said[:2].lower() in LANGUAGES else LANGUAGES[0]
