"""The small authority: what it signs is trusted, made anew in time, and whole after a crash at any step."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from veedor.kit.pki import open_authority, server_certificate

NOW = datetime(2026, 11, 29, tzinfo=UTC)
HOSTS = ["hub.gob.pe", "127.0.0.1"]


def made(folder: Path, now: datetime = NOW, hosts: list[str] = HOSTS) -> bytes:
    """The server's certificate as a start at `now` leaves it; the pair fits together and to the authority."""
    authority = open_authority(folder, "Veedor", now)
    certificate, key = server_certificate(authority, hosts, folder, now)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    read.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.certificate.read_bytes()))
    return certificate.read_bytes()


def test_it_stays_until_its_end_comes_near_or_its_names_change(tmp_path: Path) -> None:
    first = made(tmp_path)
    assert made(tmp_path, NOW + timedelta(days=700)) == first
    assert made(tmp_path, hosts=[*HOSTS, "otro.gob.pe"]) != first
    second = made(tmp_path)
    assert made(tmp_path, NOW + timedelta(days=780)) != second


def test_another_authority_of_the_same_name_signs_anew(tmp_path: Path) -> None:
    first = made(tmp_path)
    for name in ("ca.crt", "ca.key"):
        (tmp_path / name).unlink()
    assert made(tmp_path) != first


def test_a_crash_between_two_files_is_mended_at_the_next_start(tmp_path: Path) -> None:
    made(tmp_path)
    old = (tmp_path / "server.key").read_bytes()
    (tmp_path / "server.key").unlink()
    made(tmp_path)  # killed after the old key was removed
    (tmp_path / "server.key").write_bytes(old)
    made(tmp_path)  # a key and a certificate that do not belong together
    (tmp_path / "ca.crt").unlink()
    made(tmp_path)  # killed as the authority was being made
