"""Schemas of the review API for /api/schema/. Codes of the failure scheme are edited: /api/failure-scheme/ lists them."""

from typing import Any

from reader_study.failure_scheme import CONFIDENCES, VERDICTS

IN_FORCE = "a code of GET /api/failure-scheme/; an old review has one of its own scheme_version"
BOX: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "required": ["x", "y", "w", "h"],
    "properties": {side: {"type": "number"} for side in "xywh"},
    "description": "source image pixels; the corner of the first pixel is (0, 0)",
}
FAILURE: dict[str, Any] = {
    "type": "object",
    "nullable": True,
    "required": ["site", "cause"],
    "properties": {
        "site": {"type": "string", "description": IN_FORCE},
        "cause": {"type": "string", "description": IN_FORCE},
        "laterality": {"type": "string", "description": IN_FORCE, "default": "U"},
        "severity": {"type": "integer", "description": IN_FORCE, "nullable": True},
        "box": BOX,
    },
}
REVIEW_REQUEST: dict[str, Any] = {
    "type": "object",
    "required": ["bundle", "finding", "verdict", "idempotency_key"],
    "properties": {
        "bundle": {"type": "string", "description": "SHA-256 of the bundle whose answer is reviewed"},
        "finding": {"type": "string"},
        "verdict": {"type": "string", "enum": list(VERDICTS)},
        "confidence": {"type": "integer", "enum": list(CONFIDENCES), "nullable": True},
        "failure": FAILURE,
        "note": {"type": "string", "nullable": True, "maxLength": 2000},
        "replaces": {"type": "string", "format": "uuid", "nullable": True},
        "idempotency_key": {"type": "string", "maxLength": 64},
        "reader": {"type": "string", "nullable": True, "description": "refused (401) unless this person is signed in"},
    },
}
REVIEW: dict[str, Any] = {
    "type": "object",
    "properties": REVIEW_REQUEST["properties"]
    | {
        "id": {"type": "string", "format": "uuid"},
        "image": {"type": "string", "format": "uuid"},
        "image_sha256": {"type": "string"},
        "reader": {"type": "string"},
        "is_mine": {"type": "boolean"},
        "is_current": {"type": "boolean"},
        "scheme_version": {"type": "integer"},
        "model": {
            "type": "object",
            "description": "what the model had said: prediction, probability, threshold, decision",
        },
        "created_at": {"type": "string", "format": "date-time"},
    },
}
REVIEW_LIST: dict[str, Any] = {"type": "object", "properties": {"reviews": {"type": "array", "items": REVIEW}}}
REFUSED: dict[str, Any] = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "field": {"type": "string"}, "text": {"type": "string"}},
}
