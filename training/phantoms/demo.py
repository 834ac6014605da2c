"""The demo set: fourteen DX files that show every finding, both polarities, several bit depths and transfer syntaxes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.phantoms.dicom_writer import FileSpec, write_dx
from training.phantoms.draw import Phantom, draw_phantom

OPACITY, EFFUSION, CARDIOMEGALY = "lung_opacity", "pleural_effusion", "cardiomegaly"
MAX_BYTES = 1_000_000  # per file, so that the demo can live in the repository
RULES = "Boxes are x, y, w, h in pixels of the file; (0, 0) is the top left corner of the first pixel."


@dataclass(frozen=True)
class DemoCase:
    """One file: its name, the phantom's arguments and how it is stored."""

    file: str
    seed: int
    size: tuple[int, int]
    spec: FileSpec
    note: str
    findings: tuple[str, ...] = ()
    drawn: dict[str, Any] = field(default_factory=dict)


# Sizes follow the bit depth: noise does not compress, and 16 bits hold more of it than 10.
DEMO_CASES = (
    DemoCase(
        "01-normal-pa.dcm", 109, (1200, 1000), FileSpec(bits=12, syntax="j2k"), "Normal, PA.", drawn={"view": "PA"}
    ),
    DemoCase(
        "02-normal-pa-mono1.dcm",
        103,
        (1300, 1100),
        FileSpec("MONOCHROME1", 10, "jpeg-ls"),
        "Normal, PA, stored inverted.",
        drawn={"view": "PA"},
    ),
    DemoCase(
        "03-normal-ap-portable.dcm",
        105,
        (1000, 900),
        FileSpec(bits=10, syntax="rle", voi="none"),
        "No finding, AP with electrodes; no window in the file.",
        drawn={"view": "AP", "devices": True},
    ),
    DemoCase(
        "04-normal-obese.dcm",
        104,
        (1200, 1000),
        FileSpec(bits=12, syntax="jpeg-ls"),
        "Hard negative: thick chest wall and breast shadows over the bases, no finding.",
        drawn={"view": "PA"},
    ),
    DemoCase(
        "05-normal-confluent-hila.dcm",
        147,
        (1024, 880),
        FileSpec("MONOCHROME1", 14, "j2k"),
        "Hard negative: prominent hila, no finding.",
        drawn={"view": "PA"},
    ),
    DemoCase(
        "06-opacity-left-upper.dcm",
        403,
        (1200, 1000),
        FileSpec(bits=12, syntax="j2k", voi="sigmoid"),
        "Opacity in the left upper zone; SIGMOID window.",
        (OPACITY,),
        {"view": "PA"},
    ),
    DemoCase(
        "07-opacity-bilateral-ap.dcm",
        281,
        (1024, 880),
        FileSpec("MONOCHROME1", 14, "jpeg-ls"),
        "Opacities on both sides, AP with electrodes.",
        (OPACITY,),
        {"view": "AP"},
    ),
    DemoCase(
        "08-opacity-right-16bit.dcm",
        404,
        (1000, 800),
        FileSpec(bits=16, syntax="jpeg-ls"),
        "Opacities in the right upper and middle zones, 16 bits stored.",
        (OPACITY,),
        {"view": "PA"},
    ),
    DemoCase(
        "09-effusion-left.dcm",
        411,
        (1200, 1000),
        FileSpec("MONOCHROME1", 12, "j2k"),
        "Left effusion with a meniscus.",
        (EFFUSION,),
        {"view": "PA"},
    ),
    DemoCase(
        "10-effusion-bilateral.dcm",
        414,
        (1000, 900),
        FileSpec(bits=10, syntax="rle", voi="windows"),
        "Effusions on both sides; two windows in the file.",
        (EFFUSION,),
        {"view": "PA"},
    ),
    DemoCase(
        "11-cardiomegaly.dcm",
        114,
        (1024, 880),
        FileSpec(bits=14, syntax="jpeg-lossless"),
        "Cardiomegaly, PA.",
        (CARDIOMEGALY,),
        {"view": "PA"},
    ),
    DemoCase(
        "12-cardiomegaly-effusion-pacemaker.dcm",
        422,
        (768, 632),
        FileSpec(bits=12, syntax="explicit"),
        "Cardiomegaly, right effusion and pacemaker, AP, uncompressed.",
        (CARDIOMEGALY, EFFUSION),
        {"view": "AP", "devices": True},
    ),
    DemoCase(
        "13-follow-up-opacity-effusion.dcm",
        433,
        (1200, 1000),
        FileSpec(bits=12, syntax="j2k", voi="lut", visit=2, month=11),
        "The patient of 01-normal-pa.dcm four months later: opacity and effusion; VOI LUT.",
        (OPACITY, EFFUSION),
        {"patient_seed": 109, "view": "PA"},
    ),
    DemoCase(
        "14-child-8-years.dcm",
        146,
        (1200, 1000),
        FileSpec(bits=12, syntax="j2k"),
        "Normal chest of an eight-year-old: outside the demo model's ages, so its gate refuses.",
        drawn={"age_years": 8, "view": "PA"},
    ),
)


def write_demo_set(folder: Path, progress: Callable[[str], object] = lambda name: None) -> list[dict[str, Any]]:
    """Write the fourteen files and truth.json into `folder`; returns truth.json's list of images.

    Raises ValueError if a file exceeds MAX_BYTES.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    images = []
    for case in DEMO_CASES:
        phantom = draw_phantom(case.seed, size=case.size, findings=case.findings, **case.drawn)
        path = folder / case.file
        dataset = write_dx(path, phantom, case.spec)
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"{case.file} has {path.stat().st_size} bytes; allowed are {MAX_BYTES}")
        images.append(truth_entry(case, phantom, str(dataset.SOPInstanceUID)))
        progress(case.file)
    text = json.dumps({"note": f"Synthetic phantoms, no patients. {RULES}", "images": images}, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    return images


def truth_entry(case: DemoCase, phantom: Phantom, sop_instance_uid: str) -> dict[str, Any]:
    """What is known about one file."""
    return {
        "file": case.file,
        "sop_instance_uid": sop_instance_uid,
        "patient_id": phantom.patient.identifier,
        "age_years": phantom.patient.age_years,
        "sex": phantom.patient.sex,
        "view": phantom.view,
        "photometric": case.spec.photometric,
        "bits": case.spec.bits,
        "transfer_syntax": case.spec.syntax,
        "rows": phantom.image.shape[0],
        "columns": phantom.image.shape[1],
        "findings": phantom.findings,
        "boxes": [box._asdict() for box in phantom.boxes],
        "cardiothoracic_ratio": round(phantom.cardiothoracic_ratio, 3),
        "note": case.note,
    }
