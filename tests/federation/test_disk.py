"""A site's disk is full: what was acknowledged is kept, people are told at both ends, and it goes on by itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from federation.disk import why_no_mount
from federation.stand import Stand, Wish, remove
from federation.ways import ProxyWay
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation")]

DISK_MB = 64
NEARLY_FULL_BYTES = 8 << 20
PER_S = 30.0
WAIT_S = 120.0


@pytest.fixture
def stand():
    if why_not := why_no_mount():
        pytest.skip(f"a small disk cannot be mounted here, so that none can be full: {why_not}")
    folder = Path(tempfile.mkdtemp(prefix="veedor-full-"))  # PostgreSQL, which never runs as root, must reach it
    made = Stand(folder, ProxyWay)
    try:
        made.start([Wish("victoria", "la-victoria", tmpfs_mb=DISK_MB)])
        yield made
    finally:
        made.stop()
        remove(folder)


def test_a_full_disk_loses_no_event_is_told_at_both_ends_and_is_over_when_there_is_room(stand: Stand) -> None:
    (site,) = stand.sites
    assert site.disk is not None
    wait_until(lambda: stand.online() == {site.id}, WAIT_S, 0.2)
    assert not _full(site.problems())
    site.way.cut()  # so that events wait in the outbox when the disk fills
    site.load.start(PER_S)
    wait_until(lambda: site.load.total() > 30, WAIT_S, 0.2)

    site.disk.fill(NEARLY_FULL_BYTES)
    wait_until(lambda: _full(site.problems()), WAIT_S, 0.5)
    wait_until(lambda: site.disk.fill() or site.load.full > 2, WAIT_S, 0.2)
    acknowledged = site.load.acknowledged()
    wait_until(lambda: site.ask("/api/health")[0] == 507, WAIT_S, 0.5)  # no look without its entry in the audit
    assert "Free some space" in str(site.ask("/api/health")[1])
    site.way.mend()
    wait_until(lambda: _full(stand.problems(site)), WAIT_S, 0.2)

    site.disk.make_room()
    wait_until(lambda: acknowledged <= stand.event_ids(), WAIT_S, 0.5)
    before = site.load.total()
    wait_until(lambda: site.load.total() > before + 30, WAIT_S, 0.2)
    wait_until(lambda: not _full(site.problems()), WAIT_S, 0.5)
    wait_until(lambda: not _full(stand.problems(site)), WAIT_S, 0.2)
    site.load.stop()
    wait_until(lambda: stand.has_all(stand.written()), WAIT_S, 0.5)
    wait_until(lambda: not stand.check()["alerts_lost"], WAIT_S, 0.2)
    found = stand.check()
    assert {name: found[name] for name in ("lost", "doubled", "strange", "alerts_strange")} == {
        "lost": 0,
        "doubled": 0,
        "strange": 0,
        "alerts_strange": 0,
    }
    assert found["disordered"] == found["audit_flaws"] == []


def _full(problems: list[str]) -> bool:
    return any("is full" in one and "events and alerts wait" in one for one in problems)
