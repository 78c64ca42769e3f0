"""Webhooks may be kept here too, beside their own page; messages may be looked at, never changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notices.forms import BotForm
from notices.models import ChannelChoice, Message, Webhook
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
