"""Rows of reader studies. Keys are UUID4, nothing is deleted; state moves only through reader_study.services."""

from reader_study.models.amendment import Amendment, Deviation, ResultSet
from reader_study.models.arm import Arm
from reader_study.models.case import AiMap, AiOutput, Case
from reader_study.models.event import InteractionEvent, SwitchEvent
from reader_study.models.failure_mode import FailureItem, FailureMode
from reader_study.models.hidden_image import HiddenImage
from reader_study.models.lock import Lock
from reader_study.models.mark import FindingRating, Mark
from reader_study.models.protocol import Finding, Protocol, Question
from reader_study.models.reader import Membership, Reader
from reader_study.models.reading import DraftRevision, Reading
from reader_study.models.session import Assignment, ReadingSession
from reader_study.models.study import Study
from reader_study.models.truth import Truth, TruthRegion, TruthVote

__all__ = [
    "AiMap", "AiOutput", "Amendment", "Arm", "Assignment", "Case", "Deviation", "DraftRevision", "FailureItem",
    "FailureMode", "Finding", "FindingRating", "HiddenImage", "InteractionEvent", "Lock", "Mark", "Membership", "Protocol",
    "Question", "Reader", "Reading", "ReadingSession", "ResultSet", "Study", "SwitchEvent", "Truth", "TruthRegion",
    "TruthVote",
]  # fmt: skip
