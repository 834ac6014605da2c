"""A data set by the table: builds a new one from nothing, so that what no row names cannot slip through."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.dicom.code_item import code_item
from webapp.archive.deidentify import element_values as values
from webapp.archive.deidentify.table import (
    IDENTIFYING,
    IS_UID,
    MOST_VALUES,
    STAYS_EMPTY,
    TABLE,
    Action,
    Row,
)
from webapp.archive.deidentify.terms import CODES

METHOD = "Sightline default deny, DICOM PS3.15 E basic profile"
EARLIER = "Earlier method, its text removed"
METHOD_CODES = {
    "113100": "Basic Application Confidentiality Profile",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
}
EARLIER_CODES = METHOD_CODES | {
    "113101": "Clean Pixel Data Option",
    "113102": "Clean Recognizable Visual Features Option",
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113109": "Retain Device Identity Option",
    "113110": "Retain UIDs Option",
    "113111": "Retain Safe Private Option",
    "113112": "Retain Institution Identity Option",
}
OLDEST = "090Y"
_WORD = re.compile(r"[A-Za-z0-9]{3,}")


def tag_of(keyword: str) -> int:
    """The tag of an attribute of the DICOM dictionary. Raises KeyError."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


_CODE, _SCHEME = tag_of("CodeValue"), tag_of("CodingSchemeDesignator")
_METHOD, _METHOD_CODES = tag_of("DeidentificationMethod"), tag_of("DeidentificationMethodCodeSequence")


@dataclass(frozen=True)
class Replacements:
    """uid: old -> new. patient, days: as in Plan. is_signed, is_big_endian: of the file's pixels and numbers."""

    uid: Callable[[str], str]
    patient: str
    days: int
    is_signed: bool
    is_big_endian: bool


def rewritten(source: Dataset, by: Replacements) -> Dataset:
    """The copy's data set without Pixel Data, method and codes set."""
    target = _by_table(source, TABLE, by, 1, _identifying_words(source))
    _say_how(source, target)
    return target


def _by_table(source: Dataset, table: dict[int, Row], by: Replacements, place: int, words: frozenset[str]) -> Dataset:
    """place: of the item in its sequence, from 1."""
    target = Dataset()
    for tag, row in table.items():
        value = _value(source, tag, row, by, place, words)
        if value is None and tag in source and tag in STAYS_EMPTY:
            value = (dictionary_VR(tag), None)
        if value is not None:
            target.add_new(tag, *value)
    return target


def _value(
    source: Dataset, tag: int, row: Row, by: Replacements, place: int, words: frozenset[str]
) -> tuple[str, object] | None:
    """VR and value in the copy, or None for removed."""
    match row.action:
        case Action.EMPTY:
            return dictionary_VR(tag), None
        case Action.HOLLOW:
            vr = dictionary_VR(tag)
            return (vr, Sequence([]) if vr == "SQ" else None) if tag in source else None
        case Action.PSEUDONYM:
            return dictionary_VR(tag), by.patient
        case Action.NUMBERS:
            return values.words(source, tag, by.is_signed, by.is_big_endian)
        case Action.BYTES:
            raw = values.raw_bytes(source, tag, ("US", "OW", "SS"))
            return None if raw is None else ("OW", raw)
        case Action.ITEMS | Action.CODES:
            found = _items(source, tag, row, by, words)
            return None if found is None else ("SQ", Sequence(found))
    kept = _texts(source, tag, row, by, place, words)
    return None if kept is None else (dictionary_VR(tag), kept)


