"""Every name that an experiment file may hold."""

from __future__ import annotations

from typing import Any


def listing() -> dict[str, Any]:
    """experiments, data sets, split rules, augmentations, models, heads, unfreeze sets, losses, optimisers, saliency methods,
    metrics, calibrators, phantom layouts, ensembles and searches."""
    from dataclasses import fields

    from training.augmentations.settings import AugmentationTable
    from training.calibration.registry import CALIBRATORS
    from training.commands.reproduce import listing as tables
    from training.data.paper_splits import SPLIT_RULES
    from training.data.records import FINDINGS
    from training.data.registry import DATASETS
    from training.ensembles.ensemble_run import METHODS as ENSEMBLES
    from training.losses import LOSSES
    from training.metrics.registry import METRICS
    from training.models.model_registry import HEADS, MODELS, UNFREEZE_SETS
    from training.optim import OPTIMISERS
    from training.phantoms.layouts import LAYOUTS
    from training.run.maps import METHODS
    from training.run.settings import MONITORS, SCALES
    from training.tables.experiment_file import experiment_names
    from training.tuning.tune_row import ENGINES

    return {
        "experiments": experiment_names(),
        "tables": tables(),
        "datasets": list(DATASETS),
        "findings": list(FINDINGS),
        "split_rules": list(SPLIT_RULES),
        "augmentations": [entry.name for entry in fields(AugmentationTable)],
        "models": list(MODELS),
        "heads": list(HEADS),
        "unfreeze": list(UNFREEZE_SETS),
        "losses": list(LOSSES),
        "optimisers": list(OPTIMISERS),
        "monitors": list(MONITORS),
        "explainers": list(METHODS),
        "metrics": list(METRICS),
        "calibrators": list(CALIBRATORS),
        "ensembles": list(ENSEMBLES),
        "tuners": list(ENGINES),
        "phantoms": list(LAYOUTS),
        "scales": list(SCALES),
    }
