import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import residents.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("residents", "0001_initial"),
        ("rounds", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Chase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chases",
                        to="rounds.visit",
                        verbose_name="visit",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[("called", "called"), ("knocked", "knocked")], max_length=10, verbose_name="step"
                    ),
                ),
                ("was_reached", models.BooleanField(default=False, verbose_name="reached")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "attempt to reach a household",
                "verbose_name_plural": "attempts to reach households",
                "ordering": ["visit", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ExpectedPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="expected_people",
                        to="rounds.visit",
                        verbose_name="visit",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="number"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="expected",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Empty for a person known only by the head count.",
                        max_length=50,
                        verbose_name="name",
                    ),
                ),
                (
                    "age_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not told"),
                            ("0-13", "0–13"),
                            ("14-17", "14–17"),
                            ("18-59", "18–59"),
                            ("60-79", "60–79"),
                            ("80+", "80 and over"),
                        ],
                        default="",
                        max_length=6,
                        verbose_name="age",
                    ),
                ),
                ("needs", models.JSONField(blank=True, default=list, verbose_name="help needed")),
                (
                    "exempt_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("infant", "infant"),
                            ("surgery", "surgery"),
                            ("recovered", "recovered recently"),
                            ("awaiting", "waiting for an individual recheck or a transfer"),
                            ("other", "other reason"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="why exempt",
                    ),
                ),
                ("exempt_until", models.DateField(blank=True, null=True, verbose_name="exempt until")),
                (
                    "is_added",
                    models.BooleanField(
                        default=False,
                        help_text="Met at the door; not expected when the round opened.",
                        verbose_name="added at the door",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        default="",
                        editable=False,
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("result_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "verbose_name": "expected person",
                "verbose_name_plural": "expected people",
                "ordering": ["visit", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("visit", "number"), name="expected_person_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="expected_person_number_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", ""), ("result_at", None)),
                            models.Q(models.Q(("result", ""), _negated=True), ("result_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="expected_person_result_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TestRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "round",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="test_round",
                        to="rounds.round",
                        verbose_name="round",
                    ),
                ),
                (
                    "pool_size",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "one tube a household"),
                            (1, "single tube"),
                            (5, "5 in one tube"),
                            (10, "10 in one tube"),
                            (20, "20 in one tube"),
                        ],
                        default=10,
                        verbose_name="people in a tube",
                    ),
                ),
                (
                    "instructions",
                    models.CharField(
                        blank=True,
                        help_text="Shown on top of their list of doors.",
                        max_length=200,
                        verbose_name="for the volunteers",
                    ),
                ),
                (
                    "feedback_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Antigen: by when each result is told.",
                        null=True,
                        verbose_name="feedback until",
                    ),
                ),
            ],
            options={
                "verbose_name": "test round",
                "verbose_name_plural": "test rounds",
            },
        ),
        migrations.CreateModel(
            name="LabList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "test_round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lab_lists",
                        to="testing_rounds.testround",
                        verbose_name="test round",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="Empty when it was pasted.", max_length=200, verbose_name="file"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("lab_list", "laboratory's list"),
                            ("health_app", "seen in the health app"),
                            ("cdc_call", "call from the CDC"),
                            ("resident", "told by the household"),
                            ("lead", "told by the building lead"),
                            ("volunteer", "told by a volunteer"),
                            ("desk", "told at the desk"),
                        ],
                        default="lab_list",
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("ready", "ready to look at"), ("applied", "applied"), ("discarded", "discarded")],
                        default="ready",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "findings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Counts by verdict; columns left out.",
                        verbose_name="findings",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="uploaded by",
                    ),
                ),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded at")),
                (
                    "applied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="applied by",
                    ),
                ),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="applied at")),
            ],
            options={
                "verbose_name": "list of results",
                "verbose_name_plural": "lists of results",
                "ordering": ["-uploaded_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PersonResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("lab_list", "laboratory's list"),
                            ("health_app", "seen in the health app"),
                            ("cdc_call", "call from the CDC"),
                            ("resident", "told by the household"),
                            ("lead", "told by the building lead"),
                            ("volunteer", "told by a volunteer"),
                            ("desk", "told at the desk"),
                        ],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="told at")),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when the household told it itself through its link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.householdlink",
                        verbose_name="household's link",
                    ),
                ),
                (
                    "lab_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="person_results",
                        to="testing_rounds.lablist",
                        verbose_name="list of results",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="testing_rounds.personresult",
                        verbose_name="corrects",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
            ],
            options={
                "verbose_name": "result of a person",
                "verbose_name_plural": "results of people",
                "ordering": ["person", "told_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__in", frozenset(["inconclusive", "invalid", "negative", "positive"]))
                        ),
                        name="person_result_tellable",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrects", models.F("pk")), _negated=True),
                        name="person_result_not_of_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("entered_by__isnull", False), ("link__isnull", False), _connector="OR"),
                        name="person_result_told_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProofDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proof_decisions",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("accepted", "accepted"), ("refused", "not accepted")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "decision on a proof",
                "verbose_name_plural": "decisions on proofs",
                "ordering": ["person", "-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SwabQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "mark",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="swab_questions",
                        to="rounds.mark",
                        verbose_name="mark",
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40, verbose_name="code")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("full", "the tube was full"),
                            ("other_round", "the code belongs to a tube of another round"),
                            ("two_tubes", "the person is in another tube already"),
                            ("not_open", "the tube was sealed already"),
                            ("unlabelled", "no tube was named"),
                        ],
                        max_length=12,
                        verbose_name="reason",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("placed", "put into a tube"), ("dismissed", "set aside")],
                        default="",
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("decision_note", models.CharField(blank=True, max_length=200, verbose_name="note on the decision")),
            ],
            options={
                "verbose_name": "question about a swab",
                "verbose_name_plural": "questions about swabs",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("mark", "person"), name="swab_question_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="swab_question_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Tube",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tubes",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "test_round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tubes",
                        to="testing_rounds.testround",
                        verbose_name="test round",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                ("size", models.PositiveSmallIntegerField(verbose_name="places")),
                (
                    "filled_count",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="people in it"),
                ),
                (
                    "told_count",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Another number than counted is shown.",
                        null=True,
                        verbose_name="people, as written on the label",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("sealed", "sealed"),
                            ("sent", "sent"),
                            ("received", "received by the laboratory"),
                            ("lost", "lost or spoiled"),
                        ],
                        default="open",
                        editable=False,
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        default="",
                        editable=False,
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("result_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="opened by",
                    ),
                ),
            ],
            options={
                "verbose_name": "tube",
                "verbose_name_plural": "tubes",
                "ordering": ["test_round", "created_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "code"), name="tube_code_once_per_compound"),
                    models.CheckConstraint(condition=models.Q(("code", ""), _negated=True), name="tube_has_a_code"),
                    models.CheckConstraint(
                        condition=models.Q(("size__gte", 1), ("size__lte", 20)), name="tube_size_1_to_20"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("filled_count__lte", models.F("size"))), name="tube_not_over_full"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", ""), ("result_at", None)),
                            models.Q(models.Q(("result", ""), _negated=True), ("result_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="tube_result_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Swab",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="swabs",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "tube",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="swabs",
                        to="testing_rounds.tube",
                        verbose_name="tube",
                    ),
                ),
                (
                    "mark",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="swabs",
                        to="rounds.mark",
                        verbose_name="mark",
                    ),
                ),
                ("place", models.PositiveSmallIntegerField(verbose_name="place in the tube")),
                ("at", models.DateTimeField(help_text="When it was taken, by the clock put right.", verbose_name="at")),
                ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="void since")),
                ("void_reason", models.CharField(blank=True, max_length=100, verbose_name="why void")),
            ],
            options={
                "verbose_name": "swab",
                "verbose_name_plural": "swabs",
                "ordering": ["tube", "place"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)), fields=("tube", "place"), name="swab_place_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("voided_at", None)), fields=("person",), name="swab_person_in_one_tube"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place__gte", 1), ("place__lte", 20)), name="swab_place_1_to_20"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LabLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lab_list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="testing_rounds.lablist",
                        verbose_name="list of results",
                    ),
                ),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("tube", "for a tube"),
                            ("person", "for a person"),
                            ("known", "told before"),
                            ("review", "for the review list"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        help_text="A code; its sentence is written in the service.",
                        max_length=30,
                        verbose_name="reason",
                    ),
                ),
                ("original", residents.encryption.EncryptedTextField(help_text="The cells as they came, as JSON.")),
                (
                    "tube",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="testing_rounds.tube",
                        verbose_name="tube",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
            ],
            options={
                "verbose_name": "line of a list of results",
                "verbose_name_plural": "lines of lists of results",
                "ordering": ["lab_list", "row", "pk"],
                "constraints": [models.UniqueConstraint(fields=("lab_list", "row"), name="lab_line_row_once")],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="testing_rounds.expectedperson",
                        verbose_name="expected person",
                    ),
                ),
                (
                    "tube",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="testing_rounds.tube",
                        verbose_name="tube",
                    ),
                ),
                (
                    "recalled_as",
                    models.OneToOneField(
                        blank=True,
                        help_text="The same person in the recall's round; empty when there is nobody to visit any more.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalled_for",
                        to="testing_rounds.expectedperson",
                        verbose_name="recalled as",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                (
                    "release",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("negative", "single tube negative"),
                            ("corrected", "the pool's result was corrected"),
                            ("transferred", "taken over by the CDC"),
                            ("left", "has left the compound"),
                            ("by_hand", "released by hand"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="released because",
                    ),
                ),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="released at")),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="released by",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ],
            options={
                "verbose_name": "hold at home",
                "verbose_name_plural": "holds at home",
                "ordering": ["-since", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "tube"), name="hold_once_per_tube"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("release", ""), ("released_at", None), ("released_by", None)),
                            models.Q(
                                models.Q(("release", ""), _negated=True),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="hold_released_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TubeResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tube",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="results",
                        to="testing_rounds.tube",
                        verbose_name="tube",
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("lab_list", "laboratory's list"),
                            ("health_app", "seen in the health app"),
                            ("cdc_call", "call from the CDC"),
                            ("resident", "told by the household"),
                            ("lead", "told by the building lead"),
                            ("volunteer", "told by a volunteer"),
                            ("desk", "told at the desk"),
                        ],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="read at")),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="told at")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "lab_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tube_results",
                        to="testing_rounds.lablist",
                        verbose_name="list of results",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="testing_rounds.tuberesult",
                        verbose_name="corrects",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
            ],
            options={
                "verbose_name": "result of a tube",
                "verbose_name_plural": "results of tubes",
                "ordering": ["tube", "told_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value__in", frozenset(["inconclusive", "invalid", "negative", "positive"]))
                        ),
                        name="tube_result_tellable",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("corrects", models.F("pk")), _negated=True),
                        name="tube_result_not_of_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TubeStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tube",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="testing_rounds.tube",
                        verbose_name="tube",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("sealed", "sealed"),
                            ("reopened", "opened again"),
                            ("sent", "sent"),
                            ("received", "received by the laboratory"),
                            ("lost", "lost or spoiled"),
                        ],
                        max_length=10,
                        verbose_name="step",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
            ],
            options={
                "verbose_name": "step of a tube",
                "verbose_name_plural": "steps of tubes",
                "ordering": ["tube", "at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="UnplacedResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unplaced_results",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "test_round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unplaced_results",
                        to="testing_rounds.testround",
                        verbose_name="test round",
                    ),
                ),
                (
                    "lab_list",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="unplaced_results",
                        to="testing_rounds.lablist",
                        verbose_name="list of results",
                    ),
                ),
                (
                    "told",
                    residents.encryption.EncryptedTextField(help_text="Room, name and tube as they were written."),
                ),
                (
                    "value",
                    models.CharField(
                        choices=[
                            ("negative", "negative"),
                            ("positive", "positive"),
                            ("inconclusive", "inconclusive"),
                            ("invalid", "invalid, test again"),
                            ("disputed", "disputed"),
                        ],
                        max_length=12,
                        verbose_name="result",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("lab_list", "laboratory's list"),
                            ("health_app", "seen in the health app"),
                            ("cdc_call", "call from the CDC"),
                            ("resident", "told by the household"),
                            ("lead", "told by the building lead"),
                            ("volunteer", "told by a volunteer"),
                            ("desk", "told at the desk"),
                        ],
                        max_length=12,
                        verbose_name="source",
                    ),
                ),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="told at")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="entered by",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("placed", "given to a person"), ("dismissed", "set aside")],
                        default="",
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                ("decision_note", models.CharField(blank=True, max_length=200, verbose_name="note on the decision")),
                (
                    "person_result",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="came_from",
                        to="testing_rounds.personresult",
                        verbose_name="result of a person",
                    ),
                ),
            ],
            options={
                "verbose_name": "result for nobody expected",
                "verbose_name_plural": "results for nobody expected",
                "ordering": ["-told_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="unplaced_result_decided_by_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exemptions",
                        to="residents.resident",
                        verbose_name="resident",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("infant", "infant"),
                            ("surgery", "surgery"),
                            ("recovered", "recovered recently"),
                            ("awaiting", "waiting for an individual recheck or a transfer"),
                            ("other", "other reason"),
                        ],
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=100, verbose_name="note")),
                (
                    "until",
                    models.DateField(
                        blank=True, help_text="The last day. Empty: until ended.", null=True, verbose_name="until"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by whom",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ended by",
                    ),
                ),
            ],
            options={
                "verbose_name": "exemption",
                "verbose_name_plural": "exemptions",
                "ordering": ["resident", "-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("resident",), name="exemption_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="exemption_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="testround",
            name="recalls",
            field=models.OneToOneField(
                blank=True,
                help_text="Set: single tubes for the people of this one.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recall",
                to="testing_rounds.tube",
                verbose_name="recalls",
            ),
        ),
        migrations.AddConstraint(
            model_name="testround",
            constraint=models.CheckConstraint(
                condition=models.Q(("recalls", None), ("pool_size", 1), _connector="OR"), name="recall_in_single_tubes"
            ),
        ),
    ]
