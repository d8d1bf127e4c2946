"""A hub with sites one version older, one newer and one too far off; then the hub is updated, and nothing was lost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from federation.stand import Stand, Wish, remove
from federation.ways import ProxyWay
from veedor.cli import client
from veedor.wire.version import PROTOCOL
from waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("federation")]

# What a program of another version would do, done to this one before it starts.
SPEAKS = "import veedor.wire.version as version\nversion.PROTOCOL += {step}\n"
NEWER = (
    SPEAKS.format(step=1)
    + """
import json
from dataclasses import replace
from types import SimpleNamespace
from veedor.member import roster, uplink
from veedor.wire.envelope import Envelope

whole = Envelope.to_bytes
Envelope.to_bytes = lambda self: json.dumps({**json.loads(whole(self)), "altitude_m": 31}).encode()

told = uplink.EventSource.after
def after(self, sequence, limit):
    rows = []
    for number, one in told(self, sequence, limit):
        one.body["event"]["weather"] = "garua"
        rows.append((number, one))
        rows.append((number, replace(one, id="drone-" + one.id, kind="drone.landed", body={"where": [1, 2]})))
    return rows
uplink.EventSource.after = after

asks = roster.Roster._question
def question(self):
    try:
        self._ask(SimpleNamespace(value="hub.weather"), {"sky": "grey"})
    except Exception as problem:  # at first there is no link
        print("THE NEW OP:", problem, flush=True)
    return {**asks(self), "sky": "grey"}
roster.Roster._question = question
"""
)
OLDER = (
    SPEAKS.format(step=-1)
    + """
import json
from veedor.member import roster, uplink

told = uplink.EventSource.after
def after(self, sequence, limit):
    rows = told(self, sequence, limit)
    for _, one in rows:
        for name in ("overlays", "zone_norm", "zone"):
            del one.body["event"][name]
    return rows
uplink.EventSource.after = after

asks = roster.Roster._question
roster.Roster._question = lambda self: {
    name: value for name, value in asks(self).items() if name not in ("heads", "people", "grants", "health")
}
"""
)
FAR = SPEAKS.format(step=2)


@pytest.fixture(scope="module")
def stand():
    folder = Path(tempfile.mkdtemp(prefix="veedor-versions-"))  # PostgreSQL, which never runs as root, must reach it
    made = Stand(folder, ProxyWay)
    try:
        made.start([Wish("newer", "muni-n", NEWER), Wish("older", "muni-o", OLDER), Wish("far", "muni-f", FAR)])
        yield made
    finally:
        made.stop()
        remove(folder)


def listed(stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """What `veedor hub sites` says."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    client.store(client.Login(stand.url, "admin", stand.token(), "2099-01-01T00:00:00Z", str(stand.ca)))
    said = subprocess.run(
        [sys.executable, "-m", "veedor.cli", "hub", "sites"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "300", "LANG": "en_US.UTF-8"},
    )
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_sites_of_other_versions(stand: Stand, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    newer, older, far = stand.sites
    for site in stand.sites:
        site.load.add(20)
    wait_until(lambda: stand.online() >= {newer.id, older.id}, 60.0, 0.5)
    wait_until(lambda: stand.has_all(newer.load.written | older.load.written), 60.0, 0.2)
    assert not stand.check()["disordered"]

    # The newer one: fields are ignored, a kind is kept, an op is refused by name.
    kept = stand.query("SELECT count(*) FROM unread_facts WHERE site_id = %s AND kind = 'drone.landed'", newer.id)
    assert kept[0][0] >= 20
    wait_until(lambda: "A message cannot be used: hub.weather" in newer.said(), 30.0, 0.2)
    assert stand.row(newer)["protocol"] == PROTOCOL + 1
    assert not stand.row(newer)["is_other_version"]
    assert stand.row(older)["protocol"] == PROTOCOL - 1

    # The one too far off: read nowhere, and said everywhere.
    wait_until(lambda: stand.row(far)["is_other_version"])
    words = f"speaks version {PROTOCOL + 2} of the link"
    assert words in stand.row(far)["problems"][0]
    wait_until(lambda: words in stand.hub.log.read_text(), 20.0)
    wait_until(lambda: words in far.said(), 20.0)
    table = listed(stand, monkeypatch, tmp_path)
    assert "other version of the link: update" in table
    assert stand.count(far) == 0

    # The hub is updated: what waited at that site comes, all of it and in order. Now the oldest is too far off.
    stand.hub.stop()
    stand.hub.prelude = SPEAKS.format(step=1)
    stand.hub.start()
    wait_until(stand.answers, 60.0, 0.2)
    wait_until(lambda: stand.has_all(far.load.written), 60.0, 0.2)
    wait_until(lambda: stand.row(older)["is_other_version"], 30.0, 0.5)
    wait_until(lambda: not stand.row(far)["is_other_version"], 30.0, 0.5)
    found = stand.check()
    assert not found["disordered"]
    assert not found["doubled"]
