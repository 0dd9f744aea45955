"""Keys and roles: who is let in, and who may do what."""

import json
import os

import pytest

from serve.identity import authenticate, create_account, create_key, expiry
from serve.roles import PERMISSIONS, Permission, Role
from serve.storage import ApiKey
from serve.storage.tables import now
from tests.conftest import PERMITTED
from tests.service.conftest import serving_crew
from tests.service.test_scoring import is_problem


def test_a_key_opens_its_account_and_no_other_string_does(storage):
    with storage.write() as session:
        account = create_account(session, "انجمن", Role.MONITOR)
        key, token = create_key(session, account, None)
        other, _ = create_key(session, account, None)
    secret = token.split("_", 2)[2]
    with storage.read() as session:
        found = authenticate(session, token)
        assert (found.account_id, found.role, found.key_id) == (account.id, Role.MONITOR, key.id)
        for wrong in (
            "", "btf", "btf__", token[:-1], token + "x", token.upper(), "xyz" + token[3:],
            f"btf_{other.id}_{secret}", f"btf_{'0' * 16}_{secret}", f"btf_{key.id}_", "btf_\ud800",
        ):  # fmt: skip
            assert authenticate(session, wrong) is None, wrong


def test_only_a_hash_is_stored(storage):
    with storage.write() as session:
        key, token = create_key(session, create_account(session, "انجمن", Role.AUTHOR), None)
    with storage.read() as session:
        stored = session.get(ApiKey, key.id)
        values = [str(getattr(stored, c.name)) for c in ApiKey.__table__.columns]
        assert not any(token.split("_", 2)[2] in value for value in values)


def test_expired_revoked_and_closed_open_nothing(storage):
    with storage.write() as session:
        account = create_account(session, "انجمن", Role.ADMIN)
        expired, expired_token = create_key(session, account, expiry(1))
        revoked, revoked_token = create_key(session, account, None)
        _, good = create_key(session, account, expiry(1))
        expired.expires_at = now()
        revoked.revoked_at = now()
    with storage.read() as session:
        assert authenticate(session, expired_token) is None
        assert authenticate(session, revoked_token) is None
        assert authenticate(session, good) is not None
    with storage.write() as session:
        session.merge(account).closed_at = now()
    with storage.read() as session:
        assert authenticate(session, good) is None


@pytest.fixture(scope="module")
def keyed(tmp_path_factory):
    """A service with one key in every role."""
    with serving_crew(tmp_path_factory.mktemp("keyed")) as service:
        clients = {role: service.client(token) for role, token in service.tokens.items()}
        clients[None] = service.client()
        yield clients
        for client in clients.values():
            client.close()


WORD = {"decision": "confirm", "rule": "E1", "reason": "نامزدی را نام برده است."}
# Every route that is not for all: method, path, body, and the permission that opens it.
GUARDED = [
    ("POST", "/v1/score", {"text": PERMITTED}, Permission.SCORE),
    ("POST", "/v1/score/batch", {"texts": [{"text": PERMITTED}]}, Permission.SCORE),
    ("GET", "/v1/accounts", None, Permission.ADMINISTER),
    ("POST", "/v1/accounts", {"name": "", "role": "admin"}, Permission.ADMINISTER),
    ("DELETE", "/v1/accounts/none", None, Permission.ADMINISTER),
    ("GET", "/v1/accounts/none/keys", None, Permission.ADMINISTER),
    ("POST", "/v1/accounts/none/keys", {}, Permission.ADMINISTER),
    ("DELETE", "/v1/keys/none", None, Permission.ADMINISTER),
    ("GET", "/v1/reviews/queue", None, Permission.REVIEW),
    ("GET", "/v1/reviews/export", None, Permission.REVIEW),
    ("POST", "/v1/assessments/none/review", WORD, Permission.REVIEW),
    ("GET", "/v1/assessments/none/notice", None, Permission.REVIEW),
    ("POST", "/v1/contests", {"assessment_id": "none"}, Permission.REVIEW),
    ("DELETE", "/v1/contests/none", None, Permission.REVIEW),
    ("GET", "/v1/models", None, Permission.ADMINISTER),
    ("POST", "/v1/models/activate", {"version": "none"}, Permission.ADMINISTER),
    ("POST", "/v1/models/rollback", None, Permission.ADMINISTER),
    ("GET", "/v1/log", None, Permission.READ_LOG),
    ("GET", "/v1/log/verification", None, Permission.READ_LOG),
]


