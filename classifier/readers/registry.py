"""One reader for each kind of file, called by what the file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from classifier.readers.document import TOO_DEEP, Context, Item, ReadError, Source, Unread
from classifier.readers.kinds import Kind, find_kind

# Imported when first needed: most texts need none of the libraries behind these.
_READERS: dict[Kind, tuple[str, str]] = {
    "text": ("plain", "read_text"),
    "markdown": ("plain", "read_markdown"),
    "html": ("html", "read_html"),
    "docx": ("docx", "read_docx"),
    "odt": ("odt", "read_odt"),
    "rtf": ("rtf", "read_rtf"),
    "pdf": ("pdf", "read_pdf"),
    "mail": ("mail", "read_mail"),
    "csv": ("tables", "read_csv"),
    "xlsx": ("xlsx", "read_xlsx"),
    "jsonl": ("tables", "read_jsonl"),
    "zip": ("archive", "read_zip"),
}
_OUT_OF_MEMORY = "needs more memory to read than a document may; split it"
_BROKEN = "damaged, or made in a way that is not read; save it anew or give its text"


def read_here(source: Source, context: Context, kind: Kind | None = None) -> Iterator[Item]:
    """Read a file in this process; what cannot be read is told as Unread, never raised."""
    try:
        chosen = kind or find_kind(source)
        module, function = _READERS[chosen]
        reader: Callable[[Source, Context], Iterator[Item]] = getattr(
            import_module(f"classifier.readers.{module}"), function
        )
        yield from reader(source, context)
    except ReadError as error:
        yield _unread(source, str(error))
    except MemoryError:
        yield _unread(source, _OUT_OF_MEMORY)
    except RecursionError:
        yield _unread(source, TOO_DEEP)
    except OSError as error:
        yield Unread(source.name, f"cannot be read: {error.strerror or 'damaged'}")
    except Exception as error:
        # Parsers of others' making fail in many ways on a broken file. The class of the
        # failure is told, its message is not: it may quote the text.
        yield _unread(source, f"{_BROKEN} ({type(error).__name__})")


def _unread(source: Source, reason: str) -> Unread:
    return Unread(source.name, reason, consumed=source.size())
