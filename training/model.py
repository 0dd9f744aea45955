"""The network: an encoder and heads that judge every sentence and the window as a whole."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from classifier.bundle import OUTPUTS


class SentenceClassifier(nn.Module):
    """Reads a window once; returns logits for each of its sentences and for the whole.

    A sentence is the mean of its token vectors beside the mean of the window, so that
    its judgement knows who speaks. The whole is the window's mean beside the largest
    value of each feature over its sentences.
    """

    def __init__(self, encoder: Any, hidden: int = 192, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        width = encoder.config.hidden_size
        self.sentence_head = _head(2 * width, hidden, dropout)
        self.window_head = _head(2 * width, hidden, dropout)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, pooling: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of sentences [batch, sentences, 13] and of windows [batch, 13].

        `input_ids` and `attention_mask` are [batch, tokens]; `pooling` is [batch, sentences,
        tokens], each row the weights (summing to one) that average a sentence's tokens; rows
        of padding are zero.
        """
        tokens = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(tokens.dtype)
        whole = (tokens * mask).sum(1) / mask.sum(1)
        sentences = torch.bmm(pooling, tokens)
        repeated = whole.unsqueeze(1).expand(-1, sentences.shape[1], -1)
        sentence_logits = self.sentence_head(torch.cat([sentences, repeated], -1))
        padding = (pooling.sum(-1, keepdim=True) < 0.5).to(tokens.dtype)
        strongest = (sentences - 1e4 * padding).max(1).values
        window_logits = self.window_head(torch.cat([whole, strongest], -1))
        return sentence_logits, window_logits


def _head(inputs: int, hidden: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(dropout),
        nn.Linear(inputs, hidden),
        nn.GELU(),
        nn.Dropout(dropout),
        nn.Linear(hidden, len(OUTPUTS)),
    )


def freeze_lower(model: SentenceClassifier, trained_layers: int) -> None:
    """Leave only the heads and the upper `trained_layers` of the encoder trainable."""
    for parameter in model.encoder.parameters():
        parameter.requires_grad = False
    layers = model.encoder.encoder.layer
    for layer in layers[len(layers) - trained_layers :]:
        for parameter in layer.parameters():
            parameter.requires_grad = True
