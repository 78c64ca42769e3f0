"""Webhooks may be kept here too, beside their own page; messages and notices may be looked at, never changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notices.forms import BotForm
from notices.models import (
    ChannelChoice,
    LadderStep,
    Message,
    Notice,
    Reached,
    Recipient,
    Webhook,
    Wording,
)
from residents.scoped_admin import DEEDS, FactAdmin, ScopedAdmin


class WebhookForm(BotForm):
    class Meta(BotForm.Meta):
        fields = ["compound", "name", "kind", "is_active"]


@admin.register(Webhook)
class WebhookAdmin(ScopedAdmin):
    compound_path = "compound"
    steward_deeds = DEEDS
    changes_by_itself = frozenset({"called_at", "rests_until"})
    form = WebhookForm
    list_display = ["name", "compound", "kind", "masked_url", "is_active"]
    list_filter = ["is_active", "kind", "compound"]
    list_select_related = ["compound"]
    search_fields = ["name", "compound__name"]
    autocomplete_fields = ["compound"]
    fields = ["compound", "name", "kind", "masked_url", "new_url", "new_secret", "is_active"]
    readonly_fields = ["masked_url"]

    @admin.display(description=_("current address"))
    def masked_url(self, webhook):
        return webhook.address_hint if webhook.url else "–"


@admin.register(ChannelChoice)
class ChannelChoiceAdmin(ScopedAdmin):
    list_display = ["user", "by_email", "quiet_from", "quiet_until"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]


@admin.register(Message)
class MessageAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["subject", "channel", "recipient", "state", "due_at", "sent_at", "attempt_count", "last_error"]
    list_filter = ["state", "channel", "compound", "due_at"]
    search_fields = ["=id", "subject", "reminder", "recipient"]
    date_hierarchy = "created_at"
    list_select_related = ["compound"]


@admin.register(Notice)
class NoticeAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["title", "compound", "scope", "checked_at", "published_at", "expires_at", "change"]
    list_filter = ["scope", "usual", "compound", "published_at"]
    search_fields = ["title"]
    date_hierarchy = "created_at"
    list_select_related = ["compound"]


@admin.register(Recipient)
class RecipientAdmin(FactAdmin):
    compound_path = "notice__compound"
    list_display = ["notice", "household", "paper"]
    list_filter = ["paper"]
    list_select_related = ["notice", "household__door__building"]


@admin.register(Reached)
class ReachedAdmin(FactAdmin):
    compound_path = "recipient__notice__compound"
    list_display = ["recipient", "how", "at", "by", "undoes"]
    list_filter = ["how"]
    list_select_related = ["recipient__notice", "recipient__household__door__building", "by"]


@admin.register(LadderStep)
class LadderStepAdmin(FactAdmin):
    compound_path = "notice__compound"
    list_display = ["notice", "kind", "building", "at", "by", "note"]
    list_filter = ["kind"]
    list_select_related = ["notice", "building", "by"]


@admin.register(Wording)
class WordingAdmin(FactAdmin):
    compound_path = "compound"
    list_display = ["title", "usual", "compound", "changed_at", "changed_by"]
    list_filter = ["usual", "compound"]
    list_select_related = ["compound", "changed_by"]
