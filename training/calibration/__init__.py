"""From logits to calibrated probabilities, thresholds and a gate; all fitted on the calibration split (methods.md
§12)."""
