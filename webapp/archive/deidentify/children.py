"""The children that de-identify: a pool of their own, started for an export and ended with it."""

from pathlib import Path

from inference.dicom.accept import Accept
from inference.dicom.child_pool import ChildPool, result_file
from inference.dicom.limits import DEFAULT_LIMITS
from inference.dicom.refusal import DicomRefusal
from webapp.archive.deidentify.plan import Plan, Survey

WORK = "webapp.archive.deidentify.child:work"


class DeidentifyingChildren(ChildPool):
    """`with DeidentifyingChildren() as children: children.survey(path)`; one child per file and question."""

    def __init__(self) -> None:
        super().__init__(DEFAULT_LIMITS, children=1, work=WORK)

    def survey(self, path: Path) -> Survey:
        """Raises DicomRefusal, and OSError for a fault of the machine."""
        with result_file() as result:
            seconds = self._limits.preparse_seconds
            document = self._ask("survey", path, Accept.any_class(), self._limits, seconds, result)
        try:
            return Survey.from_json(document["survey"])
        except (KeyError, TypeError, ValueError):
            raise DicomRefusal("decoder_crash", "the reading process left no readable answer") from None

    def copy(self, path: Path, plan: Plan) -> bytes:
        """The whole de-identified file. Raises what `survey` raises."""
        with result_file() as result:
            wishes = {"plan": plan.to_json()}
            seconds = self._limits.decode_seconds
            document = self._ask("copy", path, Accept.any_class(), self._limits, seconds, result, wishes)
            content = result.read()
        if not content or len(content) != document.get("bytes"):
            raise DicomRefusal("decoder_crash", "the reading process left no whole copy")
        return content
