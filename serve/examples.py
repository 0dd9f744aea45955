"""An example of each operation's answer, for the description of the API; tests hold them to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from classifier.codebook import PROTECTED_KINDS, RULES

_ACCOUNT = "5f0c7a2b9d8e4f1aa3c6b1d2e4f50718"
_OWNER = "c0ffee00c0ffee00c0ffee00c0ffee00"
_AUDIT = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
_STORED = "0123456789abcdef0123456789abcdef"
_CONTEST = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
_KEY = "1a2b3c4d5e6f7081"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_MODEL = "default-0e3a01c4aa28"
_OTHER_MODEL = "default-b3eafa60beb1"
_NOW, _LATER = "2026-11-25T08:30:00Z", "2026-12-25T08:30:00Z"
_PASSAGE = "وانت انجمن در اختیار ستاد انتخاباتی مهندس داوود ترکمان‌پور است."
_REASON = "وانت مؤسسه به ستاد یک نامزد سپرده شده است."
_STATEMENT = "این جمله نقل قول بود و نام گوینده در سطر پیش آمده است."

_RULE = next(asdict(rule) for rule in RULES if rule.name == "mobilisation")
_KIND = next(asdict(kind) for kind in PROTECTED_KINDS if kind.name == "neutrality_statement")
_SPAN = {"start": 46, "end": 110, "rule": "mobilisation", "probability": 0.93}
_ASSESSMENT = {
    "id": "post-12",
    "verdict": "flagged",
    "score": 0.97,
    "abstained_reason": None,
    "evidence": [{**_SPAN, "text": _PASSAGE}],
    "protected": [{"start": 0, "end": 44, "kind": "ordinary", "probability": 0.88}],
    "notes": [],
    "model": _MODEL,
    "codebook": "1",
}
_STORED_SPAN = {**_SPAN, "page": None, "text": None}
_AUDIT_NOW = {
    "id": _AUDIT,
    "owner_id": _OWNER,
    "name": "پایش آبان",
    "state": "running",
    "error": None,
    "explanation": None,
    "prior": None,
    "model": _MODEL,
    "total": 2000,
    "done": 320,
    "faults": 1,
    "verdicts": {"clear": 290, "review": 21, "flagged": 7, "abstained": 2},
    "seconds_left": 84.0,
    "created_at": _NOW,
    "started_at": _NOW,
    "finished_at": None,
}
_ACCOUNT_NOW = {
    "id": _ACCOUNT,
    "name": "دفتر پایش شمال",
    "role": "monitor",
    "created_at": _NOW,
    "closed_at": None,
}
_KEY_NOW = {
    "id": _KEY,
    "account_id": _ACCOUNT,
    "created_at": _NOW,
    "expires_at": _LATER,
    "revoked_at": None,
}
_MODELS = {
    "active": _MODEL,
    "previous": _OTHER_MODEL,
    "models": [
        {"version": _MODEL, "folder": "default", "active": True, "fault": None},
        {"version": _OTHER_MODEL, "folder": "autumn", "active": False, "fault": None},
    ],
}
_VIEW = {
    "document": "گزارش بهاره.docx",
    "outcome": "contested",
    "verdict": "flagged",
    "score": 0.97,
    "evidence": [{"start": 46, "end": 110, "page": None, "category": _RULE, "text": None}],
    "protected": [],
    "reviews": [{"decision": "confirm", "category": _RULE, "reason": _REASON, "at": _NOW}],
    "model": _MODEL,
    "codebook": "1",
    "assessed_at": _NOW,
    "expires_at": _LATER,
    "answered_at": _NOW,
    "statement": _STATEMENT,
}

# By the operation's identity. Text stands for answers that are no JSON.
ANSWERS: dict[str, Any] = {
    "scoreText": _ASSESSMENT,
    "scoreBatch": {"assessments": [_ASSESSMENT]},
    "scoreFile": {
        "file": "گزارش.docx",
        "documents": [{"text": f"گزارش بهاره. {_PASSAGE}", "assessment": _ASSESSMENT}],
        "unread": [{"file": "پوستر.png", "reason": "تصویر، فیلم یا صداست، نه متن.", "line": None}],
        "complete": True,
    },
    "createAudit": {**_AUDIT_NOW, "state": "waiting", "total": None, "done": 0, "verdicts": {}},
    "listAudits": {"audits": [_AUDIT_NOW], "next": None},
    "getAudit": _AUDIT_NOW,
    "watchAudit": 'event: progress\ndata: {"id": "…", "state": "running", "done": 320}\n\n',
    "cancelAudit": {**_AUDIT_NOW, "state": "cancelled", "finished_at": _NOW, "seconds_left": None},
    "listResults": {
        "results": [
            {
                "row": 0,
                "assessment": _STORED,
                "id": "post-12",
                "verdict": "flagged",
                "score": 0.97,
                "abstained_reason": None,
                "evidence": [_STORED_SPAN],
                "protected": [],
                "notes": [],
                "model": _MODEL,
                "codebook": "1",
                "outcome": "waiting",
            }
        ],
        "next": 0,
    },
    "listFaults": {
        "faults": [{"row": 7, "source": "متن‌ها.csv:8", "reason": "The text is empty."}],
        "next": None,
    },
    "listQueue": {
        "assessments": [
            {
                "id": _STORED,
                "audit_id": _AUDIT,
                "document": "گزارش بهاره.docx",
                "outcome": "waiting",
                "verdict": "flagged",
                "score": 0.97,
                "confirming": 0,
                "overturning": 0,
                "own": None,
                "created_at": _NOW,
            }
        ],
        "total": 1,
        "next": None,
    },
    "getAssessment": {
        "id": _STORED,
        "audit_id": _AUDIT,
        "row": 0,
        "document": "گزارش بهاره.docx",
        "outcome": "waiting",
        "verdict": "flagged",
        "score": 0.97,
        "abstained_reason": None,
        "evidence": [_STORED_SPAN],
        "protected": [],
        "notes": [],
        "model": _MODEL,
        "codebook": "1",
        "text_hash": _HASH,
        "text": None,
        "text_until": None,
        "created_at": _NOW,
    },
    "reviewAssessment": {"id": _STORED, "outcome": "confirmed"},
    "listReviews": {
        "outcome": "contested",
        "reviews": [
            {
                "reviewer": "نرگس",
                "decision": "confirm",
                "rule": "mobilisation",
                "reason": _REASON,
                "at": _NOW,
            }
        ],
        "contests": [
            {
                "id": _CONTEST,
                "created_at": _NOW,
                "expires_at": _LATER,
                "revoked_at": None,
                "answered_at": _NOW,
                "heard_at": None,
                "statement": _STATEMENT,
            }
        ],
    },
    "createContest": {
        "id": _CONTEST,
        "assessment_id": _STORED,
        "expires_at": _LATER,
        "token": "btc_f0e1d2c3b4a5968778695a4b3c2d1e0f_…",
        "link": "https://bitaraf.example/contest#btc_f0e1d2c3b4a5968778695a4b3c2d1e0f_…",
    },
    "getContest": _VIEW,
    "answerContest": _VIEW,
    "listAccounts": [_ACCOUNT_NOW],
    "createAccount": _ACCOUNT_NOW,
    "createKey": {**_KEY_NOW, "token": f"btf_{_KEY}_…"},
    "listKeys": [_KEY_NOW],
    "readLog": {
        "entries": [
            {
                "number": 1,
                "at": "2026-11-25T08:30:00.000+00:00",
                "actor": "command line",
                "action": "account.create",
                "object": _ACCOUNT,
                "details": {"role": "monitor"},
                "previous_hash": "0" * 64,
                "hash": _HASH,
            }
        ],
        "total": 1,
    },
    "verifyLog": {"holds": True, "entries": 1, "head": _HASH, "fault": None},
    "listModels": _MODELS,
    "activateModel": _MODELS,
    "rollBackModel": {**_MODELS, "active": _OTHER_MODEL, "previous": _MODEL},
    "getModel": {
        "version": _MODEL,
        "codebook": "1",
        "encoder": "intfloat/multilingual-e5-small",
        "thresholds": {"review_threshold": 0.3, "flag_threshold": 0.7},
        "metrics": {},
        "characters_per_second": 5200.0,
    },
    "getCodebook": {"version": "1", "rules": [_RULE], "protected": [_KIND]},
    "getPrincipal": {"name": "دفتر پایش شمال", "role": "monitor"},
    "isAlive": {"status": "alive"},
    "isReady": {"status": "ready"},
    "getMetrics": 'bitaraf_requests_total{method="POST",route="/v1/score",status="200"} 12.0\n',
}
