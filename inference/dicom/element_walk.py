"""A walk over the bytes of a data set: where each element lies, and whether the structure holds.

Own code on purpose: a general library reads values, allocates what a length field claims, and recurses.
This walk keeps an explicit stack and running counts, copies nothing, and stops at the first excess
(PS3.5 sections 7 and A.4).
"""

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from pydicom.datadict import dictionary_VR

from inference.dicom import elements as tags
from inference.dicom.limits import Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency
from inference.dicom.transfer_syntax import TransferSyntax

_ZERO_STEP = 1 << 16
_BLANK_VRS = (b"  ", b"\0\0")
_MOST_BLANK_VRS = 1000
_FIRST_GROUPS = (0x0004, 0x0008)  # whose length old files write before their first element (PS3.5 7.2)


@dataclass(frozen=True)
class Element:
    """Extent of one value: `offset` and `length` in bytes; VR as in the file, dictionary VR when implicit."""

    tag: int
    vr: str
    offset: int
    length: int


@dataclass(frozen=True)
class PixelExtent:
    """Where Pixel Data lies. Native: one extent. Encapsulated: the fragments after the offset table."""

    vr: str
    extents: tuple[tuple[int, int], ...]
    is_encapsulated: bool

    @property
    def length(self) -> int:
        return sum(length for _, length in self.extents)


@dataclass(frozen=True)
class Met:
    """What the walk comes past, in the order of the file. length: of the value; 0 for a sequence or an item. depth: 0 at the top,
    1 for the items of a sequence there, 2 for their elements."""

    tag: int
    vr: str
    offset: int
    length: int
    depth: int
    is_big_endian: bool


@dataclass
class Walk:
    """What the walk found: wanted elements of the top level, items of the sequences that are read, Pixel Data, overlay planes."""

    elements: dict[int, Element] = field(default_factory=dict)
    items: dict[int, list[dict[int, Element]]] = field(default_factory=dict)
    pixels: PixelExtent | None = None
    has_overlay: bool = False
    blank_vrs: list[tuple[int, str]] = field(default_factory=list)  # where a VR is missing, and the one to write there


@dataclass
class _Level:
    """One open sequence or data set. `end`: first byte past what encloses it."""

    end: int
    is_sequence: bool
    is_undefined: bool
    is_implicit: bool
    is_big_endian: bool
    sink: dict[int, Element] | None = None  # wanted elements of a data set go here
    item_sinks: list[dict[int, Element]] | None = None  # of a sequence that is read: one sink per item


def name(tag: int) -> str:
    """(gggg,eeee), as the standard writes a tag."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def looks_implicit(data: mmap.mmap, start: int) -> bool:
    """Does a data set begin as one in implicit VR, with a known element that has a length where a VR is due?"""
    if len(data) < start + 8:
        return False
    group, element, length = struct.unpack_from("<HHL", data, start)
    vr = bytes(data[start + 4 : start + 6])
    is_explicit = vr in _BLANK_VRS or vr.decode("latin-1") in tags.SHORT_VRS | tags.LONG_VRS
    is_known = bool(_known_vr(group << 16 | element)) or (group in _FIRST_GROUPS and element == 0 and length == 4)
    return not is_explicit and is_known and length <= len(data) - start - 8


def _known_vr(tag: int) -> str:
    """The VR of the standard's dictionary, one of its choices where all have the same form; else empty."""
    try:
        choices = dictionary_VR(tag).split(" or ")
    except KeyError:
        return ""
    forms = {choice in tags.LONG_VRS for choice in choices}
    return choices[-1] if forms == {True} else choices[0] if forms == {False} else ""


def walk(
    data: mmap.mmap,
    start: int,
    syntax: TransferSyntax,
    limits: Limits,
    leniency: Leniency,
    meet: Callable[[Met], None] | None = None,
) -> Walk:
    """Walks the data set that begins at `start` (check 7). meet: told of each element and item; what it raises ends the walk.

    Raises DicomRefusal bad_encoding, too_deep, too_many_elements, element_too_long.
    """
    walker = _Walker(data, start, syntax, limits, leniency, meet)
    walker.run()
    return walker.found


