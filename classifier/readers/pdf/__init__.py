"""PDF: from glyphs on a page to paragraphs in reading order."""

from classifier.readers.pdf.reader import read_pdf

__all__ = ["read_pdf"]
