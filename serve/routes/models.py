"""Which model is at work, and putting another to work, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from serve.identity import Allowed, Principal
from serve.operations.models import Models
from serve.roles import Permission
from serve.routes.common import errors
from serve.scoring import DeskNow

Administrator = Annotated[Principal, Depends(Allowed(Permission.ADMINISTER))]
router = APIRouter(tags=["models"], responses=errors(401, 403, 429, 503))


class OfferOut(BaseModel):
    """A model in the service's folder of models."""

    version: str | None = Field(description="None where the folder holds no readable model")
    folder: str
    active: bool
    fault: str | None = Field(description="why it cannot be read")


class ModelsOut(BaseModel):
    """The model at work, the one that a rollback would bring back, and all on offer."""

    active: str
    previous: str | None
    models: list[OfferOut]


class ActivationIn(BaseModel):
    """The model to put to work, by its version."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": "default-0e3a01c4aa28"}]}
    )

    version: str = Field(max_length=200)


async def _models(request: Request) -> Models:
    return request.app.state.models


ModelsNow = Annotated[Models, Depends(_models)]


@router.get("/v1/models", operation_id="listModels")
def offered(models: ModelsNow, desk: DeskNow, caller: Administrator) -> ModelsOut:
    """The models that can be put to work, and the one that is."""
    return _shown(models, desk)


@router.post("/v1/models/activate", operation_id="activateModel", responses=errors(404, 422))
def activate(
    body: ActivationIn, models: ModelsNow, desk: DeskNow, caller: Administrator
) -> ModelsOut:
    """Put a model to work without a pause.

    It is checked by hash, loaded beside the present one and tried on a text; only then it takes
    its place. Requests at work are finished by the model that they began with. Other worker
    processes follow within a few seconds. A broken model is refused, and the present one stays.
    """
    models.activate(body.version, caller)
    return _shown(models, desk)


@router.post("/v1/models/rollback", operation_id="rollBackModel", responses=errors(409, 422))
def roll_back(models: ModelsNow, desk: DeskNow, caller: Administrator) -> ModelsOut:
    """Put the model that was at work before the present one back to work."""
    models.roll_back(caller)
    return _shown(models, desk)


def _shown(models: Models, desk: DeskNow) -> ModelsOut:
    active = desk.ready().manifest.version
    offers = [
        OfferOut(
            version=offer.version,
            folder=offer.folder.name,
            active=offer.version == active,
            fault=offer.fault,
        )
        for offer in models.offers()
    ]
    return ModelsOut(active=active, previous=models.previous(), models=offers)
