"""Losses of the papers by name (methods.md §6): `LOSSES`, `LossTable`, `build_loss`; one loss a file."""

from training.losses.bce import masked_bce
from training.losses.loss import Loss
from training.losses.map_cross_entropy import map_cross_entropy
from training.losses.registry import LOSSES, WEIGHING, build_loss
from training.losses.settings import LossTable

__all__ = ["LOSSES", "WEIGHING", "Loss", "LossTable", "build_loss", "map_cross_entropy", "masked_bce"]
