"""What a notebook's kernel gets to know of this process, and who may speak with it."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from callstats.report.kernel_environment import shared_environment, without_secrets
from callstats.report.kernel_manager import FIXED, ReportKernelManager
from callstats.report.kernel_server import KernelServer, can_fork
from tests.report.kernels import running

SECRETS = {
    "CALLSTATS_DB_PASSWORD": "a", "MYSQL_PWD": "b", "PGPASSWORD": "c", "AWS_SECRET_ACCESS_KEY": "d",
    "AWS_ACCESS_KEY_ID": "e", "GITHUB_TOKEN": "f", "OPENAI_APIKEY": "g", "SSH_AUTH_SOCK": "/run/agent",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/me/key.json", "DATABASE_URL": "mysql://me:secret@dialer/asterisk",
    "HTTPS_PROXY": "http://me:secret@proxy:3128", "db_passphrase": "h", "SMTP_PASS": "i", "GH_PAT": "j",
}  # fmt: skip
NEEDED = {
    "PWD": "/home/me", "OLDPWD": "/", "PATH": "/bin", "HOME": "/home/me", "LANG": "fr_FR.UTF-8",
    "KEYBOARD": "fr", "XKB_LAYOUT": "us", "HTTP_PROXY": "http://proxy:3128", "COMPASS": "n", "MONKEY": "1",
    "PYTHONPATH": "/srv/a:/srv/b", "VIRTUAL_ENV": "/srv/.venv", "MPLCONFIGDIR": "/tmp/mpl", "AUTHOR": "Ann",
}  # fmt: skip
LOOPBACK = "0100007F"  # 127.0.0.1 as Linux writes it
SEEN = "[dict(__import__('os').environ), open('/proc/self/environ').read()]"

in_linux = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux alone")


def test_what_is_named_or_looks_like_a_secret_is_left_out_and_nothing_else():
    assert without_secrets({**SECRETS, **NEEDED}) == NEEDED


def test_a_secret_that_is_asked_for_by_name_is_kept():
    asked = {**SECRETS, "CALLSTATS_KERNEL_KEEPS": "MYSQL_PWD, GITHUB_TOKEN"}
    assert {"MYSQL_PWD", "GITHUB_TOKEN", "CALLSTATS_KERNEL_KEEPS"} == set(without_secrets(asked))


@in_linux
@pytest.mark.parametrize("forked", [False, True], ids=["started", "forked"])
def test_no_secret_of_this_process_is_in_the_memory_of_a_kernels_environment(forked, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, f"{value} is secret")
    server = KernelServer(shared_environment(FIXED)) if forked else None
    try:
        with running(lambda: ReportKernelManager(server=server)) as kernel:
            told, memory = kernel.value(SEEN)
            parent = kernel.value("__import__('os').getppid()")
    finally:
        if server is not None:
            server.close()
    assert (parent == os.getpid()) is not forked
    assert not SECRETS.keys() & told.keys()
    assert "is secret" not in memory
    assert {name: os.environ[name] for name in SECRETS} == {k: f"{v} is secret" for k, v in SECRETS.items()}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor such sockets")
def test_only_its_owner_can_speak_with_a_kernel():
    with running(ReportKernelManager) as kernel:
        file = Path(kernel.manager.connection_file)
        told = json.loads(file.read_text())
        assert (told["transport"], told["signature_scheme"]) == ("ipc", "hmac-sha256")
        assert len(told["key"]) >= 32
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) & 0o777 == 0o700
        sockets = [path for path in file.parent.iterdir() if path.is_socket()]
        assert len(sockets) >= 4
        assert {Path(path).parent for path in sockets} == {file.parent}
        # where what its own children print arrives, known by a random mark (ipykernel's `IOPubThread`)
        assert [port.partition(":")[0] for port in listening(kernel.process.pid)] in ([], [LOOPBACK])
    assert not file.parent.exists()


def listening(pid: int) -> list[str]:
    """Return the ports of the net that a process listens on, as Linux tells them."""
    if sys.platform != "linux":
        return []
    own = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir() if fd.is_symlink()}
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return [line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in own]
