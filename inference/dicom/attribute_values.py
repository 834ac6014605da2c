"""Values of the wanted elements: text in its character set, decimals, binary words.

Text from a file is data: control characters become U+FFFD, over-long text is cut, nothing here raises on it.
"""

import mmap
import re

import numpy as np

from inference.dicom import elements as tags
from inference.dicom.character_sets import character_set
from inference.dicom.element_walk import Element, name
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency

MOST_CHARACTERS = 512  # LO has 64, PN three groups of 64; longer text is an error or an attack

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_PERSON_NAME_DELIMITERS = {0x5E, 0x3D, 0x5C}  # ^ = backslash, PS3.5 6.1.2.5.3
_TEXT_DELIMITERS = {0x5C}


def readable(text: str) -> str:
    """Control characters, and those that turn the direction of what follows, as U+FFFD."""
    return _CONTROL.sub("\ufffd", text)


class Values:
    """Reads the values of one data set (top level or one item)."""

    def __init__(
        self, data: mmap.mmap, found: dict[int, Element], is_big_endian: bool, leniency: Leniency | None = None
    ) -> None:
        self._data = data
        self._found = found
        self._is_big_endian = is_big_endian
        self._leniency = leniency or Leniency()
        self._character_set = character_set(self.raw(tags.SPECIFIC_CHARACTER_SET), self._leniency)

    def item(self, found: dict[int, Element]) -> "Values":
        """The same reading for an item; it inherits the character set unless it names one."""
        values = Values(self._data, found, self._is_big_endian, self._leniency)
        if tags.SPECIFIC_CHARACTER_SET not in found:
            values._character_set = self._character_set
        return values

    def __contains__(self, tag: int) -> bool:
        return tag in self._found

    def element(self, tag: int) -> Element | None:
        return self._found.get(tag)

    def raw(self, tag: int) -> bytes:
        element = self._found.get(tag)
        return b"" if element is None else self._data[element.offset : element.offset + element.length]

    def text(self, tag: int) -> str:
        """All values as stored, padding removed; undecodable bytes as U+FFFD."""
        raw = self.raw(tag).strip(b"\0 ")
        delimiters = _PERSON_NAME_DELIMITERS if tag == tags.PATIENT_NAME else _TEXT_DELIMITERS
        text = self._character_set.text(raw[: 4 * MOST_CHARACTERS], delimiters, self._leniency)
        return readable(text)[:MOST_CHARACTERS].strip()

    def code(self, tag: int) -> str:
        """A code string or UID: the first value, ASCII only."""
        return self.codes(tag)[0]

    def codes(self, tag: int) -> list[str]:
        """All values of a code string; one empty text when the element is missing."""
        raw = self.raw(tag)[:MOST_CHARACTERS].decode("ascii", "replace")
        return [readable(part.strip("\0 ")) for part in raw.split("\\")]

    def decimals(self, tag: int) -> list[float | None]:
        """Values of DS or IS; None stands for text that is no finite number. Empty list: no value."""
        raw = self.raw(tag)[: 16 * MOST_CHARACTERS].decode("ascii", "replace").strip("\0 ")
        return [_decimal(part) for part in raw.split("\\")] if raw else []

    def decimal(self, tag: int) -> float | None:
        values = self.decimals(tag)
        return values[0] if values else None

    def words(self, tag: int, is_signed: bool = False) -> np.ndarray:
        """16-bit values as int64 [n]; an odd last byte is left out. Content of UN is little-endian."""
        element = self._found.get(tag)
        if element is None:
            return np.zeros(0, np.int64)
        order = ">" if self._is_big_endian and element.vr != "UN" else "<"
        raw = self.raw(tag)
        dtype = f"{order}{'i' if is_signed else 'u'}2"
        return np.frombuffer(raw[: len(raw) // 2 * 2], dtype).astype(np.int64)

    def bytes8(self, tag: int) -> np.ndarray:
        """The value as bytes, uint8 [n]; words of a big-endian data set are turned to byte order."""
        raw = np.frombuffer(self.raw(tag), np.uint8)
        element = self._found.get(tag)
        is_words = element is not None and element.vr in ("OW", "US", "SS")
        if self._is_big_endian and is_words and len(raw) % 2 == 0:
            return raw.reshape(-1, 2)[:, ::-1].reshape(-1)
        return raw

    def required_word(self, tag: int) -> int:
        """A US of one value with the VR of the dictionary or UN; raises DicomRefusal missing_tag, bad_encoding."""
        element = self._found.get(tag)
        if element is None or element.length == 0:
            raise DicomRefusal("missing_tag", f"element {name(tag)} is missing or empty")
        check_vr(element)
        if element.length != 2:
            raise DicomRefusal("bad_encoding", f"element {name(tag)} has {element.length} bytes instead of 2")
        return int(self.words(tag)[0])


def check_vr(element: Element) -> None:
    """Raises DicomRefusal bad_encoding unless the VR is that of the dictionary, or UN."""
    wanted = tags.DICTIONARY[element.tag]
    if element.vr not in (wanted, "UN") and element.vr not in wanted.split(" or "):
        raise DicomRefusal("bad_encoding", f"element {name(element.tag)} has VR {element.vr!r} instead of {wanted}")


def _decimal(part: str) -> float | None:
    part = part.strip("\0 ")
    if not _DECIMAL.fullmatch(part):
        return None
    value = float(part)
    return value if np.isfinite(value) else None
