"""Personal columns at rest: encrypted with FIELD_KEYS, found again through a keyed fingerprint.

The keys are apart from SECRET_KEY: the first encrypts, all of them decrypt, so a key is changed by putting
a new one in front. The fingerprint uses the *last* key, which therefore stays while rows refer to it.
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(plain: bytes) -> bytes:
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(plain)


def decrypt(secret: bytes) -> bytes:
    return _fernet(tuple(settings.FIELD_KEYS)).decrypt(secret)


def fingerprint(text: str) -> str:
    """The same for the same text, useless without the key: lets a phone number be found without storing it."""
    return hmac.new(settings.FIELD_KEYS[-1].encode(), text.encode(), hashlib.sha256).hexdigest()


def secret(text: str) -> str:
    """Text as an encrypted column holds it; an empty one stays empty."""
    return encrypt(text.encode()).decode() if text else text


class EncryptedTextField(models.TextField):
    """Text that only the running portal can read. An unreadable value (lost key) raises, never reads as empty."""

    def get_prep_value(self, value):
        return secret(super().get_prep_value(value))

    def from_db_value(self, value, expression, connection):
        if not value:
            return value
        try:
            return decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ValueError(f"{self.name}: no key in FIELD_KEYS opens this value.") from error
