"""Schemas of the registry's API for /api/schema/."""

from webapp.deployments.models import DeployedBundle
from webapp.predictions.openapi import REFUSAL, TEXT, TIME, WHOLE, Schema, list_of, nullable, object_of

BUNDLE = object_of(
    id={**TEXT, "description": "SHA-256 of the bundle file"},
    name=TEXT,
    version=TEXT,
    state={**TEXT, "enum": DeployedBundle.State.values},
    bytes=WHOLE,
    findings=list_of(object_of(key=TEXT, title=TEXT)),
    added_at=TIME,
    added_by=nullable(TEXT),
    activated_at=nullable(TIME),
    activated_by=nullable(TEXT),
    replaced=nullable(TEXT) | {"description": "id of the bundle that a roll back returns to"},
)
BUNDLES = object_of(results=list_of(BUNDLE, "newest first"))
JSON = "application/json"
NOT_ALLOWED = object_of(detail=TEXT)
LISTED: dict[tuple[int, str], Schema] = {(200, JSON): BUNDLES}
ADDED: dict[tuple[int, str], Schema] = {(201, JSON): BUNDLE, (403, JSON): NOT_ALLOWED, (422, JSON): REFUSAL}
CHANGED: dict[tuple[int, str], Schema] = {
    (200, JSON): BUNDLE,
    (403, JSON): NOT_ALLOWED,
    (404, JSON): NOT_ALLOWED,
    (409, JSON): REFUSAL,
}
