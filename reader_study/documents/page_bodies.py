"""What the server writes into a page of a study for its script to start with."""

from typing_extensions import TypedDict

from webapp.json_bodies import page_body


class ReaderName(TypedDict):
    username: str


class StudyUrls(TypedDict):
    """api: `/api/studies/{study}/`; everything else is reached under it."""

    api: str
    study: str
    scheme: str
    sign_in: str


@page_body
class StudyBoot(TypedDict):
    """`/studies/{id}/read/`. undo_ms: how long a submission can be taken back."""

    study: str
    title: str
    user: ReaderName
    csrf: str
    urls: StudyUrls
    undo_ms: int


class VoteUrls(TypedDict):
    api: str
    back: str
    next: str


@page_body
class VoteBoot(TypedDict):
    """`/studies/{id}/truth/{id}/`."""

    title: str
    case: str
    finding: str
    is_chair: bool
    user: ReaderName
    csrf: str
    urls: VoteUrls
