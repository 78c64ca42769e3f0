"""A code from a phone beside the password, for those who oversee a compound; and codes on paper for a lost phone."""

import base64
import re
import secrets
import time
import unicodedata
from binascii import unhexlify

from django.db import transaction
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from residents.models import User

BACKUP_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else on paper
CODE = re.compile(r"[0-9]{6}")


def needs_second_factor(user: User) -> bool:
    """Who may see or change a whole compound, or everything."""
    return user.is_staff or user.is_superuser or bool(user.access.whole_compounds | user.access.doctor)


def has_second_factor(user: User) -> bool:
    return TOTPDevice.objects.filter(user=user, confirmed=True).exists()


def enrolment_link(user: User, key: str) -> str:
    """What the QR code says to the app on the phone."""
    secret = base64.b32encode(unhexlify(key)).decode()
    return f"otpauth://totp/Shoulou:{user.get_username()}?secret={secret}&issuer=Shoulou&digits=6&period=30"


@transaction.atomic
def enrol(*, user: User, key: str, typed: str) -> TOTPDevice | None:
    """The phone shows what it should: it is the second factor from now on, and any earlier one is not."""
    User.objects.select_for_update().get(pk=user.pk)
    code, totp = clean_code(typed), TOTP(unhexlify(key))
    totp.time = time.time()
    if not CODE.fullmatch(code) or not totp.verify(int(code), 1):
        return None
    remove_second_factor(user)
    # The code just used is spent: nobody who read it over a shoulder can use it again.
    return TOTPDevice.objects.create(user=user, name="phone", key=key, confirmed=True, last_t=totp.t())


@transaction.atomic
def check_second_factor(*, user: User, typed: str) -> Device | None:
    """The device that the code is of, or None. A code works once, whoever sends it at the same moment."""
    User.objects.select_for_update().get(pk=user.pk)
    code = clean_code(typed)
    model, token = (TOTPDevice, code) if CODE.fullmatch(code) else (StaticDevice, _hash(user, code))
    for device in model.objects.filter(user=user, confirmed=True):
        if device.verify_token(token):
            return device
    return None


@transaction.atomic
def make_backup_codes(*, user: User) -> list[str]:
    """New codes, shown once and kept only as hashes; earlier ones stop working."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="paper", confirmed=True)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_hash(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def remove_second_factor(*users: User) -> None:
    """For a lost phone: at the next login they are asked to set one up anew."""
    TOTPDevice.objects.filter(user__in=users).delete()
    StaticDevice.objects.filter(user__in=users).delete()


def clean_code(typed: str) -> str:
    """As people type it: spaces, dashes, full-width digits, capitals."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", typed[:100])).lower()


def _hash(user: User, code: str) -> str:
    digest = salted_hmac("residents.second_factor", f"{user.pk}:{code}", algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode().lower()
