"""Every refusal of a service has its sentence, and says it in the language of who is refused."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from tests.refusals.table import ELSEWHERE, ROWS

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
SERVICES = (
    *("residents/services.py", "residents/joining.py", "residents/merging.py", "residents/devices.py"),
    *("residents/squad.py", "rounds/services.py", "rounds/segments.py", "rounds/marks.py", "rounds/paper.py"),
    "notices/services.py",
)
APPS = ("residents", "rounds", "notices", "testing_rounds", "lifts", "clock", "reports", "compound")


def raises_of(path: Path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield node.exc


def sentences_of(call: ast.Call) -> set[str]:
    """What is given to gettext in the call."""
    return {
        node.args[0].value
        for node in ast.walk(call)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and isinstance(node.args[0], ast.Constant)
    } - {", "}


@pytest.mark.parametrize("name", ROWS)
def test_a_refusal_says_so_in_both_languages(world, name):
    provoke, english, chinese = ROWS[name]
    for language, said in (("en", english), ("zh-hans", chinese)):
        with override(language), pytest.raises(ValueError) as refusal, transaction.atomic():  # noqa: PT011
            provoke(world)
        assert (language, str(refusal.value)) == (language, said)


def test_the_table_knows_every_refusal():
    asked = set(ELSEWHERE)
    for path in SERVICES:
        for call in raises_of(Path(settings.BASE_DIR) / path):
            asked |= sentences_of(call)
    patterns = {msgid: re.compile(".+".join(map(re.escape, PLACEHOLDER.split(msgid)))) for msgid in asked}
    said = [english for _provoke, english, _chinese in ROWS.values()]
    silent = {msgid for msgid, pattern in patterns.items() if not any(map(pattern.fullmatch, said))}
    assert silent == set(ELSEWHERE)


@pytest.mark.parametrize("app", APPS)
def test_no_refusal_is_written_in_one_language_alone(app):
    """A sentence raised to a person goes through gettext. A word without a space is a code, looked up later."""
    bare = []
    for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
        if "migrations" in path.parts or "management" in path.parts:
            continue
        for call in raises_of(path):
            first = call.args[0] if call.args else None
            is_sentence = isinstance(first, ast.Constant) and isinstance(first.value, str) and " " in first.value
            name = getattr(call.func, "id", "")
            if is_sentence and name.endswith("Error") and name not in NOT_FOR_PEOPLE:
                bare.append(f"{path.name}:{call.lineno} {first.value}")
    assert bare == []


# For whoever maintains the portal, or a code whose words are looked up: residents/roster/words.py.
NOT_FOR_PEOPLE = {
    *("ValueError", "TypeError", "RuntimeError", "CommandError", "AssertionError"),
    *("RosterStateError", "RosterUnsureError", "DecisionError"),
}
