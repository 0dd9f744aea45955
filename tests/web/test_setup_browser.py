"""Bringing the browser: from the registry that is configured, and only what was pinned."""

import importlib.util

import pytest

from tests.conftest import ROOT


@pytest.fixture
def setup(monkeypatch):
    """The script as a module, with no npm to help it."""
    spec = importlib.util.spec_from_file_location("setup_browser", ROOT / "tools/setup_browser.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "setup_browser", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    return module


def test_the_registry_is_the_one_that_npm_would_ask(setup, tmp_path):
    settings = tmp_path / ".npmrc"
    assert setup.registry_of({}, settings) == "https://registry.npmjs.org"
    settings.write_text('@own:registry=https://own.example\nregistry = "https://a.example/npm/"\n')
    assert setup.registry_of({}, settings) == "https://a.example/npm"
    given = {"npm_config_registry": "https://b.example/"}
    assert setup.registry_of(given, settings) == "https://b.example"


def test_another_file_than_the_pinned_one_is_refused(setup, tmp_path, monkeypatch):
    package = setup.AXE
    file = tmp_path / package.tarball
    file.parent.mkdir(parents=True)
    file.write_bytes(b"another")
    monkeypatch.setenv("npm_config_registry", tmp_path.as_uri())
    with pytest.raises(setup.SetupError, match="another hash"):
        setup._fetch(package)


def test_what_failed_is_said_and_nothing_is_left(setup, tmp_path, monkeypatch):
    monkeypatch.setenv("npm_config_registry", (tmp_path / "nowhere").as_uri())
    monkeypatch.setenv("BITARAF_BROWSER", "/some/chromium")
    monkeypatch.setattr(setup, "FOLDER", tmp_path / "browser")
    with pytest.raises(SystemExit, match=r"axe-core .* could not be fetched"):
        setup.main()
    assert list(tmp_path.iterdir()) == []
