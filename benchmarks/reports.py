"""Campaign reports by callstats, many at once, against papermill and nbconvert, one after the other.

    python benchmarks/reports.py                20 reports, each as HTML and PDF
    python benchmarks/reports.py --reports 4    fewer
    python benchmarks/reports.py --jobs 4       more at once

Two ways of getting the same reports of data/demo:

callstats   report.parallel.run_all: forked kernels, one exporter for all, --jobs at once
plain       papermill, jupyter nbconvert --to html --template callstats,
            jupyter nbconvert --to callstats-pdf: three commands a report

Half of the plain reports are made before callstats' and half after, so that other work on the
machine meets both. Every output of every cell is checked to be the same both ways.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat

from callstats.report.kernel_manager import FIXED
from callstats.report.notebooks import find
from callstats.report.order import Order, open_data, stands_on, take_order
from callstats.report.parallel import processors, run_all

ROOT = Path(__file__).parents[1]
DATA = "data/demo"
PERIODS = ("2026-07", "2026-08", "2026-09", "2026-08-16..2026-09-15", "2026-Q3")
ASKED = list(itertools.product(("previous", "none"), PERIODS, ("spring", "renewal")))
BIN = Path(sys.executable).parent


@dataclass
class Cost:
    """What making some reports took: seconds on the clock and of processors, and most memory at once."""

    wall: float = 0.0
    processor: float = 0.0
    largest: float = 0.0  # process [MB]
    together: float = 0.0  # all processes, shared pages counted once [MB]

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.wall + other.wall,
            self.processor + other.processor,
            max(self.largest, other.largest),
            max(self.together, other.together),
        )


# The two ways


def orders(asked: Iterable[tuple[str, str, str]], out: Path) -> list[Order]:
    """Order reports as the batch of a month does: the data are opened and hashed once."""
    opened = open_data(DATA)
    provenance = stands_on(DATA, opened)
    return [
        take_order(
            "campaign_report",
            DATA,
            period=period,
            parameters={"campaign_id": campaign, "compare_with": compared},
            language="en",
            out=out,
            config=None,
            opened=opened,
            provenance=provenance,
        )
        for compared, period, campaign in asked
    ]


def by_callstats(asked: Iterable[tuple[str, str, str]], out: Path, jobs: int) -> None:
    for done in run_all(orders(asked, out), jobs=jobs):
        if done.error is not None:
            raise done.error
        print(".", end="", flush=True)


def by_commands(ordered: Iterable[Order]) -> None:
    for made in ordered:
        made.folder.mkdir(parents=True, exist_ok=True)
        notebook = made.folder / f"{made.stem}.ipynb"
        given = {**made.values, "data": DATA}
        parameters = [word for name, value in given.items() for word in ("-p", name, str(value))]
        for command in (
            [BIN / "papermill", "--no-progress-bar", find("campaign_report"), notebook, *parameters],
            [BIN / "jupyter", "nbconvert", "--to", "html", "--template", "callstats", notebook],
            [BIN / "jupyter", "nbconvert", "--to", "callstats-pdf", notebook],
        ):
            subprocess.run(command, check=True, capture_output=True, env={**os.environ, **FIXED})
        print(".", end="", flush=True)


# Measured


def cost(work: Callable[[], None]) -> Cost:
    found = Cost()
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(found, done))
    watcher.start()
    before, start = _processor_seconds(), time.perf_counter()
    work()
    found.wall, found.processor = time.perf_counter() - start, _processor_seconds() - before
    done.set()
    watcher.join()
    return found


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _watch(found: Cost, done: threading.Event) -> None:
    while not done.wait(0.25):
        sizes = [size for pid in _family(os.getpid()) for size in [_memory(pid)] if size]
        found.largest = max([found.largest, *(resident for resident, _ in sizes)])
        found.together = max(found.together, sum(share for _, share in sizes))


def _family(pid: int) -> list[int]:
    children: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return [pid, *(one for child in children for one in _family(child))]


def _memory(pid: int) -> tuple[float, float] | None:
    """Return resident memory and the share of it that is this process's own [MB]."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
        return sizes["Rss:"], sizes["Pss:"]
    return None


# Compared


def check(asked: Sequence[tuple[str, str, str]], ours: Path, theirs: Path) -> tuple[int, int]:
    """Return how many outputs and pictures were compared; the first that differs ends the benchmark."""
    outputs = pictures = 0
    for one, made, other in zip(asked, orders(asked, ours), orders(asked, theirs), strict=True):
        shown, expected = _shown(made), _shown(other)
        for found, wanted in itertools.zip_longest(shown, expected):
            if found != wanted:
                raise SystemExit(f"{one}: the two ways show something else: {_difference(found, wanted)}")
        outputs += len(shown)
        pictures += sum("image/svg+xml" in str(output) for output in shown)
        for ending in ("html", "pdf"):
            sizes = [(o.folder / f"{o.stem}.{ending}").stat().st_size for o in (made, other)]
            if max(sizes) > 1.05 * min(sizes):
                raise SystemExit(f"{one}: {ending} of {sizes} bytes")
    return outputs, pictures


def _difference(found: object, wanted: object) -> str:
    texts = [json.dumps(output, sort_keys=True) for output in (found, wanted)]
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))
    start = max(same - 60, 0)
    return " against ".join(text[start : start + 120] for text in texts)


def _shown(made: Order) -> list[object]:
    notebook = nbformat.read(made.folder / f"{made.stem}.ipynb", as_version=4)
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def report(count: int, jobs: int, costs: dict[str, Cost]) -> None:
    names = ("papermill", "nbconvert", "ipykernel", "nbclient", "duckdb", "matplotlib", "typst")
    print(f"\nPython {platform.python_version()}, {', '.join(f'{n} {version(n)}' for n in names)}")
    print(f"{count} reports as HTML and PDF; {processors()} processors, {jobs} at once")
    print("load in the last 1, 5 and 15 minutes:", *(f"{load:.1f}" for load in os.getloadavg()), "\n")
    heads = ("", "seconds", "a minute", "processor s", "largest MB", "together MB")
    print(" | ".join(heads))
    for name, took in costs.items():
        numbers = (took.wall, 60 * count / took.wall, took.processor, took.largest, took.together)
        print(" | ".join([name, *(f"{number:.1f}" for number in numbers)]))
    ours, plain = costs["callstats"], costs["plain"]
    print(f"\nreports a minute: {plain.wall / ours.wall:.2f} times as many")
    print(f"processor seconds: {plain.processor / ours.processor:.2f} times fewer")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=len(ASKED), help=f"1 to {len(ASKED)}")
    parser.add_argument("--jobs", type=int, default=processors())
    options = parser.parse_args()
    asked = ASKED[: options.reports]
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="callstats-benchmark-") as folder:
        ours, theirs = Path(folder, "callstats"), Path(folder, "plain")
        half, plain_orders = len(asked) // 2, orders(asked, theirs)
        plain = cost(lambda: by_commands(plain_orders[:half]))
        batch = cost(lambda: by_callstats(asked, ours, options.jobs))
        plain += cost(lambda: by_commands(plain_orders[half:]))
        report(len(asked), options.jobs, {"callstats": batch, "plain": plain})
        compared = check(asked, ours, theirs)
    print(f"the same both ways: {compared[0]} outputs, {compared[1]} of them plots")


if __name__ == "__main__":
    main()
