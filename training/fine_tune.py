"""Fine-tuning with `transformers.Trainer`: progress, checkpoints, interruption, resuming."""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import torch
from torch import nn
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)

from training.config import TrainingConfig
from training.examples import KINDS_AT, RULES_AT, collate
from training.model import SentenceClassifier, freeze_lower
from training.pretrained import PretrainedEncoder


class TrainingInterruptedError(RuntimeError):
    """Training was stopped on request; the checkpoint it left can be resumed."""


class TrainingObjective(nn.Module):
    """The network with its loss: sentences, windows, rules and protected kinds together, and
    twins told apart, rivals read alike, where a batch holds them."""

    def __init__(self, classifier: SentenceClassifier, config: TrainingConfig) -> None:
        super().__init__()
        self.classifier = classifier
        self.evidence_weight = config.evidence_weight
        self.contrast_weight = config.contrast_weight
        self.swap_weight = config.swap_weight

    def forward(
        self,
        input_ids: torch.Tensor,
        sentence_of: torch.Tensor,
        positions: torch.Tensor,
        pooling: torch.Tensor,
        sentence_targets: torch.Tensor,
        kinds: torch.Tensor,
        kinds_known: torch.Tensor,
        twins: torch.Tensor,
        rivals: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """Loss of a batch as made by `collate`."""
        sentences, windows = self.classifier(input_ids, sentence_of, positions, pooling)
        sentences, windows = sentences.float(), windows.float()
        real = (pooling.sum(-1) > 0.5).float()
        window_targets = sentence_targets.max(1).values

        partisan = _bce(sentences[..., 0], sentence_targets[..., 0])
        weight = real * (1 + (self.evidence_weight - 1) * sentence_targets[..., 0])
        rules = _bce(sentences[..., RULES_AT], sentence_targets[..., 1:]).mean(-1)
        loss = (partisan * weight).sum() / weight.sum() + 2 * (rules * real).sum() / real.sum()

        loss = loss + _bce(windows[:, 0], window_targets[:, 0]).mean()
        loss = loss + _bce(windows[:, RULES_AT], window_targets[:, 1:]).mean()

        # Kinds are known of the document only: the strongest sentence answers for each
        # kind that is there, and every sentence for each that is not.
        known = kinds_known.unsqueeze(-1)
        count = known.sum().clamp(min=1.0) * kinds.shape[-1]
        logits = sentences[..., KINDS_AT] - 1e4 * (1 - real).unsqueeze(-1)
        kind_loss = _bce(logits.max(1).values, kinds) + _bce(windows[:, KINDS_AT], kinds)
        loss = loss + 0.5 * (kind_loss * known).sum() / count

        strongest = (sentences[..., 0] - 1e4 * (1 - real)).max(1).values
        for judged in (windows[:, 0], strongest):
            if self.contrast_weight:
                loss = loss + self.contrast_weight * _twins_apart(
                    judged, window_targets[:, 0], twins
                )
            if self.swap_weight:
                loss = loss + self.swap_weight * _rivals_alike(judged, window_targets[:, 0], rivals)
        return {"loss": loss}


def _bce(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    return nn.functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")


def _twins_apart(judged: torch.Tensor, targets: torch.Tensor, twins: torch.Tensor) -> torch.Tensor:
    """Logistic loss on the margin of each partisan text over each permitted twin
    (Burges et al. 2005); logits, targets and group numbers are [batch]."""
    together = (twins.unsqueeze(0) == twins.unsqueeze(1)) & (twins >= 0).unsqueeze(1)
    wanted = together & (targets.unsqueeze(1) > 0.5) & (targets.unsqueeze(0) < 0.5)
    margins = judged.unsqueeze(1) - judged.unsqueeze(0)
    return (nn.functional.softplus(-margins) * wanted).sum() / wanted.sum().clamp(min=1)


def _rivals_alike(
    judged: torch.Tensor, targets: torch.Tensor, rivals: torch.Tensor
) -> torch.Tensor:
    """Mean squared difference in probability between windows of a swap group that hold the
    same: only the contestant differs, so the reading may not."""
    together = (rivals.unsqueeze(0) == rivals.unsqueeze(1)) & (rivals >= 0).unsqueeze(1)
    same = (together & (targets.unsqueeze(1) == targets.unsqueeze(0))).float()
    probabilities = torch.sigmoid(judged)
    difference = probabilities.unsqueeze(1) - probabilities.unsqueeze(0)
    return (difference.square() * same).sum() / same.sum().clamp(min=1)


class _InOrder(Trainer):
    """A Trainer that keeps the schedule's order, which is already shuffled."""

    def _get_train_sampler(self, *args: Any, **kwargs: Any) -> torch.utils.data.Sampler:
        return torch.utils.data.SequentialSampler(self.train_dataset)


class _StopOnSignal(TrainerCallback):
    """Ctrl-C and SIGTERM save a checkpoint and stop at the end of the step."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def on_train_begin(self, *args: Any, **kwargs: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._ask)

    def _ask(self, *args: Any) -> None:
        self.asked = True
        sys.stderr.write("\nStopping after this step; a checkpoint is being saved.\n")

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if self.asked:
            control.should_save = control.should_training_stop = True

    def on_train_end(self, *args: Any, **kwargs: Any) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def use_bfloat16(config: TrainingConfig) -> bool:
    """Whether to train in bfloat16: as configured, or where the processor computes in it."""
    if config.precision != "auto":
        return config.precision == "bfloat16"
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported()
    try:
        return " avx512_bf16 " in Path("/proc/cpuinfo").read_text().replace("\n", " ")
    except OSError:
        return False


def parameter_groups(model: SentenceClassifier, config: TrainingConfig) -> list[dict[str, Any]]:
    """Optimizer groups: heads at their own rate, layers decaying downward."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    layers = model.encoder.config.num_hidden_layers
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        rate = config.head_learning_rate
        if name.startswith("encoder."):
            layer = int(name.split("layer.")[1].split(".")[0]) if "layer." in name else 0
            rate = config.learning_rate * config.layer_decay ** (layers - 1 - layer)
        decay = config.weight_decay if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def standardise_heads(
    model: SentenceClassifier, schedule: datasets.Dataset, pad: int, rows: int = 400
) -> None:
    """Centre and scale the heads' inputs by what the pretrained encoder makes of some rows."""
    model.eval()
    sentences, windows = [], []
    step = max(1, len(schedule) // rows)
    with torch.no_grad():
        for start in range(0, len(schedule), step):
            batch = collate([schedule[start]], pad)
            names = ("input_ids", "sentence_of", "positions", "pooling")
            of_sentences, of_window = model.features(*(batch[name] for name in names))
            sentences.append(of_sentences[0])
            windows.append(of_window)
    model.sentence_head.standardise(torch.cat(sentences))
    model.window_head.standardise(torch.cat(windows))


def fine_tune(
    encoder: PretrainedEncoder,
    schedule: datasets.Dataset,
    config: TrainingConfig,
    output: Path,
    *,
    resume: bool = False,
    quiet: bool = False,
) -> SentenceClassifier:
    """Train on the schedule and return the network, on the CPU and in eval mode.

    Checkpoints lie under `output`; with `resume` the newest one is continued. Raises
    TrainingInterruptedError when stopped by a signal, after saving a checkpoint.
    """
    set_seed(config.seed)
    model = SentenceClassifier(
        encoder.model, config.head_width, config.dropout, config.local_layers
    )
    standardise_heads(model, schedule, encoder.special.pad)
    freeze_lower(model, config.trained_layers)
    objective = TrainingObjective(model, config)
    steps = -(-len(schedule) // config.batch_size)
    optimizer = torch.optim.AdamW(parameter_groups(model, config))
    warmup = max(1, int(config.warmup_share * steps))
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min((step + 1) / warmup, max(0.02, (steps - step) / max(1, steps - warmup))),
    )
    arguments = TrainingArguments(
        output_dir=str(output),
        per_device_train_batch_size=config.batch_size,
        num_train_epochs=1,
        logging_steps=25,
        save_steps=max(20, steps // 12),
        save_total_limit=2,
        seed=config.seed,
        bf16=use_bfloat16(config),
        report_to=[],
        remove_unused_columns=False,
        dataloader_num_workers=0,
        max_grad_norm=1.0,
        disable_tqdm=quiet,
        use_cpu=not torch.cuda.is_available(),
    )
    stop = _StopOnSignal()
    trainer = _InOrder(
        model=objective,
        args=arguments,
        train_dataset=schedule,
        data_collator=partial(collate, pad=encoder.special.pad),
        optimizers=(optimizer, scheduler),
        callbacks=[stop],
    )
    trainer.train(resume_from_checkpoint=resume or None)
    if stop.asked:
        raise TrainingInterruptedError(
            "Training stopped on request. "
            f"Go on with: bitaraf train --resume --output {output.parent}"
        )
    return model.float().cpu().eval()
