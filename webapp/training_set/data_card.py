"""The data card of a training set: Croissant 1.1 JSON-LD with terms of its RAI vocabulary 1.0, of what is known of its own rows.

Croissant requires licence, address, creator and date of publication, too. Nothing here knows them: they are listed in
`sightline:notStated` with every other term that is left open, for whoever publishes the set to fill in.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from webapp.reviews.review_table import NOTICE
from webapp.training_set.select_cases import LeftOut
from webapp.training_set.tables import CaseRow, kind_counts

FILE = "croissant.json"
CONFORMS_TO = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
REQUIRED = (
    "@context", "@type", "dct:conformsTo", "description", "license", "name", "url", "creator", "datePublished", "distribution",
)  # fmt: skip
RAI = (
    "dataCollection", "dataCollectionType", "dataCollectionMissingData", "dataCollectionRawData", "dataCollectionTimeframe",
    "dataImputationProtocol", "dataManipulationProtocol", "dataPreprocessingProtocol", "dataAnnotationProtocol",
    "dataAnnotationPlatform", "dataAnnotationAnalysis", "dataReleaseMaintenancePlan", "personalSensitiveInformation",
    "dataSocialImpact", "dataBiases", "dataLimitations", "dataUseCases", "annotationsPerItem", "annotatorDemographics",
    "machineAnnotationTools",
)  # fmt: skip
CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "http://schema.org/", "sc": "http://schema.org/", "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "sightline": "urn:sightline:",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset", "key": "cr:key", "recordSet": "cr:recordSet", "source": "cr:source",
}  # fmt: skip


def data_card(
    name: str,
    rows: Sequence[CaseRow],
    left_out: Sequence[LeftOut],
    tables: Mapping[str, bytes],
    findings: Sequence[str],
    made: datetime,
) -> bytes:
    """As JSON. tables: file name -> content, for the hashes; cases.csv is one of them."""
    card: dict[str, Any] = {
        "@context": CONTEXT, "@type": "sc:Dataset", "dct:conformsTo": CONFORMS_TO, "name": name,
        "description": _description(rows), "dateCreated": made.astimezone(UTC).isoformat(timespec="seconds"),
        "isLiveDataset": False, "distribution": _distribution(tables), "recordSet": [_cases(tables, findings)],
    }  # fmt: skip
    card |= {f"rai:{term}": value for term, value in _rai(rows, left_out, findings).items()}
    terms = (*REQUIRED, *(f"rai:{term}" for term in RAI))
    card["sightline:notStated"] = [term for term in terms if term not in card]
    return (json.dumps(card, indent=1) + "\n").encode()


def _description(rows: Sequence[CaseRow]) -> str:
    patients = len({row.patient for row in rows})
    return f"{len(rows)} de-identified chest radiographs of {patients} patients with reviewed labels. {NOTICE}"


def _distribution(tables: Mapping[str, bytes]) -> list[dict[str, Any]]:
    files = [
        {
            "@type": "cr:FileObject", "@id": name, "name": name, "contentUrl": name, "encodingFormat": "text/csv",
            "contentSize": f"{len(content)} B", "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in tables.items()
    ]  # fmt: skip
    images = {
        "@type": "cr:FileSet", "@id": "images", "name": "images", "encodingFormat": "application/dicom",
        "includes": "images/*.dcm", "description": "SHA-256 of each file: column sha256 of cases.csv.",
    }  # fmt: skip
    return [*files, images]


def _cases(tables: Mapping[str, bytes], findings: Sequence[str]) -> dict[str, Any]:
    """Columns as the table has them."""
    columns = tables["cases.csv"].decode().splitlines()[0].split(",")
    return {
        "@type": "cr:RecordSet", "@id": "cases", "name": "cases", "key": {"@id": "cases/file"},
        "field": [_field(column, column in findings) for column in columns],
    }  # fmt: skip


def _field(column: str, is_finding: bool) -> dict[str, Any]:
    found = {
        "@type": "cr:Field", "@id": f"cases/{column}", "name": column,
        "dataType": "sc:Integer" if is_finding else "sc:Text",
        "source": {"fileObject": {"@id": "cases.csv"}, "extract": {"column": column}},
    }  # fmt: skip
    if is_finding:
        found["description"] = "1 present, 0 absent, -1 uncertain or readers disagree, blank not judged"
    return found


def _rai(rows: Sequence[CaseRow], left_out: Sequence[LeftOut], findings: Sequence[str]) -> dict[str, Any]:
    kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(kind_counts(rows).items()))
    readers = {code for row in rows for code in row.readers}
    bundles = sorted({one for row in rows for one in row.bundles})
    per_image = Counter(len(set(row.readers)) for row in rows)
    found: dict[str, Any] = {
        "dataCollectionMissingData": _left_out_words(left_out),
        "dataManipulationProtocol": "De-identified; identifiers of patients, images and readers are replaced by codes.",
        "dataAnnotationProtocol": f"Labels by kind: {kinds}. Aided: beside the model, agreement repeats it. Unaided: said first.",
        "dataAnnotationPlatform": ["Sightline"],
        "dataAnnotationAnalysis": [_balance(rows, name) for name in findings],
        "annotationsPerItem": ", ".join(
            f"{count} readers or sources: {n} images" for count, n in sorted(per_image.items())
        ),
        "dataBiases": [
            "Readers chose which images they reviewed, besides looks that chance asked for (column draw_probability)."
        ],
        "dataUseCases": ["Training and fine-tuning; research only, not for diagnosis."],
    }
    if readers:
        found["dataAnnotationProtocol"] += f" {len(readers)} readers or sources, as codes."
    if bundles:
        found["machineAnnotationTools"] = [f"model shown beside the image, SHA-256 {one}" for one in bundles]
    return found


def _balance(rows: Iterable[CaseRow], name: str) -> str:
    counts = Counter(row.labels[name].value for row in rows if name in row.labels)
    return f"{name}: {counts[1]} present, {counts[0]} absent, {counts[-1]} uncertain"


def _left_out_words(left_out: Iterable[LeftOut]) -> str:
    """What a study under way keeps is not counted: the number would tell of it."""
    reasons = Counter(one.code for one in left_out)
    told = [f"{code} {count if code != 'in_study' else '(number not told)'}" for code, count in sorted(reasons.items())]
    return f"Left out, by reason: {', '.join(told)}." if told else "No reviewed image was left out."
