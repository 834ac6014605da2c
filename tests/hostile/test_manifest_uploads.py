"""Every real file (shared test data, dicom/MANIFEST.tsv) through the upload API: status, http and code."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.dicom import Accept, preparse
from inference.dicom.refusal import REFUSALS
from tests.conftest import shared_data_folder
from tests.inference.dicom.tolerated_files import outcome_of
from webapp.archive.models import Image

Send = Callable[..., Any]


def rows() -> list[dict[str, str]]:
    manifest = shared_data_folder("dicom") / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    with manifest.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


ROWS = rows()


def path_of(row: dict[str, str]) -> Path:
    return shared_data_folder("dicom") / row["path"]


def wanted(outcome: str, row: dict[str, str]) -> tuple[str, int, str | None]:
    """status, http and code for an outcome of the manifest."""
    if outcome != "accept":
        return "quarantined", REFUSALS[outcome][0], outcome
    return ("repaired", 200, "repaired") if row["repairs"] else ("accepted", 200, None)


def told(item: dict[str, Any]) -> tuple[str, int, str | None]:
    return item["status"], item["http"], item["reason"]["code"] if item["reason"] else None


def test_the_manifest_is_there(shared_data: Callable[[str], Path]) -> None:
    assert (shared_data("dicom") / "MANIFEST.tsv").exists()
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_each_file_is_answered_as_the_manifest_says(row: dict[str, str], send: Send) -> None:
    item = send({"file": path_of(row).read_bytes()}).json()["items"][0]

    assert told(item) == wanted(outcome_of(row, "ingest_default"), row)
    if item["image"]:
        assert send.client.get(f"/api/images/{item['image']}/frame/").status_code == 200


@pytest.mark.slow
@pytest.mark.skipif(
    not ROWS, reason="test data dicom/MANIFEST.tsv are missing; set SIGHTLINE_TEST_DATA to their folder"
)
def test_in_one_store_a_second_uid_is_a_conflict_and_a_second_file_a_duplicate(send: Send, settings: Any) -> None:
    settings.DICOM_ACCEPT = Accept.any_class()
    known: set[str] = set()
    conflicts = 0
    for row in ROWS:
        content, outcome = path_of(row).read_bytes(), outcome_of(row, "ingest_any_class")
        item = send({"file": content}).json()["items"][0]
        if outcome != "accept":
            assert told(item) == wanted(outcome, row), row["path"]
            continue
        uid = preparse(path_of(row), Accept.any_class()).sop_instance_uid
        if uid in known:
            conflicts += 1
            assert told(item) == ("quarantined", 409, "uid_conflict"), row["path"]
            continue
        known.add(uid)
        assert told(item) == wanted(outcome, row), row["path"]
        again = send({"again": content}).json()["items"][0]
        assert (*told(again), again["image"]) == ("duplicate", 200, "duplicate", item["image"]), row["path"]
    assert conflicts == 4  # three more MR_small, one more of the chest files
    assert Image.objects.count() == len(known)
