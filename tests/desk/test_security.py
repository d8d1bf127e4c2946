"""Hosts, origins, headers, sizes, languages, TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import httpx
import pytest
import uvicorn
from cryptography import x509

from desk.desks import PASSWORD, Desk, make_desk, running
from veedor.access.principal import Role
from veedor.desk.errors import CertificateExists, Exposed
from veedor.desk.security import check_exposure, hosts_of_certificate, make_certificate
from veedor.kit.clock import SystemClock
from waiting import wait_until


@pytest.fixture
def browser(desk: Desk) -> httpx.Client:
    """Logged in by cookie, as a page is."""
    desk.add_user("rosa", Role.OPERATOR)
    client = httpx.Client(base_url=desk.url, timeout=20)
    assert client.post("/api/login", json={"username": "rosa", "password": PASSWORD}).status_code == 200
    return client


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_another_sites_page_cannot_act_with_our_cookie(browser: httpx.Client, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    answer = browser.post("/api/logout", headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (403, "error-desk-wrong-origin")
    assert browser.get("/api/me").status_code == 200


def test_our_own_page_can(browser: httpx.Client, desk: Desk) -> None:
    assert browser.post("/api/logout", headers={"origin": desk.url}).status_code == 204


def test_another_sites_page_cannot_log_in(desk: Desk) -> None:
    body = {"username": "rosa", "password": PASSWORD}
    assert httpx.post(f"{desk.url}/api/login", json=body, headers={"origin": "https://evil.example"}).status_code == 403


def test_a_console_elsewhere_can_be_allowed(tmp_path: Path) -> None:
    with running(tmp_path, allowed_origins=("https://console.example",)) as desk:
        desk.add_user("rosa", Role.OPERATOR)
        headers = {"origin": "https://console.example"}
        body = {"username": "rosa", "password": PASSWORD}
        assert httpx.post(f"{desk.url}/api/login", json=body, headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "evil.example:80@127.0.0.1"])
def test_names_that_are_not_ours_get_nothing(desk: Desk, host: str) -> None:
    for path in ("/", "/api/health/live", "/api/me"):
        answer = httpx.get(desk.url + path, headers={"host": host})
        assert answer.status_code in (400, 421), answer.text


def test_our_names_with_any_port(desk: Desk) -> None:
    for host in ("localhost:1234", "127.0.0.1", "[::1]:80", "LOCALHOST"):
        assert httpx.get(f"{desk.url}/api/health/live", headers={"host": host}).status_code == 200


def test_headers_on_every_answer(desk: Desk) -> None:
    for path in ("/assets/nothing.js", "/api/me", "/api/nothing", "/api/health/live"):
        headers = httpx.get(desk.url + path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


def test_liveness_says_nothing_else(desk: Desk) -> None:
    assert httpx.get(f"{desk.url}/api/health/live").json() == {"status": "ok"}


def test_large_bodies_are_refused(desk: Desk) -> None:
    assert httpx.post(f"{desk.url}/api/login", content=b"x" * 1_000_001).status_code == 413

    def chunks() -> object:
        for _ in range(200):
            yield b"x" * 10_000

    answer = httpx.post(f"{desk.url}/api/login", content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_strangers_learn_nothing_from_bad_bodies(desk: Desk) -> None:
    for content in (b"{", b"\xff", b"[1]", b"null"):
        answer = httpx.post(f"{desk.url}/api/users", content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 401


def test_refused_input_is_not_repeated(desk: Desk) -> None:
    body = {"username": "rosa", "password": "hunter2-hunter2", "extra": "hunter2-hunter2"}
    answer = httpx.post(f"{desk.url}/api/login", json=body)
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("wish", "start"),
    [
        ("en-US,en;q=0.9", "Log in"),
        ("es-PE", "Inicie"),
        ("fr,en;q=0.5", "Log in"),
        ("fr", "Inicie"),
        (";;q=x,", "Inic"),
    ],
)
def test_errors_speak_the_callers_language(desk: Desk, wish: str, start: str) -> None:
    assert httpx.get(f"{desk.url}/api/me", headers={"accept-language": wish}).json()["message"].startswith(start)


def test_the_language_that_the_page_asks_for_wins(desk: Desk) -> None:
    answer = httpx.get(f"{desk.url}/api/me", params={"lang": "en"}, headers={"accept-language": "es"})
    assert answer.json()["message"] == "Log in first"


def test_faults_of_ours_show_no_details(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add_user("rosa", Role.OPERATOR)
    client = desk.client("rosa")
    monkeypatch.setattr(desk.live, "snapshot", lambda _: 1 / 0)
    answer = client.get("/api/cameras/plaza/snapshot.jpg")
    assert (answer.status_code, answer.json()["error"]) == (500, "error-internal")
    assert "division" not in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "desk.example", "127.0.0.1.evil.example", ""])
def test_never_beyond_loopback_without_tls(host: str, tmp_path: Path) -> None:
    with pytest.raises(Exposed):
        check_exposure(host, None, None)
    with pytest.raises(Exposed):
        check_exposure(host, tmp_path / "desk.crt", None)
    check_exposure(host, tmp_path / "desk.crt", tmp_path / "desk.key")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"])
def test_loopback_needs_none(host: str) -> None:
    check_exposure(host, None, None)


def test_a_certificate_that_works(tmp_path: Path) -> None:
    certificate, key = make_certificate(("localhost", "127.0.0.1", "::1", "cámara.pe"), tmp_path / "tls", SystemClock())
    assert key.stat().st_mode & 0o777 == 0o600
    assert set(hosts_of_certificate(certificate)) >= {"localhost", "127.0.0.1", "::1"}
    with pytest.raises(CertificateExists):
        make_certificate(("localhost",), tmp_path / "tls", SystemClock())
    desk = make_desk(tmp_path, cookie_secure=True)
    config = uvicorn.Config(
        desk.app, host="127.0.0.1", port=0, ssl_certfile=str(certificate), ssl_keyfile=str(key), log_level="warning"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        trusting = ssl.create_default_context(cafile=str(certificate))
        for host in ("localhost", "127.0.0.1"):
            answer = httpx.get(f"https://{host}:{port}/api/health/live", verify=trusting)
            assert answer.status_code == 200
            assert "max-age" in answer.headers["strict-transport-security"]
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"https://localhost:{port}/api/health/live")
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            trusting.wrap_socket(plain, server_hostname="localhost") as wrapped,
        ):
            read = x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True) or b"")
        assert (read.not_valid_after_utc - read.not_valid_before_utc).days <= 826
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize(
    ("lang", "method", "body"),
    [("es", "no admite PATCH", "JSON"), ("en", "does not take PATCH", "JSON")],
)
def test_what_the_framework_refuses_is_told_in_the_callers_language(
    desk: Desk, lang: str, method: str, body: str
) -> None:
    desk.add_user("boss", Role.ADMINISTRATOR)
    with desk.client("boss") as client:
        client.headers["accept-language"] = lang
        refused = client.patch("/api/me")
        assert (refused.status_code, refused.json()["error"]) == (405, "error-desk-method")
        assert method in refused.json()["message"]
        assert refused.headers["allow"] == "GET"
        broken = client.post("/api/users", content=b"\xff{", headers={"content-type": "application/json"})
        assert broken.status_code in (400, 422)
        assert body in broken.json()["message"]
        forbidden = client.get("/api/audit")
        assert forbidden.status_code == 403
        said = forbidden.json()["message"]
        assert (
            said
            == {
                "es": "No puede leer la auditoría: su rol no lo permite",
                "en": "You may not read the audit: your role does not allow it",
            }[lang]
        )
