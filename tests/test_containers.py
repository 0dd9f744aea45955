"""The Dockerfile and the compose file, parsed and checked where no engine runs them."""

import fnmatch
import re
import shlex
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url

from serve.settings import _OTHERS, Settings
from tests.conftest import ROOT

KNOWN = {f"BITARAF_{name.upper()}" for name in Settings.model_fields} | _OTHERS
INSTRUCTIONS = {
    "FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK",
    "ENTRYPOINT", "CMD",
}  # fmt: skip


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined, comments left out."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", text)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def last_stage() -> list[tuple[str, str]]:
    every = instructions()
    start = max(i for i, (name, _) in enumerate(every) if name == "FROM")
    return every[start:]


def environment() -> dict[str, str]:
    """What the last stage sets."""
    words = [w for name, rest in last_stage() if name == "ENV" for w in shlex.split(rest)]
    return dict(word.split("=", 1) for word in words)


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def pinned(image: str) -> bool:
    tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    return bool(re.search(r"\d", tag)) and tag != "latest"


def test_only_known_instructions_and_pinned_images():
    assert {name for name, _ in instructions()} <= INSTRUCTIONS
    assert all(pinned(rest.split()[0]) for rest in of("FROM"))
    # All stages are of one image, or what was compiled in one would not run in the other.
    assert len({rest.split()[0] for rest in of("FROM")}) == 1


def test_it_runs_as_nobody_special_and_tells_its_health():
    names = [name for name, _ in last_stage()]
    user = next(rest for name, rest in last_stage() if name == "USER")
    assert user.isdecimal()
    assert int(user) > 0
    # What is set up as root comes before, what is run as the user after.
    assert names.index("RUN") < names.index("USER") < names.index("ENTRYPOINT")
    assert f"--uid {user}" in next(rest for name, rest in last_stage() if name == "RUN")
    health = of("HEALTHCHECK")[0]
    assert "/readyz" in health
    compile(re.search(r'"-c", "(.*)"\]', health)[1], "healthcheck", "exec")


def test_settings_that_it_names_exist_and_hold():
    given = environment()
    named = set(re.findall(r"BITARAF_\w+", (ROOT / "Dockerfile").read_text()))
    assert named <= KNOWN
    assert not any("PASSWORD" in name or "DATABASE" in name for name in given)
    settings = Settings(
        _env_file=None,
        host=given["BITARAF_HOST"],
        port=given["BITARAF_PORT"],
        folder=given["BITARAF_FOLDER"],
    )
    assert not settings.loopback_only
    assert of("EXPOSE") == [str(settings.port)]
    assert of("VOLUME") == [str(settings.folder)]


def ignored(path: str) -> bool:
    """Whether .dockerignore leaves a path out: the last pattern that fits it decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        rule = pattern.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        prefixes = ["/".join(parts[: i + 1]) for i in range(len(parts))]
        candidates = [*prefixes, *parts] if pattern.startswith("**/") else prefixes
        if any(fnmatch.fnmatchcase(c, rule) and (rule != "*" or "/" not in c) for c in candidates):
            out = not pattern.startswith("!")
    return out


def test_what_is_copied_exists_and_reaches_the_builder():
    for rest in of("COPY"):
        if rest.startswith("--from="):
            continue
        for source in rest.split()[:-1]:
            found = list(ROOT.glob(source))
            assert found, source
            for path in found:
                assert not ignored(path.relative_to(ROOT).as_posix()), path


def test_what_the_program_needs_is_copied():
    copied = [source for rest in of("COPY") for source in rest.split()[:-1]]
    needed = yaml.safe_load("[pyproject.toml, constraints.txt, bitaraf.py, models]")
    assert set(needed) <= set(copied)
    for package in ("classifier", "serve", "training"):
        assert package in copied
    assert {"data/*.py", "data/*.txt"} <= set(copied)


def test_no_data_nor_secret_reaches_the_builder():
    for path in (
        "data/corpus/train/a.jsonl", "data/readings/x.jsonl", "secrets.env", ".env", "runs/x",
        ".git/config", "serve/__pycache__/app.cpython-312.pyc", "bitaraf.db",
    ):  # fmt: skip
        assert ignored(path), path
    for path in (
        "data/schema.py",
        "serve/web/static/self-check.html",
        "models/default/bundle.json",
    ):
        assert not ignored(path), path


def test_compose_uses_the_image_and_pinned_ones(compose):
    services = compose["services"]
    assert all(pinned(s["image"]) for s in services.values())
    assert [name for name, s in services.items() if "build" in s] == ["service"]
    for service in services.values():
        for name in service.get("depends_on", {}):
            assert "healthcheck" in services[name]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in compose["volumes"], volume
    assert of("VOLUME")[0] in {v.split(":")[1] for v in services["service"]["volumes"]}


def test_compose_names_settings_that_exist(compose):
    service = compose["services"]["service"]
    given = service["environment"]
    assert set(given) <= KNOWN
    fields = {name.removeprefix("BITARAF_").lower(): value for name, value in given.items()}
    settings = Settings(_env_file=None, **fields)
    mounts = {v.split(":")[1] for v in service["volumes"]}
    assert str(settings.models) in mounts
    grace = int(service["stop_grace_period"].removesuffix("s"))
    assert grace > settings.seconds_to_stop
    host, published, inner = service["ports"][0].split(":")
    # Whoever wants it open puts TLS before it.
    assert host == "127.0.0.1"
    assert published == inner == environment()["BITARAF_PORT"]


def test_the_container_may_write_to_its_volume_and_tmp_alone(compose):
    service = compose["services"]["service"]
    assert service["read_only"] is True
    assert service["tmpfs"] == "/tmp"
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_secrets_come_from_a_file_that_git_leaves_out(compose):
    for service in compose["services"].values():
        assert service["env_file"] == "secrets.env"
    assert "secrets.env" in (ROOT / ".gitignore").read_text().splitlines()
    lines = (ROOT / "secrets.example.env").read_text().splitlines()
    secrets = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    database = compose["services"]["database"]["environment"]
    url = make_url(secrets["BITARAF_DATABASE"])
    assert url.get_backend_name() == "postgresql"
    assert url.host in compose["services"]
    assert url.username == database["POSTGRES_USER"]
    assert url.database == database["POSTGRES_DB"]
    assert url.password == secrets["POSTGRES_PASSWORD"]
    for path in (ROOT / "Dockerfile", ROOT / "compose.yaml"):
        assert secrets["POSTGRES_PASSWORD"] not in path.read_text()


def test_the_image_runs_what_the_package_asks_for():
    version = of("FROM")[0].split()[0].partition(":")[2].split("-")[0]
    requires = re.search(r'requires-python = "(.*)"', (ROOT / "pyproject.toml").read_text())[1]
    assert requires == ">=3.12,<3.14"
    assert version in ("3.12", "3.13")
    assert Path(ROOT / "constraints.txt").is_file()
