"""What commands say where a hub refuses a site, or is not trusted: what is wrong, and what to do."""

from __future__ import annotations

import json
import os
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from veedor.kit.clock import SystemClock
from veedor.kit.pki import fingerprint, open_authority, server_certificate
from veedor.member.files import MemberFiles
from veedor.wire.invitation import Invitation
from veedor_process import run_veedor

SITE = "site: Prueba\nagency: Muni\nagency_id: muni\ndata: data\nsecret_key: key\nanalysis: {workers: 0}\n"


@dataclass
class Refusing:
    """A server with an authority of its own, as a hub has, that accepts nobody, or answers with `pinned` as the key
    of the agency ("": the one that it was offered). `languages`: it was asked in."""

    url: str
    ca: Path
    languages: list[str]
    pinned: str | None = None

    def invitation(self) -> str:
        return Invitation(self.url, fingerprint(self.ca.read_text()), "s" * 43).encode()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Refusing]:
    clock = SystemClock()
    authority = open_authority(tmp_path / "pki", "CA", clock.now())
    certificate, key = server_certificate(authority, ["127.0.0.1"], tmp_path / "pki", clock.now())
    refusing = Refusing("", authority.certificate, [])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, authority.certificate.read_bytes())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            refusing.languages.append(str(self.headers["accept-language"]))
            told = {"error": "x", "message": "Es de otra entidad.", "hint": "Corrija agency_id."}
            names = ("site_id", "site_name", "agency_id", "agency_name", "hub_id", "hub_name", "hub_key", "leaf_url")
            if refusing.pinned is not None:
                told = dict.fromkeys(names, "x") | {"ca_pem": authority.pem}
                told["agency_key"] = refusing.pinned or asked["agency_key"]
            self._say(409 if refusing.pinned is None else 200, json.dumps(told).encode())

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    refusing.url = f"https://127.0.0.1:{server.server_port}"
    yield refusing
    server.shutdown()
    server.server_close()
    thread.join()


def veedor(folder: Path, *arguments: str, code: int, **env: str) -> str:
    done = run_veedor("--lang", "es", *arguments, cwd=folder, timeout_s=90, env={**os.environ, **env})
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_hub_that_refuses_is_told_with_what_it_advises(tmp_path: Path, hub: Refusing) -> None:
    (tmp_path / "veedor.yaml").write_text(SITE)
    told = veedor(tmp_path, "site", "join", hub.invitation(), code=2)
    assert "Es de otra entidad." in told
    assert "Corrija agency_id." in told
    assert hub.languages == ["es"]
    assert not (tmp_path / "key.member" / "joined.json").exists()
    away = Invitation("https://127.0.0.1:1", "0" * 64, "s" * 43).encode()
    assert "la invitación sigue valiendo" in veedor(tmp_path, "site", "join", away, code=3)
    assert "veedor1." in veedor(tmp_path, "site", "join", "veedor1.half", code=2)


def test_an_own_certificate_is_asked_for(tmp_path: Path, hub: Refusing) -> None:
    told = veedor(tmp_path, "hub", "sites", code=3, VEEDOR_URL=hub.url, VEEDOR_TOKEN="x")
    assert "--ca" in told


def test_an_agency_key_that_the_hub_does_not_take_is_kept_and_offered_again(tmp_path: Path, hub: Refusing) -> None:
    (tmp_path / "veedor.yaml").write_text(SITE)
    files = MemberFiles.beside(tmp_path / "key")
    hub.pinned = "ab" * 32
    assert "agency.key" in veedor(tmp_path, "site", "join", hub.invitation(), code=0)
    assert not files.agency_key.exists()
    kept = files.agency_key_aside.read_bytes()
    hub.pinned = ""  # somebody has compared it, and pinned it there
    assert "agency.key" not in veedor(tmp_path, "site", "join", "--again", hub.invitation(), code=0)
    assert files.agency_key.read_bytes() == kept
