"""A notice as text: for the chat groups, to be copied; and for their bots. In the compound's own language."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from notices.models import Notice


def _moment(moment) -> str:
    return date_format(timezone.localtime(moment), "n-j H:i")


def headline(notice: Notice) -> str:
    """The title, and before it that nobody is sure yet."""
    with translation.override(settings.LANGUAGE_CODE):
        return (_("[not confirmed yet] ") if notice.is_unconfirmed else "") + notice.title


def facts_of(notice: Notice) -> list[str]:
    """Below the text: from when it holds, until when, who says so; in the language that is active."""
    lines = []
    if notice.effective_at:
        lines.append(_("Holds from %(time)s") % {"time": _moment(notice.effective_at)})
    if notice.expires_at:
        lines.append(_("Until %(time)s") % {"time": _moment(notice.expires_at)})
    lines.append(_("Source: %(source)s") % {"source": notice.source})
    return lines


def bot_text(notice: Notice) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [notice.text, *facts_of(notice)]
        if notice.corrects and notice.corrects.title not in notice.text:
            lines.insert(0, _("Replaces: %(title)s") % {"title": notice.corrects.title})
        return "\n".join(lines)


def chat_text(notice: Notice) -> str:
    """What is copied into a group: the title on a line of its own, as notices are read there."""
    moment = notice.published_at or timezone.now()
    with translation.override(settings.LANGUAGE_CODE):
        foot = _("%(compound)s · %(time)s") % {"compound": notice.compound, "time": _moment(moment)}
    parts = [f"【{headline(notice)}】", bot_text(notice), foot]
    if notice.title_en and notice.text_en:
        with translation.override("en"):
            unsure = _("[not confirmed yet] ") if notice.is_unconfirmed else ""
            parts += ["———", f"{unsure}{notice.title_en}", notice.text_en, *facts_of(notice)]
    return "\n".join(parts)
