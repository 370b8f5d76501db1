"""``python -m callstats.simulate FOLDER``: write the demo data set."""

from __future__ import annotations

import sys

from callstats.simulate.demo import write_demo

if len(sys.argv) != 2:
    sys.exit("usage: python -m callstats.simulate FOLDER")
write_demo(sys.argv[1])
