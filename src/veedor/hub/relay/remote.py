"""A call to the site that a camera is at, in the name of the person who asked for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from veedor.access.actions import Action
from veedor.access.principal import Principal
from veedor.hub.relay.directory import HubCameras, SiteOfCamera
from veedor.wire.calls import Op

CALL_S = 10.0


class Answer(Protocol):
    """What link.calls.Reply is to us: a head, and octets."""

    @property
    def head(self) -> dict[str, Any]: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def close(self) -> None: ...


class Ask(Protocol):
    """link.calls.Caller.call of the connection that reaches the site. Raises Unavailable where it does not answer."""

    def __call__(self, site_id: str, op: Op, args: dict[str, Any], pass_text: str, timeout_s: float) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a pass is to be for."""

    site: SiteOfCamera
    action: Action
    cameras: tuple[str, ...]
    span: tuple[datetime, datetime] | None = None


Mint = Callable[[Principal, Wanted], str]
"""Makes a pass of 60 s, signed by the session's key. Raises Forbidden where the person's session has none."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Everything that a relay port needs to ask for `principal`."""

    cameras: HubCameras
    ask_site: Ask
    mint: Mint
    principal: Principal
    action: Action

    def ask(self, camera_id: str, op: Op, *, timeout_s: float = CALL_S, **args: Any) -> Any:
        """The answer of the camera's site: what stands in its head under `value`. `args`: see `open`."""
        answer = self.open(camera_id, op, timeout_s=timeout_s, **args)
        try:
            return answer.head.get("value")
        finally:
            answer.close()

    def open(
        self,
        camera_id: str,
        op: Op,
        *,
        timeout_s: float = CALL_S,
        span: tuple[datetime, datetime] | None = None,
        **args: Any,
    ) -> Answer:
        """The same, for an answer that is a stream."""
        site = self.cameras.site_of(camera_id)
        told = {"camera_id": camera_id, **args}
        if span is not None:
            told |= {"start": span[0].isoformat(), "end": span[1].isoformat()}
        return self.at(site, op, (camera_id,), told, span=span, timeout_s=timeout_s)

    def at(
        self,
        site: SiteOfCamera,
        op: Op,
        cameras: Sequence[str],
        args: dict[str, Any],
        *,
        span: tuple[datetime, datetime] | None = None,
        timeout_s: float = CALL_S,
    ) -> Answer:
        """Ask a site about several of its cameras, or none."""
        pass_text = self.mint(self.principal, Wanted(site, self.action, tuple(cameras), span))
        return self.ask_site(site.site_id, op, args, pass_text, timeout_s)
