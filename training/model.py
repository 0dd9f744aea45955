"""The network: an encoder and heads that judge every sentence and the window as a whole."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from classifier.bundle import OUTPUTS


class SentenceClassifier(nn.Module):
    """Reads a window once; returns logits for each of its sentences and for the whole.

    The lower `local_layers` read each sentence as if it stood alone, so that what it says
    stays its own; the layers above let sentences see each other, so that its judgement
    knows who speaks and of what. A sentence is the mean of its tokens after both stages;
    the whole is the mean of all tokens beside the largest value of each feature over the
    sentences.
    """

    def __init__(
        self, encoder: Any, hidden: int = 192, dropout: float = 0.1, local_layers: int = 6
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.local_layers = local_layers
        width = encoder.config.hidden_size
        self.sentence_head = Head(2 * width, hidden, dropout)
        self.window_head = Head(2 * width, hidden, dropout)

    def forward(
        self,
        input_ids: torch.Tensor,
        sentence_of: torch.Tensor,
        positions: torch.Tensor,
        pooling: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits of sentences [batch, sentences, 13] and of windows [batch, 13].

        Arguments as for `features`.
        """
        sentences, windows = self.features(input_ids, sentence_of, positions, pooling)
        return self.sentence_head(sentences), self.window_head(windows)

    def features(
        self,
        input_ids: torch.Tensor,
        sentence_of: torch.Tensor,
        positions: torch.Tensor,
        pooling: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What the heads see: [batch, sentences, 2 * width] and [batch, 2 * width].

        `input_ids`, `sentence_of` (which sentence a token belongs to, -1 for padding) and
        `positions` (inside the sentence) are [batch, tokens]; `pooling` is [batch,
        sentences, tokens], each row the weights (summing to one) that average a sentence's
        tokens; rows of padding are zero.
        """
        real = sentence_of >= 0
        everywhere = real.unsqueeze(1).unsqueeze(2)
        same = sentence_of.unsqueeze(1) == sentence_of.unsqueeze(2)
        tokens = self.encoder.embeddings(input_ids=input_ids, position_ids=positions)
        masks = [_additive(same.unsqueeze(1), tokens), _additive(everywhere, tokens)]
        alone = tokens
        for number, layer in enumerate(self.encoder.encoder.layer):
            tokens = layer(tokens, masks[number >= self.local_layers])
            tokens = tokens[0] if isinstance(tokens, tuple) else tokens
            if number + 1 == self.local_layers:
                alone = tokens
        mask = real.unsqueeze(-1).to(tokens.dtype)
        whole = (tokens * mask).sum(1) / mask.sum(1)
        sentences = torch.bmm(pooling.to(tokens.dtype), tokens)
        own = torch.bmm(pooling.to(alone.dtype), alone)
        padding = (pooling.sum(-1, keepdim=True) < 0.5).to(tokens.dtype)
        strongest = (sentences - 1e4 * padding).max(1).values
        return torch.cat([sentences, own], -1), torch.cat([whole, strongest], -1)


def _additive(allowed: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """A mask to add to attention: nothing where attention is allowed, much where not."""
    return (1.0 - allowed.to(like.dtype)) * -1e4


class Head(nn.Module):
    """Two layers over standardised features.

    The pretrained encoder was trained to put all texts close together, so its features
    hardly differ before they are centred and scaled; with raw features a head learns the
    common direction first and little else.
    """

    def __init__(self, inputs: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.mean: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("mean", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(inputs))
        self.layers = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(inputs, hidden),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, len(OUTPUTS)),
        )

    def standardise(self, features: torch.Tensor) -> None:
        """Centre and scale by these features, [texts, inputs]."""
        self.mean.copy_(features.mean(0))
        self.scale.copy_(1.0 / features.std(0).clamp(min=1e-3))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits [..., 13] of features [..., inputs]."""
        return self.layers((features - self.mean) * self.scale)


def freeze_lower(model: SentenceClassifier, trained_layers: int) -> None:
    """Leave only the heads and the upper `trained_layers` of the encoder trainable.

    Dropout works in the trained layers alone, and not on attention: drawing its masks took
    a third of a training step on a processor.
    """
    for parameter in model.encoder.parameters():
        parameter.requires_grad = False
    layers = model.encoder.encoder.layer
    frozen = len(layers) - trained_layers
    for layer in layers[frozen:]:
        for parameter in layer.parameters():
            parameter.requires_grad = True
    for module in (model.encoder.embeddings, *layers[:frozen]):
        for part in module.modules():
            if isinstance(part, nn.Dropout):
                part.p = 0.0
    for layer in layers:
        layer.attention.self.dropout.p = 0.0
