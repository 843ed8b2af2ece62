"""Random walks through everything that changes a world, saved and carried out again: ``python -m tests.capsules.walks 500``."""

from __future__ import annotations

import sys

from mockserver.capsules.format import pack, unpack
from mockserver.capsules.model import Capsule
from mockserver.capsules.recording import NothingToSaveError, record
from mockserver.capsules.replay import replay
from mockserver.mock import Mock
from mockserver.settings import Settings
from tests.fast.sequences import Sequence

STEPS = 40


def walked(seed: int, steps: int = STEPS, last: int | None = None) -> Capsule | None:
    """Return the capsule of a walk, read from its file; None where the walk ends with a reset."""
    sequence = Sequence(seed)
    for _ in range(steps):
        sequence.step()
    try:
        return unpack(pack(record(sequence.world, Settings(), last)))
    except NothingToSaveError:
        return None


def check(seed: int) -> int:
    """Carry out a walk again, whole and its last requests alone; return how many requests there were."""
    count = 0
    for last in (None, 5):
        capsule = walked(seed, last=last)
        for each in () if capsule is None else replay(capsule, Mock):
            request = each.recorded
            assert each.same, (seed, last, request.id, request.method, request.path, request.query, each.differences)
            count += 1
    return count


if __name__ == "__main__":
    walks = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    requests = sum(map(check, range(walks)))
    print(f"{walks} walks: {requests} requests were answered as before")
