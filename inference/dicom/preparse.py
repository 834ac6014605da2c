"""Pre-parse: every check a file must pass before any library or decoder reads it.

The checks run in a fixed order and the first failing one gives the code: size, prefix, File Meta, transfer syntax,
media class, inflation, walk, UIDs, class and modality, image pixel module, dimensions and bits, pixel stream.
"""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from inference.dicom import elements as tags
from inference.dicom.accept import DEFAULT_ACCEPT, Accept, class_name
from inference.dicom.attribute_values import Values
from inference.dicom.codestream import check_native, check_stream, without_padding
from inference.dicom.dataset_bytes import inflated, mapped_file
from inference.dicom.element_walk import PixelExtent, Walk, looks_implicit, name, walk
from inference.dicom.file_meta import MEDIA_CLASS_UID, MEDIA_INSTANCE_UID, FileMeta, read_file_meta
from inference.dicom.header import DicomHeader
from inference.dicom.header_reader import read_header
from inference.dicom.image_pixel import read_image_pixel
from inference.dicom.limits import DEFAULT_LIMITS, Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency
from inference.dicom.transfer_syntax import (
    EXPLICIT_LITTLE_ENDIAN,
    IMPLICIT_LITTLE_ENDIAN,
    TransferSyntax,
    transfer_syntax,
)

_WITHOUT_END = ("native", "uncompressed", "rle")  # codings without an end marker
_UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
_LEADING_ZERO = re.compile(r"(^|\.)0[0-9]")
_REQUIRED_UIDS = (tags.SOP_CLASS_UID, tags.SOP_INSTANCE_UID, tags.STUDY_INSTANCE_UID, tags.SERIES_INSTANCE_UID)


@dataclass(frozen=True)
class ParsedFile:
    """An accepted file while it is open: header, and Pixel Data as extents of `data`."""

    header: DicomHeader
    data: mmap.mmap
    pixels: PixelExtent
    is_big_endian: bool
    leniency: Leniency

    def pixel_bytes(self) -> bytes:
        """Native: the pixels. Encapsulated: all fragments joined (one frame may be split over many), without padding."""
        joined = b"".join(self.data[offset : offset + length] for offset, length in self.pixels.extents)
        return (
            joined
            if transfer_syntax(self.header.transfer_syntax_uid).codec in _WITHOUT_END
            else without_padding(joined)
        )


def preparse(path: Path, accept: Accept = DEFAULT_ACCEPT, limits: Limits = DEFAULT_LIMITS) -> DicomHeader:
    """The header of the file at `path`, or DicomRefusal with the code of the first failing check."""
    with parsed_file(path, accept, limits) as parsed:
        return parsed.header


@contextmanager
def parsed_file(source: Path | BinaryIO, accept: Accept, limits: Limits) -> Iterator[ParsedFile]:
    """Keeps the file mapped, for the decoder."""
    with mapped_file(source, limits) as data:
        meta = read_file_meta(data)
        if not meta.syntax.is_deflated:
            yield _parse(data, meta.end, data, meta, accept, limits)
            return
        with inflated(data, meta.end, limits) as output:
            yield _parse(output, 0, data, meta, accept, limits)


