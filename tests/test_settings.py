"""Wrong settings stop the start with a sentence; right ones pass Django's own inspection."""

import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet
from django.conf import settings

WHOLE = {
    "SECRET_KEY": "k9-" + "aB3_xYz7Qw" * 6,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "ALLOWED_HOSTS": "portal.example.org",
    "PUBLIC_URL": "https://portal.example.org",
    "EMAIL_URL": "smtp://mail.example.org:25",
}
LEFT_TO_THE_SYSTEM = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}


def manage(tmp_path, *words, **changes):
    """Runs manage.py as an installation would: with this environment and nothing of ours."""
    environment = {name: value for name, value in os.environ.items() if name in LEFT_TO_THE_SYSTEM}
    environment |= {"VAR_DIR": str(tmp_path)} | WHOLE | changes
    environment = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


REFUSED = {
    "no secret key": (
        {"SECRET_KEY": None},
        "SECRET_KEY is not set. Set it, or set DEMO=1 for a demo on this machine.",
    ),
    "an empty secret key": ({"SECRET_KEY": ""}, "SECRET_KEY is not set."),
    "no field keys": (
        {"FIELD_KEYS": None},
        "FIELD_KEYS is not set: comma-separated Fernet keys for the encrypted columns, newest first.",
    ),
    "bad field keys": (
        {"FIELD_KEYS": "not-a-key"},
        "FIELD_KEYS must hold url-safe base64 Fernet keys of 32 bytes.",
    ),
    "one bad field key of two": (
        {"FIELD_KEYS": WHOLE["FIELD_KEYS"] + ",dG9vLXNob3J0"},
        "FIELD_KEYS must hold url-safe base64 Fernet keys of 32 bytes.",
    ),
    "no hosts": (
        {"ALLOWED_HOSTS": None},
        "ALLOWED_HOSTS is not set: the host names this portal answers to.",
    ),
    "empty hosts": ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set: the host names this portal answers to."),
    "a misspelt boolean": (
        {"DEBUG": "ture"},
        "DEBUG must be one of 1/true/yes/on or 0/false/no/off, not 'ture'.",
    ),
    "a misspelt demo": ({"DEMO": "2"}, "DEMO must be one of 1/true/yes/on or 0/false/no/off, not '2'."),
    "a misspelt proxy": ({"BEHIND_PROXY": "nginx"}, "BEHIND_PROXY must be one of 1/true/yes/on"),
    "plain http": (
        {"PUBLIC_URL": "http://portal.example.org"},
        "PUBLIC_URL must begin with https:// outside a demo: phones need it to work offline.",
    ),
    "no public address": ({"PUBLIC_URL": None}, "PUBLIC_URL must begin with https:// outside a demo"),
    "an address without a scheme": (
        {"PUBLIC_URL": "portal.example.org"},
        "PUBLIC_URL must look like https://portal.example.org, not 'portal.example.org'.",
    ),
    "a database of another kind": (
        {"DATABASE_URL": "mysql://portal@db/portal"},
        "DATABASE_URL must begin with sqlite:// or postgres://.",
    ),
    "a database that is a path": (
        {"DATABASE_URL": "/srv/portal.sqlite3"},
        "DATABASE_URL must begin with sqlite:// or postgres://.",
    ),
    "a broker of another kind": (
        {"REDIS_URL": "amqp://broker:5672"},
        "REDIS_URL must begin with redis://, rediss:// or unix://.",
    ),
    "a log of another kind": ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be json or line, not 'xml'."),
    "an administration without a path": ({"ADMIN_PATH": ""}, "ADMIN_PATH must look like office-7f3a/, not ''."),
    "an administration outside": ({"ADMIN_PATH": "../x/"}, "ADMIN_PATH must look like office-7f3a/, not '../x/'."),
    "hours in words": (
        {"INVITE_HOURS": "abc"},
        "INVITE_HOURS must be a whole number from 1 to 336, not 'abc'.",
    ),
    "no hours at all": ({"INVITE_HOURS": "0"}, "INVITE_HOURS must be a whole number from 1 to 336, not '0'."),
    "hours without end": ({"INVITE_HOURS": "9999"}, "INVITE_HOURS must be a whole number from 1 to 336"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_settings_stop_the_start_with_a_sentence(tmp_path, case):
    changes, sentence = REFUSED[case]
    answer = manage(tmp_path, "check", **changes)
    assert answer.returncode == 1
    assert f"django.core.exceptions.ImproperlyConfigured: {sentence}" in answer.stderr
    for secret in (WHOLE["SECRET_KEY"], WHOLE["FIELD_KEYS"], "not-a-key", "dG9vLXNob3J0"):
        assert secret not in answer.stderr + answer.stdout


def test_a_whole_installation_passes_djangos_own_inspection(tmp_path):
    answer = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout == "System check identified no issues (0 silenced).\n"


def test_behind_a_proxy_with_postgresql_and_redis_it_passes_too(tmp_path):
    answer = manage(
        tmp_path,
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        BEHIND_PROXY="yes",
        DATABASE_URL="postgres://portal@db.example.org/portal",
        REDIS_URL="redis://queue.example.org:6379/0",
    )
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_demo_needs_nothing(tmp_path):
    answer = manage(tmp_path, "check", DEMO="1", **dict.fromkeys(WHOLE))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_outside_a_demo_seed_refuses(tmp_path):
    answer = manage(tmp_path, "seed")
    assert answer.returncode == 1
    assert answer.stderr.strip() == "CommandError: Demo people have known passwords: seed runs only with DEMO=1."
