"""Bodies of the registry's API."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from webapp.deployments.bundle_state import State
from webapp.json_bodies import Schema, coded, ref
from webapp.predictions.openapi import REFUSAL, Time
from webapp.refused import RefusedBody


class BundleFinding(TypedDict):
    key: str
    title: str


class ServicePlace(TypedDict):
    """A project in which the bundle answers."""

    project: Annotated[str, Field(description="slug")]
    since: Annotated[Time | None, Field(description="null where not known")]
    by: Annotated[str | None, Field(description="null for the command line, the service itself, or where not known")]
    why: str
    goes_back_to: Annotated[
        str | None, Field(description="id of the bundle that a roll back of this project returns to")
    ]


class BundleDocument(TypedDict):
    """A registered bundle."""

    id: Annotated[str, Field(description="SHA-256 of the bundle file")]
    name: str
    version: str
    state: Annotated[str, coded(State.values)]
    also: Annotated[list[str], Field(description="what else this site knows of it, as short words")]
    in_service: Annotated[list[ServicePlace], Field(description="where it answers, by name of the project")]
    bytes: int
    purpose: Annotated[str, Field(description="what its card says that it is for; empty where it does not")]
    owner: Annotated[str | None, Field(description="who answers for it on this site; null until a person is named")]
    findings: list[BundleFinding]
    added_at: Time
    added_by: str | None
    activated_at: Annotated[Time | None, Field(description="the last time, in whichever project")]
    activated_by: str | None
    file_checked_at: Annotated[Time | None, Field(description="when the whole file was last read and had this id")]
    taken_out_at: Annotated[Time | None, Field(description="when it went out of service by itself")]
    taken_out_why: Annotated[str, Field(description="why, as one sentence; else empty")]


class BundleList(TypedDict):
    results: Annotated[list[BundleDocument], Field(description="newest first")]


class NotAllowed(TypedDict):
    """What REST framework answers where a person may not, or nothing is there."""

    detail: str


BUNDLE, NOT_ALLOWED = ref(BundleDocument), ref(NotAllowed)
JSON = "application/json"
LISTED: dict[tuple[int, str], Schema] = {(200, JSON): ref(BundleList)}
ADDED: dict[tuple[int, str], Schema] = {
    (201, JSON): BUNDLE,
    (403, JSON): NOT_ALLOWED,
    (422, JSON): REFUSAL,
    (503, JSON): REFUSAL,
}
CHANGED: dict[tuple[int, str], Schema] = {
    (200, JSON): BUNDLE,
    (400, JSON): ref(RefusedBody),
    (403, JSON): NOT_ALLOWED,
    (404, JSON): NOT_ALLOWED,
    (409, JSON): REFUSAL,
}
