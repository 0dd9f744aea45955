"""How much a document may ask for. Honest publications stay far below all of these."""

# Code points of one document: scoring a longer one would need more memory than promised.
LONGEST_TEXT = 2_000_000
# Bytes of one text, page or message file.
LARGEST_TEXT_FILE = 16_000_000
# Bytes of a PDF or office file on disk, and of one of its parts once unpacked.
LARGEST_FILE = 200_000_000
LARGEST_PART = 64_000_000
# An archive: how many members, how deep one in another, and how far a member may swell.
MOST_MEMBERS = 20_000
DEEPEST_ARCHIVE = 2
LARGEST_RATIO = 200
DEEPEST_MARKUP = 1_000
MOST_PAGES = 1_000
MOST_SCANNED_PAGES = 60
# The worker: bytes of address space, seconds without a sign of life, seconds for a document.
WORKER_MEMORY = 400_000_000
SILENCE = 8.0
PATIENCE = 15.0
SCAN_PATIENCE = 240.0
