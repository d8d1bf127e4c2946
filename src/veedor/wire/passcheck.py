"""The look at a pass, at the site that it is for: a fixed order of questions, each with its own reason of refusal.

Times are compared with the highest time that this site has ever seen, so setting a clock back revives nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from veedor.kit.clock import Clock
from veedor.kit.errors import StoreCorrupt
from veedor.kit.files import write_file
from veedor.kit.sqlite import os_store_error
from veedor.model.approval import Approval
from veedor.model.grant import iso_time
from veedor.model.seal import SEAL_LONGEST, SEALED
from veedor.wire.approvals import LIFE as APPROVAL_LIFE
from veedor.wire.approvals import approval_of, decode_approval, split_pass
from veedor.wire.keys import signature_holds
from veedor.wire.passes import IDENTITY_LIFE, PASS_LIFE, Identity, Pass, PassRefused, decode_pass

SKEW = timedelta(seconds=10)  # how far another machine's clock may be ahead of ours, or behind
_LAG = timedelta(seconds=2)  # how far the file may be behind what was seen
_MAX_USED = 200_000  # ids of passes that may still be shown again; more than that is an attack


class HighWater:
    """The highest time that was ever seen here. It survives a restart, and it never runs backward.

    Its file is written each time that it is two seconds behind; `LAG` says what a crash can cost.
    """

    LAG = _LAG

    def __init__(self, file: Path, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._lock = threading.Lock()
        self._stored = self._read()
        self._highest = self._stored or datetime.min.replace(tzinfo=UTC)
        self.now()

    def now(self) -> datetime:
        """The clock's time, or the highest time seen where the clock is behind it. Raises the StoreError tree."""
        return self.see(self._clock.now())

    def see(self, at: datetime) -> datetime:
        """Somebody who is trusted (the clock, the hub) says that it is `at`; returns the highest."""
        with self._lock:
            self._highest = max(self._highest, at)
            if self._stored is None or self._highest - self._stored >= _LAG:
                write_file(self._file, f"{iso_time(self._highest)}\n".encode())
                self._stored = self._highest
            return self._highest

    def _read(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._file.read_text(encoding="ascii").strip()).astimezone(UTC)
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise os_store_error(self._file, problem) from problem
        except ValueError as problem:  # better no foreign look than one at a time that nobody knows
            raise StoreCorrupt(path=str(self._file), problem=str(problem)) from problem


@dataclass(frozen=True, slots=True)
class Proved:
    """What a pass proved: who asks, and for what. `access/` has still to decide."""

    identity: Identity
    asked: Pass
    approval: Approval | None = None  # of a second person, proved as well


