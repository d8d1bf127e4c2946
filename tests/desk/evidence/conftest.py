"""A package of evidence, made anew for each test that asks for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from stored_footage import START, StoredFootage
from veedor.desk.evidence.manifest import PackageRequest
from veedor.desk.evidence.package import build_package
from veedor.desk.evidence.signing import Signer, read_public_key
from veedor.desk.evidence.verify import Verification, verify_package
from veedor.model.act import Act, ActKind, SubjectKind
from veedor.model.evidence import EvidenceItem


@pytest.fixture
def footage(tmp_path: Path) -> StoredFootage:
    return StoredFootage(tmp_path / "recordings", segments=5)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.open(tmp_path / "keys" / "evidence.pem")


@pytest.fixture
def request_(signer: Signer) -> PackageRequest:
    item = EvidenceItem(
        id="lock-1",
        incident_id="inc-1",
        agency_id="muni",
        camera_id="cam-1",
        camera_name="Jirón Puno / Ayacucho",
        started_at=START + timedelta(seconds=1),
        ended_at=START + timedelta(seconds=7),
    )
    custody = Act("act-1", SubjectKind.EVIDENCE, item.id, ActKind.REQUEST_LOCK, "u1", "muni", START, "robo", {}, "ana")
    return PackageRequest(
        package_id="package-1",
        created_at=START + timedelta(hours=1),
        site="Serenazgo",
        agency_id="muni",
        incident={"id": "inc-1", "type": "robbery"},
        items=(item,),
        custody=(custody,),
        requested_by={"user_id": "u1", "username": "ana"},
        reason="pedido de la comisaría",
        pictures=(("alert-1.jpg", b"\xff\xd8picture\xff\xd9", {"alert_id": "alert-1"}),),
        time_zone="America/Lima",
    )


@pytest.fixture
def package(tmp_path: Path, footage: StoredFootage, signer: Signer, request_: PackageRequest) -> Path:
    return build_package(footage, signer, request_, tmp_path / "packages" / "package-1").directory


@pytest.fixture
def verify(tmp_path: Path, signer: Signer) -> Callable[[Path], Verification]:
    public = tmp_path / "public.pem"
    public.write_bytes(signer.public_pem)
    return lambda directory: verify_package(directory, read_public_key(public))


def manifest_of(package: Path) -> dict[str, Any]:
    return dict(json.loads((package / "manifest.json").read_bytes()))
