"""A hub and a site on one machine as two users of the system, each in a folder that the other cannot enter."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from federation.conftest import client
from federation.process import Process
from veedor.compose.demo_sites import _first_password
from veedor.link.server import free_port
from waiting import wait_until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("unshare"),
        reason="only root can become two other users",
    ),
]

HUB_USER, SITE_USER = "daemon", "bin"  # on every system, and with nothing of their own

# Where Python lies below a folder that is closed to others, such as /root, it alone is shown there, and to these
# processes alone.
_SHOW = """
set -e; closed=$1; python=$2; shift 2
kept=$(mktemp -d); mount --bind "$python" "$kept"
mount -t tmpfs -o mode=755 tmpfs "$closed"; mkdir -p "$python"; mount --bind "$kept" "$python"
exec "$@"
"""


def as_user(user: str) -> list[str]:
    """What goes before a command that `user` gives."""
    home = Path(sys.base_prefix)
    closed = [str(one) for one in reversed(home.parents) if not one.stat().st_mode & 0o001]
    if closed:
        shown = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _SHOW, "show", closed[0], str(home)]
    else:
        shown = []
    return [*shown, "setpriv", f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]


class Service:
    """One of the two: its user, and its folder, which is its home."""

    def __init__(self, user: str, folder: Path, stack: ExitStack) -> None:
        self.user, self.folder = user, folder
        self._stack = stack
        folder.mkdir(mode=0o700)
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        self._environment = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "keys"), "LANG": "en_US.UTF-8"}

    def veedor(self, *words: str) -> None:
        command = [*as_user(self.user), sys.executable, "-m", "veedor.cli", *words]
        environment = {**os.environ, **self._environment}
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self, *words: str) -> Process:
        process = Process(words, self.folder.with_suffix(".log"), inside=as_user(self.user))
        process.start(self._environment)
        self._stack.callback(process.stop)
        return process

    def may_read(self, path: Path) -> bool:
        return subprocess.run([*as_user(self.user), "ls", str(path)], capture_output=True, check=False).returncode == 0

    def owners(self) -> set[int]:
        """Of all that lies in its folder, as far as it does not go meanwhile."""
        command = ["find", str(self.folder), "-printf", "%U\\n"]
        return {int(one) for one in subprocess.run(command, capture_output=True, check=False).stdout.split()}


@pytest.fixture
def two() -> Iterator[tuple[Service, Service]]:
    folder = Path(tempfile.mkdtemp(prefix="veedor-users-"))  # outside pytest's, which is closed to others
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Service(HUB_USER, folder / "hub", stack), Service(SITE_USER, folder / "site", stack)


def test_a_hub_and_a_site_that_cannot_open_each_others_files(two: tuple[Service, Service]) -> None:
    hub, site = two
    port, link = free_port(), free_port()
    hub.veedor("hub", "init", "--name", "Lima", "--agency", "Region", "--port", str(port), "--link-port", str(link))
    site.veedor("init", "--site", "Sede", "--agency", "Muni", "--port", str(free_port()))
    config = site.folder / "veedor.yaml"
    config.write_text(config.read_text().replace("workers: 1", "workers: 0"))  # no detector's model is needed here
    running = hub.start("hub", "run", "--config", str(hub.folder / "hub.yaml"))
    wait_until(lambda: "ca.crt" in running.log.read_text() or not running.is_running, 120.0, 0.2)
    (ca,) = hub.folder.glob("keys/veedor/*.hub/ca.crt")
    with client(f"https://127.0.0.1:{port}", str(ca), "admin", _first_password(running)) as admin:
        agency = {"name": "Muni", "kind": "municipality"}
        assert admin.put("/api/agencies/muni", json=agency).status_code == 200
        made = admin.post("/api/invitations", json={"agency_id": "muni", "site_name": "Sede"}).json()
        site.veedor("site", "join", made["token"])
        site.start("site", "run", "--config", str(config))
        wait_until(lambda: [row["online"] for row in admin.get("/api/sites").json()["sites"]] == [True], 120.0, 0.2)
    assert [hub.may_read(one.folder) for one in two] == [True, False]
    assert [site.may_read(one.folder) for one in two] == [False, True]
    assert [service.owners() for service in two] == [{pwd.getpwnam(service.user).pw_uid} for service in two]
