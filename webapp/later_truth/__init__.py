"""Later truth: what a CT, a follow-up or another examination showed after an image was read, entered on its case.

Rows are added or taken back, never changed (`models`, `record_truth`). Nobody is shown one before the own answer to the finding,
and nobody where an embargo hides the image (`visible`). Each reader gets back what they had said until then (`own_cases`); that is
shown to that reader alone.
"""
