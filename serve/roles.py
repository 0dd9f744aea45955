"""Roles, and what each may do: one table."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for; one role each."""

    AUTHOR = "author"
    MONITOR = "monitor"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """Something that a route asks for."""

    SCORE = "score"
    CREATE_AUDITS = "create_audits"
    READ_ALL_AUDITS = "read_all_audits"
    REVIEW = "review"
    READ_LOG = "read_log"
    ADMINISTER = "administer"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.AUTHOR: frozenset({Permission.SCORE}),
    Role.MONITOR: frozenset({Permission.SCORE, Permission.CREATE_AUDITS, Permission.REVIEW}),
    Role.AUDITOR: frozenset({Permission.READ_ALL_AUDITS, Permission.READ_LOG}),
    Role.ADMIN: frozenset({Permission.ADMINISTER, Permission.READ_LOG}),
}
