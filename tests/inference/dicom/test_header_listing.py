"""The header as rows of text: what each kind of value becomes, and that no file makes the listing long, deep or slow."""

import struct
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.dicom import ChildPool
from inference.dicom.accept import Accept
from inference.dicom.header_listing import MOST_CHARACTERS, MOST_ROWS, HeaderListing, HeaderRow, list_header
from inference.dicom.limits import DEFAULT_LIMITS
from inference.dicom.refusal import DicomRefusal
from tests.inference.dicom.made_files import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    RLE,
    MadeImage,
    element,
    item,
)

VIEW_CODE: Any = [{0x00080100: ("SH", "R-10206"), 0x00080104: ("LO", "postero-anterior")}]


def listed(made: MadeImage, folder: Path) -> HeaderListing:
    with made.write(folder).open("rb") as source:
        return list_header(source, Accept.any_class(), DEFAULT_LIMITS)


def by_tag(listing: HeaderListing) -> dict[str, HeaderRow]:
    return {row.tag: row for row in listing.rows}


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN, DEFLATED])
def test_tag_name_vr_and_value_in_every_form_of_file(syntax: str, tmp_path: Path) -> None:
    asked: Any = [{0x00321060: ("LO", "Chest PA")}]  # in implicit files known as a sequence from the dictionary alone
    made = MadeImage(
        syntax=syntax,
        attributes={0x00400275: ("SQ", asked), 0x00540220: ("SQ", VIEW_CODE), 0x00281050: ("DS", "100\\200")},
    )
    listing = listed(made, tmp_path)
    rows = by_tag(listing)
    assert listing.stopped == ""
    assert rows["(0002,0010)"].value == syntax
    name = rows["(0010,0010)"]
    assert (name.name, name.vr, name.value, name.depth, name.is_private) == (
        "Patient's Name",
        "PN",
        "Phantom^One",
        0,
        False,
    )
    assert (rows["(0028,0010)"].name, rows["(0028,0010)"].vr, rows["(0028,0010)"].value) == ("Rows", "US", "3")
    assert rows["(0028,1050)"].value == "100\\200"
    places = [(row.tag, row.depth, row.name, row.value) for row in listing.rows if row.depth or row.vr == "SQ"]
    assert places == [
        ("(0040,0275)", 0, "Request Attributes Sequence", ""),
        ("(FFFE,E000)", 1, "Item 1", ""),
        ("(0032,1060)", 2, "Requested Procedure Description", "Chest PA"),
        ("(0054,0220)", 0, "View Code Sequence", ""),
        ("(FFFE,E000)", 1, "Item 1", ""),
        ("(0008,0100)", 2, "Code Value", "R-10206"),
        ("(0008,0104)", 2, "Code Meaning", "postero-anterior"),
    ]
    pixels = listing.rows[-1]
    assert (pixels.tag, pixels.name, pixels.value) == ("(7FE0,0010)", "Pixel Data", "24 bytes")


def test_items_are_numbered_in_each_sequence_anew(tmp_path: Path) -> None:
    made = MadeImage(attributes={0x00082218: ("SQ", VIEW_CODE * 2), 0x00540220: ("SQ", VIEW_CODE)})
    items = [row.name for row in listed(made, tmp_path).rows if row.tag == "(FFFE,E000)"]
    assert items == ["Item 1", "Item 2", "Item 1"]


def test_private_tags_are_named_as_private_with_what_the_creator_is_known_to_mean(tmp_path: Path) -> None:
    made = MadeImage(
        attributes={
            0x00190010: ("LO", "SIEMENS MED DISPLAY"),
            0x00190011: ("LO", "NOBODY KNOWS"),
            0x00191001: ("LO", "one"),
            0x00191101: ("UN", b"\0\1\2\3"),
            0x00290010: ("LO", "SIEMENS MED DISPLAY"),
            0x00291004: ("CS", "CT"),
            0x002910F9: ("CS", "X"),
        }
    )
    rows = by_tag(listed(made, tmp_path))
    assert rows["(0019,0010)"].name == "Private Creator"
    assert rows["(0029,1004)"].name.startswith("Private: ")
    assert (rows["(0029,10F9)"].name, rows["(0019,1101)"].name) == ("Private", "Private")
    assert rows["(0019,1101)"].value == "4 bytes"
    assert {row.tag for row in rows.values() if row.is_private} == {tag for tag in rows if tag[1:5] in ("0019", "0029")}


