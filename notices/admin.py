"""Webhooks may be kept here too, beside their own page; messages may be looked at, never changed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notices.forms import BotForm
from notices.models import ChannelChoice, Message, Webhook


class WebhookForm(BotForm):
    class Meta(BotForm.Meta):
        fields = ["compound", "name", "kind", "is_active"]


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
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
class ChannelChoiceAdmin(admin.ModelAdmin):
    list_display = ["user", "by_email", "quiet_from", "quiet_until"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["subject", "channel", "recipient", "state", "due_at", "sent_at", "attempt_count", "last_error"]
    list_filter = ["state", "channel", "compound", "due_at"]
    search_fields = ["=id", "subject", "reminder", "recipient"]
    date_hierarchy = "created_at"
    list_select_related = ["compound"]
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
