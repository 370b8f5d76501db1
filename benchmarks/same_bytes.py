"""Show that a change left the reports as they were: make the month in every language, and compare the bytes.

    python benchmarks/same_bytes.py make before/      # on the state to compare with
    python benchmarks/same_bytes.py compare before/   # on the changed one

It prints each file that differs, is new or is missing, and ends with 1 if there is any.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from callstats.report.batch import monthly
from callstats.show.words import LANGUAGES

ROOT = Path(__file__).parents[1]
PERIOD = "2026-09"
#: A checksum of what a report was made by, this package's code included: it has to differ.
MADE_BY = re.compile(rb'"key": "[0-9a-f]{64}"')


def make(folder: Path) -> None:
    """Make the reports of the demo's last month in every language."""
    for language in LANGUAGES:
        made = monthly(ROOT / "data" / "demo", PERIOD, language=language, out=folder / language, again=True)
        if made.failed:
            sys.exit(f"{language}: {', '.join(outcome.planned.name for outcome in made.failed)} failed")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their path in it."""
    return {
        file.relative_to(folder).as_posix(): MADE_BY.sub(b"", file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }


def compare(before: Path) -> bool:
    """Print what differs from a folder of reports made before; tell whether nothing does."""
    with tempfile.TemporaryDirectory() as temporary:
        make(Path(temporary))
        then, now = contents(before), contents(Path(temporary))
    different = [name for name in sorted({*then, *now}) if then.get(name) != now.get(name)]
    for name in different:
        fate = "missing" if name not in now else "new" if name not in then else "differs"
        print(f"{name}: {fate}")
    print(f"{len(now) - len(different)} of {len(then)} files equal")
    return not different


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "make":
        make(where)
    else:
        sys.exit(not compare(where))
