""" "What would change its mind?": parts of an image erased, and how the model's number for one finding moves.

Asked by a reader, after the own answer on that finding (`allowed`), about areas of the picture (`areas`); computed by a worker
(`run`) from the kept model input. What comes of it is the behaviour of the model: it is no prediction and no label, is shown to
whoever asked alone, and goes after a day (`models`). The audit trail keeps that it was asked.
"""
