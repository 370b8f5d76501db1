"""The command line: data to stdout, messages and progress to stderr.

Exit codes: 0 good, 1 findings, 2 usage, 3 unreadable input, 4 a report failed, 70 a fault of callstats.
"""

from __future__ import annotations

import sys

from callstats.cli import (  # noqa: F401 - each adds its commands
    batches,
    calibrating,
    comparisons,
    data,
    jupyter_lab,
    mapping_drafts,
    measuring,
    personal_data,
    project_drafts,
    questions,
    reports,
    sending,
)
from callstats.cli.app import app, say
from callstats.cli.border import outcome
from callstats.cli.pipes import guard_streams
from callstats.report.startup import skip_address_grammar
from callstats.report.stopping import leave
from callstats.sources.scratch import spilled

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    skip_address_grammar()
    guard_streams()
    words = sys.argv[1:]
    leave(outcome(lambda: _run(words), words))


def _run(words: list[str]) -> object:
    try:
        result = app(words, result_action="return_value")
    finally:
        sys.stdout.flush()
    if spilled():
        say(
            "Memory did not suffice, so rows went through temporary files, which is slower: [engine] memory "
            "in callstats.toml, or --set engine.memory='8 GB', allows more."
        )
    return result
