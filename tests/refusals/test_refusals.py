"""Every refusal of a service has its sentence, and says it in the language of who is refused."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from tests.refusals import (
    buying,
    buying_arrived,
    care,
    clock,
    lifts,
    medicine,
    money,
    reports,
    retaining,
    sanitation,
    sharing,
    shifts,
    supplies,
    table,
    testing,
)
from tests.refusals import notices as notice_refusals
from tests.refusals.table import ELSEWHERE

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
SERVICES = (
    *("reports/services.py", "reports/placing.py", "reports/arranging.py"),
    *("residents/services.py", "residents/joining.py", "residents/merging.py", "residents/devices.py"),
    *(
        "residents/purge.py",
        "residents/retaining.py",
        "residents/squad.py",
        "rounds/services.py",
        "rounds/segments.py",
        "rounds/marks.py",
        "rounds/paper.py",
        "rounds/complaints.py",
    ),
    *("residents/posts.py", "notices/services.py", "lifts/riding.py", "lifts/services.py", "clock/services.py"),
    *("clock/cases.py", "clock/homecoming.py", "testing_rounds/tubes.py", "testing_rounds/people.py"),
    "testing_rounds/answers.py",
    *("notices/composing.py", "notices/publishing.py", "notices/reaching.py", "compound/ladder.py"),
    *("care/needs.py", "care/calling.py", "care/knocking.py", "care/telling.py"),
    *("sharing/offering.py", "sharing/wishing.py", "sharing/pledging.py", "sharing/telling.py"),
    *("testing_rounds/recall.py", "testing_rounds/labs.py", "testing_rounds/stairwell.py"),
    *("buying/services.py", "buying/orders.py", "buying/ordering.py", "buying/quantities.py", "buying/joint.py"),
    *("buying/arrivals.py", "buying/sharing_plans.py", "buying/delivering.py", "buying/settlement.py"),
    "buying/leftovers.py",
    "buying/leading.py",
    *("supplies/ledger.py", "supplies/services.py", "supplies/absent.py", "supplies/photos.py"),
    *("money/books.py", "money/counting.py", "money/expenses.py", "money/funds.py", "money/gifts.py"),
    *("money/receipts.py", "money/winding_up.py"),
    *("medicine/asking.py", "medicine/bags.py", "medicine/calendar.py", "medicine/finding.py", "medicine/telling.py"),
    *("shifts/places.py", "shifts/services.py", "shifts/health.py"),
    *("sanitation/collecting.py", "sanitation/disinfecting.py", "sanitation/services.py", "sanitation/yellow.py"),
)
# What they refuse is read in both languages, or provoked one by one, beside their own tests.
BESIDE = {
    "compound/phone_needs.py": "tests/compound/test_phone_needs.py",
    "compound/phone_proxy.py": "tests/compound/test_phone_proxy.py",
    "notices/apprise_call.py": "tests/notices/test_apprise.py",
    "notices/bots.py": "tests/notices/test_bots.py",
    "notices/sending.py": "tests/notices/test_sending.py",
    "notices/webhooks.py": "tests/notices/test_webhooks.py",
    "residents/email_change.py": "tests/compound/test_account.py",
    "residents/links.py": "tests/residents/test_links.py",
    "residents/numbers_typed.py": "tests/residents/test_numbers_typed.py",
    "residents/phones.py": "tests/residents/test_phones.py",
    "testing_rounds/antigen.py": "tests/testing_rounds/test_antigen.py",
    "testing_rounds/results.py": "tests/testing_rounds/test_results.py",
}
ROWS = {
    f"{each.__name__.rpartition('.')[2]}: {name}": row
    for each in (
        table,
        buying,
        lifts,
        sharing,
        clock,
        testing,
        supplies,
        money,
        buying_arrived,
        reports,
        retaining,
        medicine,
        care,
        shifts,
        sanitation,
    )
    for name, row in each.ROWS.items()
} | {f"notices: {name}": row for name, row in notice_refusals.ROWS.items()}
APPS = (
    *("residents", "rounds", "notices", "testing_rounds", "lifts", "sharing", "supplies", "clock", "money"),
    *("buying", "care", "medicine", "reports", "shifts", "sanitation", "compound"),
)


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


def test_every_service_that_refuses_is_read():
    """A view or a form may add a sentence of its own; what they call is in a table, or has its test beside it."""
    base = Path(settings.BASE_DIR)
    refusing = {
        str(path.relative_to(base))
        for app in APPS
        for path in (base / app).rglob("*.py")
        if not any(word in str(path.relative_to(base)) for word in ("forms", "views", "admin", "migrations"))
        for call in raises_of(path)
        if "ValidationError" not in ast.unparse(call.func) and sentences_of(call)
    }
    assert refusing - set(SERVICES) == set(BESIDE)
    assert [test for test in BESIDE.values() if not (base / test).exists()] == []


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
