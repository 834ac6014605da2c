"""The body of a protocol: its defaults and what must hold in it. Pure: no database, no Django models."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import ConfigDict, TypeAdapter, ValidationError

from reader_study.analysis import froc
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.matching import hit_rule
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.studies import require_method
from reader_study.answers_schema import ANSWER_TYPES
from reader_study.protocol_model import (
    AI_LAYERS,
    DESIGNS,
    MARK_SHAPES,
    PARTS,
    RATING_SCALES,
    ROWS,
    TRUTH_RULES,
    ArmKind,
    FailurePlan,
    ProtocolBody,
    defaults_of,
)
from webapp.body_values import is_number, shown
from webapp.reviews.failure_scheme import OUTCOMES

CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
BUNDLE = re.compile(r"[0-9a-f]{64}")

FAILURE_DEFAULTS: dict[str, Any] = defaults_of(FailurePlan)
# A study that reads has no failures to code: its part of the body stays empty.
DEFAULTS: dict[str, Any] = {**defaults_of(ProtocolBody), "failure": {}}
FIELDS: dict[str, tuple[str, ...]] = {name: tuple(part.model_fields) for name, part in {**PARTS, **ROWS}.items()}

_KINDS = {
    part: {
        name: TypeAdapter(cast(Any, field.annotation), config=ConfigDict(strict=True))
        for name, field in model.model_fields.items()
    }
    for part, model in {**PARTS, **ROWS}.items()
}


def _of_kind(is_collection: bool) -> dict[str, dict[str, Any]]:
    models = {**PARTS, **ROWS}
    return {
        part: {
            name: kind
            for name, kind in kinds.items()
            if (get_origin(models[part].model_fields[name].annotation) in (list, dict)) == is_collection
        }
        for part, kinds in _KINDS.items()
    }


# A list or an object in a wrong form is refused; a single value is stored and told as a problem.
COLLECTIONS, SINGLE_VALUES = _of_kind(True), _of_kind(False)
COLLECTION_WORDS = {"array": "a list of texts", "object": "an object of numbers"}
KIND_WORDS = {"string": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}


@dataclass(frozen=True)
class Problem:
    """One thing that is not right in a body: field as a path, sentence with value and what is allowed."""

    code: str
    field: str
    text: str

    def document(self) -> dict[str, str]:
        return {"code": self.code, "field": self.field, "text": self.text}


def completed(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the defaults of everything it leaves out."""
    found: dict[str, Any] = {}
    for name, default in deepcopy(DEFAULTS).items():
        given = body.get(name, default)
        base = deepcopy(FAILURE_DEFAULTS) if name == "failure" and given else default
        found[name] = {**base, **given} if isinstance(base, dict) and isinstance(given, Mapping) else given
    for name, row_model in ROWS.items():
        defaults = defaults_of(row_model)
        found[name] = [
            {**defaults, "label": f"Part {k + 1}" if name == "arms" else row.get("code"), **row}
            for k, row in enumerate(_rows(found[name]))
        ]
    return found


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def shape_problems(body: object) -> list[Problem]:
    """What makes a body unstorable: unknown fields, wrong kinds of value."""
    if not isinstance(body, Mapping):
        return [Problem("not_an_object", "", "the protocol is not a JSON object")]
    found = [_unknown(name, "", tuple(DEFAULTS)) for name in body if name not in DEFAULTS]
    for name, default in DEFAULTS.items():
        value = body.get(name, default)
        if type(value) is not type(default):
            found.append(Problem("wrong_kind", name, f"{name} {shown(value)} is not {_kind(default)}"))
        elif isinstance(value, dict) and name in FIELDS:
            found += [_unknown(key, f"{name}.", FIELDS[name]) for key in value if key not in FIELDS[name]]
            found += _wrong_kinds(name, f"{name}.", value, COLLECTIONS)
        elif isinstance(value, list):
            found += _row_shapes(name, value)
    return found


def _row_shapes(name: str, rows: list[Any]) -> list[Problem]:
    found = []
    for k, row in enumerate(rows):
        if not isinstance(row, Mapping):
            found.append(Problem("wrong_kind", f"{name}[{k}]", f"{name}[{k}] {shown(row)} is not an object"))
            continue
        found += [_unknown(key, f"{name}[{k}].", FIELDS[name]) for key in row if key not in FIELDS[name]]
        found += _wrong_kinds(name, f"{name}[{k}].", row, COLLECTIONS)
    return found


