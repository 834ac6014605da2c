"""Writes the stored copy of a received file: preamble zeroed, File Meta UIDs those of the data set, missing VRs named.

A preamble can make the file an executable or a web page as well. Values of the data set are copied unchanged.
"""

import shutil
import struct
from pathlib import Path

from inference.dicom import elements as tags
from inference.dicom.dataset_bytes import PREFIX_END, mapped_file
from inference.dicom.file_meta import (
    GROUP_LENGTH,
    MEDIA_CLASS_UID,
    MEDIA_INSTANCE_UID,
    TRANSFER_SYNTAX_UID,
    FileMeta,
    MetaElement,
    read_file_meta,
)
from inference.dicom.header import DicomHeader
from inference.dicom.limits import Limits


def write_repaired(source: Path, target: Path, header: DicomHeader) -> None:
    """Copies `source` to `target` with the repairs that `header.repairs` names; nothing else changes."""
    with mapped_file(source, Limits(file_bytes=source.stat().st_size)) as data:
        meta = read_file_meta(data)
        if {"meta_class_uid", "meta_instance_uid", "meta_transfer_syntax"} & set(header.repairs):
            meta_bytes = _meta_with_uids(meta, header)
        else:
            meta_bytes = data[PREFIX_END : meta.end]
        for place, vr in header.blank_vrs:
            if place < meta.end or data[place : place + 2] not in (b"  ", b"\0\0"):
                raise ValueError(f"the file has no blank VR at byte {place}")
            if vr not in tags.SHORT_VRS | tags.LONG_VRS:
                raise ValueError(f"{vr!r} is no VR")
    with source.open("rb") as received, target.open("wb") as stored:
        stored.write(bytes(128) + b"DICM" + meta_bytes)
        received.seek(meta.end)
        shutil.copyfileobj(received, stored)
        for place, vr in header.blank_vrs:
            stored.seek(PREFIX_END + len(meta_bytes) + place - meta.end)
            stored.write(vr.encode("ascii"))


def _meta_with_uids(meta: FileMeta, header: DicomHeader) -> bytes:
    """File Meta in ascending order of tags, with UIDs and transfer syntax of the data set and a correct group length."""
    raw = {element.tag: element.raw for element in meta.elements if element.tag != GROUP_LENGTH}
    raw[MEDIA_CLASS_UID] = _uid_element(MEDIA_CLASS_UID, header.sop_class_uid).raw
    raw[MEDIA_INSTANCE_UID] = _uid_element(MEDIA_INSTANCE_UID, header.sop_instance_uid).raw
    raw[TRANSFER_SYNTAX_UID] = _uid_element(TRANSFER_SYNTAX_UID, header.transfer_syntax_uid).raw
    rest = b"".join(raw[tag] for tag in sorted(raw))
    return struct.pack("<HH2sHL", 0x0002, 0x0000, b"UL", 4, len(rest)) + rest


def _uid_element(tag: int, uid: str) -> MetaElement:
    value = uid.encode("ascii")
    value += b"\0" * (len(value) % 2)
    return MetaElement(tag, "UI", struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, b"UI", len(value)) + value, value)
