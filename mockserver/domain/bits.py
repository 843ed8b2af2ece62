"""Sets of slots as integers: bit ``n`` is set when slot ``n`` is in the set. AND, OR and counting take microseconds.

A slot is an offer's place in its club's shelf (``shelf.py``); ``size`` is how many slots there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import compress

Bits = int
_BIT = (1, 2, 4, 8, 16, 32, 64, 128)
_TO_FLAGS, _TO_DIGITS = bytes.maketrans(b"01", b"\x00\x01"), bytes.maketrans(b"\x00\x01", b"01")
_MANY = 8_192  # for more slots, one byte a slot is faster to fill, though slower to turn into an integer
_FEW = 8  # below one slot in so many, looking for the next one beats looking at each


def from_slots(slots: Collection[int], size: int) -> Bits:
    """Return the set of some slots; one that occurs twice is in it once."""
    if len(slots) > _MANY:
        flags = bytearray(size)
        for slot in slots:
            flags[slot] = 1
        return from_flags(flags)
    octets = bytearray((size >> 3) + 1)
    for slot in slots:
        octets[slot >> 3] |= _BIT[slot & 7]
    return int.from_bytes(octets, "little")


def toggled(bits: Bits, slots: Iterable[int], size: int) -> Bits:
    """Return the set with each of the slots taken out if it is in, and put in if it is not, in turn."""
    octets = bytearray(bits.to_bytes((size >> 3) + 1, "little"))
    for slot in slots:
        octets[slot >> 3] ^= _BIT[slot & 7]
    return int.from_bytes(octets, "little")


def flags_of(bits: Bits, size: int) -> bytes:
    """Return one byte a slot: 1 in the set, 0 not. Looking a slot up in it is much faster than in the integer."""
    return format(bits, f"0{size}b").encode().translate(_TO_FLAGS)[::-1]


def from_flags(flags: bytes | bytearray) -> Bits:
    """Return the set of the slots whose byte is 1, not 0."""
    return int(flags[::-1].translate(_TO_DIGITS) or b"0", 2)


def slots_in(bits: Bits) -> Sequence[int]:
    """Return the slots of a set, ascending."""
    digits = bin(bits)[:1:-1]
    if bits.bit_count() * _FEW > len(digits):
        return list(compress(range(len(digits)), digits.encode().translate(_TO_FLAGS)))
    slots = []
    slot = digits.find("1")
    while slot >= 0:
        slots.append(slot)
        slot = digits.find("1", slot + 1)
    return slots
