"""Synthetic chest radiographs with exact truth: pictures of nobody, to demonstrate and test with."""

from training.data.records import FINDINGS, Box
from training.phantoms.draw import Phantom, draw_phantom
from training.phantoms.patient import PhantomPatient

__all__ = ["FINDINGS", "Box", "Phantom", "PhantomPatient", "draw_phantom"]
