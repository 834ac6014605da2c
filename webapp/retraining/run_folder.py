"""The folder of one retraining: what it trains on (written once), what the child is told, what it leaves."""

import hashlib
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from webapp.deployments.models import DeployedBundle
from webapp.durable import sync
from webapp.retraining.data_parts import REVIEWED, Part, count_labels, data_problems, folder_part
from webapp.retraining.models import Retraining, RetrainingRun
from webapp.retraining.recipes import FEW_PATIENTS, RECIPES, ROW, Wanted, experiment
from webapp.retraining.trained_on import WEIGHTS_OF_BASE, trained_on
from webapp.training_set.export import NothingToExport, TrainingSet, start_export, write_folder
from webapp.work.disk_space import disk_space, size_words
from webapp.work.jobs.kinds import JobRefused

BYTES_PER_IMAGE = 2**20  # prepared pixels, checkpoints and maps of one, generously
LEAST_BYTES = 512 * 2**20


@dataclass(frozen=True)
class RunFolder:
    """Paths of one retraining, below TRAINING_DIR."""

    path: Path

    @classmethod
    def of(cls, retraining: Retraining) -> "RunFolder":
        """The folder of this one, whether it is there or not."""
        return cls(Path(settings.TRAINING_DIR) / str(retraining.pk))

    @property
    def data(self) -> Path:
        """Parts to train on."""
        return self.path / "data"

    @property
    def run(self) -> Path:
        """What `python -m training` writes."""
        return self.path / "run"

    @property
    def experiment(self) -> Path:
        """What the child is asked to do."""
        return self.path / "experiment.toml"

    @property
    def card(self) -> Path:
        """What is trained on, as JSON; its presence says that the data are whole."""
        return self.path / "data_card.json"

    @property
    def trained_on(self) -> Path:
        """Whom it learns from, as TrainedOn keeps it; written before the card."""
        return self.path / "trained_on.json"

    @property
    def log(self) -> Path:
        """What the child says."""
        return self.path / "log.txt"

    @property
    def bundle(self) -> Path:
        """What comes of it."""
        return self.path / "candidate.bundle"

    @property
    def report(self) -> Path:
        """Of the child, at its end."""
        return self.run / ROW / "report.md"

    @property
    def progress(self) -> Path:
        """One line of JSON for each epoch."""
        return self.run / ROW / "fit" / "progress.jsonl"

    @property
    def weights(self) -> Path:
        """Of the finished fit; a later retraining may begin with them."""
        return self.run / ROW / "net.pt"


def prepared(retraining: Retraining) -> tuple[RunFolder, dict[str, Any]]:
    """The folder with everything that the child needs, and its data card: made once, so that a run that goes on trains on the same
    data whatever was reviewed since. Raises JobRefused with the reason why nothing is trained."""
    place = RunFolder.of(retraining)
    if place.card.is_file():
        return place, json.loads(place.card.read_text(encoding="utf-8"))
    place.data.mkdir(parents=True, exist_ok=True)
    _keep_learnt(place, {})
    parts = _reviewed(retraining, place) if retraining.takes_reviewed else []
    parts += [_linked(name, place) for name in retraining.folders]
    findings = finding_keys(retraining.base)
    if problems := data_problems(parts, findings, retraining.phantoms):
        raise JobRefused("data_refused", " ".join(problems))
    require_room(sum(part.images for part in parts) + 2 * retraining.phantoms)
    card = _card(retraining, place, parts)
    (place.data / "parts.txt").write_text("train" if card["is_few"] else "", encoding="utf-8")
    place.experiment.write_text(_experiment(retraining, card), encoding="utf-8")
    fresh = place.card.with_suffix(".new")
    fresh.write_text(json.dumps(card, indent=1), encoding="utf-8")
    fresh.replace(place.card)
    sync(place.path)
    return place, card


def learnt_from(place: RunFolder) -> dict[str, list[Any]] | None:
    """The columns of TrainedOn, empty where nothing was exported; None where the data were written before this was kept."""
    if not place.trained_on.is_file():
        return None
    columns: dict[str, list[Any]] = json.loads(place.trained_on.read_text(encoding="utf-8"))
    return columns


def _keep_learnt(place: RunFolder, columns: dict[str, list[Any]]) -> None:
    place.trained_on.write_text(json.dumps(columns), encoding="utf-8")


def finding_keys(base: DeployedBundle) -> list[str]:
    """In the order of the bundle."""
    return [own["key"] for own in base.manifest.get("findings", [])]


