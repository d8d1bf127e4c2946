"""Reading a camera: logins, redirects, the names it gives its streams, and encryption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dialogue import CONFIG, pictures, received, why
from scripted_camera import (
    SDP,
    DigestGate,
    Request,
    ScriptedCamera,
    reply,
    stream_of,
)

from streams import Collected, camera, reader_of, reading
from veedor.desk.security import make_certificate
from veedor.kit.clock import SystemClock
from veedor.kit.errors import VeedorError
from veedor.site.ingest.errors import (
    RedirectRefused,
    WrongPassword,
)
from waiting import wait_until

PASSWORD = 'pa"ss\\w:örd'


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory) -> tuple[Path, Path]:
    """Certificate and key that a camera made for itself."""
    return make_certificate(("127.0.0.1",), tmp_path_factory.mktemp("tls") / "tls", SystemClock())


# -- logins


def gated(gate: DigestGate | str) -> dict[str, Callable[[Request], bytes | None]]:
    """Answers of a camera that asks for a login at every request."""
    usual = ScriptedCamera.usual

    def answer(request: Request) -> bytes | None:
        if isinstance(gate, DigestGate):
            challenges, accepted = [gate.challenge()], gate.accepts(request)
        else:
            challenges, accepted = ['WWW-Authenticate: Basic realm="x"'], request.headers.get("authorization") == gate
        if not accepted:
            return reply(request, "401 Unauthorized", *challenges)
        return usual(Answering(), request)

    return dict.fromkeys(("DESCRIBE", "SETUP", "PLAY", "OPTIONS", "GET_PARAMETER"), answer)


class Answering(ScriptedCamera):
    """Answers without a port."""

    def __init__(self) -> None:
        self.sdp = SDP


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "MD5-sess", "SHA-256-sess"])
@pytest.mark.parametrize("qop", ["", "auth", "auth-int,auth"])
def test_digest_logins_of_every_kind(algorithm: str, qop: str) -> None:
    gate = DigestGate("ad min", PASSWORD, algorithm=algorithm, qop=qop)
    with ScriptedCamera(media=stream_of(20), answers=gated(gate)) as scripted:
        assert received(scripted, 10, user="ad min", password=PASSWORD)
    assert [request.method for request in scripted.requests[:4]] == ["DESCRIBE", "DESCRIBE", "SETUP", "PLAY"]
    if qop:
        assert [count for _, count in gate.counts[:3]] == ["00000001", "00000002", "00000003"]


def test_the_strongest_login_on_offer_is_used() -> None:
    strong, weak = DigestGate("u", "p", algorithm="SHA-256"), DigestGate("u", "p")

    def answer(request: Request) -> bytes:
        if strong.accepts(request):
            return Answering().usual(request)
        offers = ['WWW-Authenticate: Basic realm="x"', weak.challenge(), strong.challenge()]
        return reply(request, "401 Unauthorized", *offers)

    with ScriptedCamera(media=stream_of(20), answers={"DESCRIBE": answer}) as scripted:
        assert received(scripted, 5, user="u", password="p")


def test_a_wrong_login_is_tried_once() -> None:
    gate = DigestGate("u", "right", qop="auth")
    with ScriptedCamera(answers=gated(gate)) as scripted:
        assert isinstance(why(scripted, user="u", password="wrong"), WrongPassword)
        assert isinstance(why(scripted), WrongPassword)
    assert scripted.methods() == ["DESCRIBE", "DESCRIBE", "DESCRIBE"]
    with ScriptedCamera(answers=gated("Basic dTpyaWdodA==")) as scripted:
        assert isinstance(why(scripted, user="u", password="wrong"), WrongPassword)
    assert scripted.methods() == ["DESCRIBE", "DESCRIBE"]


def test_a_nonce_that_has_grown_old_is_replaced_while_media_flows() -> None:
    gate = DigestGate("u", "p", qop="auth")
    answers = gated(gate)

    def setup(request: Request) -> bytes:
        if gate.accepts(request):
            transport = f"Transport: {request.headers['transport']}"
            return reply(request, "200 OK", "Session: 42;timeout=5", transport)
        return reply(request, "401 Unauthorized", gate.challenge())

    def play(request: Request) -> bytes:
        answer = answers["OPTIONS"](request)
        if b" 200 " in answer:
            gate.nonce, gate.stale = "second", True
        return answer

    config = replace(CONFIG, read_timeout_s=30.0)
    with (
        ScriptedCamera(media=stream_of(20), answers={**answers, "SETUP": setup, "PLAY": play}) as scripted,
        reading(camera(scripted.url, user="u"), password="p", config=config),
    ):
        wait_until(lambda: scripted.methods().count("OPTIONS") >= 2)  # refused, and asked again
        wait_until(lambda: ("second", "00000001") in gate.counts)
        wait_until(lambda: "GET_PARAMETER" in scripted.methods())  # which the answer to OPTIONS named


# -- redirects and names


def test_encryption_is_not_given_up_for_a_redirect(tls_files) -> None:
    def away(request: Request) -> bytes:
        return reply(request, "302 Found", f"Location: {plain.url}")

    with ScriptedCamera() as plain, ScriptedCamera(answers={"DESCRIBE": away}, tls=tls_files) as secure:
        assert isinstance(why(secure), RedirectRefused)
    assert plain.requests == []


def test_a_redirect_later_than_describe_is_refused() -> None:
    for method in ("SETUP", "PLAY"):

        def away(request: Request) -> bytes:
            return reply(request, "302 Found", "Location: rtsp://127.0.0.1:9/x")

        with ScriptedCamera(answers={method: away}) as scripted:
            error = why(scripted)
        assert isinstance(error, RedirectRefused)
        assert "127.0.0.1:9" in error.message.render("en")


def test_a_base_that_names_another_host_leads_nowhere() -> None:
    """Recorders give their inner address. It is said back to them, on the connection that there is."""
    with ScriptedCamera() as other:
        gate = DigestGate("u", "p")

        def describe(request: Request) -> bytes:
            if not gate.accepts(request):
                return reply(request, "401 Unauthorized", gate.challenge())
            return reply(request, "200 OK", f"Content-Base: {other.url}/", body=SDP.encode())

        with ScriptedCamera(media=stream_of(20), answers={**gated(gate), "DESCRIBE": describe}) as scripted:
            assert received(scripted, 10, user="u", password="p")
    assert other.requests == []
    assert scripted.requests[2].uri == f"{other.url}/track1"


@pytest.mark.parametrize(
    "base", ["http://evil/", "file:///etc/passwd", "rtsp://h/a b", "x" * 3000, "rtsp://user:secret@127.0.0.1/x"]
)
def test_a_base_that_cannot_be_one_is_left_aside(base: str) -> None:
    def describe(request: Request) -> bytes:
        return reply(request, "200 OK", f"Content-Base: {base}", body=SDP.encode())

    with ScriptedCamera(media=stream_of(20), answers={"DESCRIBE": describe}) as scripted:
        assert received(scripted, 5)
    uri = scripted.requests[1].uri
    assert uri == (f"{scripted.url}/track1" if "user:" not in base else "rtsp://127.0.0.1/x/track1")


def test_addresses_with_queries_are_continued_as_cameras_mean_it() -> None:
    with ScriptedCamera(media=stream_of(20)) as scripted:
        target = camera(scripted.url + "?channel=1&subtype=0")
        with reading(target, config=CONFIG) as (_, sink):
            wait_until(lambda: len(sink.video) > 5)
    assert scripted.requests[1].uri.endswith("/cam?channel=1&subtype=0/track1")


# -- TLS


def test_over_tls_the_same_arrives(tls_files) -> None:
    with ScriptedCamera(media=stream_of(400), tls=tls_files) as scripted:
        assert scripted.url.startswith("rtsps://")
        assert received(scripted, 300)[:300] == pictures(*range(300))


def test_what_does_not_speak_tls_is_not_spoken_to_in_clear() -> None:
    with ScriptedCamera(media=stream_of(20)) as scripted, pytest.raises(VeedorError):
        reader_of(camera(scripted.url.replace("rtsp:", "rtsps:")), Collected()).run_once()
    assert scripted.requests == []
