"""Whether models can be trained on this host, and whether a worker for it is at work. Nothing of the extra is imported."""

from importlib.util import find_spec

from webapp.work.worker_beat import workers_seen

TRAINING_QUEUE = "training"
TRAINING_WORKER = "training"  # how the name of a worker for trainings begins
PACKAGES = (
    "torch",
    "lightning",
    "onnxscript",
)  # of the training extra; without them `python -m training` cannot fit or export


def can_train() -> bool:
    """The training extra is installed in this interpreter."""
    return all(find_spec(name) is not None for name in PACKAGES)


def is_training_worker_seen() -> bool:
    """A worker for trainings gives its sign of life on this machine."""
    return any(worker.name.startswith(TRAINING_WORKER) and worker.is_alive for worker in workers_seen())