def require_room(images: int) -> None:
    """Raises JobRefused where the disk has no room for a training of so many images."""
    needed, disk = LEAST_BYTES + images * BYTES_PER_IMAGE, disk_space()
    if not disk.has_room(needed) or disk.free < needed:
        raise JobRefused(
            "no_room",
            f"The disk has no room: a training of {images} images needs about {size_words(needed)}; {disk.words()}.",
        )


def command(retraining: Retraining, place: RunFolder, arguments: list[str]) -> list[str]:
    """What the child runs; the same again goes on where the last one ended."""
    start = start_weights(retraining.base)
    return [
        "-m", "training", "bundle", str(place.experiment), "--run", str(place.run), "--row", ROW, "--data", str(place.data),
        "--output", str(place.bundle), "--workers", "1", *arguments, *(["--start", str(start)] if start else []),
    ]  # fmt: skip


def starts_with(base: DeployedBundle) -> str:
    """In words: a bundle holds a graph to run, so only the run folder that made it holds weights to train on with."""
    return WEIGHTS_OF_BASE if start_weights(base) else "new weights"


def start_weights(base: DeployedBundle) -> Path | None:
    """Those of the retraining that made the base, where its folder is still here."""
    made = RetrainingRun.objects.filter(bundle=base).select_related("retraining").first()
    weights = RunFolder.of(made.retraining).weights if made else None
    return weights if weights and weights.is_file() else None


def _reviewed(retraining: Retraining, place: RunFolder) -> list[Part]:
    """The export of reviewed cases, written whole or not at all."""
    folder = place.data / REVIEWED
    try:
        made = start_export(retraining.created_by, retraining.project)
    except NothingToExport as nothing:
        return [Part(REVIEWED, left_out=list(nothing.left_out))]
    _remove_whole(folder)
    write_folder(made, folder)
    _keep_learnt(place, trained_on(made))
    return [_exported(made)]


def _exported(made: TrainingSet) -> Part:
    part = Part(REVIEWED, len(made.rows), len({row.patient for row in made.rows}), left_out=list(made.left_out))
    count_labels(part, (row.labels for row in made.rows))
    return part


def _remove_whole(folder: Path) -> None:
    """What a worker that was killed between export and card left: it is written anew."""
    if folder.is_dir():
        shutil.rmtree(folder)


def _linked(name: str, place: RunFolder) -> Part:
    part = folder_part(name)
    link = place.data / name
    if not part.problem and not link.is_symlink():
        link.symlink_to(settings.TRAINING_DATA[name], target_is_directory=True)
    return part


def _card(retraining: Retraining, place: RunFolder, parts: list[Part]) -> dict[str, Any]:
    patients = sum(part.patients for part in parts)
    kinds: Counter[str] = Counter()
    for part in parts:
        for counts in part.findings.values():
            kinds.update({name: n for name, n in counts.items() if name not in ("present", "absent", "uncertain")})
    return {
        "retraining": retraining.name,
        "written_at": timezone.now().isoformat(timespec="seconds"),
        "base": retraining.base.bundle_id,
        "recipe": retraining.recipe,
        "findings": finding_keys(retraining.base),
        "parts": [part.document() for part in parts],
        "images": sum(part.images for part in parts),
        "patients": patients,
        "label_kinds": dict(sorted(kinds.items())),
        "weights": {"aided": retraining.aided_weight, "all others": 1.0},
        "phantoms": retraining.phantoms,
        "is_few": 0 < patients < FEW_PATIENTS,
        "starts_with": starts_with(retraining.base),
        "tables": {name: _table_sha256(place.data / part.name) for part in parts if (name := part.name)},
    }


def _table_sha256(folder: Path) -> str:
    """Of the part's table, which names each file by its own hash where it was exported here; "" where nothing was written."""
    for table in ("cases.csv", "images.csv"):
        if (folder / table).is_file():
            return hashlib.sha256((folder / table).read_bytes()).hexdigest()
    return ""


def _experiment(retraining: Retraining, card: dict[str, Any]) -> str:
    base = retraining.base
    stem, _, number = base.name.rpartition("-t")
    name = stem if stem and number.isdigit() else base.name
    major, minor, _ = (*base.version.split("."), "0", "0")[:3]
    return experiment(
        Wanted(
            recipe=RECIPES[retraining.recipe],
            classes=card["findings"],
            own_input=base.manifest["input"],
            phantoms=retraining.phantoms,
            has_images=bool(card["images"]),
            is_few=card["is_few"],
            aided_weight=retraining.aided_weight,
            name=f"{name[:50]}-t{retraining.number}",
            version=f"{major}.{int(minor) + 1}.0",
        )
    )
