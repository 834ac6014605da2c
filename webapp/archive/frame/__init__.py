"""Pixels of a stored image: display frames for viewers and inputs for models, cached beside each other."""
