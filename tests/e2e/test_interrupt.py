"""Ctrl+C as a terminal sends it, to every process of the group: an orderly end within seconds, and nobody is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
VEEDOR = str(Path(sys.executable).parent / "veedor")
SITE = "site: Prueba\nagency: Muni\ndata: data\nsecret_key: key\ndesk: {port: 0}\nrecording: {reserve_bytes: 0}\n"


class Terminal:
    """A command in a session of its own, as in a terminal."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._said = folder / "said"
        with self._said.open("wb") as sink:
            self.process = subprocess.Popen(
                [VEEDOR, "--lang", "en", *arguments],
                cwd=folder, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "PYTHONFAULTHANDLER": "1"},
            )  # fmt: skip

    def said(self) -> str:
        return self._said.read_text(errors="replace")

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.said() or self.process.poll() is not None, 90)
        assert text in self.said(), self.said()

    def interrupt(self, number: int = signal.SIGINT) -> int:
        group = os.getpgid(self.process.pid)
        os.killpg(group, number)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # it says where each of its threads is
            self.process.wait(timeout=10)
            pytest.fail(f"it did not end:\n{self.said()}")

    def left(self) -> Sequence[str]:
        """Command lines of processes of this session that still run."""
        rows = subprocess.run(["ps", "-eo", "sid=,stat=,args="], capture_output=True, text=True, check=True).stdout
        split = [row.split(None, 2) for row in rows.splitlines()]
        return [row[2] for row in split if row[0] == str(self.process.pid) and not row[1].startswith("Z")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_running_site_ends_in_order(tmp_path: Path, model_file: Path, number: int) -> None:
    (tmp_path / "veedor.yaml").write_text(SITE)
    one = Terminal(tmp_path, "site", "run")
    one.wait_for("answers at")
    assert one.interrupt(number) == 0, one.said()
    assert "Traceback" not in one.said()
    wait_until(lambda: not one.left(), 10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_running_demo_ends_in_order_and_counts(
    tmp_path: Path, bikes_clip: Path, model_file: Path, number: int
) -> None:
    one = Terminal(tmp_path, "demo", "--port", "0", "--cameras", "1", "--report", "report.json")
    one.wait_for("Waiting for alerts")
    assert one.interrupt(number) == 0, one.said()
    assert "Traceback" not in one.said()
    assert "checking that all that was sent was recorded" in one.said()
    assert "0 lost" in one.said()
    assert (tmp_path / "report.json").is_file()
    wait_until(lambda: not one.left(), 10)


def test_a_demo_that_still_prepares_is_interrupted(tmp_path: Path, bikes_clip: Path, model_file: Path) -> None:
    one = Terminal(tmp_path, "demo", "--port", "0", "--cameras", "1")
    one.wait_for("Preparing")
    assert one.interrupt() in (0, 130), one.said()  # 0 where it was quicker than we
    assert "Traceback" not in one.said()
    wait_until(lambda: not one.left(), 10)
