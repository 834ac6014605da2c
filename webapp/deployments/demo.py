"""Fill a new installation: the committed demo bundle in service, and the demo phantoms on the worklist."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import activate, add_bundle

# What rooms above add to the demo, in order: each gets `say`, and changes nothing at a second run.
demo_parts: list[Callable[[Callable[[str], None]], None]] = []


@dataclass(frozen=True)
class DemoLoad:
    """What was new. `refused` names each file that the door did not take, with its code."""

    bundle: str
    images: int
    refused: tuple[str, ...]


def load_demo(folder: Path | None = None, say: Callable[[str], None] = print) -> DemoLoad:
    """Adds what is missing, so a second run changes nothing: a bundle only when none is registered, phantoms only when
    the archive is empty (a person may have deleted or replaced either on purpose)."""
    folder = folder or Path(settings.DEMO_DIR)
    bundle = "" if DeployedBundle.objects.exists() else _load_bundle(folder, say)
    images, refused = (0, ()) if Image.objects.exists() else _load_phantoms(folder / "phantoms", say)
    for part in demo_parts:
        part(say)
    return DemoLoad(bundle, images, refused)


def _load_bundle(folder: Path, say: Callable[[str], None]) -> str:
    found = sorted(folder.glob("*.bundle"))
    if not found:
        say(
            f"no demo bundle in {folder.name}/: predictions wait until one is added (manage.py bundle add FILE --activate)"
        )
        return ""
    bundle = activate(add_bundle(found[-1], None), None)
    say(f"model {bundle} is in service")
    return str(bundle)


def _load_phantoms(folder: Path, say: Callable[[str], None]) -> tuple[int, tuple[str, ...]]:
    stored, refused = 0, []
    for path in sorted(folder.glob("*.dcm")):
        outcome = ingest_file(path, Sender(Project.default(), None, "demo", path.name))
        if outcome.image is None:
            refused.append(f"{path.name}: {outcome.reason.code if outcome.reason else outcome.status}")
        else:
            stored += 1
    say(f"{stored} demo images loaded" + (f"; refused {', '.join(refused)}" if refused else ""))
    return stored, tuple(refused)
