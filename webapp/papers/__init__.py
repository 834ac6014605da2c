"""Papers that are made from stored facts: the model card and the bill of materials of a bundle."""
