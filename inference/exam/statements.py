"""The attributes that say something about the exam, as they stand in the file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Code:
    """One item of a code sequence (PS3.3 section 8.8). `meaning` is shown to people and never looked up."""

    value: str
    scheme: str
    meaning: str = ""


@dataclass(frozen=True)
class ExamStatements:
    """Texts as stored, empty where the file says nothing. patient_orientation: its values joined by a backslash."""

    sop_class_uid: str = ""
    presentation_intent: str = ""  # (0008,0068)
    quality_control_image: str = ""  # (0028,0300)
    patient_age: str = ""  # (0010,1010)
    patient_birth_date: str = ""  # (0010,0030)
    study_date: str = ""  # (0008,0020)
    view_position: str = ""  # (0018,5101)
    view_codes: tuple[Code, ...] = ()  # (0054,0220)
    body_part: str = ""  # (0018,0015)
    anatomic_regions: tuple[Code, ...] = ()  # (0008,2218)
    primary_structures: tuple[Code, ...] = ()  # (0008,2228)
    anatomic_modifiers: tuple[Code, ...] = ()  # (0008,2220) and (0008,2230), inside the items of the two before
    image_laterality: str = ""  # (0020,0062)
    laterality: str = ""  # (0020,0060)
    patient_orientation: str = ""  # (0020,0020)
    anatomical_orientation_type: str = ""  # (0010,2210)
    manufacturer: str = ""  # (0008,0070)
    model_name: str = ""  # (0008,1090)

    @classmethod
    def from_header(cls, header: Mapping[str, Any]) -> "ExamStatements":
        """From the header of an image as it is stored (`DicomHeader.to_json`), of this version or an older one.

        Older headers hold no codes, and one laterality for both attributes.
        """
        values = {field.name: header[field.name] for field in fields(cls) if field.name in header}
        for name in CODES:
            items = header.get(name, ())
            values[name] = tuple(item if isinstance(item, Code) else Code(**item) for item in items)
        if header.get("image_laterality") or header.get("series_laterality"):
            values["laterality"] = header.get("series_laterality", "")
        return cls(**values)


CODES = ("view_codes", "anatomic_regions", "primary_structures", "anatomic_modifiers")
