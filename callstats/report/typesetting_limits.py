"""What typst may reach: one folder with the files of one document, its own fonts, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def confined_to(folder: Path) -> dict[str, Any]:
    """Return the options that keep typst within a folder.

    Files outside ``root`` cannot be read, by the template or by a link in a picture. Packages
    are looked for in a folder that is not there, so none that this machine has is used; typst
    would then ask the net for it, and has no option against that: so the templates import
    nothing.

    Examples
    --------
    >>> sorted(confined_to(Path("document")))
    ['font_paths', 'ignore_system_fonts', 'package_cache_path', 'package_path', 'root']
    """
    none = folder / "no-packages"
    return {
        "root": folder,
        "font_paths": [],
        "ignore_system_fonts": True,
        "package_path": none,
        "package_cache_path": none,
    }
