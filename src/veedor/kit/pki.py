"""A small certificate authority: one self-signed root, and server certificates that it signs. ECDSA P-256."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from veedor.kit.files import write_file
from veedor.kit.sqlite import store_errors

_AUTHORITY_YEARS = 10
_SERVER_DAYS = 825
_RENEW_DAYS = 60


@dataclass(frozen=True, slots=True)
class Authority:
    """The files of an authority. `certificate` may be given to anybody, `key` (mode 0600) never leaves."""

    certificate: Path
    key: Path

    @property
    def pem(self) -> str:
        return self.certificate.read_text(encoding="ascii")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate (DER), hex: what somebody pins."""
        return fingerprint(self.pem)


def fingerprint(pem: str) -> str:
    """SHA-256 of a PEM certificate's DER, hex. Raises ValueError where it is none."""
    return x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()


def open_authority(directory: Path, name: str, now: datetime) -> Authority:
    """The authority in `directory`, made where there is none; a key that a crash left without its certificate gets one.
    Raises the StoreError tree."""
    made = Authority(directory / "ca.crt", directory / "ca.key")
    if made.certificate.exists() and made.key.exists():
        return made
    is_new = not made.key.exists()
    key = ec.generate_private_key(ec.SECP256R1()) if is_new else _private_key(made.key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    certificate = (
        _builder(subject, subject, key.public_key(), now, now + timedelta(days=365 * _AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    with store_errors(directory):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_new:
            write_private(made.key, _pem(key))
        write_file(made.certificate, certificate.public_bytes(serialization.Encoding.PEM))
    return made


def server_certificate(authority: Authority, hosts: Sequence[str], directory: Path, now: datetime) -> tuple[Path, Path]:
    """Certificate and key for `hosts` (names or addresses); made anew where they change, the end
    comes near, the authority is another, or a crash left only one of the two."""
    certificate_file, key_file = directory / "server.crt", directory / "server.key"
    if certificate_file.exists() and key_file.exists() and _still_good(directory, authority, hosts, now):
        return certificate_file, key_file
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    signer = _private_key(authority.key)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    certificate = (
        _builder(subject, issuer.subject, key.public_key(), now, now + timedelta(days=_SERVER_DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in dict.fromkeys(hosts)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    with store_errors(directory):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        key_file.unlink(missing_ok=True)
        write_private(key_file, _pem(key))
        write_file(certificate_file, certificate.public_bytes(serialization.Encoding.PEM))
    return certificate_file, key_file


def write_private(path: Path, data: bytes) -> None:
    """A new file that its owner alone may read, whole or not at all. Raises FileExistsError rather than overwrite."""
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    partial.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # the other side's clock may be behind
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _still_good(directory: Path, authority: Authority, hosts: Sequence[str], now: datetime) -> bool:
    read = x509.load_pem_x509_certificate((directory / "server.crt").read_bytes())
    issuer = x509.load_pem_x509_certificate(authority.certificate.read_bytes())
    names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = {_name(host) for host in hosts}
    fresh = read.not_valid_after_utc - now > timedelta(days=_RENEW_DAYS)
    if not fresh or set(names) != wanted or read.public_key() != _private_key(directory / "server.key").public_key():
        return False
    try:
        read.verify_directly_issued_by(issuer)  # by its key: another authority mostly has the same name
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _private_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we made it
    return key


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode("ascii"))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
