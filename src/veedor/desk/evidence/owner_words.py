"""Checking, offline, that a package holds what the owner of the footage said that it gave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from veedor.wire.footage_statement import SignedFootage
from veedor.wire.values import BadValue

Read = Callable[[str], bytes | None]
"""The bytes of a listed file of the package that is as listed; None for every other path."""


def owner_problem(span: Mapping[str, Any], read: Read) -> str | None:
    """Why a span that came from another site does not fit the owner's statement, as the end of a message's key; None
    where it fits, or is the maker's own. The statement's signature is checked with the key that the signed manifest
    names: compare that with the agency's, which you have by another way."""
    origin = span.get("origin")
    if origin is None:
        return None
    text = read(str(origin.get("statement"))) if isinstance(origin, dict) else None
    if text is None:
        return "owner-missing"
    try:
        said = SignedFootage(text).read()
        if (said.lock_id, said.camera_id, said.owner, said.site) != _about(span, origin):
            return "owner-other"
        listed = {str(one["segment_id"]): (str(one["sha256"]), one["bytes"]) for one in span["segments"]}
    except (BadValue, KeyError, TypeError):
        return "owner-broken"
    if listed != {str(one.id): (one.sha256, one.octets) for one in said.segments}:
        return "owner-segments"
    return _signature_problem(origin, text, read)


def _about(span: Mapping[str, Any], origin: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Lock, camera, owner and site, as the manifest names them. Raises KeyError, TypeError."""
    return str(span["evidence_id"]), str(span["camera"]["id"]), str(origin["agency_id"]), str(origin["site_id"])


def _signature_problem(origin: Mapping[str, Any], text: bytes, read: Read) -> str | None:
    if origin.get("signature") is None:
        return None if origin.get("agency_key") is None else "owner-unsigned"
    signature = read(str(origin["signature"]))
    if signature is None or not SignedFootage(text, signature).is_signed_by(origin.get("agency_key")):
        return "owner-signature"
    return None
