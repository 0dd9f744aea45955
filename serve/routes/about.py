"""The model, the codebook, and who the caller is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from classifier.codebook import CODEBOOK_VERSION, PROTECTED_KINDS, RULES
from serve.identity import Principal, principal_of
from serve.routes.common import errors
from serve.schemas import CategoryOut, CodebookOut, ModelOut, PrincipalOut
from serve.scoring import DeskNow

router = APIRouter(tags=["about"])


@router.get("/v1/model", operation_id="getModel", responses=errors(503))
def model(desk: DeskNow) -> ModelOut:
    """The model's version, thresholds and measured quality."""
    manifest = desk.ready().manifest
    calibration = asdict(manifest.calibration)
    return ModelOut(
        version=manifest.version,
        codebook=manifest.codebook,
        encoder=manifest.encoder["name"],
        thresholds={k: v for k, v in calibration.items() if k.endswith("_threshold")},
        metrics=manifest.metrics,
        characters_per_second=round(desk.pace, 1) if desk.pace is not None else None,
    )


@router.get("/v1/codebook", operation_id="getCodebook")
def codebook() -> CodebookOut:
    """The rules E1-E5 and the protected kinds P1-P7, in both languages."""
    return CodebookOut(
        version=CODEBOOK_VERSION,
        rules=[CategoryOut(**asdict(c)) for c in RULES],
        protected=[CategoryOut(**asdict(c)) for c in PROTECTED_KINDS],
    )


@router.get("/v1/me", operation_id="getPrincipal", responses=errors(401))
def me(principal: Annotated[Principal, Depends(principal_of)]) -> PrincipalOut:
    """Who the key belongs to and in which role; `local` at a service without keys."""
    return PrincipalOut(name=principal.name, role=principal.role)
