"""Whether a report exists already: made from the same inputs, complete and unchanged.

The JSON of a report is the last file to be moved into place and carries a seal: the key
of the report's inputs, and the checksums of its other files. If the seal holds, making
the report again would give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.config import FILE_NAME
from callstats.report import notebooks

if TYPE_CHECKING:
    from callstats.report.order import Order

SEAL = "made"
_LIBRARIES = (
    *("babel", "ipykernel", "jinja2", "mistune", "narwhals"),
    *("nbconvert", "numpy", "papermill", "pyarrow", "pygments"),
)


def key(order: Order, formats: Iterable[str]) -> str:
    """Return a hash of everything that determines the bytes of a report.

    It covers the data, the sources of the notebook, the parameters, the content of
    files that parameters name and of the project file, the language, the formats, and
    every line of the software.

    Parameters
    ----------
    order : Order
    formats : iterable of str
    """
    values = {**order.values, **({"data": order.shown} if "data" in order.values else {})}
    inputs = {
        "notebook": _sources(order.notebook),
        "values": values,
        "files": dict(_named_files(order)),
        "language": order.language,
        "period": order.period,
        "formats": sorted(set(formats)),
        "provenance": order.provenance,
        "method_page": order.method_page,
        "brand": [dict(order.brand.plain), order.brand.notes],
        "software": software(),
    }
    return _hash(json.dumps(inputs, sort_keys=True, default=str).encode())


def seal(content: Mapping[str, Any], files: Mapping[str, bytes], made_of: str) -> dict[str, Any]:
    """Return the content of a report's JSON with its seal.

    Parameters
    ----------
    content : mapping
        The content of the JSON.
    files : mapping of str to bytes
        The report's other files, by name.
    made_of : str
        From :func:`key`.

    Examples
    --------
    >>> sealed = seal({"title": "Spring"}, {"spring.html": b"page"}, "0a1b")
    >>> sealed["title"], sealed["made"]["key"], list(sealed["made"]["files"])
    ('Spring', '0a1b', ['spring.html'])
    """
    hashes = {name: _hash(told) for name, told in files.items()}
    return {**content, SEAL: {"key": made_of, "files": hashes, "results": _hash_of(content)}}


def finished(order: Order, formats: Iterable[str]) -> dict[str, Any] | None:
    """Return the content of a report's JSON if the report is complete and unchanged, else None.

    Parameters
    ----------
    order : Order
    formats : iterable of str
    """
    wanted = tuple(formats)
    try:
        content = json.loads((order.folder / f"{order.stem}.json").read_bytes())
        sealed = content[SEAL]
        beside = {f"{order.stem}.{ending}" for ending in (*wanted, *kept_beside(order))}
        if sealed["key"] != key(order, wanted) or set(sealed["files"]) != beside:
            return None
        rest = {name: value for name, value in content.items() if name != SEAL}
        whole = sealed["results"] == _hash_of(rest) and all(
            _hash((order.folder / name).read_bytes()) == digest for name, digest in sealed["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return content if whole else None


def kept_beside(order: Order) -> tuple[str, ...]:
    """Return what a report has whatever its formats: a client, who has no data, gets no notebook."""
    return ("ipynb",) if order.audience == "internal" else ()


@cache
def software() -> dict[str, str]:
    """Return what computes and draws: libraries by version, callstats by its source code."""
    versions = {"callstats": _own_sources()}
    plugged = {point.dist.name for point in entry_points(group="callstats.kpis") if point.dist is not None}
    for name in sorted({*_LIBRARIES, *plugged}):
        try:
            versions.setdefault(name, version(name))
        except PackageNotFoundError:  # vendored, or replaced
            continue
    return versions


def _own_sources() -> str:
    package = Path(__file__).parents[1]
    kept = (
        file
        for file in sorted(package.rglob("*"))
        if file.is_file() and not {"__pycache__", "notebooks"} & set(file.relative_to(package).parts)
    )
    lines = (f"{file.relative_to(package).as_posix()} {_hash(file.read_bytes())}\n" for file in kept)
    return _hash("".join(lines).encode())


def _sources(path: Path) -> list[list[Any]]:
    """Return a notebook's sources, without its saved outputs."""
    about = notebooks.outline(path)
    return [[path.stem, about.title], *([kind, source, list(tags)] for kind, source, tags in about.sources)]


def _named_files(order: Order) -> Iterator[tuple[str, str]]:
    """Yield the checksums of files that parameters name, and of the project file in use."""
    for name, value in order.values.items():
        if name != "data" and isinstance(value, str) and value and (file := _file(value)) is not None:
            yield name, _hash(file.read_bytes())
    beside = order.data / FILE_NAME  # part of the data's own hash
    if not beside.exists() and (file := _file(FILE_NAME)) is not None:
        yield "project file", _hash(file.read_bytes())


def _file(name: str) -> Path | None:
    from callstats.answers.core.heading import find_path

    try:
        path = find_path(name)
        return path if path.is_file() else None
    except (OSError, ValueError):  # too long for a name, or containing a NUL
        return None


def _hash_of(content: Mapping[str, Any]) -> str:
    return _hash(json.dumps(content, sort_keys=True, ensure_ascii=True).encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