class _Walker:
    def __init__(
        self,
        data: mmap.mmap,
        start: int,
        syntax: TransferSyntax,
        limits: Limits,
        leniency: Leniency,
        meet: Callable[[Met], None] | None = None,
    ) -> None:
        self.data = data
        self.meet = meet
        self.leniency = leniency
        self.position = start
        self.syntax = syntax
        self.limits = limits
        self.found = Walk()
        self.count = 0
        self.value_bytes = 0
        top = _Level(len(data), False, False, syntax.is_implicit, syntax.is_big_endian, self.found.elements)
        self.stack = [top]

    def run(self) -> None:
        while self.stack:
            level = self.stack[-1]
            if self.position == level.end and not level.is_undefined:
                self.stack.pop()
            elif len(self.stack) == 1 and self._only_zeros_left():
                return
            elif level.is_sequence:
                self._item(level)
            else:
                self._element(level)

    # -- reading -----------------------------------------------------------------------------------

    def _tell(self, tag: int, vr: str, offset: int, length: int, level: _Level) -> None:
        if self.meet is not None:
            self.meet(Met(tag, vr, offset, length, len(self.stack) - 1, level.is_big_endian))

    def _bad(self, reason: str) -> DicomRefusal:
        return DicomRefusal("bad_encoding", f"{reason}, at byte {self.position}")

    def _take(self, format_: str, size: int, level: _Level) -> tuple[int, ...]:
        if self.position + size > level.end:
            raise self._bad("an element header runs past the end of what encloses it")
        values = struct.unpack_from((">" if level.is_big_endian else "<") + format_, self.data, self.position)
        self.position += size
        return values

    def _tag(self, level: _Level) -> int:
        group, element = self._take("HH", 4, level)
        self.count += 1
        if self.count > self.limits.elements:
            raise DicomRefusal("too_many_elements", f"the data set has more than {self.limits.elements} elements")
        return group << 16 | element

    def _vr_and_length(self, tag: int, level: _Level) -> tuple[str, int]:
        if level.is_implicit:
            return tags.DICTIONARY.get(tag, ""), self._take("L", 4, level)[0]
        if self.position + 2 > level.end:
            raise self._bad(f"element {name(tag)} is cut")
        vr = self.data[self.position : self.position + 2].decode("latin-1")
        if vr in tags.SHORT_VRS:
            return vr, self._take("xxH", 4, level)[0]
        if vr in tags.LONG_VRS:
            return vr, self._take("xxxxL", 8, level)[0]
        if vr.encode("latin-1") in _BLANK_VRS and self._is_read_without_vr(tag):
            known = _known_vr(tag)
            self.found.blank_vrs.append((self.position, known))
            return known, self._take(*(("xxxxL", 8) if known in tags.LONG_VRS else ("xxH", 4)), level)[0]
        raise self._bad(f"element {name(tag)} has the unknown VR {vr!r}")

    def _is_read_without_vr(self, tag: int) -> bool:
        """Written into the stored copy, which a deflated data set does not allow in place."""
        is_possible = bool(_known_vr(tag)) and tag != tags.PIXEL_DATA and not self.syntax.is_deflated
        return is_possible and len(self.found.blank_vrs) < _MOST_BLANK_VRS and self.leniency.takes("blank_vr")

    def _only_zeros_left(self) -> bool:
        """Trailing zero padding after the data set is normal in real files."""
        if self.data[self.position : self.position + 4].strip(b"\0"):
            return False
        for position in range(self.position, len(self.data), _ZERO_STEP):
            if self.data[position : position + _ZERO_STEP].strip(b"\0"):
                return False
        return True

    # -- structure ---------------------------------------------------------------------------------

    def _item(self, level: _Level) -> None:
        tag = self._tag(level)
        length = self._take("L", 4, level)[0]
        if tag == tags.SEQUENCE_END and level.is_undefined:
            self.stack.pop()
            return
        if tag != tags.ITEM:
            raise self._bad(f"element {name(tag)} stands where an item of a sequence is due")
        sink: dict[int, Element] | None = None
        if level.item_sinks is not None:
            sink = {}
            level.item_sinks.append(sink)
        end = self._end_of(tag, length, level)
        self._tell(tag, "", self.position, 0, level)
        self.stack.append(_Level(end, False, length == tags.UNDEFINED, level.is_implicit, level.is_big_endian, sink))

    def _element(self, level: _Level) -> None:
        tag = self._tag(level)
        if tag == tags.ITEM_END and level.is_undefined:
            self._take("L", 4, level)
            self.stack.pop()
            return
        if tag >> 16 == 0xFFFE:
            raise self._bad(f"delimiter {name(tag)} has no item to close")
        vr, length = self._vr_and_length(tag, level)
        if tag == tags.PIXEL_DATA:
            self._pixel_data(vr, length, level)
        elif length == tags.UNDEFINED:
            if vr not in ("SQ", "UN", "") and not (level.is_implicit and tag not in tags.DICTIONARY):
                raise self._bad(f"element {name(tag)} with VR {vr} has no length")
            self._open_sequence(tag, vr, length, level)
        elif vr == "SQ" or (vr == "UN" and tag in tags.READ_SEQUENCES | tags.READ_INNER_SEQUENCES):
            self._open_sequence(tag, vr, length, level)
        elif self.meet is not None and level.is_implicit and not vr and _known_vr(tag) == "SQ":
            self._open_sequence(tag, "SQ", length, level)  # whoever reads the file wants its items; checks pass it by
        else:
            self._value(tag, vr, length, level)

    def _end_of(self, tag: int, length: int, level: _Level) -> int:
        if length == tags.UNDEFINED:
            return level.end
        if self.position + length > level.end:
            raise self._bad(f"element {name(tag)} claims {length} bytes, {level.end - self.position} are left")
        return self.position + length

    def _open_sequence(self, tag: int, vr: str, length: int, level: _Level) -> None:
        depth = 1 + sum(open_level.is_sequence for open_level in self.stack)
        if depth > self.limits.depth:
            raise DicomRefusal("too_deep", f"sequences are nested deeper than {self.limits.depth}")
        self._tell(tag, "SQ", self.position, 0, level)
        is_unknown = vr == "UN"  # content of UN is Implicit VR Little Endian, PS3.5 6.2.2
        item_sinks = None
        is_inner = tag in tags.READ_INNER_SEQUENCES and len(self.stack) == 3 and level.sink is not None
        if is_inner or (tag in tags.READ_SEQUENCES and len(self.stack) == 1):
            item_sinks = self.found.items.setdefault(tag, [])
        self.stack.append(
            _Level(
                self._end_of(tag, length, level),
                True,
                length == tags.UNDEFINED,
                level.is_implicit or is_unknown,
                level.is_big_endian and not is_unknown,
                item_sinks=item_sinks,
            )
        )

    def _value(self, tag: int, vr: str, length: int, level: _Level) -> None:
        end = self._end_of(tag, length, level)
        self.value_bytes += length
        if length > self.limits.element_bytes or self.value_bytes > self.limits.elements_bytes:
            raise DicomRefusal(
                "element_too_long",
                f"element {name(tag)} has {length} bytes; at most {self.limits.element_bytes} each and "
                f"{self.limits.elements_bytes} together are taken",
            )
        self._tell(tag, vr, self.position, length, level)
        if len(self.stack) == 1 and tags.is_overlay(tag):
            self.found.has_overlay = True
        if level.sink is not None and tag in tags.DICTIONARY:
            found = Element(tag, vr, self.position, length)
            if tag in level.sink and not (
                self._is_equal(level.sink[tag], found) and self.leniency.takes("equal_duplicates")
            ):
                raise self._bad(f"element {name(tag)} occurs twice")
            level.sink[tag] = found
        self.position = end

    def _is_equal(self, first: Element, second: Element) -> bool:
        values = [self.data[element.offset : element.offset + element.length] for element in (first, second)]
        return first.vr == second.vr and values[0] == values[1]

    def _pixel_data(self, vr: str, length: int, level: _Level) -> None:
        is_top = len(self.stack) == 1
        if is_top and self.found.pixels is not None:
            raise self._bad("Pixel Data occurs twice")
        if not is_top:  # an icon: walked over, never decoded
            if length == tags.UNDEFINED:
                self._fragments(level)
            else:
                self._value(tags.PIXEL_DATA, vr, length, level)
            return
        if (length == tags.UNDEFINED) != self.syntax.is_encapsulated:
            form = "encapsulated" if length == tags.UNDEFINED else "native"
            raise self._bad(f"{form} Pixel Data in transfer syntax {self.syntax.name}")
        if length == tags.UNDEFINED:
            self.found.pixels = PixelExtent(vr, tuple(self._fragments(level)), True)
            self._tell(tags.PIXEL_DATA, vr, self.position, self.found.pixels.length, level)
            return
        end = self._end_of(tags.PIXEL_DATA, length, level)
        self._tell(tags.PIXEL_DATA, vr, self.position, length, level)
        self.found.pixels = PixelExtent(vr, ((self.position, length),), False)
        self.position = end

    def _fragments(self, level: _Level) -> list[tuple[int, int]]:
        """Extents of all fragments; the first item is the offset table, which a single frame does not need."""
        extents: list[tuple[int, int]] = []
        while True:
            tag = self._tag(level)
            length = self._take("L", 4, level)[0]
            if tag == tags.SEQUENCE_END:
                return extents[1:]
            if tag != tags.ITEM or length == tags.UNDEFINED:
                raise self._bad(f"element {name(tag)} stands where a fragment of Pixel Data is due")
            end = self._end_of(tag, length, level)
            extents.append((self.position, length))
            self.position = end
