"""XML changed at single places: elements with the bytes they stand in, so that every other byte stays as it came.

A workbook holds more than any library reads and writes back (pictures, charts, rules of newer versions of Excel). So
nothing is written back: what is new is put between the bytes that were there.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

TAG = re.compile(rb"<(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what no XML may hold
ENCODING = re.compile(r"(<\?xml[^>]*?)\s+encoding\s*=\s*(\"[^\"]*\"|'[^']*')")


@dataclass
class Element:
    """`start` to `end` with both tags, `body` behind the first one. `end` is known when it is over."""

    name: str  # without its prefix
    prefix: str  # with the colon
    told: dict[str, str]
    start: int
    body: int
    inside: Element | None
    end: int = 0
    is_empty: bool = False

    @property
    def close(self) -> str:
        return f"</{self.prefix}{self.name}>"


@dataclass(frozen=True, order=True)
class Edit:
    """These bytes instead of those from `start` to `end`; nothing taken away where both are the same."""

    start: int
    end: int
    fresh: bytes = field(compare=False)


def walk(content: bytes, seen: Callable[[Element], None], names: frozenset[str]) -> None:
    """Each element of these names, when it is over. What stands between them is passed by."""
    parser = expat.ParserCreate()
    open_ones: list[Element] = []

    def on_start(tag: str, told: dict[str, str]) -> None:
        prefix, colon, name = tag.rpartition(":")
        if name in names:
            at = parser.CurrentByteIndex
            inside = open_ones[-1] if open_ones else None
            open_ones.append(Element(name, prefix + colon, told, at, _end_of_tag(content, at), inside))

    def on_end(tag: str) -> None:
        if tag.rpartition(":")[2] not in names:
            return
        element = open_ones.pop()
        element.is_empty = content[element.body - 2 : element.body] == b"/>"
        at = parser.CurrentByteIndex
        element.end = element.body if element.is_empty else _end_of_tag(content, at)
        seen(element)

    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.Parse(content, True)


def _end_of_tag(content: bytes, at: int) -> int:
    match = TAG.match(content, at)
    if match is None:
        raise ValueError("no tag stands there")
    return match.end()


def read_all(content: bytes, *names: str) -> list[Element]:
    found: list[Element] = []
    walk(content, found.append, frozenset(names))
    return found


def splice(content: bytes, edits: Iterable[Edit]) -> bytes:
    parts, at = [], 0
    for edit in sorted(edits):
        if edit.start < at:
            raise ValueError("two changes of one place")
        parts += [content[at : edit.start], edit.fresh]
        at = edit.end
    return b"".join([*parts, content[at:]])


def grown(content: bytes, element: Element, fresh: str, tag: bytes | None = None) -> list[Edit]:
    """More at the end of what the element holds, opening it where it is empty. `tag`: its first tag, changed."""
    if not element.is_empty:
        at = content.rindex(b"</", element.body, element.end)
        edits = [Edit(at, at, fresh.encode())] if fresh else []
        return [*edits, Edit(element.start, element.body, tag)] if tag else edits
    tag = tag or content[element.start : element.body]
    return [Edit(element.start, element.end, tag[:-2].rstrip() + b">" + (fresh + element.close).encode())]


def with_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A first tag with an attribute set, or without it."""
    spot = re.compile(rb"\s+" + name.encode() + rb"\s*=\s*(\"[^\"]*\"|'[^']*')")
    fresh = b"" if value is None else f' {name}="{value}"'.encode()
    if spot.search(tag):
        return spot.sub(lambda _match: fresh, tag, count=1)
    ending = b"/>" if tag.endswith(b"/>") else b">"
    return tag[: -len(ending)].rstrip() + fresh + ending


def xml_text(text: str) -> str:
    """In plain letters alone, so that it can stand in a part of any encoding."""
    return escape(CONTROL.sub("\ufffd", text)).encode("ascii", "xmlcharrefreplace").decode()


def as_bytes_of_ascii(content: bytes) -> bytes:
    """A part in two bytes a letter becomes UTF-8; any other stays as it is."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    return ENCODING.sub(r"\1", content.decode("utf-16"), count=1).encode()
