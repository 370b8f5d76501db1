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
from callstats.cli.app import app
from callstats.cli.border import outcome
from callstats.cli.pipes import guard_streams
from callstats.report.startup import skip_address_grammar

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    skip_address_grammar()
    guard_streams()
    words = sys.argv[1:]
    sys.exit(outcome(lambda: _run(words), words))


def _run(words: list[str]) -> object:
    try:
        return app(words, result_action="return_value")
    finally:
        sys.stdout.flush()
