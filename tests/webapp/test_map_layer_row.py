"""One more row in inference/map_layers.json is one more kind of map everywhere: tried in a copy of the tree with such a row."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.manifest import EXAMPLE_FILE, ManifestError, read_manifest
from inference.map_layers import TABLE_FILE

REPOSITORY = Path(__file__).resolve().parents[2]
ROW = {
    "kind": "scorecam",
    "study_layer": "score_cam",
    "title": "Score-CAM map",
    "button": "Score-CAM",
    "method": "Score-CAM of {head}",
    "key": "c",
    "tolerance": 0.01,
    "has_fixed_boxes": False,
}
# Reads a manifest from standard input; prints what the rooms make of it and the schema of the bodies, one line each.
PROGRAM = """
import io, json, sys
import django
django.setup()
from django.core.management import call_command
from inference.explanation import method_title
from inference.manifest import read_manifest
from reader_study.protocol_body import completed, problems
from reader_study.protocol_model import AI_LAYERS, LAYER_OF_MAP
from webapp.deployments.manifest_rows import finding_rows
document = json.load(sys.stdin)
maps = read_manifest(document).maps
arm = {"code": "A", "kind": "aided_concurrent", "ai_layers": ["score_cam", "other"]}
bodies = io.StringIO()
call_command("viewer_schema", stdout=bodies)
print(json.dumps({
    "kinds": [output.kind for output in maps],
    "methods": [method_title(output) for output in maps],
    "model_page": [title for title, _ in finding_rows(document)[0].maps],
    "study_layers": {code: layer.title for code, layer in AI_LAYERS.items()},
    "layer_of_map": LAYER_OF_MAP,
    "problems": [found.text for found in problems(completed({"arms": [arm]})) if found.field.endswith("ai_layers")],
    "bodies": json.loads(bodies.getvalue())["components"]["schemas"],
}))
"""


def manifest_with_a_third_map() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EXAMPLE_FILE.read_text("utf-8"))
    document["outputs"]["scorecam"] = document["outputs"]["gradcam"]
    for finding in document["findings"]:
        finding["maps"]["scorecam"] = finding["maps"]["gradcam"]
    return document


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the program says in a tree whose table has one more row and that is otherwise this one."""
    tree = tmp_path_factory.mktemp("tree")
    for package in ("measures", "reports", "reader_study", "webapp"):
        (tree / package).symlink_to(REPOSITORY / package)
    shutil.copytree(REPOSITORY / "inference", tree / "inference", ignore=shutil.ignore_patterns("__pycache__"))
    table = tree / "inference" / "map_layers.json"
    table.write_text(json.dumps([*json.loads(table.read_text("utf-8")), ROW]), "utf-8")
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(manifest_with_a_third_map()),
        capture_output=True,
        text=True,
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "DJANGO_SETTINGS_MODULE": "webapp.settings"},
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


@pytest.mark.parametrize("field", ["kind", "study_layer", "title", "button", "key"])
def test_no_two_rows_share_a_name_or_a_key(field: str) -> None:
    values = [row[field] for row in json.loads(TABLE_FILE.read_text("utf-8"))]
    assert len(set(values)) == len(values) > 1


def test_a_kind_without_a_row_is_refused() -> None:
    with pytest.raises(
        ManifestError, match=r"'scorecam' was unexpected\); allowed: additionalProperties \[\"classmaps\""
    ):
        read_manifest(manifest_with_a_third_map())


def test_a_manifest_may_declare_the_new_kind(found: dict[str, Any]) -> None:
    assert found["kinds"] == ["gradcam", "classmaps", "scorecam"]


def test_documents_and_the_model_page_name_its_method(found: dict[str, Any]) -> None:
    assert found["methods"] == ["Grad-CAM", "blocks class map", "Score-CAM of gap"]
    assert found["model_page"] == found["methods"]


def test_an_arm_of_a_study_may_show_it(found: dict[str, Any]) -> None:
    titles = {"score": "score", "boxes": "boxes", "gradcam": "Grad-CAM", "wildcat": "WILDCAT map"}
    assert found["study_layers"] == titles | {"score_cam": "Score-CAM map"}
    assert found["layer_of_map"] == {"gradcam": "gradcam", "classmaps": "wildcat", "scorecam": "score_cam"}
    assert found["problems"] == [
        "ai_layers 'other' is not one of score, boxes, gradcam, wildcat, score_cam",
    ]


def test_the_bodies_of_the_api_and_the_types_of_the_viewer_know_it(found: dict[str, Any]) -> None:
    bodies = found["bodies"]
    assert bodies["MapDocument"]["properties"]["kind"]["enum"] == found["kinds"]
    assert bodies["AiDocument"]["properties"]["layers"]["items"]["enum"] == list(found["study_layers"])
