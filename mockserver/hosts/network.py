"""HTTPS for a machine that changes networks: after a change the certificate is renewed and served."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mockserver.hosts.adapter import Adapter
from mockserver.hosts.granian_host import Host, inside_problem
from mockserver.hosts.tls import HttpsListener, TlsError, certificate_for

EVERY = 5.0  # seconds between checks of the machine's addresses
FAREWELL = 0.3  # seconds for responses in progress of the replaced host
Names = Callable[[], Sequence[str]]


class SecureHost:
    """Serves HTTPS with a certificate for the machine's present names, which ``names`` returns."""

    def __init__(self, secure: HttpsListener, adapter: Adapter, names: Names) -> None:
        self._secure = secure
        self._adapter = adapter
        self._names = names
        self._renews = inside_problem() is None  # granian's public server leaves no socket to start again with
        self._hosts = self._begin()
        self._failed: frozenset[str] = frozenset()

    def _begin(self) -> list[Host]:
        # a host owns its socket; a duplicate accepts from the same queue, so that no connection is refused
        listeners = [each.dup() if self._renews else each for each in self._secure.listeners]
        return [Host(each, self._adapter, self._secure.certificate.pem) for each in listeners]

    async def started(self) -> None:
        """Wait until connections are accepted."""
        for host in self._hosts:
            await host.started()

    async def follow(self) -> None:
        """Check for new addresses until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()

    async def look(self) -> bool:
        """Serve with a new certificate if the present one lacks a name; return whether it was replaced."""
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
            self._failed = frozenset(names)  # warned about once, not every few seconds
            print(f"mockserver: the certificate could not be renewed: {problem}", file=sys.stderr)
            return False
        self._secure.certificate = certificate
        # one after the other, so that the old certificate is never served after the new one. A connection made in
        # between waits in the socket's queue; only an unfinished handshake is cut off.
        await self._stop_hosts(FAREWELL)
        self._hosts = self._begin()
        return True

    async def stop(self, grace: float) -> bool:
        """Stop accepting, let responses in progress finish; return whether all did within ``grace`` seconds."""
        for listener in self._secure.listeners:
            listener.close()
        return await self._stop_hosts(grace)

    async def _stop_hosts(self, grace: float) -> bool:
        return all(await asyncio.gather(*(host.stop(grace) for host in self._hosts)))
