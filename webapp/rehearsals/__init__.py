"""Rehearsals: a candidate replays the locked reference set beside the model in service, and the plan's gates judge it."""
