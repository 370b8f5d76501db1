"""Store notebooks with what they show: ``python -m callstats.report.store NOTEBOOK...``.

For those who write notebooks that ship with the package. Each is run from top to
bottom by the report's own kernel, in its own folder, as `pytest --nbval` runs it, and
written back whole: its sources as they were, fixed ids, outputs without clock or path.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callstats.errors import CallstatsError, ReportError
from callstats.report import kernel, notebooks, report_files

#: What a notebook says of its language; a kernel adds the version of this machine's Python.
_LANGUAGE = {"name": "python"}


def store(path: Path) -> Path:
    """Run a notebook with its own defaults and write it back with its outputs.

    Parameters
    ----------
    path : Path
        A notebook; its old outputs are not looked at.

    Raises
    ------
    InputError
        The file is not a notebook.
    ReportError
        A cell failed or warned; the file is left as it was.
    """
    import nbformat

    path = path.resolve()
    with contextlib.chdir(path.parent):
        executed = kernel.execute(notebooks.load(path), {})
    said = kernel.complaints(executed)
    if said:
        raise ReportError(f"{path.name} warned: {said[0].splitlines()[-1].rstrip('.')}", hint=said[0])
    content = nbformat.writes(tidy(executed), indent=1).encode() + b"\n"
    return report_files.write_all(path.parent, {path.name: content})[path.name]


def tidy(notebook: Any) -> Any:
    """Keep of the metadata what does not differ from one machine to the next; changed in place.

    Examples
    --------
    >>> from nbformat.v4 import new_notebook
    >>> made = tidy(new_notebook(metadata={"language_info": {"name": "python", "version": "3.11.9"}}))
    >>> made.metadata["language_info"]
    {'name': 'python'}
    """
    notebook.metadata["language_info"] = dict(_LANGUAGE)
    notebook.metadata.pop("widgets", None)
    return notebook


def main(arguments: Sequence[str]) -> int:
    """Store every notebook named; tell on stderr what went wrong, and go on with the next."""
    failed = 0
    for name in arguments:
        try:
            print(f"{store(Path(name)).name} stored", file=sys.stderr)
        except CallstatsError as error:
            failed += 1
            print(f"{name}: {error}", file=sys.stderr)
    return 4 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
