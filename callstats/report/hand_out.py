"""Copy the shipped notebooks out for JupyterLab, never overwriting an analyst's edits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from callstats.errors import UsageError
from callstats.report import notebooks
from callstats.report import report_files as files

#: Checksums of the files that were copied out; a file that differs has been edited.
MANIFEST = ".callstats.json"
_ENDINGS = frozenset({".ipynb", ".toml", ".csv", ".txt", ".md"})
_DEMO = Path("data", "demo")

Status = Literal["new", "updated", "unchanged", "edited"]


@dataclass(frozen=True, slots=True)
class Handed:
    """One file that was copied out.

    Attributes
    ----------
    path : Path
    status : str
        new, updated (an older copy, unedited), unchanged, or edited (left alone).
    """

    path: Path
    status: Status


def hand_out(folder: str | Path) -> tuple[Handed, ...]:
    """Copy report templates and tutorials to a folder, without their outputs.

    Notebooks that have not been run contain no outputs of other data and no metadata
    that the first run would change. A file that differs from what was copied out is the
    analyst's and is left alone, as is one that was there before.

    Parameters
    ----------
    folder : str or Path
        Created if missing.

    Returns
    -------
    tuple of Handed

    Raises
    ------
    UsageError
        It is the folder shipped with the package.
    """
    root = Path(folder)
    if root.resolve().is_relative_to(notebooks.folder().resolve()):
        raise UsageError(f"{root} holds the notebooks that ship", hint="Name a folder of your own.")
    laid, handed = _manifest(root), []
    for name, content in _shipped():
        there = root / name
        status = _status(there, content, laid.get(name))
        if status in ("new", "updated"):
            files.write_all(there.parent, {there.name: content})
        if status != "edited":
            laid[name] = _hash(content)
        handed.append(Handed(there, status))
    written = json.dumps({"laid_out": laid}, indent=1, sort_keys=True, ensure_ascii=False)
    files.write_all(root, {MANIFEST: written.encode() + b"\n"})
    return tuple(handed)


def lay_demo(folder: str | Path) -> bool:
    """Write the demo data into a folder of notebooks, unless they all find some already.

    Looks in the folder and its parent: a tutorial is one folder deeper than a report,
    and looks two folders up.

    Returns
    -------
    bool
        Whether the data were written.
    """
    root = Path(folder).resolve()
    from callstats.dataset.store_files import call_files

    if any(call_files(place / _DEMO) for place in (root, root.parent)):
        return False
    from callstats.simulate.demo import write_demo

    write_demo(root / _DEMO)
    return True


def _status(there: Path, content: bytes, laid: str | None) -> Status:
    if there.is_symlink() or there.is_dir():
        return "edited"
    try:
        current = _hash(there.read_bytes())
    except FileNotFoundError:
        return "new"
    if current == _hash(content):
        return "unchanged"
    return "updated" if current == laid else "edited"


def _shipped() -> Iterator[tuple[str, bytes]]:
    """Yield every file to copy out: its path in the folder, and its content."""
    source = notebooks.folder()
    for file in sorted(source.rglob("*")):
        name = file.relative_to(source)
        if file.suffix not in _ENDINGS or any(part.startswith((".", "_")) for part in name.parts):
            continue
        yield name.as_posix(), _cleared(file) if file.suffix == ".ipynb" else file.read_bytes()


def _cleared(path: Path) -> bytes:
    """Return a notebook stripped of everything a run adds."""
    import nbformat

    notebook: Any = notebooks.load(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook, indent=1).encode() + b"\n"


def _manifest(root: Path) -> dict[str, str]:
    """Return the checksums of the files copied out before; empty if they cannot be read."""
    try:
        laid = json.loads((root / MANIFEST).read_bytes())["laid_out"]
        return {str(name): str(told) for name, told in laid.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
