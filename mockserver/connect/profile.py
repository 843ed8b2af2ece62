"""The authority's certificate in the forms that phones install: DER for Android, a configuration profile for iOS."""

from __future__ import annotations

import hashlib
import plistlib
import ssl
import uuid
from typing import Any

NAMESPACE = uuid.UUID("5d0f2a3c-60b4-5f4e-9f0c-3c1f6a9f6d61")
TITLE = "Offers mock server"


def der(pem: bytes) -> bytes:
    """Return a PEM certificate as DER."""
    return ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))


def mobileconfig(pem: bytes) -> bytes:
    """Return the profile that installs a certificate on iOS; the same certificate makes the same profile."""
    content = der(pem)
    mark = hashlib.sha256(content).hexdigest()
    certificate = _payload("com.apple.security.root", f"{mark}/certificate") | {
        "PayloadCertificateFileName": "offers-mock-server.cer",
        "PayloadContent": content,
    }
    profile = _payload("Configuration", mark) | {
        "PayloadContent": [certificate],
        "PayloadDescription": "Lets this device trust HTTPS of one mock server, for tests. Remove it when you are done.",
        "PayloadRemovalDisallowed": False,
    }
    return plistlib.dumps(profile)


def fingerprint(pem: bytes) -> str:
    """Return the SHA-256 fingerprint that phones show before installing, as ``AB:CD:...``."""
    return hashlib.sha256(der(pem)).digest().hex(":").upper()


def _payload(kind: str, mark: str) -> dict[str, Any]:
    identity = uuid.uuid5(NAMESPACE, mark)
    return {
        "PayloadDisplayName": TITLE,
        "PayloadIdentifier": f"offers-mock-server.{identity}",
        "PayloadOrganization": TITLE,
        "PayloadType": kind,
        "PayloadUUID": str(identity).upper(),
        "PayloadVersion": 1,
    }
