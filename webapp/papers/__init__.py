"""Papers that are made from stored facts: the model card of a bundle."""
