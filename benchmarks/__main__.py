"""`python -m benchmarks [NAME …]`: run all measurements or the named ones, one after the other."""

import importlib
import json
import sys

from benchmarks.machine import describe_machine

NAMES = (
    "decoding",
    "explained_graph",
    "explained_backbones",
    "upload_to_result",
    "reading_page",
    "first_image_beside_peer",
    "zip_of_500",
    "uploads_under_kills",
    "rehearsal_beside_uploads",
    "worker_throughput",
    "event_streams",
    "lists",
    "memory",
    "erased_copies",
    "reader_study_statistics",
    "large_reader_study",
    "missing_data_error",
    "fit_loop",
    "data_loading",
    "loss_step_time",
    "distinctiveness_forms",
    "saliency_cost",
    "site_proposals",
    "gate_teeth",
    "watching",
    "anchoring",
    "site_calibration",
)


def main(names: list[str]) -> int:
    """Exit code 0, or 2 naming an unknown measurement and the allowed ones."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"benchmarks: {unknown[0]!r} is not one of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    print(json.dumps(describe_machine()))
    for name in names or NAMES:
        print(f"\n== {name}")
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
