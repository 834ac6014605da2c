"""Specific Character Set (PS3.5 6.1.2, PS3.3 C.12.1.1.2) as real files spell it, and text by it.

Text of a file never refuses it: what cannot be read becomes U+FFFD.
"""

import re
import warnings
from dataclasses import dataclass

from pydicom.charset import CODES_TO_ENCODINGS, convert_encodings, decode_bytes, default_encoding, python_encoding

from inference.dicom.tolerances import Leniency

# Numbers of the ISO register that the standard names, by the form of their term: those with more than one byte, and the
# others, which stand alone as ISO_IR and beside others as ISO 2022 IR.
_MANY_BYTES = frozenset({"58", "87", "149", "159"})
_ONE_BYTE = frozenset({"6", "13", "100", "101", "109", "110", "126", "127", "138", "144", "148", "166", "203"})
_UTF_8 = "ISO_IR 192"
_NUMBERED = re.compile(r"ISO[ _-]*(?:20\d\d[ _-]*)?(?:IR[ _-]*)?(\d+)")
# Names of the standards in place of the register's number, with or without their year. Latin alphabets are not numbered as
# the parts of ISO 8859: No. 5 is part 9, No. 9 is part 15.
_NAMED = {
    re.compile(rf"(?:{pattern})(?:[-:](?:19|20)\d\d)?"): number
    for pattern, number in {
        "ISO[ _-]*8859[ _-]*1|LATIN[ _-]*1": "100",
        "ISO[ _-]*8859[ _-]*2|LATIN[ _-]*2": "101",
        "ISO[ _-]*8859[ _-]*3|LATIN[ _-]*3": "109",
        "ISO[ _-]*8859[ _-]*4|LATIN[ _-]*4": "110",
        "ISO[ _-]*8859[ _-]*5": "144",
        "ISO[ _-]*8859[ _-]*6": "127",
        "ISO[ _-]*8859[ _-]*7": "126",
        "ISO[ _-]*8859[ _-]*8": "138",
        "ISO[ _-]*8859[ _-]*9|LATIN[ _-]*5": "148",
        "ISO[ _-]*8859[ _-]*15|LATIN[ _-]*9": "203",
        "JIS[ _-]*X[ _-]*0?201": "13",
        "JIS[ _-]*X[ _-]*0?208": "87",
        "JIS[ _-]*X[ _-]*0?212": "159",
        "KS[ _-]*(?:X[ _-]*1001|C[ _-]*5601)": "149",
        "TIS[ _-]*620": "166",
    }.items()
}
_WHOLE = {"UTF8": _UTF_8, "UTF-8": _UTF_8, "GB2312": "GBK", "GB 18030": "GB18030", "GB-18030": "GB18030"}
# decode_bytes leaves the designation of GB 2312 before its text.
_GB_2312, _GB_2312_DESIGNATION = "iso_ir_58", "\x1b$)A"

# Latin alphabet No. 9 stands in PS3.3 (tables C.12-2 and C.12-3), but not yet in pydicom's tables.
for _term in ("ISO_IR 203", "ISO 2022 IR 203"):
    python_encoding.setdefault(_term, "iso8859_15")
CODES_TO_ENCODINGS.setdefault(b"\x1b-b", "iso8859_15")


@dataclass(frozen=True)
class CharacterSet:
    """Python encodings in the order of the attribute. is_named: the file has the attribute."""

    encodings: tuple[str, ...]
    is_named: bool

    def text(self, raw: bytes, delimiters: set[int], leniency: Leniency) -> str:
        """`raw` decoded; a delimiter ends what an escape sequence has begun (PS3.5 6.1.2.5.3)."""
        if not self.is_named and _is_utf_8(raw) and leniency.takes("utf8_without_character_set"):
            return raw.decode("utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                text = decode_bytes(raw, list(self.encodings), delimiters)
            except Exception:  # whatever the charset code raises on strange bytes: the text stays readable
                return raw.decode("ascii", "replace")
        return text.replace(_GB_2312_DESIGNATION, "") if _GB_2312 in self.encodings else text


def character_set(raw: bytes, leniency: Leniency) -> CharacterSet:
    """Reads the attribute. Unknown terms read as ASCII with replacement characters.

    Without the attribute the text should be ASCII; real files then hold UTF-8 or Latin-1, which is what is read.
    """
    terms = [term.strip("\0 ") for term in raw[:256].decode("ascii", "replace").split("\\")]
    if not any(terms):
        return CharacterSet(tuple(convert_encodings(None)), False)
    meant = [_meant(term, len(terms) > 1) for term in terms]
    if meant != terms and leniency.takes("misspelt_character_set"):
        terms = meant
    return CharacterSet(_encodings(terms), True)


def _meant(term: str, is_one_of_several: bool) -> str:
    """The standard's term for a misspelt one; the same where it is known or means nothing."""
    if term in python_encoding:
        return term
    upper = term.upper()
    if upper in _WHOLE or upper in python_encoding:
        return _WHOLE.get(upper, upper)
    number = next((number for name, number in _NAMED.items() if name.fullmatch(upper)), "")
    if not number and (numbered := _NUMBERED.fullmatch(upper)):
        number = numbered[1]
    if number == "192":
        return _UTF_8
    if number in _MANY_BYTES or (number in _ONE_BYTE and is_one_of_several):
        return f"ISO 2022 IR {number}"
    return f"ISO_IR {number}" if number in _ONE_BYTE else term


def _encodings(terms: list[str]) -> tuple[str, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            encodings = list(convert_encodings(list(terms)))
            for encoding in encodings:
                b"".decode(encoding)
        except Exception:  # as above
            return ("ascii",)
    if any(
        encoding == default_encoding and term not in python_encoding
        for term, encoding in zip(terms, encodings, strict=False)
    ):
        return ("ascii",)
    return tuple(encodings)


def _is_utf_8(raw: bytes) -> bool:
    """Text beyond ASCII that UTF-8 decodes; Latin-1 text all but never does."""
    if raw.isascii() or b"\x1b" in raw:
        return False
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
