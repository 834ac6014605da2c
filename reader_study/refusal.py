"""Why a service of studies did not do what was asked."""

from webapp.accounts.policy import Refusal
from webapp.refused import Refused


class StudyRefused(Refused):
    """The study stays as it is."""


def require(refusal: Refusal | None) -> None:
    """Raises StudyRefused for a refusal of reader_study.policy."""
    StudyRefused.require(refusal)
