"""The rules by which a changed model is judged, written before it is seen, and the locked images that it is judged on."""