@pytest.mark.parametrize(("method", "path", "body", "permission"), GUARDED)
def test_a_route_opens_for_its_roles_only(keyed, method, path, body, permission):
    for role in Role:
        answer = keyed[role].request(method, path, json=body)
        if permission in PERMISSIONS[role]:
            assert answer.status_code not in (401, 403), role
        else:
            is_problem(answer, 403, "forbidden")
    answer = keyed[None].request(method, path, json=body)
    is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_what_is_for_all_needs_no_key(keyed):
    for path in ("/healthz", "/readyz", "/v1/model", "/v1/codebook", "/openapi.json"):
        assert keyed[None].get(path).status_code == 200, path


def test_an_administrator_makes_and_revokes_keys(keyed):
    admin = keyed[Role.ADMIN]
    account = admin.post("/v1/accounts", json={"name": "پایشگر تازه", "role": "monitor"}).json()
    again = admin.post("/v1/accounts", json={"name": "پایشگر تازه", "role": "author"})
    is_problem(again, 409, "conflict")
    made = admin.post(f"/v1/accounts/{account['id']}/keys", json={"days": 30}).json()
    header = {"Authorization": f"Bearer {made['token']}"}
    anyone = keyed[None]
    assert anyone.get("/v1/me", headers=header).json() == {"name": "پایشگر تازه", "role": "monitor"}
    listed = admin.get(f"/v1/accounts/{account['id']}/keys").json()
    assert [k["id"] for k in listed] == [made["id"]]
    assert "token" not in listed[0]
    for _ in range(2):
        assert admin.delete(f"/v1/keys/{made['id']}").status_code == 204
    is_problem(anyone.get("/v1/me", headers=header), 401, "unauthenticated")
    assert admin.delete(f"/v1/accounts/{account['id']}").status_code == 204
    closed = admin.post(f"/v1/accounts/{account['id']}/keys", json={})
    is_problem(closed, 409, "conflict")
    log = admin.get("/v1/log").json()["entries"]
    acts = [e["action"] for e in log if account["id"] in (e["object"], e["details"].get("account"))]
    assert acts == ["account.create", "key.create", "account.close"]
    assert made["token"] not in json.dumps(log)
    assert admin.get("/v1/log/verification").json()["holds"]


def test_without_keys_only_this_computer_scores(start_service):
    service = start_service()
    client = service.client()
    assert client.get("/v1/me").json() == {"name": "local", "role": "author"}
    assert "personal self-check" in service.log.read_text()
    is_problem(client.get("/v1/log"), 403, "forbidden")
    # A page on the web that points its own name here, to read what is scored.
    rebound = client.post("/v1/score", json={"text": PERMITTED}, headers={"Host": "evil.example"})
    is_problem(rebound, 401, "unauthenticated")
    service.token(Role.AUTHOR)
    is_problem(client.get("/v1/me"), 401, "unauthenticated")


def test_an_open_address_needs_keys(run_bitaraf, tmp_path):
    environment = os.environ | {"BITARAF_FOLDER": str(tmp_path)}
    refused = run_bitaraf("serve", "--host", "0.0.0.0", env=environment)
    assert refused.returncode == 2
    assert b"bitaraf admin create-account" in refused.stderr


def test_the_command_line_makes_lists_and_revokes_keys(run_bitaraf, tmp_path):
    environment = os.environ | {"BITARAF_FOLDER": str(tmp_path)}

    def admin(*arguments, status=0):
        done = run_bitaraf("admin", *arguments, env=environment)
        assert done.returncode == status, done.stderr.decode()
        assert b"Traceback" not in done.stderr
        return done.stdout.decode()

    token = admin("create-account", "دفتر مرکزی", "--role", "admin").strip()
    assert token.startswith("btf_")
    admin("create-account", "دفتر مرکزی", "--role", "admin", status=2)
    another = json.loads(admin("create-key", "دفتر مرکزی", "--days", "3", "--json"))
    admin("create-key", "دفتر دیگر", status=2)
    admin("revoke-key", another["key"])
    admin("revoke-key", "nothing", status=2)
    listed = json.loads(admin("list", "--json"))
    assert [k["state"] for k in listed["keys"]] == ["valid", "revoked"]
    verified = json.loads(admin("verify-log", "--json"))
    assert verified["entries"] == 4
    admin("verify-log", "--head", verified["head"])
    admin("verify-log", "--head", f"9:{'0' * 64}", status=1)
    admin("verify-log", "--head", "x", status=2)
