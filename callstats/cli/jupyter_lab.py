"""The command that opens JupyterLab on the notebooks: lab."""

from __future__ import annotations

from pathlib import Path

from callstats.cli.app import app, say
from callstats.cli.batches import lay_out


@app.command
def lab(
    folder: Path = Path("notebooks"), /, *, data: bool = True, browser: bool = True, port: int | None = None
) -> int:
    """Lay the reports and tutorials out as notebooks and open JupyterLab on them; Ctrl-C ends it.

    Parameters
    ----------
    folder
        Made where it is missing; notebooks where left out. An edited notebook is left alone.
    data
        Write the demo data there as well, where there are none yet; --no-data leaves them out.
    browser
        Open a browser; --no-browser prints the address alone.
    port
        Of the server, on this machine alone; 8888 or the next free one where left out.
    """
    from callstats.lab.lab_server import check_lab, serve

    check_lab(port)
    lay_out(folder, data=data)
    say(f"JupyterLab opens on {folder} …  Ctrl-C ends it.")
    code = serve(folder, port=port, browser=browser)
    say("JupyterLab has ended.")
    return code
