"""`bundle.json`: everything about a model but its weights, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from classifier.codebook import CODEBOOK_VERSION, PROTECTED_NAMES, RULE_NAMES

_NUMBER = 3  # of the format; whoever changes what a bundle holds counts on
FORMAT = f"bitaraf-bundle/{_NUMBER}"
_EARLIER = {f"bitaraf-bundle/{number}" for number in range(1, _NUMBER)}
MANIFEST, GRAPH, WEIGHTS, TOKENIZER, WORDING, CHANGES, CARD = (
    "bundle.json", "model.onnx", "weights.bin", "tokenizer.json", "wording.npy",
    "changes.safetensors", "MODEL_CARD.md",
)  # fmt: skip
# What must be there, and match its hash, in either kind of bundle.
BUILT_FILES = (GRAPH, WEIGHTS, TOKENIZER, WORDING)
RELEASE_FILES = (GRAPH, WORDING, CHANGES)
OUTPUTS: tuple[str, ...] = ("partisan", *RULE_NAMES, *PROTECTED_NAMES)


class BundleError(RuntimeError):
    """A bundle that is broken, partial or foreign; the message names the file and why."""


@dataclass(frozen=True)
class Calibration:
    """How logits become the document's score, and scores verdicts; fitted on development data.

    score = sigmoid(sentence * top sentence logit + window * top window logit + bias), where
    `base_rate` of the texts are partisan.
    """

    sentence: float = 1.0
    window: float = 1.0
    bias: float = 0.0
    review_threshold: float = 0.3
    flag_threshold: float = 0.7
    evidence_threshold: float = 0.5
    rule_threshold: float = 0.5
    kind_threshold: float = 0.5
    base_rate: float = 0.5


@dataclass(frozen=True)
class Manifest:
    """The typed content of `bundle.json`.

    ``kind`` is ``release`` (what training learned, to be joined with the encoder) or
    ``built`` (complete, ready to score). ``tensors`` says where each weight of the graph
    comes from: name, whether transposed, offset and shape in the weights file.
    """

    name: str
    kind: str
    encoder: dict[str, Any]
    window: int
    calibration: Calibration
    outputs: tuple[str, ...] = OUTPUTS
    codebook: str = CODEBOOK_VERSION
    tensors: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    version: str = ""
    format: str = FORMAT

    def sealed(self) -> Manifest:
        """The same manifest with ``version`` set: a hash over all that decides a score."""
        content = {k: v for k, v in asdict(self).items() if k not in ("version", "metrics", "kind")}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
        return Manifest(**{**self.__dict__, "version": f"{self.name}-{digest[:12]}"})

    def write(self, folder: Path) -> None:
        """Write `bundle.json` into `folder`, with a checksum of its own content."""
        content = asdict(self)
        content["checksum"] = _checksum(content)
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _checksum(content: dict[str, Any]) -> str:
    rest = {k: v for k, v in content.items() if k != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Read and check `bundle.json`; raises BundleError naming the file and the fault."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BundleError(f"{folder} is not a model bundle: it has no {MANIFEST}") from error
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        found = content.get("format") if isinstance(content, dict) else None
        if found in _EARLIER:
            raise BundleError(f"{path} was made by an earlier version; train the model anew")
        raise BundleError(f"{path} has format {found!r}; this program reads {FORMAT!r}")
    if content.get("checksum") != _checksum(content):
        raise BundleError(f"{path} was changed after it was written (its checksum differs)")
    content.pop("checksum")
    try:
        content["calibration"] = Calibration(**content["calibration"])
        content["outputs"] = tuple(content["outputs"])
        manifest = Manifest(**content)
    except (KeyError, TypeError) as error:
        raise BundleError(f"{path} lacks or adds a field: {error}") from error
    if manifest.outputs != OUTPUTS or manifest.codebook != CODEBOOK_VERSION:
        raise BundleError(
            f"{path} was made for codebook {manifest.codebook} and other categories; "
            f"this program knows codebook {CODEBOOK_VERSION}"
        )
    return manifest


def file_hash(path: Path) -> str:
    """BLAKE2b-256 of a file, in hex: as safe as SHA-256, and faster without special hardware."""
    digest = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            digest.update(chunk)
    return digest.hexdigest()


def verify_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file with its hash; raises BundleError naming the first that differs, is
    missing, or has no hash though a bundle of its kind needs it."""
    for name in BUILT_FILES if manifest.kind == "built" else RELEASE_FILES:
        if name not in manifest.files:
            raise BundleError(f"{folder / MANIFEST} gives no hash of {name}; the bundle is partial")
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleError(f"{path} is missing; the bundle is partial")
        if file_hash(path) != expected:
            raise BundleError(f"{path} does not match its hash; the bundle is broken")
