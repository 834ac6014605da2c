"""Every element of a file for people to read: tag, name, VR and value as text. Pixel Data is passed by, never read.

Bounded in rows, in depth and in the length of a value, and the listing says where it stops: a file that is made to cost much costs
no more than any other. Texts are as stored, as everywhere: data, never a log line.
"""

import dataclasses
import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydicom.datadict import (
    dictionary_description,
    dictionary_VR,
    private_dictionary_description,
    private_dictionary_VR,
)

from inference.dicom import elements as tags
from inference.dicom.accept import Accept
from inference.dicom.attribute_values import readable
from inference.dicom.character_sets import CharacterSet, character_set
from inference.dicom.dataset_bytes import inflated, mapped_file
from inference.dicom.element_walk import Met, name, walk
from inference.dicom.file_meta import FileMeta, read_file_meta
from inference.dicom.limits import Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency

MOST_ROWS = 2000
MOST_CHARACTERS = 256  # of one value
_MOST_NUMBERS = 32
_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d", "UV": "Q", "SV": "q", "AT": "HH"}
_BY_CHARACTER_SET = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_LINES = frozenset({"LT", "ST", "UT"})
_ASCII = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
_DELIMITERS = {"PN": {0x5E, 0x3D, 0x5C}}  # ^ = backslash


@dataclass(frozen=True)
class HeaderRow:
    """One element. value: text, or what stands for bytes. bytes: of the whole value. is_cut: `value` is its beginning. depth: as
    `Met.depth`."""

    depth: int
    tag: str
    name: str
    vr: str
    value: str
    bytes: int
    is_cut: bool
    is_private: bool


@dataclass(frozen=True)
class HeaderListing:
    """stopped: why the file holds more than the rows; empty where it does not."""

    rows: tuple[HeaderRow, ...]
    stopped: str

    def to_json(self) -> dict[str, Any]:
        return {"rows": [dataclasses.asdict(row) for row in self.rows], "stopped": self.stopped}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "HeaderListing":
        """Raises KeyError, TypeError or ValueError for anything but what `to_json` gives, within the bounds."""
        rows = tuple(HeaderRow(**row) for row in value["rows"])
        fields = dataclasses.fields(HeaderRow)
        if len(rows) > MOST_ROWS or not all(type(getattr(row, own.name)) is own.type for row in rows for own in fields):
            raise ValueError("no listing of a header")
        return cls(rows, str(value["stopped"]))


class _Full(Exception):
    """Enough rows."""


def list_header(source: BinaryIO, accept: Accept, limits: Limits) -> HeaderListing:
    """Of File Meta and the data set. Raises DicomRefusal where there is no File Meta; what is wrong later ends the listing."""
    with mapped_file(source, limits) as data:
        meta = read_file_meta(data)
        listing = _Listing()
        try:
            if meta.syntax.is_deflated:
                with inflated(data, meta.end, limits) as output:
                    listing.read(output, 0, meta, accept, limits)
            else:
                listing.read(data, meta.end, meta, accept, limits)
        except _Full:
            return HeaderListing(tuple(listing.rows), f"The list ends after {MOST_ROWS:,} rows; the file holds more.")
        except DicomRefusal as refusal:
            return HeaderListing(tuple(listing.rows), f"The list ends here: {refusal.text}.")
    return HeaderListing(tuple(listing.rows), "")


