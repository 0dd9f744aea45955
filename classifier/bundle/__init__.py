"""A model as one folder, verified when it is loaded."""

from classifier.bundle.build import build, resolve_bundle
from classifier.bundle.manifest import (
    OUTPUTS,
    BundleError,
    Calibration,
    Manifest,
    read_manifest,
    verify_files,
)

__all__ = [
    "OUTPUTS",
    "BundleError",
    "Calibration",
    "Manifest",
    "build",
    "read_manifest",
    "resolve_bundle",
    "verify_files",
]
