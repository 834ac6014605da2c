"""Search for settings: Optuna, and the exact schedule of keras-tuner's Hyperband (methods.md §11)."""
