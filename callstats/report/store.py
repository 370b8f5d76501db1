"""Store notebooks with their outputs: ``python -m callstats.report.store NOTEBOOK...``.

For those who write notebooks that ship with the package. Each is run from top to
bottom in the reports' kernel, in its own folder, as `pytest --nbval` runs it, and
written back: sources unchanged, fixed ids, outputs without timestamps or paths.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from callstats.errors import CallstatsError, ReportError
from callstats.report import kernel, notebooks
from callstats.report import report_files as files

#: A notebook's language metadata; a kernel would add this machine's Python version.
_LANGUAGE = {"name": "python"}


def store(path: Path) -> Path:
    """Run a notebook with its own defaults and write it back with its outputs.

    Parameters
    ----------
    path : Path
        A notebook; its old outputs are ignored.

    Raises
    ------
    InputError
        The file is not a notebook.
    ReportError
        A cell failed or warned; the file is left unchanged.
    """
    import nbformat

    path = path.resolve()
    with contextlib.chdir(path.parent):
        executed = kernel.execute(notebooks.load(path), {})
    warnings = kernel.complaints(executed)
    if warnings:
        raise ReportError(f"{path.name} warned: {warnings[0].splitlines()[-1].rstrip('.')}", hint=warnings[0])
    content = nbformat.writes(tidy(executed), indent=1).encode() + b"\n"
    return files.write_all(path.parent, {path.name: content})[path.name]


def tidy(notebook: Any) -> Any:
    """Keep only the metadata that is the same on every machine; changes the notebook in place.

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
    """Store every notebook given; report failures on stderr and continue with the next."""
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
