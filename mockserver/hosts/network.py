"""HTTPS on the networks that this machine has now: after a change of network the certificate is renewed, and served."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mockserver.hosts.adapter import Adapter
from mockserver.hosts.granian_host import Host, inside_problem
from mockserver.hosts.tls import Secure, TlsError, certificate_for

EVERY = 5.0  # seconds between looks at the machine's addresses
FAREWELL = 0.3  # seconds for the answers in progress of the host that goes
Names = Callable[[], Sequence[str]]


class SecureHost:
    """Serves HTTPS with a certificate for the names that the machine has; ``names`` tells them."""

    def __init__(self, secure: Secure, adapter: Adapter, names: Names) -> None:
        self._secure = secure
        self._adapter = adapter
        self._names = names
        self._renews = inside_problem() is None  # granian's public server keeps no socket of ours to begin again with
        self._hosts = self._begin()
        self._failed: frozenset[str] = frozenset()

    def _begin(self) -> list[Host]:
        # a host takes its socket over; a duplicate of it accepts from the same queue, so that nobody is turned away
        listeners = [each.dup() if self._renews else each for each in self._secure.listeners]
        return [Host(each, self._adapter, self._secure.certificate.pem) for each in listeners]

    async def started(self) -> None:
        """Wait until connections are accepted."""
        for host in self._hosts:
            await host.started()

    async def follow(self) -> None:
        """Look for new addresses until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> bool:
        """Serve with a new certificate if there is a name that the present one is not for; tell whether it was so."""
        if not self._renews:
            return False
        loop = asyncio.get_running_loop()
        names = await loop.run_in_executor(None, self._names)
        if set(names) <= set(self._secure.certificate.names) or self._failed == set(names):
            return False
        directory: Path = self._secure.certificate.pem.parent
        try:
            certificate = await loop.run_in_executor(None, certificate_for, names, directory)
        except TlsError as problem:
            self._failed = frozenset(names)  # said once, not every few seconds
            print(f"mockserver: the certificate could not be renewed: {problem}", file=sys.stderr)
            return False
        self._secure.certificate = certificate
        # first the one, then the other: who sees the new certificate never meets the old one again. Whoever connects in
        # between waits in the socket's queue; only a handshake that is half done is cut off.
        await self._stop_hosts(FAREWELL)
        self._hosts = self._begin()
        return True

    async def stop(self, grace: float) -> bool:
        """Stop accepting, let answers in progress finish; tell whether all did within ``grace`` seconds."""
        for listener in self._secure.listeners:
            listener.close()
        return await self._stop_hosts(grace)

    async def _stop_hosts(self, grace: float) -> bool:
        return all(await asyncio.gather(*(host.stop(grace) for host in self._hosts)))
