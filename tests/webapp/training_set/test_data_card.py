"""The data card of a training set: fields of the publication and no other, of its own rows, and nothing made up."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from webapp.reveal.label_kind import LabelKind
from webapp.training_set import data_card
from webapp.training_set.labels import Label
from webapp.training_set.select_cases import LeftOut
from webapp.training_set.tables import CaseRow, cases_csv

COPIED = json.loads((Path(__file__).parents[1] / "papers" / "standards" / "croissant.json").read_text("utf-8"))
BUNDLE = "ab" * 32


def rows() -> list[CaseRow]:
    return [
        CaseRow(
            f"images/{number}.dcm", "0" * 64, f"p{number // 2}", "PA",
            {"lung_opacity": Label(value, kind=LabelKind.AIDED)}, ("r1", "panel")[: 1 + number % 2], (BUNDLE,),
        )
        for number, value in enumerate((1, 0, -1, 1))
    ]  # fmt: skip


def card(*left_out: LeftOut) -> dict[str, Any]:
    table = cases_csv(rows(), ["lung_opacity"]).encode()
    made = data_card.data_card(
        "Reviewed cases of A",
        rows(),
        left_out,
        {"cases.csv": table},
        ["lung_opacity"],
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    found: dict[str, Any] = json.loads(made)
    return found


def test_it_has_every_field_of_the_publication_or_says_that_it_is_not_stated() -> None:
    assert set(data_card.REQUIRED) == {*COPIED["required"], *COPIED["required_modified"]}
    assert list(data_card.RAI) == COPIED["rai"]
    own, every = card(), {*data_card.REQUIRED, *(f"rai:{term}" for term in COPIED["rai"])}
    assert every - set(own) == set(own["sightline:notStated"])
    assert {name for name in own if name.startswith("rai:")} <= every, "no term of its own"
    assert {"license", "url", "creator", "datePublished"} <= set(own["sightline:notStated"])


def test_it_tells_files_by_hash_columns_balance_kinds_and_models_of_its_own_rows() -> None:
    own, table = card(), cases_csv(rows(), ["lung_opacity"]).encode()
    file, images = own["distribution"]
    assert (file["sha256"], file["contentSize"]) == (hashlib.sha256(table).hexdigest(), f"{len(table)} B")
    assert (images["@type"], images["includes"]) == ("cr:FileSet", "images/*.dcm")
    columns = [field["name"] for field in own["recordSet"][0]["field"]]
    assert columns == table.decode().splitlines()[0].split(",")
    assert own["description"].startswith("4 de-identified chest radiographs of 2 patients")
    assert own["rai:dataAnnotationAnalysis"] == ["lung_opacity: 2 present, 1 absent, 1 uncertain"]
    assert "aided 4" in own["rai:dataAnnotationProtocol"]
    assert own["rai:annotationsPerItem"] == "1 readers or sources: 2 images, 2 readers or sources: 2 images"
    assert own["rai:machineAnnotationTools"] == [f"model shown beside the image, SHA-256 {BUNDLE}"]


def test_what_a_study_keeps_is_not_counted() -> None:
    left = [LeftOut("", "in_study", "x")] * 7 + [LeftOut("a", "no_label", "x")] * 2
    told = card(*left)["rai:dataCollectionMissingData"]
    assert told == "Left out, by reason: in_study (number not told), no_label 2."
    assert card()["rai:dataCollectionMissingData"] == "No reviewed image was left out."
