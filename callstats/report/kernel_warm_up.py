"""Load what reports need, in the process that kernels are forked from.

The inline backend is left out: it binds to the shell that imports it, and there is none yet.
seaborn imports `matplotlib.pyplot`, which chooses a backend only for its first figure: in a
kernel, the one that the environment names (MPLBACKEND). The rehearsal of drawing has a
`Figure` of its own, so that pyplot has chosen none when a kernel is forked.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import io
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

_ROOMS = ("kpis", "dataset", "engine", "stats", "show", "answers")
_LIBRARIES = """
IPython ipykernel.debugger ipykernel.ipkernel ipykernel.kernelapp ipykernel.zmqshell
babel.dates babel.numbers duckdb numpy pandas pyarrow.parquet scipy.optimize scipy.stats
matplotlib.backends.backend_agg matplotlib.backends.backend_svg matplotlib.dates matplotlib.figure seaborn
narwhals._arrow.dataframe narwhals._duckdb.dataframe narwhals._pandas_like.dataframe
"""


def load() -> None:
    """Import the libraries and callstats' packages, and fill the caches that every report fills."""
    with _as_in_a_kernel():
        for name in _LIBRARIES.split():
            importlib.import_module(name)
        for name in _own_modules():
            importlib.import_module(name)
    _draw_once()
    gc.collect()
    gc.freeze()  # loaded objects stay: the collector skips them, so their pages stay shared


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries that check where they run (pandas, for width and format of output) find a kernel."""
    missing = object()
    before = getattr(builtins, "get_ipython", missing)
    if before is missing:
        builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
    try:
        with Path(os.devnull).open("w", encoding="UTF-8") as kernels_stream, redirect_stdout(kernels_stream):
            yield
    finally:
        if before is missing:
            del builtins.get_ipython  # type: ignore[attr-defined]


def _own_modules() -> Iterator[str]:
    yield "callstats"
    for room in _ROOMS:
        package = importlib.import_module(f"callstats.{room}")
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))


def _draw_once() -> None:
    """Find the fonts, lay out some text and draw some marks, which saves every report half a second."""
    from matplotlib.figure import Figure

    from callstats.show.pictures import PictureCanvas
    from callstats.show.plots import marks

    figure = Figure(layout="constrained")
    ax = figure.add_subplot()
    ax.set_title("0 %")
    marks.line(ax, [0, 1], [0, 1])
    marks.points(ax, [0, 1], [0, 1], size=3, color="C0")
    marks.bars(ax, [0, 1], [0, 1])
    marks.intervals(ax, [0, 1], [0, 1], [0, 0], [1, 1], color="C0")
    PictureCanvas(figure).print_svg(io.StringIO())
