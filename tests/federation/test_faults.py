"""Kills and cuts under load, one upon the other; the hub has every event once, and always had the first ones.

The long run of random faults, with lost packets, full disks and wrong clocks, is `bench/soak_federation.py`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from federation.load import OrderWatch
from federation.process import kill_pid
from federation.stand import Stand, Wish, remove
from federation.ways import ProxyWay
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation")]

PER_S = 60.0


@pytest.fixture(scope="module")
def stand():
    folder = Path(tempfile.mkdtemp(prefix="veedor-faults-"))  # PostgreSQL, which never runs as root, must reach it
    made = Stand(folder, ProxyWay)
    try:
        made.start([Wish("victoria", "la-victoria"), Wish("cercado", "pnp-cercado")])
        yield made
    finally:
        made.stop()
        remove(folder)


def settle(stand: Stand) -> None:
    """Until the hub has all that was written by now."""
    written = stand.written()
    wait_until(lambda: stand.has_all(written), 60.0, 0.1)


def test_every_event_once_and_in_order_whatever_is_killed(stand: Stand) -> None:
    victoria, cercado = stand.sites
    wait_until(lambda: len(stand.online()) == 2, 60.0, 0.2)
    watch = OrderWatch(stand.at_hub)
    watch.start()
    for site in stand.sites:
        site.load.start(PER_S)
    settle(stand)

    cercado.way.cut()
    victoria.process.kill()
    kill_pid(stand.hub.child("nats-server"))
    victoria.process.start()
    settled = dict(victoria.load.written)
    wait_until(lambda: stand.has_all(settled), 60.0, 0.1)  # one site's cut is no other's
    before = stand.count(cercado)
    cercado.way.mend()
    wait_until(lambda: stand.count(cercado) > before, 30.0, 0.1)

    kill_pid(stand.hub.child("postgres"))
    kill_pid(cercado.process.child("nats-server"))
    settle(stand)
    stand.hub.kill()
    stand.hub.start()
    settle(stand)

    for site in stand.sites:
        site.load.stop()
    settle(stand)
    watch.stop()
    wait_until(lambda: not stand.check()["alerts_lost"], 60.0, 0.2)
    found = stand.check()
    assert found["written"] > 200
    assert watch.looks > 5
    assert not watch.disorders
    assert {name: found[name] for name in ("lost", "doubled", "strange", "alerts_strange")} == {
        "lost": 0,
        "doubled": 0,
        "strange": 0,
        "alerts_strange": 0,
    }
    assert found["disordered"] == []
    assert found["audit_flaws"] == []
