"""From files to texts: every kind of document that a publication comes in."""

from classifier.readers.desk import Desk
from classifier.readers.document import Document, LeftOut, ReadError, Unread, printable, sound
from classifier.readers.kinds import SUFFIXES

__all__ = ["SUFFIXES", "Desk", "Document", "LeftOut", "ReadError", "Unread", "printable", "sound"]
