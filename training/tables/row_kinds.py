"""What a row of a paper's table is beside one fit: an ensemble, an error analysis, a tuner's study, a table of features."""

from __future__ import annotations

from dataclasses import dataclass

from training.ensembles.genetic import GeneticSettings

FIT, ENSEMBLE, ERRORS, TUNE, TABULAR = "fit", "ensemble", "errors", "tune", "tabular"
KINDS = (FIT, ENSEMBLE, ERRORS, TUNE, TABULAR)

VOTES = ("average", "ga", "weights")
ENGINES = ("optuna", "keras-tuner")
FEATURES = ("gap", "flatten")


@dataclass(frozen=True)
class EnsembleTable:
    """The [ensemble] table of a row of kind `ensemble` (003 §7). method: average, ga (weights searched on the selection
    split by F1-macro) or weights (those given, in the order of the members). The constants of the genetic algorithm are
    choices: the paper gives none."""

    method: str = "average"
    weights: tuple[float, ...] = ()
    population: int = GeneticSettings.population
    generations: int = GeneticSettings.generations
    tournament: int = GeneticSettings.tournament
    crossover: float = GeneticSettings.crossover
    mutation: float = GeneticSettings.mutation
    elite: float = GeneticSettings.elite
    restarts: int = GeneticSettings.restarts
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in VOTES:
            raise ValueError(f"ensemble method {self.method!r} is not one of {', '.join(VOTES)}")


@dataclass(frozen=True)
class TuneTable:
    """The [tune] table of a row of kind `tune` (003 §3.3). layers, dropout (from, to), width (first, last, step), lr: the
    space. engine: optuna (Hyperband pruner, `trials` trials) or keras-tuner (its exact schedule for `budget` and `factor`).
    The objective is the validation loss: the paper does not say."""

    engine: str = "optuna"
    layers: tuple[int, ...] = (1, 2, 3)
    dropout: tuple[float, ...] = (0.0, 0.5)
    width: tuple[int, ...] = (1024, 4096, 512)
    lr: tuple[float, ...] = (1e-3, 1e-4, 1e-5)
    trials: int = 62
    budget: int = 70
    factor: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ValueError(f"tune engine {self.engine!r} is not one of {', '.join(ENGINES)}")


@dataclass(frozen=True)
class TabularTable:
    """The [tabular] table of a row of kind `tabular` (004 §2.1): last-convolution activations of the frozen trunk, averaged
    over the map (`gap`) or laid out in one row (`flatten`), then logistic regression with inverse strength `c`."""

    features: str = "gap"
    c: float = 1.0

    def __post_init__(self) -> None:
        if self.features not in FEATURES:
            raise ValueError(f"tabular features {self.features!r} is not one of {', '.join(FEATURES)}")
