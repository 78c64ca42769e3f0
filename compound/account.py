"""What everybody may change about themselves: where the portal writes to."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from residents.email_change import EmailError, ask_for_email, confirm_email, read_token


class EmailChangeForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("New e-mail address"), max_length=254)
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=gettext_lazy("So that nobody changes it at a screen left open."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError(_("This is not your password."))
        return ""


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request):
    form = EmailChangeForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_email(user=request.user, email=form.cleaned_data["email"])
        except EmailError as error:
            form.add_error("email", str(error))
        else:
            said = _("A link is on its way to %(email)s. The address changes once you open it and press the button.")
            messages.success(request, said % {"email": form.cleaned_data["email"]})
            return redirect("account")
    return render(request, "account.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request, token):
    """Looking changes nothing: mail programs open links by themselves."""
    try:
        email = read_token(user=request.user, token=token)
        if request.method == "POST":
            confirm_email(user=request.user, token=token)
            messages.success(request, _("Saved."))
            return redirect("account")
    except EmailError as error:
        return render(request, "email_confirm.html", {"problem": str(error)}, status=410)
    return render(request, "email_confirm.html", {"email": email})
