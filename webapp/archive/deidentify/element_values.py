"""Values as the table checks them: read from the raw bytes, so that no library guesses at what a file meant."""

import contextlib
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

TEXT_BYTES = 4096  # more is no value of any row of the table


def texts(source: Dataset, tag: int, *, lenient: bool = False) -> list[str] | None:
    """The values of a text element, padding removed; None when it is absent, of another VR, or not plain ASCII.

    lenient: other letters are left out, and any VR is taken (to compare, never to keep). An empty element has no values.
    """
    if tag not in source:
        return None
    element: Any = source.get_item(tag)
    if not lenient and element.VR not in (None, "UN", dictionary_VR(tag)):
        return None
    if not isinstance(element, RawDataElement):
        value = element.value
        parts = [] if value in (None, "") else list(value) if isinstance(value, list | tuple) else [value]
        return [str(part).strip("\0 ") for part in parts] if not hasattr(value, "items") else None
    raw = element.value or b""
    if not isinstance(raw, bytes) or len(raw) > TEXT_BYTES:
        return None
    try:
        text = raw.decode("ascii", "ignore" if lenient else "strict").strip("\0 ")
    except UnicodeDecodeError:
        return None
    return [part.strip("\0 ") for part in text.split("\\")] if text else []


def raw_bytes(source: Dataset, tag: int, allowed: tuple[str, ...]) -> bytes | None:
    """The bytes of a binary element, when its VR is one of `allowed` or not written in the file."""
    if tag not in source:
        return None
    element: Any = source.get_item(tag)
    if not isinstance(element, RawDataElement) or element.VR not in (None, "UN", *allowed):
        return None
    return element.value if isinstance(element.value, bytes) else None


def words(source: Dataset, tag: int, is_signed: bool, is_big_endian: bool) -> tuple[str, list[int]] | None:
    """VR (US or SS) and values of an element of 16-bit numbers; a VR that the file leaves open follows the pixels' sign."""
    raw = raw_bytes(source, tag, ("US", "SS"))
    if not raw or len(raw) % 2:
        return None
    wanted = dictionary_VR(tag)
    written = source.get_item(tag).VR
    vr = written if written in ("US", "SS") else "SS" if wanted == "SS" or (is_signed and wanted != "US") else "US"
    if vr not in wanted.split(" or "):
        return None
    order = ">" if is_big_endian and written != "UN" else "<"
    return vr, [int(n) for n in np.frombuffer(raw, f"{order}{'i' if vr == 'SS' else 'u'}2")]


def items(source: Dataset, tag: int) -> list[Dataset]:
    """The items of a sequence; none when it is absent or unreadable."""
    if tag not in source:
        return []
    found: Any = None
    with contextlib.suppress(Exception):  # whatever the library raises on an odd sequence: it does not enter the copy
        found = source[tag]
    return list(found.value) if found is not None and found.VR == "SQ" else []
