"""The command line: data to stdout, messages and progress to stderr.

Exit codes: 0 good, 1 findings, 2 usage, 3 unreadable input, 4 a report failed.
"""

from __future__ import annotations

import os
import sys

from callstats.cli import (  # noqa: F401 - each adds its commands
    batches,
    calibrating,
    comparisons,
    data,
    mapping_drafts,
    measuring,
    project_drafts,
    questions,
    reports,
)
from callstats.cli.app import app, say
from callstats.errors import CallstatsError
from callstats.report.startup import skip_address_grammar

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    skip_address_grammar()
    try:
        code = app(sys.argv[1:], result_action="return_value")
        sys.stdout.flush()
    except CallstatsError as error:
        say(f"callstats: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("callstats: stopped")
        sys.exit(130)
    except BrokenPipeError:  # the reader closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)
