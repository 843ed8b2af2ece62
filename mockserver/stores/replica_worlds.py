"""The worlds that one of several processes owns; the others' are asked elsewhere."""

from __future__ import annotations

from mockserver.stores.kept_worlds import KeptWorlds
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT


class ReplicaWorlds(KeptWorlds):
    """Worlds of a store that several processes share. What another process owns raises OwnedError.

    Even ``default`` may be another's: what is shown where no world is asked for is then a stand-in made from the fixtures.
    """

    _stand_in: World | None = None

    def ask(self, name: str) -> World | None:
        """Return a world that is this process's or nobody's, ``default`` made now if need be; see ``KeptWorlds``."""
        world = super().ask(name)
        if world is None and name == DEFAULT:
            with self._name(name):
                return self._worlds.get(name) or self._bring(name, lambda: self._make(name), "the server")
        return world

    def get(self, name: str, by: str = "the server") -> World:
        """Return a world, made now if need be; for ``default`` the stand-in where it is another's. See ``KeptWorlds``."""
        if name != DEFAULT:
            return super().get(name, by)
        world = self._worlds.get(name) or self._stand_in
        if world is None:
            world = self._stand_in = self._make(name)
        return world

    def forget_all(self) -> None:
        """Forget all worlds, as others may own them by now."""
        for world in list(self._worlds.values()):
            keeper = self.writer.give_up(world.name)
            if keeper is not None:
                self._forget(keeper)

    def hand_over(self) -> None:
        """Let all worlds go, and take none any more."""
        self.ending = True
        for world in list(self._worlds.values()):
            self._let_go(world, though_in_use=True)

    def _bring_default(self) -> None:
        """Do nothing: whoever is asked next brings it."""
