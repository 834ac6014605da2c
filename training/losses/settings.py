"""The [loss] table of an experiment file."""

from __future__ import annotations

from dataclasses import dataclass

from training.losses.stages import TwoStages


@dataclass(frozen=True)
class LossTable:
    """The [loss] table; every default is the choice of methods.md §6. Keys of another loss than `name` have no effect.

    focal: gamma, alpha (below 0: none). aucm: version, margin. custom: lambda1, lambda2, cd_* (see
    DistinctivenessSettings), sc_reduction, stage1_epochs. spn: loc_loss, loc_weight, loc_reduction. two-heads:
    wildcat_weight, map_weight.
    """

    name: str = "bce"
    gamma: float = 2.0
    alpha: float = -1.0
    version: str = "v1"
    margin: float = 1.0
    lambda1: float = 1.4
    lambda2: float = 0.0
    cd_form: str = "refeed"
    cd_latent: str = "gap"
    cd_size: int = 0
    cd_maps: int = 0
    cd_stop_gradient: bool = False
    sc_reduction: str = "mean"
    stage1_epochs: int = 0
    loc_loss: str = "ce"
    loc_weight: float = 1.0
    loc_reduction: str = "labelled"
    wildcat_weight: float = 1.0
    map_weight: float = 0.0

    @property
    def stages(self) -> TwoStages:
        """When the terms on maps join in."""
        return TwoStages(self.stage1_epochs if self.name == "custom" else 0)
