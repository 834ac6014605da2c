"""Random changes to training images in which masks and boxes move along, and the dark-side mask of paper 003."""