def test_text_is_read_in_its_character_set_also_inside_items(tmp_path: Path) -> None:
    inner: Any = [
        {0x00080104: ("LO", "Müller".encode())},
        {0x00080005: ("CS", "ISO_IR 100"), 0x00080104: ("LO", "Müller".encode("latin-1"))},
    ]
    made = MadeImage(
        attributes={
            0x00080005: ("CS", "ISO_IR 192"),
            0x00100010: ("PN", "Müller^Ä"),
            0x00102000: ("LO", "a\x1b[31m\u202eb"),
            0x00204000: ("LT", "one\r\ntwo"),
            0x00540220: ("SQ", inner),
        }
    )
    listing = listed(made, tmp_path)
    rows = by_tag(listing)
    assert rows["(0010,0010)"].value == "Müller^Ä"
    assert [row.value for row in listing.rows if row.tag == "(0008,0104)"] == ["Müller", "Müller"]
    assert "\x1b" not in rows["(0010,2000)"].value
    assert "\u202e" not in rows["(0010,2000)"].value
    assert rows["(0020,4000)"].value == "one\ntwo"


def test_numbers_tags_and_bytes(tmp_path: Path) -> None:
    made = MadeImage(
        attributes={
            0x00189313: ("FD", struct.pack("<3d", 0.1, -2.5, 3)),
            0x00280009: ("AT", struct.pack("<HH", 0x0018, 0x1063)),
            0x00221007: ("UL", struct.pack("<40L", *range(40))),
            0x00420011: ("OB", bytes(1234)),
        }
    )
    rows = by_tag(listed(made, tmp_path))
    assert rows["(0018,9313)"].value == "0.1\\-2.5\\3"
    assert rows["(0028,0009)"].value == "(0018,1063)"
    numbers = rows["(0022,1007)"]
    assert (numbers.value[:6], numbers.value[-2:], numbers.is_cut, numbers.bytes) == ("0\\1\\2\\", "31", True, 160)
    assert rows["(0042,0011)"].value == "1,234 bytes"


def test_a_long_value_is_cut_and_says_how_long_it_is(tmp_path: Path) -> None:
    made = MadeImage(attributes={0x00204000: ("UT", "x" * 10_240), 0x00104000: ("LT", "y" * MOST_CHARACTERS)})
    rows = by_tag(listed(made, tmp_path))
    row = rows["(0020,4000)"]
    assert (len(row.value), row.is_cut, row.bytes) == (MOST_CHARACTERS, True, 10_240)
    assert not rows["(0010,4000)"].is_cut


def test_encapsulated_pixels_are_passed_by(tmp_path: Path) -> None:
    made = MadeImage(syntax=RLE, stream=[bytes(100), bytes(50)])
    assert listed(made, tmp_path).rows[-1].value == "150 bytes"


def hostile(name: str) -> MadeImage:
    if name == "100,000 elements":
        one = element(0x00204000, "LT", b"")
        return MadeImage(tail=one * 100_000)
    if name == "100,000 items":
        return MadeImage(attributes={0x00540220: ("SQ", item(b"") * 100_000)})
    if name == "deep":
        value = b""
        for _ in range(400):
            value = element(0x00540220, "SQ", item(value))
        return MadeImage(tail=value)
    return MadeImage(attributes={0x00204000: ("UT", b"z" * (15 << 20)), 0x00204001: ("OB", bytes(15 << 20))})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("100,000 elements", "The list ends after 2,000 rows; the file holds more."),
        ("100,000 items", "The list ends after 2,000 rows; the file holds more."),
        ("deep", "The list ends here: sequences are nested deeper than 16."),
        ("large values", ""),
    ],
)
def test_a_hostile_file_is_listed_in_bounds_and_says_that_it_was_cut(
    name: str, words: str, pool: ChildPool, tmp_path: Path
) -> None:
    path = hostile(name).write(tmp_path)
    pool.start()
    begun = time.monotonic()
    listing = pool.list_header(path)
    assert time.monotonic() - begun < 5
    assert listing.stopped == words
    assert 15 < len(listing.rows) <= MOST_ROWS
    assert max(row.depth for row in listing.rows) <= 2 * DEFAULT_LIMITS.depth
    assert max(len(row.value) for row in listing.rows) <= MOST_CHARACTERS
    assert by_tag(listing)["(0010,0010)"].value == "Phantom^One"


def test_a_damaged_end_ends_the_list_and_no_dicom_file_is_refused(pool: ChildPool, tmp_path: Path) -> None:
    cut = MadeImage(attributes={0x00204000: ("LT", "whole")}, pixels=np.zeros((3, 4), np.uint16))
    path = tmp_path / "cut.dcm"
    path.write_bytes(cut.to_bytes()[:-30])
    listing = pool.list_header(path)
    assert listing.stopped.startswith("The list ends here: ")
    assert by_tag(listing)["(0020,4000)"].value == "whole"
    path.write_bytes(b"no DICOM" * 40)
    with pytest.raises(DicomRefusal, match="no DICM prefix"):
        pool.list_header(path)


@pytest.mark.parametrize(
    "answer",
    [
        {"rows": [{"depth": "0"}], "stopped": ""},
        {"rows": [None], "stopped": ""},
        {"rows": []},
        {
            "rows": [dict.fromkeys(("depth", "tag", "name", "vr", "value", "bytes", "is_cut", "is_private"), 0)],
            "stopped": "",
        },
    ],
)
def test_an_answer_of_another_form_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        HeaderListing.from_json(answer)