class _Listing:
    def __init__(self) -> None:
        self.rows: list[HeaderRow] = []
        self.data: mmap.mmap | None = None
        self.leniency = Leniency()
        # By depth: what holds in the data set or item that is open there.
        self.character_sets: dict[int, CharacterSet] = {0: character_set(b"", self.leniency)}
        self.creators: dict[int, dict[tuple[int, int], str]] = {0: {}}
        self.items: dict[int, int] = {}

    def read(self, data: mmap.mmap, start: int, meta: FileMeta, accept: Accept, limits: Limits) -> None:
        for element in meta.elements:
            met = Met(element.tag, element.vr, 0, len(element.value), 0, False)
            self._add(met, element.vr, _beginning_of(element.value, 0, len(element.value)))
        self.data, self.leniency = data, Leniency(accept.tolerances)
        walk(data, start, meta.syntax, limits, self.leniency, self._meet)

    def _meet(self, met: Met) -> None:
        if self.data is None:
            raise _Full
        if met.tag == tags.ITEM:
            self._open_item(met.depth)
            number = self.items[met.depth]
            self._append(HeaderRow(met.depth, name(met.tag), f"Item {number}", "", "", 0, False, False))
            return
        if met.vr == "SQ":
            self.items[met.depth + 1] = 0
        vr = met.vr or _known_vr(met.tag, self._creator(met))
        self._add(met, vr, _beginning_of(self.data, met.offset, met.length))

    def _open_item(self, depth: int) -> None:
        """An item inherits the character set of what holds its sequence, and no private block."""
        self.items[depth] = self.items.get(depth, 0) + 1
        self.character_sets[depth + 1] = self.character_sets.get(depth - 1, self.character_sets[0])
        self.creators[depth + 1] = {}

    def _add(self, met: Met, vr: str, first: Callable[[int], bytes]) -> None:
        if met.tag == tags.SPECIFIC_CHARACTER_SET:
            self.character_sets[met.depth] = character_set(first(256), self.leniency)
        value, is_cut = self._value(met, vr, first)
        if _is_creator(met.tag):
            self.creators[met.depth][met.tag >> 16, met.tag & 0xFF] = value
        is_private = bool(met.tag >> 16 & 1)
        self._append(HeaderRow(met.depth, name(met.tag), self._name(met), vr, value, met.length, is_cut, is_private))

    def _append(self, row: HeaderRow) -> None:
        if len(self.rows) == MOST_ROWS:
            raise _Full
        self.rows.append(row)

    def _value(self, met: Met, vr: str, first: Callable[[int], bytes]) -> tuple[str, bool]:
        if vr == "SQ":
            return "", False
        if vr in _NUMBERS:
            return _numbers(met, _NUMBERS[vr], first)
        if vr not in _BY_CHARACTER_SET | _ASCII:
            return f"{met.length:,} bytes", False
        raw = first(4 * MOST_CHARACTERS).strip(b"\0 ")
        if vr in _ASCII:
            text = raw.decode("ascii", "replace")
        else:
            text = self.character_sets[met.depth].text(raw, _DELIMITERS.get(vr, {0x5C}), self.leniency)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if vr in _LINES else [text]
        text = "\n".join(map(readable, lines))
        return text[:MOST_CHARACTERS], len(text) > MOST_CHARACTERS or met.length > 4 * MOST_CHARACTERS

    def _creator(self, met: Met) -> str:
        return self.creators.get(met.depth, {}).get((met.tag >> 16, met.tag >> 8 & 0xFF), "")

    def _name(self, met: Met) -> str:
        if met.tag & 0xFFFF == 0:
            return "Group Length"
        if not met.tag >> 16 & 1:
            return _described(lambda: dictionary_description(met.tag)) or "Unknown"
        if _is_creator(met.tag):
            return "Private Creator"
        creator = self._creator(met)
        known = _described(lambda: private_dictionary_description(met.tag, creator)) if creator else ""
        return f"Private: {known}" if known else "Private"


def _beginning_of(data: bytes | mmap.mmap, offset: int, length: int) -> Callable[[int], bytes]:
    """Of a value: its first n bytes, the only ones that are read."""
    return lambda most: bytes(data[offset : offset + min(most, length)])


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _known_vr(tag: int, creator: str) -> str:
    """Of an element whose VR the file does not state; UN where no dictionary knows it."""
    if _is_creator(tag):
        return "LO"
    if tag & 0xFFFF == 0:
        return "UL"
    found = _described(lambda: private_dictionary_VR(tag, creator) if tag >> 16 & 1 else dictionary_VR(tag)) or "UN"
    return "US" if found == "US or SS" else found


def _described(look: Callable[[], str]) -> str:
    try:
        return look()
    except KeyError:
        return ""


def _numbers(met: Met, form: str, first: Callable[[int], bytes]) -> tuple[str, bool]:
    """Bytes that are left over are no number and left out."""
    order = ">" if met.is_big_endian else "<"
    size = struct.calcsize(order + form)
    raw = first(size * _MOST_NUMBERS)
    found = list(struct.iter_unpack(order + form, raw[: len(raw) // size * size]))
    texts = [
        name(one[0] << 16 | one[1]) if form == "HH" else f"{one[0]:.9g}" if form in "fd" else str(one[0])
        for one in found
    ]
    return "\\".join(texts), met.length > size * _MOST_NUMBERS
