"""File Meta Information (PS3.10 section 7.1): always Explicit VR Little Endian, group 0002 only."""

import mmap
import struct
from dataclasses import dataclass

from inference.dicom import elements as tags
from inference.dicom.accept import MEDIA_DIRECTORY
from inference.dicom.dataset_bytes import PREFIX_END
from inference.dicom.refusal import DicomRefusal
from inference.dicom.transfer_syntax import TransferSyntax, transfer_syntax

GROUP_LENGTH = 0x00020000
MEDIA_CLASS_UID = 0x00020002
MEDIA_INSTANCE_UID = 0x00020003
TRANSFER_SYNTAX_UID = 0x00020010

MEDIA_DIRECTORY_TEXT = "the file is a media directory (DICOMDIR), not an image"

# Nothing in File Meta is long; certificates and private information stay far below.
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class MetaElement:
    """One element with its bytes as found, header included."""

    tag: int
    vr: str
    raw: bytes
    value: bytes


@dataclass(frozen=True)
class FileMeta:
    """`end`: offset of the data set. UIDs without padding, empty when missing."""

    elements: tuple[MetaElement, ...]
    end: int
    syntax: TransferSyntax

    def uid(self, tag: int) -> str:
        return _uid(self.elements, tag)


def read_file_meta(data: mmap.mmap) -> FileMeta:
    """Checks 3 to 5. The group length is not relied upon: it is missing or wrong in real files.

    Raises DicomRefusal bad_meta, no_transfer_syntax, unsupported_transfer_syntax, unsupported_sop_class.
    """
    found: list[MetaElement] = []
    position = PREFIX_END
    while data[position : position + 2] == b"\x02\x00":
        element = _element(data, position)
        found.append(element)
        position += len(element.raw)
        if position - PREFIX_END > _MOST_BYTES:
            raise DicomRefusal("bad_meta", f"File Meta is longer than {_MOST_BYTES} bytes")
    meta = tuple(found)
    uid = _uid(meta, TRANSFER_SYNTAX_UID)
    if not uid:
        raise DicomRefusal("no_transfer_syntax", "File Meta names no Transfer Syntax UID (0002,0010)")
    syntax = transfer_syntax(uid)
    if _uid(meta, MEDIA_CLASS_UID) == MEDIA_DIRECTORY:
        raise DicomRefusal("unsupported_sop_class", MEDIA_DIRECTORY_TEXT)
    return FileMeta(meta, position, syntax)


def _element(data: mmap.mmap, position: int) -> MetaElement:
    header = data[position : position + 12]
    if len(header) < 8:
        raise DicomRefusal("bad_meta", f"File Meta is cut at byte {position}")
    tag = int.from_bytes(header[:2], "little") << 16 | int.from_bytes(header[2:4], "little")
    vr = header[4:6].decode("latin-1")
    if vr in tags.SHORT_VRS:
        start, length = 8, struct.unpack_from("<H", header, 6)[0]
    elif vr in tags.LONG_VRS and len(header) == 12:
        start, length = 12, struct.unpack_from("<L", header, 8)[0]
    else:
        raise DicomRefusal("bad_meta", f"File Meta element {tag:08X} has the unknown VR {vr!r}")
    end = position + start + length
    if end > len(data):
        raise DicomRefusal("bad_meta", f"File Meta element {tag:08X} claims {length} bytes past the end of the file")
    if length > _MOST_BYTES:
        raise DicomRefusal("bad_meta", f"File Meta element {tag:08X} has {length} bytes")
    raw = data[position:end]
    return MetaElement(tag, vr, raw, raw[start:])


def _uid(meta: tuple[MetaElement, ...], tag: int) -> str:
    for element in meta:
        if element.tag == tag:
            return element.value.rstrip(b"\0 ").decode("latin-1")
    return ""
