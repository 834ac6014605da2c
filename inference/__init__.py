"""From DICOM bytes to an Explanation, without torch and without Django.

bytes -> `dicom` (pre-parse, decode in a sandboxed child, grayscale) -> `preprocessing` -> `engine` (ONNX Runtime) ->
`explanation`: calibrated probabilities, decisions, gate verdict, maps and boxes. `bundle` reads and writes the models.
The command line (`python -m inference`) and the web application share every step.
"""
