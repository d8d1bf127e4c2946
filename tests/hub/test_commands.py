"""A camera's settings, changed from the hub: requested until its site has done it, once, by its own people alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk.desks import serving
from hub.far import OWNER, TAKER, Afar
from veedor.access.actions import Action
from veedor.access.principal import Principal, Role
from veedor.desk.app import create_app
from veedor.desk.audit.entry import detail_of
from veedor.desk.commands.worker import CommandWorker
from veedor.hub.relay.commands import RelayCommands
from veedor.kit.errors import Forbidden

CHANGE = {"record": {"keep_days": 45.0}, "tags": ["Centro"]}


class Office:
    """The hub, served, with an administrator of the municipality."""

    def __init__(self, afar: Afar, url: str) -> None:
        self.afar = afar
        self.url = url
        self.adela = afar.log_in("adela", OWNER, Role.ADMINISTRATOR)

    def client(self, who: Principal) -> httpx.Client:
        headers = {"accept-language": "en", "authorization": f"Bearer {self.afar.tokens[who.user_id]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def ask(self, command_id: str = "command-1", who: Principal | None = None, change: Any = CHANGE) -> httpx.Response:
        with self.client(who or self.adela) as client:
            return client.post("/api/cameras/plaza/commands", json={"id": command_id, "change": change})

    def commands(self) -> list[tuple[str, str]]:
        with self.client(self.adela) as client:
            return [(one["state"], one["problem"] or "") for one in client.get("/api/commands").json()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    afar = Afar(tmp_path)
    with serving(create_app(afar.hub.ports)) as url:
        yield Office(afar, url)
    afar.stop()


def test_requested_until_the_site_has_done_it(office: Office) -> None:
    afar = office.afar
    said = office.ask()
    assert (said.status_code, said.json()["state"], said.json()["by"]) == (202, "requested", "adela")
    worker = CommandWorker(afar.hub.ports)
    afar.down = True
    worker.run_once()
    ((state, problem),) = office.commands()
    assert state == "requested"
    assert "no link" in problem
    assert afar.site.cameras.camera("plaza").record.keep_days is None
    afar.down = False
    afar.clock.advance(5)
    worker.run_once()
    assert office.commands() == [("done", "")]
    changed = afar.site.cameras.camera("plaza")
    assert (changed.record.keep_days, changed.tags) == (45.0, ("centro",))
    assert [stream.url for stream in changed.streams] == ["rtsp://10.0.0.5/main", "rtsp://10.0.0.5/sub"]
    entry = afar.audited("camera.edit")[0]
    assert (entry.allowed, entry.username, detail_of(entry)["command_id"]) == (True, "adela", "command-1")


def test_a_command_that_comes_again_does_nothing_more(office: Office) -> None:
    """Its answer was lost; meanwhile somebody at the site has set it otherwise."""
    afar = office.afar
    office.ask()
    worker = CommandWorker(afar.hub.ports)
    worker.run_once()
    there = afar.site.cameras.camera("plaza")
    afar.site.cameras.save(replace(there, record=replace(there.record, keep_days=7.0)))
    RelayCommands(afar.remote(office.adela, Action.CAMERA_EDIT)).change_camera("command-1", "plaza", _stored(office))
    assert afar.site.cameras.camera("plaza").record.keep_days == 7.0
    assert office.ask().json()["state"] == "done", "asked for again at the hub: the same command"
    assert office.ask(change={"enabled": False}).status_code == 409


def test_only_an_administrator_of_the_cameras_own_agency(office: Office) -> None:
    afar = office.afar
    afar.agree(rights=frozenset({"live", "playback", "ptz", "evidence", "search", "alerts"}))
    assert office.ask(who=afar.log_in("sara", OWNER, Role.SUPERVISOR)).status_code == 403
    stranger = afar.log_in("pedro", TAKER, Role.ADMINISTRATOR)
    assert office.ask(who=stranger).status_code == 403
    with pytest.raises(Forbidden) as refused:  # a hub in wrong hands sends it all the same
        RelayCommands(afar.remote(stranger, Action.CAMERA_EDIT)).change_camera("command-9", "plaza", {"enabled": False})
    assert refused.value.params["reason"] == "agency"
    assert afar.site.cameras.camera("plaza").enabled
    assert office.ask(change={"streams": []}).status_code == 422
    assert office.ask(change={}).status_code == 422


def _stored(office: Office) -> Any:
    with office.client(office.adela) as client:
        return client.get("/api/commands").json()[0]["change"]
