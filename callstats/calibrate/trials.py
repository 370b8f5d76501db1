"""Many samples of many situations, on several cores, with the same result on any number of cores."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np

from callstats.calibrate.situation import Measure, Situation
from callstats.errors import CallstatsError

#: Samples a process draws before it reports.
BLOCK = 50

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Tally:
    """One method's scores on one measure: their number, sum and sum of squares."""

    runs: int = 0
    total: float = 0.0
    squares: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.runs + other.runs, self.total + other.total, self.squares + other.squares)

    @classmethod
    def of(cls, scores: Iterable[float]) -> Tally:
        """Sum scores; nan (no answer) does not count.

        Examples
        --------
        >>> Tally.of([1.0, 0.0, float("nan"), 1.0])
        Tally(runs=3, total=2.0, squares=2.0)
        """
        known = np.array([score for score in scores if score == score])  # noqa: PLR0124 - nan is not itself
        return cls(len(known), float(known.sum()), float(known @ known))


Tallies = dict[tuple[str, Measure], Tally]


def sample_seed(seed: int, name: str, run: int) -> int:
    """Return the seed of one sample, which depends only on these three.

    Examples
    --------
    >>> sample_seed(1, "a", 0) == sample_seed(1, "a", 0), sample_seed(1, "a", 0) == sample_seed(1, "a", 1)
    (True, False)
    """
    words = np.random.SeedSequence([seed, zlib.crc32(name.encode()), run]).generate_state(2, np.uint32)
    return int(words[0]) << 20 ^ int(words[1])


def judge(situation: Situation, seed: int, runs: range) -> Tallies:
    """Draw some samples of a situation and tally the answers of its methods."""
    scores: dict[tuple[str, Measure], list[float]] = {
        (method.name, measure): [] for method in situation.methods for measure in situation.measures
    }
    for run in runs:
        sample = situation.draw(sample_seed(seed, situation.name, run))
        for method in situation.methods:
            result = method.ask(sample)
            for measure in situation.measures:
                scores[method.name, measure].append(situation.score(result, measure))
    return {key: Tally.of(values) for key, values in scores.items()}


def judge_all(
    situations: Sequence[Situation], runs: int, seed: int, jobs: int, progress: Progress | None = None
) -> list[Tallies]:
    """Run every situation on the same number of samples.

    Blocks of samples are summed in order, so that the sums are the same to the last
    digit on any number of cores.
    """
    work = [
        (number, range(first, min(first + BLOCK, runs)))
        for number in range(len(situations))
        for first in range(0, runs, BLOCK)
    ]
    pieces: dict[int, Tallies] = {}
    left = [sum(number == n for n, _ in work) for number in range(len(situations))]
    for place, found in _each(situations, work, seed, jobs):
        pieces[place] = found
        number = work[place][0]
        left[number] -= 1
        if progress is not None and left[number] == 0:
            progress(situations[number].name, sum(n == 0 for n in left), len(situations))
    totals: list[Tallies] = [{} for _ in situations]
    for place, (number, _) in enumerate(work):
        for key, tally in pieces[place].items():
            totals[number][key] = totals[number].get(key, Tally()) + tally
    return totals


def _each(
    situations: Sequence[Situation], work: Sequence[tuple[int, range]], seed: int, jobs: int
) -> Iterator[tuple[int, Tallies]]:
    if jobs <= 1 or len(work) <= 1:
        for place, (number, block) in enumerate(work):
            yield place, judge(situations[number], seed, block)
        return
    # Spawned, not forked: the analyst's process may have engine threads.
    with ProcessPoolExecutor(min(jobs, len(work)), mp_context=get_context("spawn")) as pool:
        places: dict[Future[Tallies], int] = {
            pool.submit(judge, situations[number], seed, block): place
            for place, (number, block) in enumerate(work)
        }
        try:
            for done in as_completed(places):
                yield places[done], done.result()
        except BrokenProcessPool as error:
            raise CallstatsError(
                "a process of the calibration was ended from outside, perhaps for want of memory",
                hint="Ask for fewer jobs, or for one situation at a time.",
            ) from error
