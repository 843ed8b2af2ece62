"""Snippets for an app's project, and commands for emulators, simulators and USB phones, to reach the mock."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

ANDROID_FILE = "app/src/debug/res/xml/network_security_config.xml"
ANDROID_MANIFEST = 'android:networkSecurityConfig="@xml/network_security_config"'


LOCAL_NETWORK = "android.permission.ACCESS_LOCAL_NETWORK"
LOCAL_NETWORK_SOURCE = "https://developer.android.com/privacy-and-security/local-network-permission"
LOCAL_NETWORK_FILE = "app/src/debug/AndroidManifest.xml"
UNTRIED = "after the source; not run on a device by this project"


def local_network_permission() -> str:
    """Return the line of a debug manifest that an app targeting SDK 37 needs to reach addresses of the LAN (Android 17)."""
    return f'<uses-permission android:name="{LOCAL_NETWORK}" />'


def grant_local_network(package: str = "PACKAGE") -> list[str]:
    """Return the command that grants the permission without a tap; the app must be installed and declare it."""
    return [f"adb shell pm grant {package} {LOCAL_NETWORK}"]


def network_security_config(hosts: Iterable[str]) -> str:
    """Return the Android resource that lets a debug build use plain HTTP to these hosts, and trust users' certificates."""
    domains = "\n".join(f"        <domain>{escape(host)}</domain>" for host in hosts)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<network-security-config>
    <domain-config cleartextTrafficPermitted="true">
{domains}
    </domain-config>
    <debug-overrides>
        <trust-anchors>
            <certificates src="user" />
            <certificates src="system" />
        </trust-anchors>
    </debug-overrides>
</network-security-config>
"""


def app_transport_security() -> str:
    """Return the part of an Info.plist that lets an app use plain HTTP to local addresses, with the text of its prompt."""
    return """<key>NSAppTransportSecurity</key>
<dict>
    <key>NSAllowsLocalNetworking</key>
    <true/>
</dict>
<key>NSLocalNetworkUsageDescription</key>
<string>Debug builds talk to the mock server in this network.</string>
"""


def adb_reverse(ports: Iterable[int]) -> list[str]:
    """Return the commands that forward ports of a USB Android device, or an emulator, to this machine."""
    return [f"adb reverse tcp:{port} tcp:{port}" for port in ports]


def trust_in_simulator(server_url: str) -> list[str]:
    """Return the commands that make the booted iOS simulator trust the mock's HTTPS."""
    return [
        f"curl -so ca.pem {server_url}/connect/ca.pem",
        "xcrun simctl keychain booted add-root-cert ca.pem",
    ]
