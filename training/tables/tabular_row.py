"""004's tabular version (§2.1): features of a frozen trunk, then one linear classifier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.data.samples import SampleSet
from training.data.tabular import FeatureTable, extract_features, write_features
from training.metrics.classification import classification_metrics
from training.run.data import RowData, row_data
from training.run.fit import build_row_model
from training.run.folder import RowFolder
from training.run.predictions import PredictionRow
from training.run.scaling import LIMITS, scaled
from training.run.settings import REPORTED_SPLITS, RowSettings, Scale
from training.tables.comparison import Document
from training.tables.experiment_file import PaperRow

STEPS = 2000  # the most iterations of the solver


def tabular_row(row: PaperRow, samples: SampleSet, folder: Path, scale: Scale) -> Document:
    """Writes features.csv; metrics on the reported split of a logistic regression on standardised features.

    The paper gives neither the classifier nor a number; standardisation and strength are choices.
    """
    settings, limits = scaled(row.settings, scale), LIMITS[scale]
    data = row_data(settings, samples, RowFolder(folder), limits, None)
    table = features_of(settings, data, row.tabular.features == "flatten")
    write_features(folder / "features.csv", table)
    train = table.select(data.of("train").ids)
    reported = table.select(data.of(*REPORTED_SPLITS[settings.split]).ids)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=row.tabular.c, max_iter=STEPS))
    model.fit(train.features, train.labels)
    scores = class_scores(model, reported.features, len(table.classes))
    labels = np.eye(len(table.classes))[reported.labels]
    metrics = classification_metrics(scores, labels, reported.patients, data.task, table.classes, draws=limits.draws)
    metrics["features"] = {
        "value": table.features.shape[1],
        "ci": None,
        "n": len(table),
        "method": row.tabular.features,
    }
    predictions = PredictionRow(reported.ids, reported.patients, table.classes, labels, scores, np.exp(scores))
    facts = [
        ("features", f"{table.features.shape[1]} ({row.tabular.features})"),
        ("classifier", f"logistic, C {row.tabular.c:g}"),
    ]
    return {"metrics": metrics, "predictions": predictions, "facts": facts, "task": data.task}


def features_of(settings: RowSettings, data: RowData, flatten: bool) -> FeatureTable:
    """Activations of the network's target layer for every image of the row."""
    model: Any = build_row_model(settings, data).eval()

    def trunk(images: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.no_grad():
            features: NDArray[np.float32] = model(torch.from_numpy(images)).features.numpy()
        return features

    return extract_features(data.prepared, trunk, flatten=flatten)


def class_scores(model: Any, features: NDArray[np.float32], classes: int) -> NDArray[np.float64]:
    """Log probabilities [n,K]; a class that the training split lacks gets the least."""
    known = model.predict_proba(features)
    probabilities = np.full((len(features), classes), 1e-12)
    probabilities[:, model.classes_.astype(int)] = np.clip(known, 1e-12, 1.0)
    scores: NDArray[np.float64] = np.log(probabilities / probabilities.sum(axis=1, keepdims=True))
    return scores
