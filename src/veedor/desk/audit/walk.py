"""Walking along an audit chain: what does not fit, where, and what was erased lawfully."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from veedor.desk.audit.entry import commitment, commitments_of, detail_of, entry_of, erased_of, personal_of
from veedor.desk.audit.tables import AuditRow
from veedor.model.seal import SEALED

GENESIS = "0" * 64
ERASE_ACTION = "erasure.confirm"
ERASED = "erased"
"""Key in the detail of the entry that erased: a list of [first sequence, last sequence, [fields]]."""

SEAL = "seal"
"""Key in the detail of a sealed person's entry: what others see of the seal."""


class Break(StrEnum):
    """How a chain breaks."""

    MISSING = "missing"  # no entry has that number
    CHANGED = "changed"  # what the entry says is not what its hash was made of
    UNLINKED = "unlinked"  # it is whole, but continues another entry than the one before
    OTHER = "other"  # a head kept elsewhere says that another entry was here
    CUT = "cut"  # a head kept elsewhere is of an entry behind the end
    LOST = "lost"  # a personal value is gone, and no erasure says so


@dataclass(frozen=True, slots=True)
class Erasure:
    """Personal values that an entry of the chain says were erased. `sequence`, `at`: of that entry."""

    sequence: int
    at: datetime
    values: int  # how many are gone by it
    entries: int  # of how many entries


@dataclass(frozen=True, slots=True)
class SealedLooks:
    """Entries of one sealed person. `told`: the seal as the entries have it."""

    agency_id: str
    told: dict[str, Any]
    entries: int


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What `verify` found. `broken_at`: the first sequence that does not fit; `head_*`: the last that fits.

    `problem` says how it breaks there; `expected`, `found`: the two hashes that should be one (for `missing`: the
    numbers; for `lost`: the commitment). `compared`: how many heads kept elsewhere were looked for, as far as the
    chain was read. `erased`: lawful erasures, which break nothing. `sealed`: by seal, as far as the chain was read.
    """

    entries: int
    head_sequence: int
    head_hash: str
    broken_at: int | None = None
    problem: Break | None = None
    expected: str | None = None
    found: str | None = None
    compared: int = 0
    erased: tuple[Erasure, ...] = field(default=())
    sealed: tuple[SealedLooks, ...] = field(default=())

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def walk(rows: Iterable[AuditRow], noted: Sequence[tuple[int, str]]) -> AuditVerdict:
    """`rows`: of one chain, in order. `noted`: heads kept elsewhere, all of which must be in it."""
    along = _Walk(noted)
    verdict: AuditVerdict | None = None
    for row in rows:
        verdict = along.step(row)
        if verdict is not None:
            break
    return replace(verdict or along.end(), sealed=along.sealed())


class _Walk:
    """Along a chain, from its first entry."""

    def __init__(self, noted: Sequence[tuple[int, str]]) -> None:
        self._noted: dict[int, set[str]] = {}
        for sequence, hash_ in noted:
            self._noted.setdefault(sequence, set()).add(hash_)
        self._count, self._previous, self._compared = 0, GENESIS, 0
        self._gone: dict[int, dict[str, str]] = {}  # of each entry, the commitments whose values are not there
        self._sealed: dict[tuple[str, str], SealedLooks] = {}
        self._erasures: list[tuple[AuditRow, list[tuple[int, int, frozenset[str]]]]] = []

    def step(self, row: AuditRow) -> AuditVerdict | None:
        """None where the entry fits."""
        sequence = self._count + 1
        if row.sequence != sequence:
            return self._broken(Break.MISSING, str(sequence), str(row.sequence))
        digest = entry_of(row).digest()
        if digest != row.hash:
            return self._broken(Break.CHANGED, row.hash, digest)
        if row.previous_hash != self._previous:
            return self._broken(Break.UNLINKED, self._previous, row.previous_hash)
        wrong = self._personal(row)
        if wrong is not None:
            return self._broken(Break.CHANGED, *wrong)
        wanted = self._noted.pop(sequence, set())
        self._compared += len(wanted)
        if wanted - {row.hash}:
            return self._broken(Break.OTHER, min(wanted - {row.hash}), row.hash)
        self._count, self._previous = sequence, row.hash
        self._note_seal(row)
        return None

    def _note_seal(self, row: AuditRow) -> None:
        told = detail_of(row).get(SEAL) if (row.user_id or "").startswith(SEALED) else None
        if isinstance(told, dict):
            key = (row.user_agency_id or "", json.dumps(told, sort_keys=True))
            known = self._sealed.get(key)
            self._sealed[key] = SealedLooks(key[0], told, known.entries + 1 if known else 1)

    def sealed(self) -> tuple[SealedLooks, ...]:
        return tuple(self._sealed.values())

    def _personal(self, row: AuditRow) -> tuple[str, str | None] | None:
        """The commitment, and what is found instead, where a value beside the chain is not what it was."""
        if row.form == 1:
            return None
        said, there = commitments_of(row), personal_of(row)
        if row.stray or set(there) - set(said):
            return row.hash, None
        for name, (salt, value) in there.items():
            found = _commitment(name, salt, value)
            if found != said[name]:
                return said[name], found
        gone = erased_of(row)
        if gone:
            self._gone[row.sequence] = {name: said[name] for name in gone}
        if row.action == ERASE_ACTION and row.allowed and (spans := erased_spans(detail_of(row))):
            self._erasures.append((row, spans))
        return None

    def end(self) -> AuditVerdict:
        if self._noted:
            first = min(self._noted)
            self._compared += len(self._noted[first])
            return self._broken(Break.CUT, min(self._noted[first]), None)
        erased = tuple(self._erased())
        lost = min((sequence for sequence, fields in self._gone.items() if fields), default=None)
        if lost is not None:
            expected = min(self._gone[lost].values())
            return AuditVerdict(
                lost - 1, self._count, self._previous, lost, Break.LOST, expected, None, self._compared, erased
            )
        return AuditVerdict(self._count, self._count, self._previous, compared=self._compared, erased=erased)

    def _erased(self) -> Iterable[Erasure]:
        """Takes what each erasure says is gone off what is gone; what an earlier one took counts there."""
        for row, spans in self._erasures:
            values, entries = 0, 0
            for first, last, fields in spans:
                for sequence in [one for one in self._gone if first <= one <= last and one < row.sequence]:
                    taken = fields & self._gone[sequence].keys()
                    for name in taken:
                        del self._gone[sequence][name]
                    values, entries = values + len(taken), entries + bool(taken)
            yield Erasure(row.sequence, row.at, values, entries)

    def _broken(self, problem: Break, expected: str, found: str | None) -> AuditVerdict:
        at = self._count + 1
        return AuditVerdict(self._count, self._count, self._previous, at, problem, expected, found, self._compared)


def erased_spans(detail: dict[str, object]) -> list[tuple[int, int, frozenset[str]]]:
    """What the detail of an erasing entry says is gone: first and last sequence, and fields; empty where it does not
    say it in the known form."""
    told = detail.get(ERASED)
    if not isinstance(told, list):
        return []
    try:
        return [(int(first), int(last), frozenset(str(one) for one in fields)) for first, last, fields in told]
    except (TypeError, ValueError):
        return []


def _commitment(name: str, salt: str, value: str) -> str | None:
    try:
        return commitment(name, salt, value)
    except ValueError:
        return None
