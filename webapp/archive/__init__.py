"""Stored radiographs: the one door for every file, its storage and quarantine, and the API of images."""
