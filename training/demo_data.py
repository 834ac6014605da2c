"""The data of the demo recipe: phantoms drawn once, real radiographs where the test data folder is there, split by
patient."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training import phantoms as phantom_package
from training.cases import Cases, join, load_cases, phantom_cases, record_cases, save_cases
from training.data.chestxray14_320 import read_chestxray14_320
from training.data.records import Record
from training.data.splits import patient_folds, split_by_patient, write_split
from training.experiment import Experiment, PhantomSettings

SPLITS = ("train", "selection", "calibration", "evaluation")
DATA_VARIABLE = "SIGHTLINE_TEST_DATA"
FOLDER = "chestxray14_320"


@dataclass(frozen=True)
class RealData:
    """Real radiographs with the fold of each patient. records: NIH labels and boxes only."""

    folder: Path
    records: list[Record]
    cases: Cases
    folds: np.ndarray


def shared_data_folder() -> Path:
    """The folder named by SIGHTLINE_TEST_DATA, else ../shared/data beside the repository."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get(DATA_VARIABLE, str(beside)))


def read_real(experiment: Experiment, folder: Path) -> RealData | None:
    """ChestX-ray14 images at 320 px with NIH labels, or None when the folder is not there."""
    if not (folder / FOLDER / "labels.csv").is_file():
        return None
    records = read_chestxray14_320(folder / FOLDER)
    folds = patient_folds(records, experiment.split.folds, experiment.split.seed)
    cases = record_cases(records, experiment.input, experiment.grid)
    return RealData(folder / FOLDER, records, cases, np.array([folds[name] for name in cases.ids]))


def phantom_splits(experiment: Experiment, folder: Path, workers: int) -> dict[str, Cases]:
    """Phantoms of the four splits, from phantoms.npz when it was drawn with these settings by this generator."""
    settings = experiment.phantoms
    counts = [getattr(settings, name) for name in SPLITS]
    key = phantom_key(settings, experiment)
    path, note = folder / "phantoms.npz", folder / "phantoms.json"
    if path.is_file() and note.is_file() and json.loads(note.read_text(encoding="utf-8")).get("key") == key:
        cases = load_cases(str(path))
    else:
        seeds = range(settings.first_seed, settings.first_seed + sum(counts))
        cases = phantom_cases(seeds, experiment.input, experiment.grid, workers)
        save_cases(str(path), cases)
        note.write_text(json.dumps({"key": key, "settings": asdict(settings)}) + "\n", encoding="utf-8")
    ends = np.cumsum(counts)
    return {
        name: cases.select(np.arange(end - count, end)) for name, count, end in zip(SPLITS, counts, ends, strict=True)
    }


def phantom_key(settings: PhantomSettings, experiment: Experiment) -> str:
    """Changes with the generator's source, so that stale pictures are never trained on."""
    drawn = [settings.first_seed, *(getattr(settings, name) for name in SPLITS), asdict(experiment.input)]
    digest = hashlib.sha256(json.dumps(drawn, sort_keys=True).encode())
    for source in sorted(Path(phantom_package.__path__[0]).glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def fold_splits(
    experiment: Experiment, real: RealData | None, phantoms: dict[str, Cases], fold: int, folder: Path
) -> dict[str, Cases]:
    """The four splits of one fold. Real patients: `fold` evaluates, the others train, select and calibrate. The
    phantoms' splits never change. Writes split.csv of the real patients."""
    if real is None:
        return phantoms
    settings = experiment.split
    rest = [record for record, own in zip(real.records, real.folds, strict=True) if own != fold]
    shares = {"selection": settings.selection, "calibration": settings.calibration}
    shares["train"] = 1 - sum(shares.values())
    assignment = split_by_patient(rest, shares, settings.seed + fold)
    names = np.array([assignment.get(image, "evaluation") for image in real.cases.ids])
    folder.mkdir(parents=True, exist_ok=True)
    write_split(
        folder / "split.csv", real.records, dict(zip(real.cases.ids, names.tolist(), strict=True)), settings.seed
    )
    parts = {name: real.cases.select(names == name) for name in SPLITS}
    # Real images select the epoch: a network that is best on phantoms is not the one that is best on patients.
    return {
        "train": join([parts["train"], phantoms["train"]]),
        "selection": parts["selection"],
        "calibration": join([parts["calibration"], phantoms["calibration"]]),
        "evaluation": parts["evaluation"],
    }


def fingerprint(cases: Cases) -> str:
    """SHA-256 over ids, labels and pixels: names the data of a run without holding any of it."""
    digest = hashlib.sha256("\n".join(cases.ids).encode())
    digest.update(np.ascontiguousarray(np.nan_to_num(cases.labels, nan=-1.0)).tobytes())
    digest.update(np.ascontiguousarray(cases.images).tobytes())
    return digest.hexdigest()
