import subprocess
import sys

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


COMMAND = """
import sys
sys.argv = ['callstats', '--version']
from contextlib import suppress
from callstats.cli import main
with suppress(SystemExit):
    main()
print("rfc3987_syntax" in sys.modules, file=sys.stderr)
"""


def test_the_command_line_skips_the_grammar():
    done = subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "True"
