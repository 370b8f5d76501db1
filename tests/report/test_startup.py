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
