"""How long messages and notices are kept."""

from django.utils.translation import gettext_lazy as _

from notices.models import (
    ChannelChoice,
    Heartbeat,
    LadderStep,
    Message,
    Notice,
    Reached,
    Recipient,
    Tally,
    Webhook,
    Wording,
)
from residents.retention import KeepClass, goes, keeps, register, stays, until_the_end

MESSAGES = KeepClass("messages", _("Messages sent"), _("the day they were written"), days=30, low=7, high=180)
NOTICES = KeepClass("notices", _("Who has read a notice"), _("the day it went out"), days=90, low=14, high=365)

register(MESSAGES, goes(Message, "compound", since="created_at"))
register(
    NOTICES,
    goes(Reached, "recipient__notice__compound", since="recipient__notice__published_at"),
    goes(Recipient, "notice__compound", since="notice__published_at", counted=("notice_id", "building_id")),
)
until_the_end(goes(LadderStep, "notice__compound"), goes(Notice, "compound"))
stays(
    _("Settings, no people."),
    keeps(Wording, "compound", plain=("title", "text", "title_en", "text_en")),
    keeps(Webhook, "compound", plain=("name", "url", "secret", "called_at")),
    keeps(ChannelChoice, None),
    keeps(Heartbeat, None),
    keeps(Tally, None),
)
