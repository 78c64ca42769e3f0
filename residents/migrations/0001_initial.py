import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import residents.encryption
import residents.sounds
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Compound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("town", models.CharField(blank=True, max_length=80, verbose_name="sub-district")),
                (
                    "gap_list_at",
                    models.TimeField(
                        default="20:30",
                        help_text="When the stewards get the list of missing doors.",
                        verbose_name="evening gap list at",
                    ),
                ),
                (
                    "requires_training",
                    models.BooleanField(
                        default=False,
                        help_text="Who was not trained is given no doors.",
                        verbose_name="only trained volunteers",
                    ),
                ),
            ],
            options={
                "verbose_name": "compound",
                "verbose_name_plural": "compounds",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("display_name", models.CharField(blank=True, max_length=50, verbose_name="name")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "swappable": "AUTH_USER_MODEL",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Building",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="buildings",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As people say it, for example 12号楼.", max_length=40, verbose_name="name"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="The bare number or word that rosters are matched by: 12号楼 → 12.",
                        max_length=20,
                        verbose_name="code",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("house", "house"), ("post", "posts of staff and volunteers")],
                        default="house",
                        editable=False,
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="order")),
                ("entrance_count", models.PositiveSmallIntegerField(default=1, verbose_name="entrances")),
                ("floor_count", models.PositiveSmallIntegerField(default=1, verbose_name="floors")),
                ("doors_per_floor", models.PositiveSmallIntegerField(default=1, verbose_name="doors a floor")),
                ("lift_count", models.PositiveSmallIntegerField(default=0, verbose_name="lifts")),
                (
                    "zone",
                    models.CharField(
                        choices=[
                            ("none", "no area"),
                            ("sealed", "sealed area"),
                            ("controlled", "controlled area"),
                            ("precaution", "precaution area"),
                        ],
                        default="none",
                        editable=False,
                        help_text="A copy of what its lockdown clock says today, renewed after midnight and at every change.",
                        max_length=10,
                        verbose_name="zone",
                    ),
                ),
                (
                    "zone_until",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="The last day, as estimated. A copy too.",
                        null=True,
                        verbose_name="zone until",
                    ),
                ),
            ],
            options={
                "verbose_name": "building",
                "verbose_name_plural": "buildings",
                "ordering": ["position", "code"],
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "code"), name="building_code_once_per_compound"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("doors_per_floor__gte", 1), ("entrance_count__gte", 1), ("floor_count__gte", 1)
                        ),
                        name="building_has_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Volunteer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="volunteer",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="volunteers",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                ("name", models.CharField(max_length=50, verbose_name="name")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "skills",
                    models.JSONField(
                        blank=True, default=list, help_text="Codes, in the order of the choices.", verbose_name="skills"
                    ),
                ),
                ("trained_on", models.DateField(blank=True, null=True, verbose_name="trained on")),
                (
                    "usual_buildings",
                    models.ManyToManyField(
                        blank=True,
                        related_name="usual_volunteers",
                        to="residents.building",
                        verbose_name="usual buildings",
                    ),
                ),
            ],
            options={
                "verbose_name": "volunteer",
                "verbose_name_plural": "volunteers",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "volunteer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="residents.volunteer",
                        verbose_name="volunteer",
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="phone")),
                ("bound_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="bound at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("last_seen_at", models.DateTimeField(blank=True, null=True, verbose_name="last heard from")),
                ("last_seq", models.PositiveBigIntegerField(default=0, verbose_name="last mark number seen")),
                ("queued_count", models.PositiveIntegerField(default=0, verbose_name="unsent, as the phone told")),
            ],
            options={
                "verbose_name": "phone",
                "verbose_name_plural": "phones",
                "ordering": ["-bound_at"],
            },
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("reveal", "phone revealed"),
                            ("export", "list exported"),
                            ("print", "list printed"),
                            ("look", "restricted list looked at"),
                        ],
                        max_length=10,
                        verbose_name="deed",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        help_text="Which record or list; no personal data.", max_length=200, verbose_name="what"
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("row_count", models.PositiveIntegerField(default=1, verbose_name="rows")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
            ],
            options={
                "verbose_name": "access record",
                "verbose_name_plural": "access records",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Door",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "building",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="doors",
                        to="residents.building",
                        verbose_name="building",
                    ),
                ),
                (
                    "entrance",
                    models.CharField(
                        blank=True, help_text="Empty when there is only one.", max_length=10, verbose_name="entrance"
                    ),
                ),
                ("floor", models.SmallIntegerField(verbose_name="floor")),
                ("position", models.PositiveSmallIntegerField(default=1, verbose_name="place on the floor")),
                ("room", models.CharField(help_text="As painted on the door.", max_length=20, verbose_name="room")),
                (
                    "key",
                    models.CharField(
                        editable=False,
                        help_text="The room as matched: no leading zeros.",
                        max_length=20,
                        verbose_name="key",
                    ),
                ),
                (
                    "joined_to",
                    models.ForeignKey(
                        blank=True,
                        help_text="Knocked through: whoever lives here is listed behind that door.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="joined_doors",
                        to="residents.door",
                        verbose_name="joined to",
                    ),
                ),
            ],
            options={
                "verbose_name": "door",
                "verbose_name_plural": "doors",
                "ordering": ["building", "entrance", "-floor", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("building", "entrance", "key"), name="door_once_per_entrance"),
                    models.CheckConstraint(
                        condition=models.Q(("joined_to", models.F("pk")), _negated=True),
                        name="door_not_joined_to_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalBuilding",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="As people say it, for example 12号楼.", max_length=40, verbose_name="name"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="The bare number or word that rosters are matched by: 12号楼 → 12.",
                        max_length=20,
                        verbose_name="code",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("house", "house"), ("post", "posts of staff and volunteers")],
                        default="house",
                        editable=False,
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="order")),
                ("entrance_count", models.PositiveSmallIntegerField(default=1, verbose_name="entrances")),
                ("floor_count", models.PositiveSmallIntegerField(default=1, verbose_name="floors")),
                ("doors_per_floor", models.PositiveSmallIntegerField(default=1, verbose_name="doors a floor")),
                ("lift_count", models.PositiveSmallIntegerField(default=0, verbose_name="lifts")),
                (
                    "compound",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical building",
                "verbose_name_plural": "historical buildings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalHousehold",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "occupancy",
                    models.CharField(
                        choices=[
                            ("owner", "owner lives here"),
                            ("tenant", "tenant"),
                            ("vacant", "vacant"),
                            ("away", "away"),
                        ],
                        default="owner",
                        max_length=10,
                        verbose_name="occupancy",
                    ),
                ),
                (
                    "told_count",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="May be more than the people known by name.",
                        null=True,
                        verbose_name="people, as told",
                    ),
                ),
                ("moved_in_on", models.DateField(blank=True, null=True, verbose_name="moved in on")),
                ("moved_out_on", models.DateField(blank=True, null=True, verbose_name="moved out on")),
                (
                    "door",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.door",
                        verbose_name="door",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical household",
                "verbose_name_plural": "historical households",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRoleGrant",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("officer", "street officer"),
                            ("steward", "steward"),
                            ("lead", "building lead"),
                            ("volunteer", "volunteer"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical role",
                "verbose_name_plural": "historical roles",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalVolunteer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(max_length=50, verbose_name="name")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "skills",
                    models.JSONField(
                        blank=True, default=list, help_text="Codes, in the order of the choices.", verbose_name="skills"
                    ),
                ),
                ("trained_on", models.DateField(blank=True, null=True, verbose_name="trained on")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical volunteer",
                "verbose_name_plural": "historical volunteers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Household",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "door",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="households",
                        to="residents.door",
                        verbose_name="door",
                    ),
                ),
                (
                    "occupancy",
                    models.CharField(
                        choices=[
                            ("owner", "owner lives here"),
                            ("tenant", "tenant"),
                            ("vacant", "vacant"),
                            ("away", "away"),
                        ],
                        default="owner",
                        max_length=10,
                        verbose_name="occupancy",
                    ),
                ),
                (
                    "told_count",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="May be more than the people known by name.",
                        null=True,
                        verbose_name="people, as told",
                    ),
                ),
                ("moved_in_on", models.DateField(blank=True, null=True, verbose_name="moved in on")),
                ("moved_out_on", models.DateField(blank=True, null=True, verbose_name="moved out on")),
            ],
            options={
                "verbose_name": "household",
                "verbose_name_plural": "households",
                "ordering": ["door", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("moved_out_on", None),
                            ("moved_in_on", None),
                            ("moved_out_on__gte", models.F("moved_in_on")),
                            _connector="OR",
                        ),
                        name="household_moves_out_after_in",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("told_count", None), ("told_count__lte", 99), _connector="OR"),
                        name="household_told_count_at_most_99",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="residents.household",
                        verbose_name="household",
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked at")),
                ("revoke_reason", models.CharField(blank=True, max_length=100, verbose_name="reason")),
                ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
            ],
            options={
                "verbose_name": "household's link",
                "verbose_name_plural": "households' links",
                "ordering": ["-created_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("household",), name="one_link_a_household"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JoinStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "main",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="join_steps",
                        to="residents.door",
                        verbose_name="door",
                    ),
                ),
                (
                    "joined",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residents.door",
                        verbose_name="the other door",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[("joined", "joined"), ("separated", "separated")], max_length=10, verbose_name="step"
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
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "joining of doors",
                "verbose_name_plural": "joinings of doors",
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ["joined", "separated"])), name="join_step_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("main", models.F("joined")), _negated=True), name="join_step_of_two_doors"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="join_step_has_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="residents",
                        to="residents.household",
                        verbose_name="household",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Or what everybody calls them: 301 阿婆.", max_length=50, verbose_name="name"
                    ),
                ),
                (
                    "name_pinyin",
                    residents.sounds.SoundField(blank=True, default="", editable=False, max_length=300, of="name"),
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
                ("is_contact", models.BooleanField(default=False, verbose_name="speaks for the household")),
                (
                    "whereabouts",
                    models.CharField(
                        choices=[("home", "at home"), ("away", "out of town"), ("hospital", "in hospital")],
                        default="home",
                        max_length=10,
                        verbose_name="whereabouts",
                    ),
                ),
                ("lives_alone", models.BooleanField(default=False, verbose_name="lives alone, needs calls")),
                ("needs_home_visit", models.BooleanField(default=False, verbose_name="cannot come down, home visit")),
                ("needs_gentle_knock", models.BooleanField(default=False, verbose_name="knock gently and wait")),
                ("has_no_phone", models.BooleanField(default=False, verbose_name="has no smartphone")),
                ("has_medical_trips", models.BooleanField(default=False, verbose_name="has medical trips to arrange")),
                ("phone", residents.encryption.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                ("phone_index", models.CharField(blank=True, db_index=True, default="", editable=False, max_length=64)),
                (
                    "phone_end_index",
                    models.CharField(blank=True, db_index=True, default="", editable=False, max_length=64),
                ),
                (
                    "stays_at",
                    models.ForeignKey(
                        blank=True,
                        help_text="Listed here but sleeping behind another door of the compound: expected there, and only there.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guests",
                        to="residents.door",
                        verbose_name="stays at",
                    ),
                ),
                ("moved_in_on", models.DateField(blank=True, null=True, verbose_name="moved in on")),
                ("moved_out_on", models.DateField(blank=True, null=True, verbose_name="moved out on")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="residents.resident",
                        verbose_name="the same person as",
                    ),
                ),
            ],
            options={
                "verbose_name": "resident",
                "verbose_name_plural": "residents",
                "ordering": ["household", "-is_contact", "pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="resident_has_a_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("moved_out_on", None),
                            ("moved_in_on", None),
                            ("moved_out_on__gte", models.F("moved_in_on")),
                            _connector="OR",
                        ),
                        name="resident_moves_out_after_in",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None),
                            models.Q(
                                ("moved_out_on__isnull", False),
                                models.Q(("merged_into", models.F("pk")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="resident_merged_has_ended",
                    ),
                ],
                "indexes": [models.Index(fields=["name"], name="resident_by_name", opclasses=["varchar_pattern_ops"])],
            },
        ),
        migrations.CreateModel(
            name="MergeRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="residents.resident",
                        verbose_name="kept record",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges_as_other",
                        to="residents.resident",
                        verbose_name="merged record",
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
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("before", residents.encryption.EncryptedTextField()),
                ("after", residents.encryption.EncryptedTextField()),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone",
                        to="residents.mergerecord",
                        verbose_name="undoes",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("other")), _negated=True), name="merge_of_two"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalResident",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Or what everybody calls them: 301 阿婆.", max_length=50, verbose_name="name"
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
                ("is_contact", models.BooleanField(default=False, verbose_name="speaks for the household")),
                (
                    "whereabouts",
                    models.CharField(
                        choices=[("home", "at home"), ("away", "out of town"), ("hospital", "in hospital")],
                        default="home",
                        max_length=10,
                        verbose_name="whereabouts",
                    ),
                ),
                ("lives_alone", models.BooleanField(default=False, verbose_name="lives alone, needs calls")),
                ("needs_home_visit", models.BooleanField(default=False, verbose_name="cannot come down, home visit")),
                ("needs_gentle_knock", models.BooleanField(default=False, verbose_name="knock gently and wait")),
                ("has_no_phone", models.BooleanField(default=False, verbose_name="has no smartphone")),
                ("has_medical_trips", models.BooleanField(default=False, verbose_name="has medical trips to arrange")),
                ("phone", residents.encryption.EncryptedTextField(blank=True, default="", verbose_name="phone")),
                ("phone_index", models.CharField(blank=True, db_index=True, default="", editable=False, max_length=64)),
                ("moved_in_on", models.DateField(blank=True, null=True, verbose_name="moved in on")),
                ("moved_out_on", models.DateField(blank=True, null=True, verbose_name="moved out on")),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.household",
                        verbose_name="household",
                    ),
                ),
                (
                    "stays_at",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Listed here but sleeping behind another door of the compound: expected there, and only there.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.door",
                        verbose_name="stays at",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.resident",
                        verbose_name="the same person as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical resident",
                "verbose_name_plural": "historical residents",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("officer", "street officer"),
                            ("steward", "steward"),
                            ("lead", "building lead"),
                            ("volunteer", "volunteer"),
                        ],
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                (
                    "buildings",
                    models.ManyToManyField(
                        blank=True, related_name="+", to="residents.building", verbose_name="buildings"
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "verbose_name_plural": "roles",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "role", "compound"), name="role_once_per_user_and_compound")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalRoleGrant_buildings",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "rolegrant",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.rolegrant",
                    ),
                ),
                (
                    "building",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_tablespace="",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="residents.building",
                    ),
                ),
                (
                    "history",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="residents.historicalrolegrant",
                    ),
                ),
                ("m2m_history_id", models.AutoField(primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "HistoricalRoleGrant_buildings",
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="RosterImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roster_imports",
                        to="residents.compound",
                        verbose_name="compound",
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
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("content", models.BinaryField(blank=True, default=b"", help_text="The file, encrypted.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting to be read"),
                            ("reading", "being read"),
                            ("ready", "ready to look at"),
                            ("queued", "waiting to be applied"),
                            ("applying", "being applied"),
                            ("applied", "applied"),
                            ("refused", "refused"),
                            ("discarded", "discarded"),
                            ("undo_queue", "waiting to be taken back"),
                            ("undoing", "being taken back"),
                            ("undone", "taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="lines done")),
                ("total_count", models.PositiveIntegerField(default=0, verbose_name="lines in all")),
                (
                    "message",
                    models.TextField(
                        blank=True, help_text="Why it was refused, in a sentence.", verbose_name="message"
                    ),
                ),
                (
                    "findings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Counts, columns understood and left out.",
                        verbose_name="findings",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded at")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="applied at")),
                ("leased_until", models.DateTimeField(blank=True, null=True, verbose_name="leased until")),
            ],
            options={
                "verbose_name": "roster import",
                "verbose_name_plural": "roster imports",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RosterLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "roster_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="residents.rosterimport",
                        verbose_name="roster import",
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="place in the order")),
                ("sheet", models.CharField(blank=True, max_length=100, verbose_name="sheet")),
                ("first_row", models.PositiveIntegerField(verbose_name="first row")),
                ("last_row", models.PositiveIntegerField(verbose_name="last row")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("changed", "changed"),
                            ("same", "same"),
                            ("ask", "to decide"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "room",
                    models.CharField(
                        blank=True, help_text="As understood, for people to read.", max_length=80, verbose_name="room"
                    ),
                ),
                (
                    "notes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Codes and values of what was noticed.",
                        verbose_name="remarks",
                    ),
                ),
                (
                    "payload",
                    residents.encryption.EncryptedTextField(
                        blank=True, default="", help_text="The household as understood, as JSON."
                    ),
                ),
                (
                    "original",
                    residents.encryption.EncryptedTextField(
                        blank=True,
                        default="",
                        help_text="The cells of a row left out, until applied.",
                        verbose_name="cells as they came",
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="What a person decided, as a code.",
                        max_length=60,
                        verbose_name="choice",
                    ),
                ),
                (
                    "returned",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Taken back, or why not.",
                        max_length=20,
                        verbose_name="taken back",
                    ),
                ),
            ],
            options={
                "verbose_name": "roster line",
                "verbose_name_plural": "roster lines",
                "ordering": ["roster_import", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("roster_import", "position"), name="roster_line_position_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "volunteer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invites",
                        to="residents.volunteer",
                        verbose_name="volunteer",
                    ),
                ),
                ("code_hash", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="created at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
                (
                    "device",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invite",
                        to="residents.device",
                        verbose_name="phone",
                    ),
                ),
            ],
            options={
                "verbose_name": "invite",
                "verbose_name_plural": "invites",
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("device", None), ("used_at", None)),
                            models.Q(("device__isnull", False), ("used_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="invite_used_with_a_device",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "compound",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="column_mappings",
                        to="residents.compound",
                        verbose_name="compound",
                    ),
                ),
                (
                    "header",
                    models.CharField(
                        help_text="Fingerprint of the names of the columns, in order.",
                        max_length=64,
                        verbose_name="fingerprint",
                    ),
                ),
                (
                    "columns",
                    models.JSONField(
                        default=dict, help_text="Name of a column -> what it holds, or nothing.", verbose_name="columns"
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="changed at")),
            ],
            options={
                "verbose_name": "column mapping",
                "verbose_name_plural": "column mappings",
                "constraints": [
                    models.UniqueConstraint(fields=("compound", "header"), name="column_mapping_once_per_header")
                ],
            },
        ),
    ]
