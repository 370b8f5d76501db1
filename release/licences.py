"""List the licences of all that callstats needs to run: ``python release/licences.py > docs/licences.md``.

Run it where ``.[all]`` is installed. It ends with 1, and says why, if a licence is not on the list of
those that are accepted: none of the GPL's family may get into what a user runs.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = "callstats"
EXTRAS = ("excel", "polars", "databases")
#: SPDX names of licences that ask for no more than a notice, and of the MPL, which asks for the source of
#: its own files when these are changed. ``BSD`` is a package that does not say which of the two it means.
ACCEPTED = frozenset(
    {"0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "HPND", "ISC", "MIT", "MIT-0"}
    | {"MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib"}
)
#: What packages write that have no SPDX expression yet; the first that fits, longer words first.
_SAID = (
    (r"mozilla public license 2\.0|^mpl-2\.0$", "MPL-2.0"),
    (r"^mpl-2\.0 and mit$", "MPL-2.0 AND MIT"),
    (r"2-clause bsd|bsd 2-clause|^bsd-2-clause", "BSD-2-Clause"),
    (r"3-clause bsd|bsd 3-clause|^bsd-3-clause", "BSD-3-Clause"),
    (r"^bsd", "BSD"),
    (r"apache", "Apache-2.0"),
    (r"python software foundation|^psf", "PSF-2.0"),
    (r"^isc", "ISC"),
    (r"^mit", "MIT"),
)
_HEAD = """\
# Licences

What `pip install callstats` brings along, and what its extras add, with the licences that the packages
state. Written by `python release/licences.py > docs/licences.md` where `.[all]` is installed; versions are
in `tests/constraints.txt`. These licences ask for a notice at most; MPL-2.0 asks for the source of its own
files where these are changed. No package is under a licence of the GPL's family.

Wheels carry libraries of other makers, whose licences lie in the wheels. Those of numpy and scipy carry
GCC's runtime library of Fortran, under the GPL with the exception that lets any program use it, and
libquadmath (LGPL-2.1), a file of its own; that of pyzmq carries libzmq (MPL-2.0).
"""


@dataclass(frozen=True)
class Package:
    """A package and its licence as an SPDX expression; empty where none was found."""

    name: str
    licence: str

    @property
    def accepted(self) -> bool:
        """Tell whether it may be used: of alternatives one is enough, of what holds together all are."""
        terms = re.split(r"\s+OR\s+", self.licence)
        return any(set(re.split(r"\s+AND\s+", term.strip("() "))) <= ACCEPTED for term in terms)


def needed(name: str = ROOT, extras: Iterable[str] = ()) -> set[str]:
    """Return the names of the installed packages that a package needs, directly or not."""
    found: set[str] = set()
    asked: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, frozenset(extras))]
    while waiting:
        one = waiting.pop()
        if one in asked:
            continue
        asked.add(one)
        for requirement in _requirements(*one):
            key = canonicalize_name(requirement.name)
            if _installed(key):
                found.add(key)
                waiting.append((key, frozenset(requirement.extras)))
    return found - {ROOT}


def _requirements(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    for line in metadata.requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
        ):
            yield requirement


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence(name: str) -> str:
    """Return what an installed package says of its licence: an expression, a classifier or a line."""
    told: Any = metadata.metadata(name)  # an `email.message.Message`, as its type does not say
    if expression := told.get("License-Expression"):
        return " ".join(expression.split())
    stated = (told.get("License") or "").strip()
    classifiers = [
        c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if c.startswith("License")
    ]
    for text in (*classifiers, stated):
        for pattern, spdx in _SAID:
            if re.search(pattern, text.lower()):
                # a classifier does not tell which BSD licence it is, a line beside it may
                return _closer(spdx, stated) if spdx == "BSD" else spdx
    return ""


def _closer(spdx: str, stated: str) -> str:
    first = stated.lower()[:40]
    return next((found for pattern, found in _SAID[2:4] if re.search(pattern, first)), spdx)


def packages(extras: Iterable[str] = ()) -> list[Package]:
    """Return the packages that callstats needs with these extras, in the order of their names."""
    return [Package(name, licence(name)) for name in sorted(needed(extras=extras))]


def page() -> str:
    """Return the list as a page in Markdown."""
    own = packages()
    more = [one for one in packages(EXTRAS) if one not in own]
    extras = f"\n## With the extras {', '.join(EXTRAS)}\n"
    return "\n".join([_HEAD, "## callstats\n", *_table(own), extras, *_table(more)]) + "\n"


def _table(listed: Iterable[Package]) -> list[str]:
    return ["| package | licence |", "|---|---|", *(f"| {one.name} | {one.licence} |" for one in listed)]


def main() -> int:
    """Print the page, and say on stderr what may not be used."""
    refused = [one for one in packages(EXTRAS) if not one.accepted]
    for one in refused:
        print(f"{one.name}: {one.licence or 'says no licence that is known here'}", file=sys.stderr)
    print(page(), end="")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