def _texts(
    source: Dataset, tag: int, row: Row, by: Replacements, place: int, words: frozenset[str]
) -> list[str] | str | None:
    found = values.texts(source, tag)
    if found is None or len(found) > MOST_VALUES:
        return None
    if not any(found):
        return ""
    match row.action:
        case Action.NUMBERED:
            return [f"VOI {k}" for k in range(place, place + len(found))]
        case Action.FIRST_TWO:
            # A third value that the file had stays as a place: DX images must have one, if empty.
            return [*found[:2], *[""] * (len(found) > 2)] if all(map(row.form or bool, found[:2])) else None
        case Action.AGE:
            return _age(found[0]) if row.form and row.form(found[0]) else None
        case Action.UID:
            return [by.uid(uid) for uid in found] if all(map(row.form or IS_UID, found)) else None
        case Action.DATE:
            return _shifted(found[0], by.days)
        case Action.NAME:
            is_free = not words & {word.upper() for word in _WORD.findall(found[0])}
            return found[0] if is_free and row.form and row.form(found[0]) else None
    return found if row.form and all(row.form(value) or value == "" for value in found) else None


def _age(age: str) -> str:
    return OLDEST if age.endswith("Y") and int(age[:3]) > 89 else age


def _shifted(date: str, days: int) -> str | None:
    try:
        found = datetime.datetime.strptime(date, "%Y%m%d").date() - datetime.timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return f"{found.year:04d}{found.month:02d}{found.day:02d}" if len(date) == 8 else None


def _items(source: Dataset, tag: int, row: Row, by: Replacements, words: frozenset[str]) -> list[Dataset] | None:
    """Items that something is left of; None when the file has none, or none was left."""
    found = values.items(source, tag)
    inside = row.inside or {}
    if row.action is Action.CODES:
        kept = [made for item in found if (made := _code(item)) is not None]
        for made, item in zip(kept, (item for item in found if _code(item) is not None), strict=True):
            made.update(_by_table(item, inside, by, 1, words))
    else:
        made_items = [_by_table(item, inside, by, place, words) for place, item in enumerate(found, start=1)]
        kept = [item for item in made_items if len(item) and _is_whole_lut(item)]
    if found:
        return kept or None
    return [] if tag in source else None


def _code(item: Dataset) -> Dataset | None:
    """A code of our table with our wording; None for any other."""
    value, scheme = values.texts(item, _CODE), values.texts(item, _SCHEME)
    if not value or not scheme or (scheme[0], value[0]) not in CODES:
        return None
    return code_item(value[0], scheme[0], CODES[scheme[0], value[0]])


def _is_whole_lut(item: Dataset) -> bool:
    """Entries as many as the descriptor says: more bytes could say anything. True for items that are no table."""
    if "LUTData" not in item and "LUTDescriptor" not in item:
        return True
    if "LUTData" not in item or "LUTDescriptor" not in item or len(item["LUTDescriptor"].value) != 3:
        return False
    entries = item.LUTDescriptor[0] % 65536 or 65536
    return len(item.LUTData) in (2 * entries, entries + entries % 2)


def _identifying_words(source: Dataset) -> frozenset[str]:
    found = (text for tag in IDENTIFYING for text in values.texts(source, tag, lenient=True) or [])
    return frozenset(word.upper() for text in found for word in _WORD.findall(text))


def _say_how(source: Dataset, target: Dataset) -> None:
    """Method and codes, after those of an earlier de-identification; its own wording is free text and goes."""
    earlier = values.texts(source, _METHOD, lenient=True) or []
    kept = list(dict.fromkeys(text if text in (METHOD, EARLIER) else EARLIER for text in earlier if text))
    codes = [(values.texts(item, _CODE) or [""])[0] for item in values.items(source, _METHOD_CODES)]
    named = dict.fromkeys([*(code for code in codes if code in EARLIER_CODES), *METHOD_CODES])
    target.PatientIdentityRemoved = "YES"
    target.DeidentificationMethod = [*(text for text in kept if text != METHOD), METHOD]
    target.DeidentificationMethodCodeSequence = Sequence(
        [code_item(code, "DCM", EARLIER_CODES[code]) for code in named]
    )
    target.LongitudinalTemporalInformationModified = "MODIFIED"
