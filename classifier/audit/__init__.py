"""Many documents in, one assessment a line out, streaming."""

from classifier.audit.inputs import InputError, find_files, open_inputs
from classifier.audit.memory import RecentAssessments
from classifier.audit.outputs import OUTPUT_FORMATS, open_output, stream_output
from classifier.audit.run import AuditSummary, run_audit

__all__ = [
    "OUTPUT_FORMATS",
    "AuditSummary",
    "InputError",
    "RecentAssessments",
    "find_files",
    "open_inputs",
    "open_output",
    "run_audit",
    "stream_output",
]
