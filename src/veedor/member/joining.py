"""`veedor site join`: a site shows its invitation to the hub, and keys are exchanged. No private key travels."""

from __future__ import annotations

import ssl
from dataclasses import asdict
from typing import Any

import httpx

from veedor import __version__
from veedor.kit.errors import Conflict, Unavailable, UserError
from veedor.kit.pki import fingerprint
from veedor.link.keys import public_of, seed_file
from veedor.member.files import MemberFiles
from veedor.wire.invitation import Invitation
from veedor.wire.joining import JoinAnswer, JoinRequest
from veedor.wire.keys import AgencyKey
from veedor.wire.version import PROTOCOL

_TIMEOUT_S = 15.0


class OtherHub(Unavailable):
    """Who answers there is not the hub that invited. params: name"""

    key = "member-other-hub"


class JoinRefused(UserError):
    """The hub said no, in its own words, and what to do. params: problem, hint (may be empty)"""

    key = "member-join-refused"

    def hint(self, lang: str) -> str | None:
        return str(self.params.get("hint") or "") or super().hint(lang)


class HubSilent(Unavailable):
    """Nobody answers at the invitation's address, or what answers is no hub. params: name, problem"""

    key = "member-hub-silent"


class AlreadyJoined(Conflict):
    """params: name (of the hub)"""

    key = "member-already-joined"


def join(files: MemberFiles, agency_id: str, token: str, *, again: bool = False, lang: str = "es") -> JoinAnswer:
    """Join, and write what was told. `again`: with a new key, where the site has joined before. `lang`: of what the
    hub says where it refuses.

    Raises BadInvitation, AlreadyJoined, OtherHub, HubSilent, JoinRefused, the StoreError tree.
    """
    invitation = Invitation.decode(token)
    known = files.read()
    if known is not None and not again:
        raise AlreadyJoined(name=known.hub_name)
    # A new key is kept beside until the hub knows it: an answer that was lost is asked for again with the same one.
    made = files.link_seed.with_suffix(".new") if again else files.link_seed
    seed = seed_file(made)
    # One that a hub did not want is offered again, never another: whoever compares it must find the same.
    if not files.agency_key.exists() and files.agency_key_aside.exists():
        files.agency_key_aside.replace(files.agency_key)
    agency_key = AgencyKey.load(files.agency_key) if files.agency_key.exists() else AgencyKey.create(files.agency_key)
    request = JoinRequest(
        secret=invitation.secret,
        protocol=PROTOCOL,
        version=__version__,
        agency_id=agency_id,
        link_key=public_of(seed),
        agency_key=agency_key.public_hex,
    )
    answer = _ask(invitation, request, lang)
    if answer.agency_key != agency_key.public_hex:
        # The agency's key is at another of its sites: what this one could sign, nobody would believe. It is not
        # deleted, since another hub, or this one before a restore, may have pinned it.
        files.agency_key.replace(files.agency_key_aside)
    made.replace(files.link_seed)
    files.write(answer)
    return answer


def _ask(invitation: Invitation, request: JoinRequest, lang: str) -> JoinAnswer:
    ca_pem = _authority(invitation)
    trusted = ssl.create_default_context(cadata=ca_pem)
    try:
        with httpx.Client(base_url=invitation.url, verify=trusted, timeout=_TIMEOUT_S) as client:
            said = client.post("/api/join", json=asdict(request), headers={"accept-language": lang})
    except httpx.HTTPError as problem:
        raise HubSilent(name=invitation.url, problem=str(problem)) from problem
    told = _json(said, invitation.url)
    if said.status_code != 200:
        raise JoinRefused(problem=str(told.get("message") or said.status_code), hint=str(told.get("hint") or ""))
    try:
        return JoinAnswer.of(told)
    except TypeError as problem:
        raise HubSilent(name=invitation.url, problem=str(problem)) from problem


def _authority(invitation: Invitation) -> str:
    """The hub's certificate authority, which is the one that the invitation names, or nothing is said at all."""
    try:
        # Not verified, since nothing is known yet to verify it with: what comes is compared with the fingerprint.
        with httpx.Client(base_url=invitation.url, verify=False, timeout=_TIMEOUT_S) as client:  # noqa: S501
            said = client.get("/api/join/authority")
            said.raise_for_status()
            ca_pem = said.text
        if fingerprint(ca_pem) != invitation.ca_sha256:
            raise OtherHub(name=invitation.url)
    except httpx.HTTPError as problem:
        raise HubSilent(name=invitation.url, problem=str(problem)) from problem
    except ValueError as problem:
        raise OtherHub(name=invitation.url) from problem
    return ca_pem


def _json(said: httpx.Response, url: str) -> dict[str, Any]:
    try:
        return dict(said.json())
    except (ValueError, TypeError) as problem:
        raise HubSilent(name=url, problem=str(problem)) from problem
