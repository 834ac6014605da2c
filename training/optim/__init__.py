"""Optimisers and learning-rate schedules of the papers by name (methods.md §6, §7)."""

from training.optim.registry import OPTIMISERS, build_optimizer
from training.optim.schedule import build_scheduler
from training.optim.settings import OptimTable, PlateauTable

__all__ = ["OPTIMISERS", "OptimTable", "PlateauTable", "build_optimizer", "build_scheduler"]
