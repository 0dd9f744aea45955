"""A service in this process with reviewers, and assessments put into its storage directly."""

from __future__ import annotations

from starlette.testclient import TestClient

from serve.app import create_app
from serve.identity import create_account, create_key
from serve.roles import Role
from serve.settings import Settings
from serve.storage import Audit, Storage, StoredAssessment
from serve.storage.tables import new_id
from tests.conftest import PARTISAN

PASSAGE = "وانت انجمن تا پایان هفته در اختیار ستاد انتخاباتی مهندس داوود ترکمان‌پور است."
EVIDENCE = {
    "start": PARTISAN.index(PASSAGE),
    "end": PARTISAN.index(PASSAGE) + len(PASSAGE),
    "rule": "mobilisation",
    "probability": 0.93,
}


class Office:
    """Keys by name, made when first used: `office["narges"]` is a monitor's client."""

    def __init__(self, database_url: str, **settings: object) -> None:
        self.app = create_app(Settings(database=database_url, **settings))  # type: ignore[arg-type]
        self.storage: Storage = self.app.state.storage
        self.storage.migrate()
        self._clients: dict[str | None, TestClient] = {}
        self.accounts: dict[str, str] = {}

    def __getitem__(self, name: str) -> TestClient:
        return self.hire(name, Role.MONITOR)

    def hire(self, name: str, role: Role) -> TestClient:
        """The client of an account in this role."""
        if name not in self._clients:
            with self.storage.write() as session:
                account = create_account(session, name, role)
                _, token = create_key(session, account, None)
            self.accounts[name] = account.id
            self._clients[name] = self.client(f"Bearer {token}")
        return self._clients[name]

    def client(self, authorization: str | None = None) -> TestClient:
        headers = {"Authorization": authorization} if authorization else {}
        return TestClient(self.app, base_url="http://office.example", headers=headers)

    def assessment(self, owner: str = "owner", **fields: object) -> str:
        """A flagged document of `owner`, without its text unless given; its identity."""
        self[owner]
        with self.storage.write() as session:
            audit = Audit(owner_id=self.accounts[owner])
            session.add(audit)
            session.flush()
            values: dict[str, object] = {
                "document": "گزارش بهاره.docx",
                "verdict": "flagged",
                "score": 0.97,
                "evidence": [EVIDENCE],
                "protected": [],
                "notes": [],
                "model": "2026.1-test",
                "codebook": "1",
                "text_hash": "0" * 64,
            }
            made = StoredAssessment(
                id=new_id(), audit_id=audit.id, owner_id=self.accounts[owner], row=0,
                **(values | fields),
            )  # fmt: skip
            session.add(made)
        return made.id

    def review(self, who: str, identity: str, decision: str = "confirm", rule: str | None = "E3"):
        """Somebody's word, as an answer of the service."""
        body = {"decision": decision, "rule": rule, "reason": "همهٔ متن را خواندم."}
        return self[who].post(f"/v1/assessments/{identity}/review", json=body)

    def outcome(self, identity: str) -> str:
        with self.storage.read() as session:
            return session.get_one(StoredAssessment, identity).outcome

    def log(self) -> list[dict]:
        return self.hire("auditor", Role.AUDITOR).get("/v1/log?limit=1000").json()["entries"]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.storage.close()
