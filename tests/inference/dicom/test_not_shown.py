"""Overlays and display shutters are not drawn: the image is taken whole, and a warning says what is missing."""

import struct
from pathlib import Path

import numpy as np
import pytest

from inference.dicom import ChildPool, preparse
from tests.inference.dicom.made_files import BIG_ENDIAN, EXPLICIT, IMPLICIT, MadeImage, Value

Attributes = dict[int, tuple[str, Value] | None]


def plane(group: int, rows: int, columns: int) -> Attributes:
    bits = bytes(-(-rows * columns // 16) * 2)
    tag = group << 16
    return {
        tag | 0x0010: ("US", rows),
        tag | 0x0011: ("US", columns),
        tag | 0x0040: ("CS", "G"),
        tag | 0x0050: ("SS", struct.pack("<2h", 1, 1)),
        tag | 0x0100: ("US", 1),
        tag | 0x0102: ("US", 0),
        tag | 0x3000: ("OW", bits),
    }


OVERLAYS: dict[str, Attributes] = {
    "of the image's size": plane(0x6000, 3, 4),
    "second plane": plane(0x6002, 3, 4),
    "last plane": plane(0x601E, 3, 4),
    "larger than the image": plane(0x6000, 4000, 4000),
    "claims more than its data": plane(0x6000, 3, 4) | {0x60000010: ("US", 60000), 0x60000011: ("US", 60000)},
    "in the spare bits of the pixels": {0x60000010: ("US", 3), 0x60000100: ("US", 16), 0x60000102: ("US", 12)},
    "data alone": {0x60003000: ("OW", bytes(2))},
}


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_named(name: str, syntax: str, tmp_path: Path, pool: ChildPool) -> None:
    path = MadeImage(syntax=syntax, attributes=OVERLAYS[name]).write(tmp_path)
    header = pool.preparse(path)
    assert header.warnings == ("overlay_not_shown",)
    assert np.array_equal(pool.decode(path, header).values, np.arange(12).reshape(3, 4))


SHUTTERS: dict[str, Attributes] = {
    "rectangle": {
        0x00181600: ("CS", "RECTANGULAR"),
        0x00181602: ("IS", "1"),
        0x00181604: ("IS", "4"),
        0x00181606: ("IS", "1"),
        0x00181608: ("IS", "3"),
    },
    "circle that hides everything": {
        0x00181600: ("CS", "CIRCULAR"),
        0x00181610: ("IS", "900\\900"),
        0x00181612: ("IS", "0"),
    },
    "two shapes": {0x00181600: ("CS", "RECTANGULAR\\POLYGONAL")},
    "bitmap": {0x00181600: ("CS", "BITMAP"), 0x00181623: ("US", 0x6000)},
}


@pytest.mark.parametrize("name", SHUTTERS)
def test_a_display_shutter_is_named(name: str, tmp_path: Path) -> None:
    assert preparse(MadeImage(attributes=SHUTTERS[name]).write(tmp_path)).warnings == ("shutter_not_shown",)


SHAPELESS: dict[str, Attributes] = {
    "rectangle": dict.fromkeys((0x00181602, 0x00181604, 0x00181606, 0x00181608), ("IS", "1")),
    "circle, shape empty": {
        0x00181600: ("CS", ""),
        0x00181610: ("IS", "900\\900"),
        0x00181612: ("IS", "0"),
    },
    "polygon": {0x00181620: ("IS", "1\\1\\1\\3\\3\\3")},
    "bitmap": {0x00181623: ("US", 0x6000)},
    "an edge of another VR": {0x00181602: ("LO", "left")},
}


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
@pytest.mark.parametrize("name", SHAPELESS)
def test_a_display_shutter_without_its_shape_is_named(name: str, syntax: str, tmp_path: Path) -> None:
    header = preparse(MadeImage(syntax=syntax, attributes=SHAPELESS[name]).write(tmp_path))
    assert header.warnings == ("shutter_not_shown_its_shape_is_not_stated",)


@pytest.mark.parametrize(
    "attributes",
    [
        {0x00181600: ("CS", "")},
        {0x00181602: ("IS", ""), 0x00181620: ("IS", " ")},
        {0x00181622: ("US", 0), 0x00181624: ("US", "0\\0\\0")},  # a colour alone hides nothing
        {0x60011010: ("US", 3)},  # an odd group is private
        {0x60200010: ("US", 3)},  # beyond the last plane
        {0x50003000: ("OW", bytes(2))},  # a curve
        {0x00081140: ("SQ", [{0x60003000: ("OW", bytes(2))}])},  # of another image
    ],
)
def test_what_is_no_overlay_and_no_shutter_is_not_named(attributes: Attributes, tmp_path: Path) -> None:
    assert preparse(MadeImage(attributes=attributes).write(tmp_path)).warnings == ()