def _wrong_kinds(
    part: str, prefix: str, row: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]]
) -> list[Problem]:
    """Values that are of another kind than the model has for their field; null is none."""
    found = []
    for name, kind in kinds[part].items():
        if row.get(name) is None:
            continue
        try:
            kind.validate_python(row[name])
        except ValidationError as error:
            words = KIND_WORDS.get(error.errors()[0]["type"].partition("_")[0], "of its kind")
            text = f"{prefix}{name} {shown(row[name])} is not {COLLECTION_WORDS.get(str(kind.json_schema().get('type')), words)}"
            found.append(Problem("wrong_kind", f"{prefix}{name}", text))
    return found


def problems(body: Mapping[str, Any], study_kind: str = "reading") -> list[Problem]:
    """Everything that must be put right before the study can open; takes a completed body."""
    found = [*shape_problems(body)]
    if found:
        return found
    found += _findings(body) + _questions(body) + _arms(body, study_kind) + _design(body) + _numbers(body)
    found += _failure(body) if study_kind == "failure_mode" else _statistics(body)
    told = {one.field for one in found}
    return found + [one for one in _other_kinds(body) if one.field not in told]


def _other_kinds(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Single values of a wrong kind, which no other check looks at."""
    for name in PARTS:
        yield from _wrong_kinds(name, f"{name}.", body[name], SINGLE_VALUES)
    for name in ROWS:
        for k, row in enumerate(body[name]):
            yield from _wrong_kinds(name, f"{name}[{k}].", row, SINGLE_VALUES)


def _findings(body: Mapping[str, Any]) -> list[Problem]:
    rows = body["findings"]
    found = _codes("findings", rows)
    if not rows:
        found.append(Problem("no_finding", "findings", "no finding: readers need at least one to rate"))
    elif not any(row["primary"] for row in rows):
        found.append(Problem("no_primary", "findings", "no finding is primary; at least one must be"))
    for k, row in enumerate(rows):
        if row["scale"] not in list(RATING_SCALES):
            found.append(_not_one("findings", k, "scale", row["scale"], RATING_SCALES))
            continue
        low, high = RATING_SCALES[row["scale"]]
        if not is_number(row["cut"]) or not low < row["cut"] <= high:
            text = f"cut {shown(row['cut'])} of {row.get('code')} is not above {low} and at most {high}"
            found.append(Problem("not_allowed", f"findings[{k}].cut", text))
    return found


def _questions(body: Mapping[str, Any]) -> list[Problem]:
    found = _codes("questions", body["questions"])
    for k, row in enumerate(body["questions"]):
        if row.get("type") not in list(ANSWER_TYPES):
            found.append(_not_one("questions", k, "type", row.get("type"), ANSWER_TYPES))
        elif ANSWER_TYPES[row["type"]].has_options and not row["options"]:
            found.append(
                Problem("not_allowed", f"questions[{k}].options", f"question {row.get('code')} has no options")
            )
        if row.get("regex"):
            try:
                re.compile(row["regex"])
            except (re.error, TypeError):
                text = f"regex {shown(row['regex'])} of {row.get('code')} is not a regular expression"
                found.append(Problem("not_allowed", f"questions[{k}].regex", text))
    return found


def _arms(body: Mapping[str, Any], study_kind: str) -> list[Problem]:
    found = _codes("arms", body["arms"])
    read = [row for row in body["arms"] if row.get("kind") != ArmKind.AI_ALONE]
    if not read:
        found.append(Problem("no_arm", "arms", "no arm that readers read"))
    for k, row in enumerate(body["arms"]):
        if row.get("kind") not in list(ArmKind):
            found.append(_not_one("arms", k, "kind", row.get("kind"), ArmKind))
            continue
        if (row["kind"] == ArmKind.FAILURE_CODING) != (study_kind == "failure_mode"):
            found.append(
                Problem("not_allowed", f"arms[{k}].kind", f"kind {row['kind']} does not go with a {study_kind} study")
            )
        found += [
            _not_one("arms", k, "ai_layers", layer, AI_LAYERS)
            for layer in row["ai_layers"]
            if layer not in list(AI_LAYERS)
        ]
        if row["kind"] == ArmKind.UNAIDED and (row["ai_layers"] or row["bundle_id"]):
            found.append(
                Problem("not_allowed", f"arms[{k}].ai_layers", f"arm {row.get('code')} is unaided: it shows no AI")
            )
        if ArmKind(row["kind"]).names_model:
            found += _aided(k, row)
    return found


def _aided(k: int, row: Mapping[str, Any]) -> list[Problem]:
    found = []
    if not isinstance(row["bundle_id"], str) or not BUNDLE.fullmatch(row["bundle_id"]):
        text = f"bundle_id {shown(row['bundle_id'])} of arm {row.get('code')} is not 64 hexadecimal digits"
        found.append(Problem("no_bundle", f"arms[{k}].bundle_id", text))
    if ArmKind(row["kind"]).is_read and not row["ai_layers"]:
        found.append(Problem("no_layer", f"arms[{k}].ai_layers", f"arm {row.get('code')} is aided and shows no layer"))
    return found


def _design(body: Mapping[str, Any]) -> list[Problem]:
    design = body["design"]
    if design["kind"] not in list(DESIGNS):
        return [
            Problem("not_allowed", "design.kind", f"design {shown(design['kind'])} is not one of {', '.join(DESIGNS)}")
        ]
    read = [row for row in body["arms"] if row.get("kind") != ArmKind.AI_ALONE]
    if design["kind"] == "sequential" and [row.get("kind") for row in read] not in (
        [ArmKind.AIDED_SECOND_READ],
        [ArmKind.FAILURE_CODING],
    ):
        text = "a sequential design has one arm, of kind aided_second_read"
        return [Problem("not_allowed", "design.kind", text)]
    return []


def _limits() -> Iterator[tuple[str, str, list[Any]]]:
    for part, model in PARTS.items():
        for name, field in model.model_fields.items():
            yield part, name, field.metadata


WHOLE_NUMBERS = [
    (part, name, limits[0].ge, limits[1].le)
    for part, name, limits in _limits()
    if [type(limit) for limit in limits] == [Ge, Le] and PARTS[part].model_fields[name].annotation is int
]
SHARES = [(part, name) for part, name, limits in _limits() if limits == [Gt(0), Le(1)]]


def _numbers(body: Mapping[str, Any]) -> list[Problem]:
    found = []
    for part, name, low, high in WHOLE_NUMBERS:
        value = body[part][name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            text = f"{part}.{name} {shown(value)} is not a whole number from {low} to {high}"
            found.append(Problem("not_allowed", f"{part}.{name}", text))
    for part, name in SHARES:
        if not is_number(body[part][name]) or not 0 < body[part][name] <= 1:
            text = f"{part}.{name} {shown(body[part][name])} is not above 0 and at most 1"
            found.append(Problem("not_allowed", f"{part}.{name}", text))
    if body["truth"]["rule"] not in list(TRUTH_RULES):
        text = f"truth.rule {shown(body['truth']['rule'])} is not one of {', '.join(TRUTH_RULES)}"
        found.append(Problem("not_allowed", "truth.rule", text))
    marks = body["reading"]["marks"]
    if not isinstance(marks, list) or not set(map(str, marks)) <= set(MARK_SHAPES):
        found.append(
            Problem(
                "not_allowed",
                "reading.marks",
                f"reading.marks {shown(marks)} is not a list of {', '.join(MARK_SHAPES)}",
            )
        )
    return found


def _statistics(body: Mapping[str, Any]) -> list[Problem]:
    plan, codes = body["statistics"], [row.get("code") for row in body["findings"]]
    found = []
    if plan["primary_finding"] not in codes:
        text = f"statistics.primary_finding {shown(plan['primary_finding'])} is not one of {', '.join(map(str, codes)) or 'none'}"
        found.append(Problem("no_plan", "statistics.primary_finding", text))
    known = test_names(body["arms"])
    for test in plan["tests"]:
        if test not in known:
            found.append(Problem("no_plan", "statistics.tests", f"test {shown(test)} is not one of {', '.join(known)}"))
    if not plan["tests"]:
        found.append(
            Problem("no_plan", "statistics.tests", f"statistics.tests is empty; choose from {', '.join(known)}")
        )
    if not is_number(plan["alpha"]) or not 0 < plan["alpha"] < 1:
        found.append(Problem("not_allowed", "statistics.alpha", f"alpha {shown(plan['alpha'])} is not between 0 and 1"))
    found += [
        Problem(
            "not_allowed",
            "statistics.secondaries",
            f"secondary {shown(code)} is not one of {', '.join(map(str, codes))}",
        )
        for code in plan["secondaries"]
        if code not in codes
    ]
    for name in ("tests", "secondaries"):
        found += [
            Problem("twice", f"statistics.{name}", f"{shown(value)} stands twice in statistics.{name}")
            for value in dict.fromkeys(value for value in plan[name] if plan[name].count(value) > 1)
        ]
    if plan["primary_finding"] in plan["secondaries"]:
        text = f"secondary {shown(plan['primary_finding'])} is the primary finding"
        found.append(Problem("not_allowed", "statistics.secondaries", text))
    return [*found, *_refused_analyses(plan)]


def _refused_analyses(plan: Mapping[str, Any]) -> Iterator[Problem]:
    """What the analysis itself would refuse after everybody has read, in its words."""
    checks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("fom", lambda: None if plan["fom"] in froc.NAMES else figure_of_merit(plan["fom"])),
        ("hit_rule", lambda: hit_rule(plan["hit_rule"])),
        ("method", lambda: require_method(plan["method"], plan["covariance"], plan["fom"])),
    )
    for name, check in checks:
        if not isinstance(plan[name], str):
            continue  # told by the check of kinds
        try:
            check()
        except DataRefused as refusal:
            yield Problem("no_plan", f"statistics.{name}", str(refusal))


def _failure(body: Mapping[str, Any]) -> list[Problem]:
    plan = body["failure"]
    found = []
    if not BUNDLE.fullmatch(str(plan.get("bundle_id", ""))):
        found.append(
            Problem(
                "no_bundle",
                "failure.bundle_id",
                f"failure.bundle_id {shown(plan.get('bundle_id'))} is not 64 hexadecimal digits",
            )
        )
    found += [
        Problem("not_allowed", "failure.outcomes", f"outcome {shown(code)} is not one of {', '.join(OUTCOMES)}")
        for code in plan.get("outcomes", [])
        if code not in OUTCOMES
    ]
    share = plan.get("double_share", 0.2)
    if not is_number(share) or not 0 <= share <= 1:
        found.append(Problem("not_allowed", "failure.double_share", f"double_share {shown(share)} is not from 0 to 1"))
    return found


def test_names(arms: list[dict[str, Any]]) -> list[str]:
    """Names of the tests in results: the arm's code, or CODE.unaided and CODE.aided for an arm of two stages."""
    found: list[str] = []
    for row in arms:
        two = row.get("kind") == ArmKind.AIDED_SECOND_READ
        found += [f"{row.get('code')}.unaided", f"{row.get('code')}.aided"] if two else [str(row.get("code"))]
    return found


def _codes(name: str, rows: list[dict[str, Any]]) -> list[Problem]:
    codes = [row.get("code") for row in rows]
    found = []
    for k, code in enumerate(codes):
        if not isinstance(code, str) or not CODE.fullmatch(code):
            text = f"code {shown(code)} is not 1 to 64 letters, digits, _ or -"
            found.append(Problem("not_allowed", f"{name}[{k}].code", text))
        elif codes.index(code) != k:
            found.append(Problem("twice", f"{name}[{k}].code", f"code {shown(code)} stands twice in {name}"))
    return found


def _not_one(name: str, k: int, field: str, value: object, allowed: Any) -> Problem:
    return Problem("not_allowed", f"{name}[{k}].{field}", f"{field} {shown(value)} is not one of {', '.join(allowed)}")


def _unknown(name: object, prefix: str, allowed: tuple[str, ...]) -> Problem:
    return Problem("unknown_field", f"{prefix}{name}"[:80], f"{shown(name)} is not one of {', '.join(allowed)}")


def _kind(default: object) -> str:
    return {dict: "an object", list: "a list", bool: "true or false"}.get(type(default), "a value of its kind")
