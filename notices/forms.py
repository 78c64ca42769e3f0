from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.bots import check_address, has_secret
from notices.models import ChannelChoice, Webhook
from notices.webhooks import WebhookError
from residents.forms import NameField

KEEP = gettext_lazy("Leave empty to keep what is there.")


class BotForm(forms.ModelForm):
    """Address and secret go in and never come out: whoever holds them can write to the committee's group."""

    name = NameField(label=gettext_lazy("name"), max_length=60)
    new_url = forms.CharField(
        label=gettext_lazy("address"),
        max_length=1000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    new_secret = forms.CharField(
        label=gettext_lazy("signing secret"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("For DingTalk and Feishu, if the bot asks for signatures."),
    )

    class Meta:
        model = Webhook
        fields = ["name", "kind"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not settings.APPRISE_SCHEMAS and self.instance.kind != Webhook.Kind.APPRISE:
            shown = [choice for choice in Webhook.Kind.choices if choice[0] != Webhook.Kind.APPRISE]
            self.fields["kind"].choices = shown
        if self.instance.pk:
            self.fields["new_url"].help_text = KEEP
        else:
            self.initial["kind"] = Webhook.Kind.WECOM
            self.fields["new_url"].help_text = gettext_lazy("Copy it whole from the bot's settings in the group.")

    def clean_new_url(self):
        url = self.cleaned_data["new_url"]
        if not url and not self.instance.url:
            raise forms.ValidationError(_("An address is needed."))
        return url

    def clean(self):
        cleaned = super().clean()
        kind, url = cleaned.get("kind"), cleaned.get("new_url")
        is_other_kind = bool(self.instance.pk) and "kind" in self.changed_data
        if kind and (url or (is_other_kind and url is not None)):
            try:
                check_address(kind=kind, url=url or self.instance.url)
            except WebhookError as error:
                self.add_error("new_url", str(error))
        if kind and cleaned.get("new_secret") and not has_secret(kind):
            self.add_error("new_secret", _("This kind of bot has no signing secret."))
        return cleaned

    def save(self, commit=True):
        url, secret = self.cleaned_data["new_url"], self.cleaned_data["new_secret"]
        if url and url != self.instance.url:  # another bot: what the former asked for does not bind it
            self.instance.called_at, self.instance.rests_until = [], None
        self.instance.url = url or self.instance.url
        self.instance.secret = secret or (self.instance.secret if has_secret(self.instance.kind) else "")
        return super().save(commit)


class ChannelChoiceForm(forms.ModelForm):
    class Meta:
        model = ChannelChoice
        fields = ["by_email", "quiet_from", "quiet_until"]
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {
            "quiet_from": gettext_lazy("May reach over midnight, for example from 22:00 until 07:00."),
        }

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (begin is None) != (end is None):
            self.add_error("quiet_until" if end is None else "quiet_from", _("Quiet hours need both ends, or neither."))
        elif begin is not None and begin == end:
            self.add_error("quiet_until", _("Quiet hours cannot last the whole day."))
        return cleaned
