"""What the service keeps: accounts, keys, audits, assessments, reviews, contests, the log."""

from serve.storage.engine import Storage, StorageError
from serve.storage.tables import (
    Account,
    ApiKey,
    Audit,
    AuditFault,
    AuditState,
    Base,
    Contest,
    Decision,
    JournalEntry,
    ModelActivation,
    Review,
    StoredAssessment,
    Usage,
)

__all__ = [
    "Account",
    "ApiKey",
    "Audit",
    "AuditFault",
    "AuditState",
    "Base",
    "Contest",
    "Decision",
    "JournalEntry",
    "ModelActivation",
    "Review",
    "Storage",
    "StorageError",
    "StoredAssessment",
    "Usage",
]
