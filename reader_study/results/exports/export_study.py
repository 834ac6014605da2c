"""The files of a locked study by name."""

import io
import json
import zipfile
from dataclasses import dataclass

from reader_study.chain import chain_faults
from reader_study.models import Study
from reader_study.refusal import StudyRefused
from reader_study.results.exports.imrmc import write_imrmc
from reader_study.results.exports.long_csv import long_csv
from reader_study.results.exports.marks_csv import lesions_csv, marks_csv, readings_csv
from reader_study.results.exports.ratings_csv import rating_cells, ratings_csv
from reader_study.results.exports.scored_rows import scored_rows
from reader_study.results.exports.study_json import NOTICE, SCHEMA_FILE, lock_sha256, study_json
from reader_study.services.edit_protocol import current_protocol
from reader_study.services.own_assignment import study_body

PER_FINDING = ("imrmc", "ratings_csv", "marks_csv", "lesions_csv", "readings_csv")
KINDS = (*PER_FINDING, "long_csv", "study_json", "study_schema", "readme")
FIXED_TIME = (1980, 1, 1, 0, 0, 0)  # the same study gives the same bytes


@dataclass(frozen=True)
class ExportedFile:
    name: str
    content: bytes
    media: str


def export_study(study: Study, kind: str, finding: str = "") -> ExportedFile:
    """Raises StudyRefused: a broken hash chain (409), an unknown finding (400)."""
    if faults := chain_faults(study):
        raise StudyRefused("chain", f"the hash chain is broken: {faults[0]}", faults=faults)
    body = study_body(study)
    codes = [row["code"] for row in body["findings"]]
    finding = finding or body["statistics"]["primary_finding"]
    if kind in PER_FINDING and finding not in codes:
        raise StudyRefused("not_allowed", f"finding {finding[:40]!r} is not one of {', '.join(codes)}", "finding", 400)
    tests = body["statistics"]["tests"]
    stem = f"{study.slug}-{finding}" if kind in PER_FINDING else study.slug
    if kind == "study_json":
        text = json.dumps(study_json(study), indent=1, sort_keys=True, allow_nan=False)
        return ExportedFile(f"{study.slug}.json", text.encode(), "application/json")
    if kind == "study_schema":
        return ExportedFile("study.schema.json", SCHEMA_FILE.read_bytes(), "application/schema+json")
    if kind == "readme":
        return ExportedFile(f"{study.slug}-readme.txt", readme(study).encode(), "text/plain; charset=utf-8")
    if kind == "imrmc":
        found = write_imrmc(f"{study.slug} {finding} {NOTICE}", rating_cells(scored_rows(study), finding, tests))
        files = {f"{stem}.imrmc": found.text, f"{stem}-cases.csv": found.case_map, "readme.txt": readme(study)}
        return ExportedFile(f"{stem}-imrmc.zip", _zip(files), "application/zip")
    texts = {
        "ratings_csv": lambda: ratings_csv(scored_rows(study), finding, tests),
        "long_csv": lambda: long_csv(scored_rows(study)),
        "marks_csv": lambda: marks_csv(study, finding, tests),
        "lesions_csv": lambda: lesions_csv(study, finding),
        "readings_csv": lambda: readings_csv(study, finding, tests),
    }
    return ExportedFile(f"{stem}-{kind.removesuffix('_csv')}.csv", texts[kind]().encode(), "text/csv; charset=utf-8")


def readme(study: Study) -> str:
    """What goes with the files: hashes, notice, and what `froc` needs beside them."""
    plan = study_body(study)["statistics"]
    finding = plan["primary_finding"]
    lines = [
        NOTICE,
        f"study: {study.slug}",
        f"protocol sha256: {current_protocol(study).sha256}",
        f"lock sha256: {lock_sha256(study)}",
        f"analysis: python -m reader_study.analysis mrmc {study.slug}-{finding}-ratings.csv --fom {plan['fom']}",
        f"free response: --hit {plan['hit_rule']} --readings {study.slug}-{finding}-readings.csv" if finding else "",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _zip(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, FIXED_TIME), text)
    return buffer.getvalue()
