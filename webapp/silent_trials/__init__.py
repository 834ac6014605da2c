"""A candidate that passed its rehearsal answers new images unseen, beside the model in service."""
