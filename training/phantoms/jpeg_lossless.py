"""JPEG lossless, process 14, selection value 1 (ITU-T T.81 annex H): an encoder for one gray frame, in numpy.

Written here because pydicom has none, and GDCM's Python binding ends the process now and then when it is fed from memory.
"""

from __future__ import annotations

import heapq
import struct

import numpy as np
from numpy.typing import NDArray

CATEGORIES = 17  # SSSS 0..16, T.81 table H.2


def encode(values: NDArray[np.uint8 | np.uint16], bits: int) -> bytes:
    """values: [rows, columns], all below 2**bits; bits 2 to 16. Returns the complete code stream."""
    difference = _differences(values.astype(np.int32), bits)
    size = np.zeros(difference.shape, dtype=np.int64)
    magnitude = np.abs(difference)
    for bit in range(16):
        size += magnitude >= (1 << bit)
    lengths = _code_lengths(np.bincount(size, minlength=CATEGORIES))
    codes, order, counts = _canonical(lengths)
    extra = np.where(difference < 0, difference + (1 << size) - 1, difference)
    extra_bits = np.where(size == 16, 0, size)  # -32768 needs no more than its category
    word = (codes[size] << extra_bits) | np.where(size == 16, 0, extra)
    body = _pack(word, lengths[size] + extra_bits)
    rows, columns = values.shape
    frame = struct.pack(">HHBHHBBBB", 0xFFC3, 11, bits, rows, columns, 1, 1, 0x11, 0)
    table = struct.pack(">HHB", 0xFFC4, 19 + len(order), 0) + bytes(counts) + bytes(order)
    scan = struct.pack(">HHBBBBBB", 0xFFDA, 8, 1, 1, 0x00, 1, 0, 0)
    return b"\xff\xd8" + frame + table + scan + body + b"\xff\xd9"


def _differences(x: NDArray[np.int32], bits: int) -> NDArray[np.int64]:
    """Prediction errors modulo 2**16 in -32768..32767: left neighbour, at the left edge the one above."""
    predicted = np.empty_like(x)
    predicted[:, 1:] = x[:, :-1]
    predicted[1:, 0] = x[:-1, 0]
    predicted[0, 0] = 1 << (bits - 1)
    wrapped = (x - predicted + 32768) % 65536 - 32768
    # T.81 H.1.2.2 writes +32768 for what two's complement calls -32768; both are category 16 without extra bits.
    return wrapped.ravel().astype(np.int64)


def _code_lengths(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Huffman code lengths per category, 0 for the unused.

    Rare categories are counted as 1 in 2000, which keeps every code within 16 bits; one phantom entry of weight 0 takes the
    code of all ones that T.81 C.2 forbids.
    """
    floor = counts.sum() / 2000
    heap: list[tuple[float, int, list[int]]] = [(0.0, -1, [-1])]
    heap += [(max(float(c), floor), i, [i]) for i, c in enumerate(counts) if c]
    heapq.heapify(heap)
    lengths = dict.fromkeys(range(-1, CATEGORIES), 0)
    while len(heap) > 1:
        first, second = heapq.heappop(heap), heapq.heappop(heap)
        for symbol in first[2] + second[2]:
            lengths[symbol] += 1
        heapq.heappush(heap, (first[0] + second[0], min(first[1], second[1]), first[2] + second[2]))
    return np.array([lengths[i] for i in range(CATEGORIES)], dtype=np.int64)


def _canonical(lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int], list[int]]:
    """Codes per category, categories in code order, and the number of codes of each length 1..16 (T.81 annex C)."""
    order = sorted((i for i in range(CATEGORIES) if lengths[i]), key=lambda i: (lengths[i], i))
    codes = np.zeros(CATEGORIES, dtype=np.int64)
    code, previous = 0, int(lengths[order[0]])
    for symbol in order:
        code <<= int(lengths[symbol]) - previous
        previous = int(lengths[symbol])
        codes[symbol] = code
        code += 1
    return codes, order, [int((lengths == n).sum()) for n in range(1, 17)]


def _pack(words: NDArray[np.int64], lengths: NDArray[np.int64]) -> bytes:
    """The words' low bits, most significant first, padded with ones, with a zero byte after every FF."""
    ends = np.cumsum(lengths)
    place = np.arange(int(ends[-1])) - np.repeat(ends - lengths, lengths)
    bits = (np.repeat(words, lengths) >> (np.repeat(lengths, lengths) - 1 - place)) & 1
    padded = np.concatenate([bits.astype(np.uint8), np.ones(-len(bits) % 8, dtype=np.uint8)])
    return np.packbits(padded).tobytes().replace(b"\xff", b"\xff\x00")
