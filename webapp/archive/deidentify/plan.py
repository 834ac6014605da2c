"""What parent and child say to each other: the facts of a file, and what replaces them. Plain data, JSON-ready."""

from dataclasses import asdict, dataclass
from typing import Any

MOST_UIDS = 1000
MOST_CHARACTERS = 512


@dataclass(frozen=True)
class Survey:
    """What decides whether and how a file is copied. Text of the file: used for hashes and comparisons, never shown."""

    patient_id: str
    issuer: str
    study_uid: str
    image_type: tuple[str, ...]
    burned_in: str
    uids: tuple[str, ...]  # that the copy replaces

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Survey":
        """Raises ValueError for what no child of ours says: a child has read hostile bytes."""
        texts = [value[name] for name in ("patient_id", "issuer", "study_uid", "burned_in")]
        lists = [value["image_type"], value["uids"]]
        if not all(isinstance(each, list) and len(each) <= MOST_UIDS for each in lists):
            raise ValueError("a list of the survey is none, or too long")
        for text in (*texts, *lists[0], *lists[1]):
            if not isinstance(text, str) or len(text) > MOST_CHARACTERS:
                raise ValueError("a text of the survey is none, or too long")
        return cls(texts[0], texts[1], texts[2], tuple(lists[0]), texts[3], tuple(lists[1]))


@dataclass(frozen=True)
class Plan:
    """What the copy gets: the patient's pseudonym, days that dates go back, and a new UID for each found."""

    patient: str
    days: int
    uids: dict[str, str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
