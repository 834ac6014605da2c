"""Site calibration: the network stays, the calibrator is refitted on what readers of the site said before the model."""
