"""The schema and the example agree; what a manifest may not say is named with place, value and what is allowed."""

import json

import jsonschema
import numpy as np
import pytest

from inference.manifest import (
    CALIBRATORS_FILE,
    EXAMPLE_FILE,
    ManifestError,
    array_from_json,
    array_to_json,
    bundle_schema,
    parse_manifest,
    read_manifest,
)
from tests.inference.strict_schema import strict_schema
from tests.inference.tiny_bundle import tiny_manifest

SCHEMA = bundle_schema()
EXAMPLE = json.loads(EXAMPLE_FILE.read_text("utf-8"))
CALIBRATORS = json.loads(CALIBRATORS_FILE.read_text("utf-8"))


def declared(schema):
    """Every object description in the schema, however deep."""
    if isinstance(schema, list):
        return [part for own in schema for part in declared(own)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if "type" in schema and "properties" in schema else []
    return own + [part for inner in schema.values() for part in declared(inner)]


def changed(path, value):
    document = tiny_manifest()
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_example_follows_the_schema():
    jsonschema.Draft202012Validator(SCHEMA).validate(EXAMPLE)
    assert read_manifest(EXAMPLE).keys == ("lung_opacity", "pleural_effusion", "cardiomegaly")


def test_the_example_says_nothing_that_the_schema_does_not_name():
    jsonschema.Draft202012Validator(strict_schema()).validate(EXAMPLE)


def test_every_property_has_an_example():
    # every property that the schema names anywhere appears in an example file, or has `examples` of its own in the schema
    text = EXAMPLE_FILE.read_text("utf-8") + CALIBRATORS_FILE.read_text("utf-8")
    for part in declared(SCHEMA):
        for name, own in part.get("properties", {}).items():
            assert f'"{name}"' in text or own.get("examples"), f"{name} is in the schema and has no example"
            for example in own.get("examples", []):
                jsonschema.Draft202012Validator({**own, "$defs": SCHEMA["$defs"]}).validate(example)


def test_every_required_part_is_really_required():
    for name in SCHEMA["required"]:
        with pytest.raises(ManifestError, match=name):
            read_manifest(changed([name], None))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["schema"], "sightline-bundle/2", r"schema 'sightline-bundle/2'; allowed: 'sightline-bundle/1'"),
        (["version"], "1.0", r"version: '1.0' does not match"),
        (["task"], "ranking", r"task: 'ranking' is not one of \['multilabel', 'single'\]; allowed: enum"),
        (["surprise"], 1, r"'surprise' was unexpected.*allowed: additionalProperties .*\"calibration\""),
        (["input", "resize"], "squash", r"input.resize: 'squash' is not one of"),
        (["findings", 1, "key"], "lung_opacity", r"key 'lung_opacity' stands 2 times; allowed: once"),
        (["findings", 0, "calibration", "scale"], -1, r"findings.0.calibration.scale: -1 .*exclusiveMinimum"),
        (["findings", 0, "operating_point", "threshold"], 1.2, r"findings.0.operating_point.threshold: 1.2"),
        (["findings", 2, "maps", "classmaps"], None, r"findings.cardiomegaly.maps: \['gradcam'\]; allowed: "),
        (["findings", 2, "maps", "gradcam", "threshold"], 3, r"threshold: 3; allowed: 0 to 1 for a relative scale"),
        (["findings", 2, "maps", "gradcam", "scale"], "absolute", r"allowed: the same for every finding"),
        (["gate", "age_years"], [90, 18], r"gate.age_years: \[90, 18\]; allowed: lowest first"),
        (["outputs", "embedding", "dimension"], 3, r"gate.ood.mean: shape \[2\]; allowed: \[3\]"),
    ],
)
def test_a_wrong_value_is_named(path, value, message):
    with pytest.raises(ManifestError, match=message):
        read_manifest(changed(path, value))


def test_a_negative_bootstrap_scale_is_named():
    document = tiny_manifest()
    document["findings"][0]["calibration"]["bootstrap"][7][0] = -0.5
    with pytest.raises(ManifestError, match=r"bootstrap: scale -0.5; allowed: above 0"):
        read_manifest(document)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"{", "not JSON"), (b"\xff", "not JSON"), (b'{"schema": NaN}', "NaN; allowed: real"), (b"[]", "not of type")],
)
def test_bytes_that_are_no_manifest(data, message):
    with pytest.raises(ManifestError, match=message):
        parse_manifest(data)


def test_arrays_survive_the_round_trip():
    values = np.array([[1.5, -2.0], [0.25, 1e-3]], np.float32)
    np.testing.assert_array_equal(array_from_json(array_to_json(values), "here", (2, 2)), values)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"base64": "AAAA"}, "here: 3 bytes; allowed: 8 for shape"),
        ({"base64": "%%%"}, "here: not base64"),
        (array_to_json(np.array([np.inf, 0])), "here: values are not all finite"),
    ],
)
def test_a_bad_array_is_named(part, message):
    with pytest.raises(ManifestError, match=message):
        array_from_json({"dtype": "float32", "shape": [2], **part}, "here", (2,))
