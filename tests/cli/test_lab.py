"""``callstats lab``: the notebooks laid out, and JupyterLab opened on them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from callstats.cli import app
from callstats.errors import CallstatsError, UsageError
from callstats.lab import lab_server


def run(*words: str) -> int:
    return app(["lab", *words], result_action="return_value") or 0


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Take the place of the server: return the commands it would have been started with."""
    commands: list[list[str]] = []

    def instead(folder: Path, *, port: int | None, browser: bool) -> list[str]:
        commands.append(real(folder, port=port, browser=browser))
        return [sys.executable, "-c", ""]

    real = lab_server.command
    monkeypatch.setattr(lab_server, "command", instead)
    return commands


def test_the_notebooks_are_laid_out_and_opened(
    tmp_path: Path, started: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(tmp_path / "my desk"), "--no-data", "--no-browser", "--port", "8899") == 0
    assert (tmp_path / "my desk" / "campaign_report.ipynb").is_file()
    (words,) = started
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert {f"--ServerApp.root_dir={tmp_path / 'my desk'}", "--no-browser"} < {*words}
    assert "--ServerApp.port=8899" in words
    assert capsys.readouterr().out == ""


def test_a_browser_is_opened_unless_told_otherwise(tmp_path: Path, started: list[list[str]]) -> None:
    run(str(tmp_path), "--no-data")
    assert "--no-browser" not in started[0]


def test_without_jupyterlab_a_sentence_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lab_server, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match="pip install jupyterlab"):
        run(str(tmp_path / "desk"))
    assert not (tmp_path / "desk").exists()


@pytest.mark.parametrize("port", ["0", "65536", "-1"])
def test_a_port_that_is_none_is_refused_before_anything_is_written(tmp_path: Path, port: str) -> None:
    with pytest.raises(UsageError, match="is no port"):
        run(str(tmp_path / "desk"), "--port", port)
    assert not (tmp_path / "desk").exists()


def test_a_server_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    monkeypatch.setattr(lab_server, "command", lambda *_, **__: failing)
    with pytest.raises(CallstatsError, match="ended with code 3"):
        lab_server.serve(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_real_server_serves_the_folder_and_ends_with_ctrl_c(tmp_path: Path, ending: signal.Signals) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [str(tmp_path), "--no-data", "--no-browser", "--port", str(port)]
    code = (
        "import sys; from callstats.cli import main; sys.argv = ['callstats', 'lab', *sys.argv[1:]]; main()"
    )
    lab = subprocess.Popen(
        [sys.executable, "-c", code, *words], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path / ".config")},
    )  # fmt: skip
    assert lab.stderr is not None
    said = ""
    while f":{port}/lab?token=" not in said:
        line = lab.stderr.readline()
        assert line, said
        said += line
    token = re.findall(r"token=(\w+)", said)[0]
    address = f"http://127.0.0.1:{port}/api/contents?token={token}"
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                names = {item["name"] for item in json.load(answer)["content"]}
            break
        except OSError:
            time.sleep(0.2)
    assert {"campaign_report.ipynb", "explore"} <= names
    lab.send_signal(ending)
    rest = lab.communicate(timeout=60)[1]
    assert lab.returncode == 0
    assert "JupyterLab has ended." in rest
    assert "Traceback" not in rest
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=2)
