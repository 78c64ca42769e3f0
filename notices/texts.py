"""A message as plain text within a chat's limit, and several of them as one. Pure: nothing is read or sent here."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from notices.models import Message


def cut(text: str, most_bytes: int) -> str:
    """At most so many bytes of UTF-8, never half a character; what is missing is shown by an ellipsis."""
    whole = text.encode()
    if len(whole) <= most_bytes:
        return text
    return whole[: max(most_bytes - len("…".encode()), 0)].decode(errors="ignore") + "…"


def number_of(message: Message) -> str:
    return _("Message no. %(number)s") % {"number": message.pk}


def link_of(message: Message) -> str:
    return settings.PUBLIC_URL + message.link if message.link else ""


def compose_one(message: Message, most_bytes: int) -> str:
    """Subject, text, link, number. Too long, it is the text that is cut."""
    tail = "\n".join(line for line in (link_of(message), number_of(message)) if line)
    room = most_bytes - len(tail.encode()) - 1
    return cut(f"{message.subject}\n{message.body}".rstrip(), room) + "\n" + tail


def compose_digest(messages: Sequence[Message], most_bytes: int) -> tuple[str, list[Message]]:
    """Numbered lines, newest last, and the messages they hold.

    With their texts if there is room, else the subjects alone; what does not fit even so waits for the next
    digest, so that no message is settled that nobody was told.
    """
    newest_last = sorted(messages, key=lambda message: (message.created_at, message.pk))
    told: list[Message] = []
    for is_whole in (True, False):
        lines, told = _fill(newest_last, most_bytes, is_whole=is_whole)
        if len(told) == len(messages):
            break
    return _frame(lines), told


def _frame(lines: Sequence[str], count: int | None = None) -> str:
    head = _("%(count)s notices together:") % {"count": count or len(lines)}
    return "\n".join([head, *lines, settings.PUBLIC_URL])


def _fill(messages: Sequence[Message], most_bytes: int, *, is_whole: bool) -> tuple[list[str], list[Message]]:
    room = most_bytes - len(_frame([], len(messages)).encode())
    lines: list[str] = []
    for number, message in enumerate(messages, start=1):
        text = f"{number}. {message.subject}"
        if is_whole and message.body:
            text += " – " + " · ".join(message.body.split("\n"))
        mark = f" #{message.pk}"
        if not lines:  # one at least is told, however long
            text = cut(text, room - len(mark.encode()) - 1)
        size = len((text + mark).encode()) + 1
        if size > room:
            break
        lines.append(text + mark)
        room -= size
    return lines, list(messages[: len(lines)])
