"""Reviewed cases as a data set for training: labels from readers' verdicts and locked truth, images de-identified."""
