import subprocess
import sys

import pytest

SCRIPT = """
import sys
from callstats.report.startup import skip_address_grammar
skip_address_grammar()
import nbformat
from callstats.report.html import CallstatsHTMLExporter
nbformat.validate(nbformat.v4.new_notebook())
print([name for name in sys.modules if name.startswith(("lark", "rfc3987_syntax."))])
"""


def test_notebooks_are_validated_and_drawn_without_a_grammar_of_addresses():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


WORKER = "from callstats.report.workshop import main"
COMMAND = "import sys; sys.argv = ['callstats', '--version']; from callstats.cli import main"
ENDED = """
from contextlib import suppress
with suppress(EOFError, SystemExit):
    main()
import sys
print("rfc3987_syntax" in sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("process", [WORKER, COMMAND], ids=["worker", "command line"])
def test_a_process_of_ours_skips_the_grammar(process):
    command = [sys.executable, "-c", process + ENDED]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "True"
