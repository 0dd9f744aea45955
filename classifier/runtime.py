"""The model at work: windows in, logits out, on ONNX Runtime.

Each window is run alone and unpadded, so that a text's logits cannot depend on what else
is being scored; threads work inside a window.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from classifier.bundle import BundleError, Manifest, read_manifest, verify_files
from classifier.bundle.manifest import GRAPH, TOKENIZER, WEIGHTS, WORDING
from classifier.reading import ReadDocument, read_document
from classifier.windows import SpecialTokens, pack_windows
from classifier.wording import Wording


class UnwantedError(Exception):
    """Nobody waits for the result any more: the rest of the text was not scored."""


@dataclass(frozen=True)
class Logits:
    """What the model says of one document.

    ``sentences`` is [sentences, 13], in the order of the document's sentences, ``windows``
    [windows, 13]; columns are partisan, E1-E5, P1-P7. A sentence's first column joins what the
    encoder reads in it and how it is worded.
    """

    read: ReadDocument
    sentences: NDArray[np.float32]
    windows: NDArray[np.float32]


def default_threads() -> int:
    """Threads a model uses: $BITARAF_THREADS, else the processor's cores, at most four."""
    chosen = os.environ.get("BITARAF_THREADS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(4, available or 1))


class Runtime:
    """A loaded, verified model. Safe to share between threads."""

    def __init__(
        self, folder: Path, threads: int | None = None, shared: Path | None = None
    ) -> None:
        """Load the built bundle in `folder`; raises BundleError if it is not sound.

        Processes on one machine that name the same folder as `shared` hold the weights in
        memory once: ONNX Runtime lays them out anew for this processor, which each would else
        do for itself, and there they find them laid out in a file to map. What is in that
        folder is trusted; it must be the service's own.
        """
        self.manifest: Manifest = read_manifest(folder)
        if self.manifest.kind != "built":
            raise BundleError(f"{folder} is a release; build it first: bitaraf model build")
        # Hashing 150 MB and importing ONNX Runtime take about as long: side by side.
        fault: list[BundleError] = []
        check = threading.Thread(target=self._verify, args=(folder, fault))
        check.start()
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or default_threads()
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._tokenizer = self._load_tokenizer(folder)
        check.join()
        if fault:
            raise fault[0]
        try:
            self._wording = Wording.load(folder / WORDING)
        except (OSError, ValueError) as error:
            raise BundleError(f"{folder / WORDING} cannot be read: {error}") from error
        graph = folder / GRAPH
        if shared is not None:
            graph = _laid_out(graph, shared / self.manifest.version)
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        _give_back_memory()
        encoder = self.manifest.encoder
        self._special = SpecialTokens(encoder["begin"], encoder["end"], encoder["pad"])

    def _verify(self, folder: Path, fault: list[BundleError]) -> None:
        try:
            verify_files(folder, self.manifest)
        except BundleError as error:
            fault.append(error)

    @staticmethod
    def _load_tokenizer(folder: Path) -> Tokenizer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            return Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # tokenizers raises bare Exception
            raise BundleError(f"{folder / TOKENIZER} cannot be read: {error}") from error

    def read(self, text: str) -> ReadDocument:
        """Sentences and tokens of a text."""
        return read_document(text, self._tokenizer)

    def logits(self, text: str, unwanted: Callable[[], bool] | None = None) -> Logits:
        """Read the whole text, however long, and return the logits of all its parts.

        `unwanted` is asked before each window; raises UnwantedError once it says so.
        """
        read = self.read(text)
        outputs = len(self.manifest.outputs)
        sentences = np.full((len(read.spans), outputs), -np.inf, np.float32)
        windows = []
        for window in pack_windows(read.token_ids, self.manifest.window, self._special):
            if unwanted is not None and unwanted():
                raise UnwantedError
            tokens = len(window.input_ids)
            pooling = np.zeros((1, len(window.sentences), tokens), np.float32)
            for row, (_, start, end) in enumerate(window.sentences):
                pooling[0, row, start:end] = 1.0 / (end - start)
            of_sentences, of_window = self._session.run(
                None,
                {
                    "input_ids": np.array([window.input_ids], np.int64),
                    "sentence_of": np.array([window.sentence_of], np.int64),
                    "positions": np.array([window.positions], np.int64),
                    "pooling": pooling,
                },
            )
            windows.append(of_window[0])
            for row, (index, start, end) in enumerate(window.sentences):
                # A sentence longer than a window is read in parts: the strongest counts.
                part = of_sentences[0, row]
                part[0] += self._wording.logit(window.input_ids[start:end])
                sentences[index] = np.maximum(sentences[index], part)
        return Logits(
            read,
            sentences,
            np.array(windows, np.float32).reshape(-1, outputs),
        )


def _laid_out(graph: Path, target: Path) -> Path:
    """The graph in `target` with its weights as this processor wants them, made if need be."""
    import onnxruntime

    if not (target / GRAPH).is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=target.parent, prefix=".laying-out-"))
        try:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            options.optimized_model_filepath = str(work / GRAPH)
            for name, value in (
                ("session.optimized_model_external_initializers_file_name", WEIGHTS),
                ("session.optimized_model_external_initializers_min_size_in_bytes", "1024"),
                ("session.save_external_prepacked_constant_initializers", "1"),
            ):
                options.add_session_config_entry(name, value)
            onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
            try:
                work.rename(target)
            except OSError:
                # Another process did the same meanwhile.
                if not (target / GRAPH).is_file():
                    raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return target / GRAPH


def _give_back_memory() -> None:
    """Give the system what loading needed for a moment (80 MB); the C library would keep it."""
    with contextlib.suppress(AttributeError, OSError, TypeError):  # others than glibc
        ctypes.CDLL(None).malloc_trim(0)
