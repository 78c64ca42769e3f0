"""Webhooks are kept here and nowhere else; messages may be looked at, never changed."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from notices.models import Message, Webhook
from notices.webhooks import WebhookError, check_webhook_url


def mask_url(url: str) -> str:
    return f"****{url[-4:]}" if len(url) > 8 else "****"


class WebhookForm(forms.ModelForm):
    """The address goes in and never comes out: whoever holds it can write to the committee's group."""

    new_url = forms.CharField(
        label=_("address"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 80}),
        help_text=_("Only hosts the operator allows (WEBHOOK_HOSTS). Leave empty to keep the address."),
    )

    class Meta:
        model = Webhook
        fields = ["compound", "name", "is_active"]

    def clean_new_url(self):
        url = self.cleaned_data["new_url"].strip()
        if not url and not self.instance.url:
            raise forms.ValidationError(_("An address is needed."))
        if url:
            try:
                check_webhook_url(url)
            except WebhookError as error:
                raise forms.ValidationError(str(error)) from error
        return url


@admin.register(Webhook)
class WebhookAdmin(admin.ModelAdmin):
    form = WebhookForm
    list_display = ["name", "compound", "masked_url", "is_active"]
    list_filter = ["is_active", "compound"]
    list_select_related = ["compound"]
    search_fields = ["name", "compound__name"]
    autocomplete_fields = ["compound"]
    fields = ["compound", "name", "masked_url", "new_url", "is_active"]
    readonly_fields = ["masked_url"]

    @admin.display(description=_("current address"))
    def masked_url(self, webhook):
        return mask_url(webhook.url) if webhook.url else "–"

    def save_model(self, request, obj, form, change):
        obj.url = form.cleaned_data["new_url"] or obj.url
        super().save_model(request, obj, form, change)


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
