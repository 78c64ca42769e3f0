"""What is told: notices to households, and messages on their way out of the portal.

Reading order: `outbox.py` (messages, bots, how one person is told), `notices.py` (a notice, its wordings, who gets
it), `reaching.py` (how each household was reached, appended).
"""

from notices.models.notices import Notice, NoticeQuerySet, Recipient, Usual, Wording
from notices.models.outbox import (
    SHANGHAI,
    ChannelChoice,
    Heartbeat,
    Message,
    MessageQuerySet,
    Tally,
    Webhook,
    WebhookQuerySet,
)
from notices.models.reaching import LadderStep, Reached, ReachedQuerySet

__all__ = [
    "SHANGHAI",
    "ChannelChoice",
    "Heartbeat",
    "LadderStep",
    "Message",
    "MessageQuerySet",
    "Notice",
    "NoticeQuerySet",
    "Reached",
    "ReachedQuerySet",
    "Recipient",
    "Tally",
    "Usual",
    "Webhook",
    "WebhookQuerySet",
    "Wording",
]
