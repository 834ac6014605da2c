"""The door: may an image leave, and its de-identified copy.

`with Releases(project) as releases: releases.copy(image)`. An image whose pixels may show text (Secondary Capture, derived,
declared) leaves only after a person has looked at it; one that a person found text in never leaves. No detector is relied upon.
"""

from dataclasses import dataclass
from types import TracebackType

from inference.dicom.accept import SECONDARY_CAPTURE
from webapp.archive import children as reading
from webapp.archive.deidentify.children import DeidentifyingChildren
from webapp.archive.deidentify.plan import Survey
from webapp.archive.deidentify.pseudonyms import project_key
from webapp.archive.frame import frames
from webapp.archive.frame.sealed_file import read_sealed
from webapp.archive.models import Image, PreviewCheck, Project
from webapp.archive.storage import verified_path

WHY_CHECK = {
    "secondary_capture": "it is a Secondary Capture",
    "derived": "Image Type says DERIVED",
    "secondary": "Image Type says SECONDARY",
    "burned_in": "Burned In Annotation says YES",
}
TEXT_SEEN = "a person saw something in the image that tells who the patient is"


@dataclass(frozen=True)
class Copy:
    """A de-identified file, and the pseudonym that stands in it."""

    content: bytes
    patient: str


class NotReleased(Exception):
    """An image that must not leave. code: unchecked or text_seen; text: for people, without patient data."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code, self.text = code, text


class Releases:
    """De-identifies images of one project; owns the child processes for as long as it is open."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.key = project_key(project)
        self._children = DeidentifyingChildren()

    def __enter__(self) -> "Releases":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._children.close()

    def check(self, image: Image) -> None:
        """Raises NotReleased when the image must not leave; and what `copy` raises for one that cannot be read.

        What a file says of itself is kept beside its frames, so that a page can ask for many.
        """
        require_released(image, self._reasons(image))

    def copy(self, image: Image) -> Copy:
        """The file is hashed, surveyed, checked and rewritten.

        Raises NotReleased, IntegrityMismatch, DicomRefusal, and OSError for faults of the machine.
        """
        path = verified_path(image)
        survey = reading.asked_twice(lambda: self._children.survey(path))
        require_released(image, check_reasons(image, survey))
        plan = self.key.plan(survey)
        return Copy(reading.asked_twice(lambda: self._children.copy(path, plan)), plan.patient)

    def _reasons(self, image: Image) -> tuple[str, ...]:
        kept = frames.cache_path(image, "release")
        known = read_sealed(kept)
        if known is not None and known[0].get("stored_sha256") == image.stored_sha256:
            return tuple(known[0]["reasons"])
        path = verified_path(image)
        reasons = check_reasons(image, reading.asked_twice(lambda: self._children.survey(path)))
        frames.keep(kept, {"stored_sha256": image.stored_sha256, "reasons": list(reasons)}, b"")
        return reasons


def check_reasons(image: Image, survey: Survey) -> tuple[str, ...]:
    """Why a person must look at the pixels first: keys of WHY_CHECK; none when nothing asks for it."""
    found = {
        "secondary_capture": image.sop_class_uid.startswith(SECONDARY_CAPTURE),
        "derived": "DERIVED" in survey.image_type,
        "secondary": "SECONDARY" in survey.image_type,
        "burned_in": survey.burned_in.upper() not in ("", "NO"),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def require_released(image: Image, reasons: tuple[str, ...]) -> None:
    """Raises NotReleased: a person saw text, or nobody has looked although `reasons` ask for it."""
    seen = PreviewCheck.objects.filter(image=image, stored_sha256=image.stored_sha256).first()
    if seen is not None and not seen.is_clear:
        raise NotReleased("text_seen", TEXT_SEEN)
    if reasons and seen is None:
        why = " and ".join(WHY_CHECK[name] for name in reasons)
        raise NotReleased("unchecked", f"nobody has looked for text in its pixels: {why}")
