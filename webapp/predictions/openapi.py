"""Schemas of the prediction API for /api/schema/. tests/webapp/predictions/test_openapi.py holds them against a real run."""

from typing import Any

from inference.boxes import RULES
from inference.decisions import DECISIONS
from inference.gate import PASS, REFUSED, UNKNOWN
from webapp.work.models import Job

Schema = dict[str, Any]


def object_of(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def list_of(items: Schema, description: str = "") -> Schema:
    return {"type": "array", "items": items} | ({"description": description} if description else {})


def nullable(schema: Schema) -> Schema:
    return {**schema, "nullable": True}


TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
SHA256: Schema = {"type": "string", "description": "SHA-256 in hexadecimal digits; empty before the result"}
FREE: Schema = {"type": "object", "additionalProperties": True}

BOX = object_of(**dict.fromkeys("xywh", NUMBER), rule={**TEXT, "enum": list(RULES)}, map=TEXT, score=NUMBER) | {
    "description": "source image pixels; the corner of the first pixel is (0, 0)"
}
FINDING = object_of(
    key=TEXT,
    title=TEXT,
    code=FREE,
    probability=nullable(NUMBER) | {"description": "calibrated; null when refused"},
    interval=nullable(list_of(NUMBER)) | {"description": "95 % range over refits of the calibrator"},
    operating_point=object_of(threshold=NUMBER, sensitivity=FREE, specificity=FREE),
    decision={**TEXT, "enum": list(DECISIONS)},
    reason=nullable(TEXT),
    boxes=list_of(BOX),
)
MAP = object_of(
    kind=TEXT,
    head=TEXT,
    method=TEXT,
    findings=list_of(TEXT, "keys, in the order of the K maps and of the lists below"),
    height=WHOLE,
    width=WHOLE,
    region=list_of(NUMBER, "x0, y0, x1, y1 of the map's field in source image pixels"),
    scale={**TEXT, "enum": ["absolute", "relative"]},
    minimum=list_of(NUMBER),
    maximum=list_of(NUMBER),
    threshold=list_of(NUMBER, "as a share of the map's own maximum where scale is relative"),
    is_zero=list_of(FLAG, "true: no positive evidence"),
    evidence=list_of(nullable(FREE)),
)
CHECK = object_of(name=TEXT, value={"nullable": True}, allowed={}, passed=nullable(FLAG), text=TEXT)
GATE = object_of(verdict={**TEXT, "enum": [PASS, REFUSED, UNKNOWN]}, checks=list_of(CHECK))
PREDICTION = object_of(
    id={**TEXT, "format": "uuid"},
    image={**TEXT, "format": "uuid"},
    state={**TEXT, "enum": Job.State.values},
    bundle=SHA256,
    bundle_name=TEXT,
    bundle_version=TEXT,
    provider={**TEXT, "description": "execution provider that computed it"},
    image_sha256=SHA256,
    input_sha256=SHA256,
    waiting_for={**TEXT, "description": "why a queued run cannot start yet"},
    attempt=WHOLE,
    cancel_requested=FLAG,
    error=nullable(object_of(code=TEXT, text=TEXT)),
    created_at=TIME,
    started_at=nullable(TIME),
    finished_at=nullable(TIME),
    gate=nullable(GATE),
    maps=list_of(MAP),
    findings=list_of(FINDING),
)
PREDICTIONS = object_of(results=list_of(PREDICTION, "newest first"))
REFUSAL = object_of(code=TEXT, text=TEXT)
