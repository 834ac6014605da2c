"""How much memory a process of its own holds that loads a bundle and replays its self-check."""

import logging
import subprocess
import sys

from django.conf import settings

from webapp.predictions.bundle_store import bundle_path

logger = logging.getLogger(__name__)

SECONDS = 120.0
_CHILD = (
    "import resource, sys\n"
    "from pathlib import Path\n"
    "from inference.bundle import Bundle\n"
    "from inference.engine import Engine\n"
    "Engine(Bundle.load(Path(sys.argv[1])), threads=1, batch=1)\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)\n"
)


def peak_bytes(bundle_id: str) -> float | None:
    """Most resident bytes, libraries included; None where the child failed."""
    command = [sys.executable, "-c", _CHILD, str(bundle_path(bundle_id))]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, check=True, cwd=settings.BASE_DIR
        )
        return float(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as problem:
        logger.warning("memory of model %s not measured: %s", bundle_id[:12], type(problem).__name__)
        return None
