"""Retraining from the browser: what would be trained on, a job of a queue of its own, and `python -m training` as its child."""
