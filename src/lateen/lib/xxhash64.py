"""The hash that Envoy picks by (XXH64, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md)."""

import struct

_MASK = 2**64 - 1
_P1, _P2, _P3, _P4, _P5 = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)


def xxhash64(data: bytes) -> int:
    """The hash with seed 0."""
    blocks = len(data) // 32 * 32
    state = _long(data[:blocks]) if blocks else _P5
    return _finished((state + len(data)) & _MASK, data[blocks:])


def rotated(value: int, bits: int) -> int:
    """The 64 bits turned to the left."""
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _round(lane: int, word: int) -> int:
    return rotated((lane + word * _P2) & _MASK, 31) * _P1 & _MASK


def _long(data: bytes) -> int:
    lanes = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
    for words in struct.iter_unpack("<4Q", data):
        lanes = [_round(lane, word) for lane, word in zip(lanes, words, strict=True)]
    state = sum(rotated(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
    for lane in lanes:
        state = ((state ^ _round(0, lane)) * _P1 + _P4) & _MASK
    return state


def _finished(state: int, rest: bytes) -> int:
    words = len(rest) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", rest[:words]):
        state = (rotated(state ^ _round(0, word), 27) * _P1 + _P4) & _MASK
    rest = rest[words:]
    if len(rest) >= 4:
        state = (rotated(state ^ int.from_bytes(rest[:4], "little") * _P1 & _MASK, 23) * _P2 + _P3) & _MASK
        rest = rest[4:]
    for byte in rest:
        state = rotated(state ^ byte * _P5 & _MASK, 11) * _P1 & _MASK
    state = (state ^ state >> 33) * _P2 & _MASK
    state = (state ^ state >> 29) * _P3 & _MASK
    return state ^ state >> 32
