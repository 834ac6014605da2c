"""`python -m inference predict BUNDLE FILE…` and `inspect BUNDLE`.

Exit codes: 0 done, 1 something failed (the other files are still done), 2 wrong usage. Errors are one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tqdm import tqdm

from inference.bundle import Bundle, BundleError
from inference.dicom import DicomRefusal, model_grayscale
from inference.dicom.child_pool import ChildPool
from inference.dicom.prepare import prepare_dicom
from inference.engine import Case, Engine, NonFiniteOutput
from inference.exam import read_exam
from inference.explanation import Explanation
from inference.gate import GateQuestion
from inference.intensity import PERCENTILE_RULE
from inference.overlay import write_overlays
from inference.report_text import bundle_lines, explanation_lines
from inference.session import CPU, CUDA, ProviderError

DONE, FAILED, WRONG_USAGE = 0, 1, 2
_PROVIDERS = {"cpu": [CPU], "cuda": [CUDA]}


class FileFailure(Exception):
    """One file that got no answer: code and sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (argparse exits with 2 by itself)."""
    options = _parser().parse_args(arguments)
    run = _predict if options.command == "predict" else _inspect
    try:
        return run(options)
    except (BundleError, ProviderError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("stopped by the user")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m inference", description="Run Sightline model bundles. Research use only, not for diagnosis."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="explain DICOM files with a bundle")
    predict.add_argument("bundle", type=Path)
    predict.add_argument("files", type=Path, nargs="+", metavar="FILE", help="DICOM file of a chest radiograph")
    predict.add_argument("--json", action="store_true", help="one JSON document on stdout")
    predict.add_argument("--overlay", type=Path, metavar="DIR", help="write PNGs with maps and boxes into DIR")
    predict.add_argument(
        "--for-processing",
        action="store_true",
        help="take a detector's raw images too; by default the gate refuses them",
    )
    predict.add_argument("--provider", choices=sorted(_PROVIDERS), help="default: CUDA where it works, else CPU")
    inspect = commands.add_parser("inspect", help="show what is inside a bundle")
    inspect.add_argument("bundle", type=Path)
    inspect.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _predict(options: argparse.Namespace) -> int:
    if options.overlay is not None and options.overlay.exists() and not options.overlay.is_dir():
        print(f"error: --overlay {options.overlay} is a file; allowed: a folder", file=sys.stderr)
        return WRONG_USAGE
    engine = Engine(Bundle.load(options.bundle), _PROVIDERS.get(options.provider))
    documents, failures = [], 0
    for path, outcome in _outcomes(engine, options):
        if isinstance(outcome, FileFailure):
            failures += 1
            tqdm.write(f"error: {path.name}: {outcome.code}: {outcome.text}", file=sys.stderr)
        elif not options.json:
            tqdm.write("\n".join(explanation_lines(path.name, outcome)), file=sys.stdout)
        documents.append(_file_document(path, outcome))
    if options.json:
        head = {
            "bundle": engine.bundle.id,
            "provider": engine.provider,
            "notice": "research use only, not for diagnosis",
        }
        print(json.dumps({**head, "files": documents}, ensure_ascii=False, allow_nan=False))
    return FAILED if failures else DONE


def _outcomes(engine: Engine, options: argparse.Namespace) -> Iterator[tuple[Path, Explanation | FileFailure]]:
    stems = _unique_stems(options.files)
    with ChildPool(children=1) as pool, tqdm(total=len(options.files), unit="file", disable=_is_plain()) as bar:
        for path, stem in zip(options.files, stems, strict=True):
            try:
                yield path, _explain_file(engine, pool, path, options, stem)
            except FileFailure as failure:
                yield path, failure
            bar.update()


def _explain_file(engine: Engine, pool: ChildPool, path: Path, options: argparse.Namespace, stem: str) -> Explanation:
    try:
        header = pool.preparse(path)
        pixels = pool.decode(path, header)
        case = Case(
            input=prepare_dicom(header, pixels, engine.bundle.input_spec),
            question=GateQuestion(read_exam(header.exam, date.today()), header.modality, options.for_processing),
        )
        explanation = engine.explain([case])[0]
        if options.overlay is not None:
            write_overlays(options.overlay, stem, model_grayscale(header, pixels, PERCENTILE_RULE), explanation)
    except DicomRefusal as refusal:
        raise FileFailure(refusal.code, f"{refusal.text}. {refusal.action}".replace("..", ".")) from refusal
    except NonFiniteOutput as error:
        raise FileFailure("not_finite", str(error)) from error
    except OSError as error:
        raise FileFailure("file", error.strerror or type(error).__name__) from error
    return explanation


def _file_document(path: Path, outcome: Explanation | FileFailure) -> dict[str, Any]:
    if isinstance(outcome, FileFailure):
        return {"file": str(path), "state": "failed", "error": {"code": outcome.code, "text": outcome.text}}
    return {"file": str(path), "state": "succeeded", "error": None, **outcome.document()}


def _unique_stems(paths: Sequence[Path]) -> list[str]:
    """Stems for the overlays; a second file of the same name gets a number, so that nothing is overwritten."""
    seen: dict[str, int] = {}
    stems = []
    for path in paths:
        count = seen[path.stem] = seen.get(path.stem, 0) + 1
        stems.append(path.stem if count == 1 else f"{path.stem}-{count}")
    return stems


def _inspect(options: argparse.Namespace) -> int:
    bundle = Bundle.load(options.bundle)
    if options.json:
        document = {"id": bundle.id, "manifest": bundle.manifest, "card": bundle.card}
        print(json.dumps(document, ensure_ascii=False, allow_nan=False))
    else:
        print("\n".join(bundle_lines(bundle)))
    return DONE


def _is_plain() -> bool:
    """No progress bar where nobody sees it move."""
    return not sys.stderr.isatty()


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return FAILED
