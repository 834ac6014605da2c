"""LUT items of a header (PS3.3 C.11.1 and C.11.2): descriptor and data to one checked table."""

import numpy as np

from inference.dicom import elements as tags
from inference.dicom.attribute_values import Values
from inference.dicom.header import Lut

_FULL = 65_536  # a descriptor's 0 means this many entries
_BITS = range(1, 17)


def read_lut(values: Values, may_be_negative: bool) -> Lut | None:
    """One item as a table, or None when descriptor and data do not fit each other.

    may_be_negative: the input of the table can be negative, so the first mapped value is signed even
    where the descriptor's VR says US.
    """
    descriptor = values.element(tags.LUT_DESCRIPTOR)
    words = values.words(tags.LUT_DESCRIPTOR)
    if descriptor is None or len(words) != 3:
        return None
    count = int(words[0]) or _FULL
    bits = int(words[2])
    is_signed = descriptor.vr == "SS" or may_be_negative
    first = int(np.int16(words[1].astype(np.uint16))) if is_signed else int(words[1])
    entries = _entries(values, count)
    if entries is None or bits not in _BITS or int(entries.max()) >= 1 << bits:
        return None
    return Lut(first, bits, entries.astype("<u2").tobytes(), values.text(tags.LUT_EXPLANATION))


def _entries(values: Values, count: int) -> np.ndarray | None:
    """8-bit or 16-bit entries according to the length of the data; one pad byte is allowed."""
    length = len(values.raw(tags.LUT_DATA))
    if length == 2 * count:
        return values.words(tags.LUT_DATA)
    if length in (count, count + count % 2):
        return values.bytes8(tags.LUT_DATA)[:count]
    return None
