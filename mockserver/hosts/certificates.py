"""X.509: makes and reads an authority and the certificates that it signs. Needs the extra ``tls``.

A certificate and its key are written as one PEM text, key first, so that no file has one without the other.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mockserver.values.instants import Instant

AUTHORITY_LIVES = timedelta(days=3_650)
# iOS refuses certificates of private authorities that live longer than 825 days
CERTIFICATE_LIVES = timedelta(days=397)
RENEWED_BEFORE = timedelta(days=30)
SKEW = timedelta(days=1)  # phones whose clock is behind
ORGANISATION = "Offers mock server"


class NotACertificateAndKey(Exception):
    """A PEM text is not a certificate with its key."""


class CertificateAndKey:
    """A certificate with its private key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self.key = key
        self.certificate = certificate

    @classmethod
    def read(cls, pem: bytes) -> CertificateAndKey:
        """Read a pair that ``pem`` wrote. Raise NotAPair."""
        try:
            key, certificate = load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError) as problem:
            raise NotACertificateAndKey(str(problem)) from problem
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise NotACertificateAndKey("the key is not the certificate's")
        return cls(key, certificate)

    def pem(self) -> bytes:
        """Write key and certificate."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + self.certificate.public_bytes(Encoding.PEM)

    def lasts(self, now: Instant) -> bool:
        """Return whether it is valid now and will be for a while."""
        certificate, then = self.certificate, _moment(now)
        return certificate.not_valid_before_utc <= then < certificate.not_valid_after_utc - RENEWED_BEFORE

    def covers(self, names: Iterable[str]) -> bool:
        """Return whether it is valid for all these host names and addresses."""
        try:
            found = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            return False
        return {_general(name) for name in names} <= set(found)

    def signed(self, certificate: x509.Certificate) -> bool:
        """Return whether this authority signed a certificate."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except Exception:  # any error means that it is not signed by this authority
            return False
        return True


def make_authority(host: str, now: Instant) -> CertificateAndKey:
    """Make an authority that signs certificates of servers, and no further authorities."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{ORGANISATION} on {host}"[:64])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        _unsigned(name, name, key, now, AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
    )
    return CertificateAndKey(key, builder.sign(key, hashes.SHA256()))


def make_certificate(authority: CertificateAndKey, names: Iterable[str], now: Instant) -> CertificateAndKey:
    """Make a server's certificate for host names and addresses, signed by an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _unsigned(_name(f"{ORGANISATION}, HTTPS"), issuer.subject, key, now, CERTIFICATE_LIVES)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
    )
    return CertificateAndKey(key, builder.sign(authority.key, hashes.SHA256()))


def public(certificate: x509.Certificate) -> bytes:
    """Write a certificate without its key, as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: Instant, lives: timedelta
) -> x509.CertificateBuilder:
    begins = _moment(now) - SKEW
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lives)
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


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _moment(now: Instant) -> datetime:
    return datetime.fromtimestamp(now / 1_000, UTC).replace(microsecond=0)