def _parse(
    data: mmap.mmap, start: int, file_data: mmap.mmap, meta: FileMeta, accept: Accept, limits: Limits
) -> ParsedFile:
    leniency = Leniency(accept.tolerances)
    syntax = _syntax_of_data_set(data, start, meta.syntax, leniency)
    found = walk(data, start, syntax, limits, leniency)
    values = Values(data, found.elements, syntax.is_big_endian, leniency)
    _check_uids(values, leniency)
    _check_accepted(values, accept)
    image = read_image_pixel(values, found.pixels, limits, leniency)
    pixels = found.pixels
    if pixels is None:  # read_image_pixel has refused this; said again for the type checker
        raise DicomRefusal("not_image", "the file holds no Pixel Data (7FE0,0010)")
    header = read_header(values, _items(values, found), image, syntax, _repairs(file_data, meta, values))
    if syntax is not meta.syntax:
        header = replace(header, repairs=(*header.repairs, "meta_transfer_syntax"))
    if found.blank_vrs:
        header = replace(header, repairs=(*header.repairs, "vr"), blank_vrs=tuple(found.blank_vrs))
    if found.has_overlay:
        header = replace(header, warnings=(*header.warnings, "overlay_not_shown"))
    if syntax.is_encapsulated:
        stream = b"".join(data[offset : offset + length] for offset, length in pixels.extents)
        check_stream(stream, image, syntax, leniency)
    else:
        check_native(data, pixels, image, leniency)
    header = replace(header, warnings=(*header.warnings, *leniency.used))
    return ParsedFile(header, data, pixels, syntax.is_big_endian, leniency)


def _syntax_of_data_set(data: mmap.mmap, start: int, said: TransferSyntax, leniency: Leniency) -> TransferSyntax:
    """The transfer syntax that File Meta names, but for implicit data under an explicit name.

    Raises DicomRefusal bad_encoding, which says so, where that cannot be put right.
    """
    if said.is_implicit or not looks_implicit(data, start):
        return said
    if said.uid == EXPLICIT_LITTLE_ENDIAN and leniency.takes("implicit_data_set"):
        return transfer_syntax(IMPLICIT_LITTLE_ENDIAN)
    raise DicomRefusal("bad_encoding", f"the data set is in implicit VR; File Meta says {said.name}, which is explicit")


def _check_uids(values: Values, leniency: Leniency) -> None:
    """PS3.5 9.1: components of digits with dots between, none empty, 64 characters together, no leading zeros."""
    for tag in _REQUIRED_UIDS:
        if not values.code(tag):
            raise DicomRefusal("missing_tag", f"element {name(tag)} is missing or empty")
    for tag in _REQUIRED_UIDS:
        uids = values.codes(tag)
        if len(uids) != 1 or not _UID.fullmatch(uids[0]):
            raise DicomRefusal(
                "bad_uid", f"element {name(tag)} is no UID: numbers with dots between them, at most 64 characters"
            )
        if _LEADING_ZERO.search(uids[0]) and not leniency.takes("leading_zero_uid"):
            raise DicomRefusal("bad_uid", f"element {name(tag)} has a component with a leading zero")


def _check_accepted(values: Values, accept: Accept) -> None:
    sop_class = values.code(tags.SOP_CLASS_UID)
    if accept.sop_classes is not None and sop_class not in accept.sop_classes:
        allowed = ", ".join(sorted(class_name(uid) for uid in accept.sop_classes))
        kind = class_name(sop_class)
        article = "an" if kind[0] in "AEIOUaeiou" else "a"
        text = f"this is {article} {kind} ({sop_class}); taken are {allowed}"
        raise DicomRefusal("unsupported_sop_class", text)
    modality = values.code(tags.MODALITY)
    if accept.modalities is not None and modality not in accept.modalities:
        allowed = ", ".join(sorted(accept.modalities))
        raise DicomRefusal("unsupported_modality", f"modality {modality[:16]!r} is not one of {allowed}")


def _items(values: Values, found: Walk) -> dict[int, list[Values]]:
    return {tag: [values.item(item) for item in items] for tag, items in found.items.items()}


def _repairs(data: mmap.mmap, meta: FileMeta, values: Values) -> tuple[str, ...]:
    repairs = []
    if any(data[:128]):
        repairs.append("preamble")
    if meta.uid(MEDIA_CLASS_UID) != values.code(tags.SOP_CLASS_UID):
        repairs.append("meta_class_uid")
    if meta.uid(MEDIA_INSTANCE_UID) != values.code(tags.SOP_INSTANCE_UID):
        repairs.append("meta_instance_uid")
    return tuple(repairs)
