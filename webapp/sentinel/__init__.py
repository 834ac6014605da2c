"""Looks before the model ("sentinel reads"): a share of new images is drawn by chance; whoever opens one of them answers before the
model is shown.

The draw (`draw`), what is hidden until the answer (`waiting`), what is asked (`questions`) and how it is stored (`record_look`).
The order of answer and model is that of `webapp.reveal`: an embargo over the images that a person has yet to answer, which lists,
pages, files and events of every room obey without knowing this one.
"""
