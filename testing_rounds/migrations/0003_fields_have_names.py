"""State alone: what fields are called, which no database knows."""

from django.db import migrations

from residents.naming import NameFields


class Migration(migrations.Migration):

    dependencies = [
        ("residents", "0011_fields_have_names"),
        ("rounds", "0004_rooms_joined_and_who_took_back"),
        ("testing_rounds", "0002_tubes_results_recall_and_antigen"),
    ]

    operations = [
        NameFields(
            {
                "chase": {
                    "at": "at",
                    "by": "by whom",
                    "step": "step",
                    "visit": "visit",
                },
                "exemption": {
                    "by": "by whom",
                    "ended_by": "ended by",
                    "resident": "resident",
                },
                "expectedperson": {
                    "age_band": "age",
                    "exempt_reason": "why exempt",
                    "exempt_until": "exempt until",
                    "is_added": "added at the door",
                    "name": "name",
                    "needs": "help needed",
                    "number": "number",
                    "resident": "resident",
                    "visit": "visit",
                },
                "hold": {
                    "person": "expected person",
                    "recalled_as": "recalled as",
                    "released_at": "released at",
                    "released_by": "released by",
                    "since": "since",
                    "tube": "tube",
                },
                "labline": {
                    "happened_at": "read at",
                    "lab_list": "list of results",
                    "person": "expected person",
                    "reason": "reason",
                    "row": "row",
                    "tube": "tube",
                    "value": "result",
                    "verdict": "verdict",
                },
                "lablist": {
                    "applied_at": "applied at",
                    "applied_by": "applied by",
                    "findings": "findings",
                    "test_round": "test round",
                    "uploaded_at": "uploaded at",
                    "uploaded_by": "uploaded by",
                },
                "personresult": {
                    "corrects": "corrects",
                    "entered_by": "entered by",
                    "lab_list": "list of results",
                    "link": "household's link",
                    "person": "expected person",
                },
                "proofdecision": {
                    "at": "at",
                    "by": "by whom",
                    "decision": "decision",
                    "person": "expected person",
                },
                "swab": {
                    "at": "at",
                    "mark": "mark",
                    "person": "expected person",
                    "place": "place in the tube",
                    "tube": "tube",
                    "void_reason": "why void",
                    "voided_at": "void since",
                },
                "swabquestion": {
                    "at": "at",
                    "decided_at": "decided at",
                    "decided_by": "decided by",
                    "decision": "decision",
                    "decision_note": "note on the decision",
                    "mark": "mark",
                    "person": "expected person",
                },
                "testround": {
                    "round": "round",
                },
                "tube": {
                    "compound": "compound",
                    "created_at": "created at",
                    "opened_by": "opened by",
                    "test_round": "test round",
                },
                "tuberesult": {
                    "corrects": "corrects",
                    "entered_by": "entered by",
                    "lab_list": "list of results",
                    "tube": "tube",
                },
                "tubestep": {
                    "at": "at",
                    "by": "by whom",
                    "step": "step",
                    "tube": "tube",
                },
                "unplacedresult": {
                    "compound": "compound",
                    "decided_at": "decided at",
                    "decided_by": "decided by",
                    "decision": "decision",
                    "decision_note": "note on the decision",
                    "entered_by": "entered by",
                    "lab_list": "list of results",
                    "person_result": "result of a person",
                    "test_round": "test round",
                },
            }
        ),
    ]