class PassCheck:
    """Checks passes for one site.

    `agency_key`: the pinned public key (hex) of an agency, or None. Another key counts only once it has been pinned.
    Passes issued before this process had run for a while (`SKEW` and the file's lag) are refused with `restart`:
    one of them may have been used before.

    Reasons: `malformed`, `unpinned`, `identity-signature`, `identity-life`, `identity-future`, `identity-expired`,
    `pass-signature`, `identity` (the pass is another person's), `site`, `life`, `future`, `expired`, `restart`,
    `replay`, `crowded`; of a seal `seal` (it does not hold together), `seal-life`, `seal-expired`; of an approval that
    comes with it `approval-` and `malformed`, `agency`, `signature`, `self` (by the same person, or for another one),
    `life`, `future`, `expired`, and those of its identity.
    """

    def __init__(self, site: str, agency_key: Callable[[str], str | None], high_water: HighWater) -> None:
        self._site = site
        self._agency_key = agency_key
        self._high_water = high_water
        self._not_before = high_water.now() + SKEW + high_water.LAG
        self._used: dict[tuple[str, str, str], datetime] = {}
        self._lock = threading.Lock()

    def check(self, text: str) -> Proved:
        """Prove and use up a pass. Raises PassRefused with the reason, the StoreError tree."""
        pass_text, approval_text = split_pass(text)
        identity, who, asked, what = decode_pass(pass_text)
        now = self._high_water.now()
        key = self._agency_key(identity.agency)
        if key is None:
            raise PassRefused(reason="unpinned")
        if not signature_holds(key, who.signature, who.signed):
            raise PassRefused(reason="identity-signature")
        _check_times(identity.issued_at, identity.expires_at, IDENTITY_LIFE, now, "identity-")
        if not signature_holds(identity.session_key, what.signature, what.signed):
            raise PassRefused(reason="pass-signature")
        if (asked.agency, asked.person, asked.session) != (identity.agency, identity.person, identity.session):
            raise PassRefused(reason="identity")
        _check_seal(identity, asked, now, approved=approval_text is not None)
        if asked.site != self._site:
            raise PassRefused(reason="site")
        _check_times(asked.issued_at, asked.expires_at, PASS_LIFE, now, "")
        if asked.issued_at <= self._not_before:
            raise PassRefused(reason="restart")
        approval = _approval(approval_text, identity, key, now) if approval_text is not None else None
        self._use(asked, now)
        return Proved(identity, asked, approval)

    def still_proves(self, proved: Proved) -> bool:
        """Whether the login behind a pass still stands. What began under it must not outlive it."""
        return self._high_water.now() < proved.identity.expires_at + SKEW

    def _use(self, asked: Pass, now: datetime) -> None:
        """Ids are kept for as long as the pass could be shown again. Ids of two people are two ids."""
        name = (asked.agency, asked.session, asked.id)
        with self._lock:
            if name in self._used:
                raise PassRefused(reason="replay")
            if len(self._used) >= _MAX_USED:
                self._used = {one: until for one, until in self._used.items() if until > now}
                if len(self._used) >= _MAX_USED:
                    raise PassRefused(reason="crowded")
            self._used[name] = asked.expires_at + SKEW


def _check_seal(identity: Identity, asked: Pass, now: datetime, *, approved: bool) -> None:
    """A sealed identity names nothing else; who has none cannot call themselves sealed. Raises PassRefused."""
    seal = identity.seal
    if seal is None:
        if asked.seal is not None or SEALED in (identity.person[: len(SEALED)], identity.name[: len(SEALED)]):
            raise PassRefused(reason="seal")
        return
    names = {identity.person, identity.name, asked.person}
    if names != {seal.name} or asked.seal != seal.id or asked.case is not None or approved:
        raise PassRefused(reason="seal")
    if seal.until - identity.issued_at > SEAL_LONGEST or identity.expires_at > seal.until:
        raise PassRefused(reason="seal-life")
    if now >= seal.until + SKEW:
        raise PassRefused(reason="seal-expired")


def _approval(text: str, asking: Identity, key: str, now: datetime) -> Approval:
    """Two people of one agency, each with a login and a key of their own. Raises PassRefused."""
    identity, who, told, what = decode_approval(text)
    if not asking.agency == identity.agency == told.agency:
        raise PassRefused(reason="approval-agency")
    if not signature_holds(key, who.signature, who.signed):
        raise PassRefused(reason="approval-identity-signature")
    _check_times(identity.issued_at, identity.expires_at, IDENTITY_LIFE, now, "approval-identity-")
    is_same_key = identity.session_key == asking.session_key or identity.session == asking.session
    if is_same_key or not signature_holds(identity.session_key, what.signature, what.signed):
        raise PassRefused(reason="approval-signature")
    is_theirs = (told.person, told.session) == (identity.person, identity.session)
    if not is_theirs or told.person == asking.person or told.for_person != asking.person:
        raise PassRefused(reason="approval-self")
    _check_times(told.issued_at, told.expires_at, APPROVAL_LIFE, now, "approval-")
    return approval_of(identity, told, text)


def _check_times(issued_at: datetime, expires_at: datetime, life: timedelta, now: datetime, prefix: str) -> None:
    """`SKEW` is allowed at both ends: for a clock ahead of ours, and for one behind."""
    if not timedelta(0) < expires_at - issued_at <= life:
        raise PassRefused(reason=f"{prefix}life")
    if issued_at > now + SKEW:
        raise PassRefused(reason=f"{prefix}future")
    if now >= expires_at + SKEW:
        raise PassRefused(reason=f"{prefix}expired")
