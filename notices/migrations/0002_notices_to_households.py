import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


FACTS = ("notices_notice", "notices_recipient", "notices_reached", "notices_ladderstep")
FROZEN = "OLD.published_at IS NOT NULL"
# All but `corrects_id`: the purge at the end of the epidemic lets go of it before it deletes.
WORDS = "compound_id, usual, scope, entrance, title, text, title_en, text_en, source, is_unconfirmed, effective_at, "
WORDS += "publish_at, expires_at, change, checked_at, published_at, published_by_id, digest, dropped_at"
GOT_BY = "EXISTS (SELECT 1 FROM notices_notice n WHERE n.id = NEW.notice_id AND n.published_at IS NOT NULL)"


def guard_facts(apps, schema_editor):
    """What was published, to whom and how they were reached is never changed, nor does a recipient come afterwards.

    Deleting stays possible: the purge at the end of the epidemic needs it, and foreign keys guard against the rest.
    """
    guards = [(table, "UPDATE", "") for table in FACTS[1:]]
    guards += [("notices_notice", f"UPDATE OF {WORDS}", FROZEN), ("notices_recipient", "INSERT", GOT_BY)]
    for table, deed, when in guards:
        _guard(schema_editor, table, deed, when)


def _guard(schema_editor, table, deed, when):
    name, said = f"{table}_no_{deed.split()[0].lower()}", f"{table} is frozen"
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} {f'WHEN {when}' if when else ''} "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
        return
    condition = f"IF {when} THEN" if when else "IF TRUE THEN"
    schema_editor.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {condition} "
        f"RAISE EXCEPTION '{said}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {name} BEFORE {deed} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def lift_guards(apps, schema_editor):
    names = [(table, "update") for table in FACTS] + [("notices_recipient", "insert")]
    for table, deed in names:
        on = "" if schema_editor.connection.vendor == "sqlite" else f" ON {table}"
        schema_editor.execute(f"DROP TRIGGER {table}_no_{deed}{on}")
        if on:
            schema_editor.execute(f"DROP FUNCTION {table}_no_{deed}()")


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0001_initial'),
        ('residents', '0003_what_is_kept_and_what_goes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('usual', models.CharField(choices=[('test_round', 'test round tomorrow'), ('antigen', 'antigen test tonight'), ('supplies', 'supplies arriving'), ('lift', 'lift out of service'), ('water', 'water stop'), ('quiet', 'quiet hours'), ('positive', 'positive in the compound (no room)'), ('zone', 'zone change'), ('other', 'something else')], default='other', max_length=12, verbose_name='kind')),
                ('scope', models.CharField(choices=[('compound', 'the whole compound'), ('building', 'buildings'), ('entrance', 'one entrance'), ('household', 'single households')], default='compound', max_length=10, verbose_name='goes to')),
                ('entrance', models.CharField(blank=True, max_length=10, verbose_name='entrance')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('title_en', models.CharField(blank=True, max_length=80, verbose_name='title in English')),
                ('text_en', models.TextField(blank=True, max_length=2000, verbose_name='text in English')),
                ('source', models.CharField(help_text='Who says so: committee, sub-district, CDC.', max_length=60, verbose_name='source')),
                ('is_unconfirmed', models.BooleanField(default=False, help_text='Stands above the text, so that nobody takes it for settled.', verbose_name='not confirmed yet')),
                ('effective_at', models.DateTimeField(blank=True, null=True, verbose_name='holds from')),
                ('publish_at', models.DateTimeField(blank=True, help_text='Empty: by hand.', null=True, verbose_name='goes out at')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires at')),
                ('by_bots', models.BooleanField(default=True, help_text="Only what goes to the whole compound: the groups are everybody's.", verbose_name="tell the chat groups' bots too")),
                ('change', models.CharField(blank=True, choices=[('correction', 'correction'), ('retraction', 'retraction')], default='', max_length=10, verbose_name='how it puts right')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written at')),
                ('checked_at', models.DateTimeField(editable=False, null=True, verbose_name='checked at')),
                ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published at')),
                ('digest', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='fingerprint')),
                ('dropped_at', models.DateTimeField(editable=False, null=True, verbose_name='dropped at')),
                ('buildings', models.ManyToManyField(blank=True, related_name='notices', to='residents.building', verbose_name='buildings')),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='checked by')),
                ('compound', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='residents.compound', verbose_name='compound')),
                ('corrects', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='notices.notice', verbose_name='puts right')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='written by')),
                ('households', models.ManyToManyField(blank=True, related_name='+', to='residents.household', verbose_name='households')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='LadderStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('chat', 'chat group'), ('intercom', 'intercom'), ('megaphone', 'megaphone'), ('knock', 'knocking')], max_length=10, verbose_name='step')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('note', models.CharField(blank=True, max_length=100, verbose_name='note')),
                ('round_key', models.PositiveBigIntegerField(blank=True, editable=False, null=True, unique=True, verbose_name='round')),
                ('building', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.building', verbose_name='building')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='notices.notice', verbose_name='notice')),
            ],
            options={
                'verbose_name': 'step of the ladder',
                'verbose_name_plural': 'steps of the ladder',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paper', models.CharField(blank=True, choices=[('no_link', 'has no link'), ('no_phone', 'has no smartphone')], default='', max_length=8, verbose_name='on paper, because it')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.building', verbose_name='building')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices_got', to='residents.household', verbose_name='household')),
                ('notice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recipients', to='notices.notice', verbose_name='notice')),
            ],
            options={
                'verbose_name': 'recipient of a notice',
                'verbose_name_plural': 'recipients of notices',
                'ordering': ['notice', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Reached',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('link', 'read by its link'), ('slip', 'on paper'), ('intercom', 'by intercom'), ('phone', 'by phone'), ('knock', 'at the door')], max_length=10, verbose_name='how')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('round_key', models.PositiveBigIntegerField(blank=True, editable=False, null=True, verbose_name='round')),
                ('by', models.ForeignKey(blank=True, help_text='Empty: by the household itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                ('link', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='residents.householdlink', verbose_name="household's link")),
                ('undoes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone', to='notices.reached', verbose_name='undoes')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reached', to='notices.recipient', verbose_name='recipient of a notice')),
            ],
            options={
                'verbose_name': 'household reached',
                'verbose_name_plural': 'households reached',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Wording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('usual', models.CharField(choices=[('test_round', 'test round tomorrow'), ('antigen', 'antigen test tonight'), ('supplies', 'supplies arriving'), ('lift', 'lift out of service'), ('water', 'water stop'), ('quiet', 'quiet hours'), ('positive', 'positive in the compound (no room)'), ('zone', 'zone change'), ('other', 'something else')], max_length=12, verbose_name='for')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('title_en', models.CharField(blank=True, max_length=80, verbose_name='title in English')),
                ('text_en', models.TextField(blank=True, max_length=2000, verbose_name='text in English')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='changed at')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by whom')),
                ('compound', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_wordings', to='residents.compound', verbose_name='compound')),
            ],
            options={
                'verbose_name': 'wording of a notice',
                'verbose_name_plural': 'wordings of notices',
                'ordering': ['compound', 'usual'],
            },
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['compound', '-published_at'], name='notice_by_publishing'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('dropped_at', None)), fields=('corrects',), name='notice_put_right_by_one'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('corrects', None), models.Q(('change', ''), _negated=True), _connector='OR'), name='notice_says_how_it_puts_right'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_by', None)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False)), _connector='OR'), name='notice_checked_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('digest', ''), ('published_at', None), ('published_by', None)), models.Q(('checked_at__isnull', False), ('published_at__isnull', False), ('published_by__isnull', False), models.Q(('digest', ''), _negated=True)), _connector='OR'), name='notice_published_after_a_check'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('published_at', None), ('dropped_at', None), _connector='OR'), name='notice_published_is_never_dropped'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at', None), ('publish_at', None), ('expires_at__gt', models.F('publish_at')), _connector='OR'), name='notice_expires_after_it_goes_out'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('scope', 'compound'), ('by_bots', False), _connector='OR'), name='notice_by_bots_is_for_all'),
        ),
        migrations.AddConstraint(
            model_name='ladderstep',
            constraint=models.CheckConstraint(condition=models.Q(('round_key', None), ('kind', 'knock'), _connector='OR'), name='notice_round_is_for_knocking'),
        ),
        migrations.AddIndex(
            model_name='recipient',
            index=models.Index(fields=['notice', 'building'], name='notice_by_building'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('notice', 'household'), name='notice_once_a_household'),
        ),
        migrations.AddConstraint(
            model_name='reached',
            constraint=models.UniqueConstraint(condition=models.Q(('how', 'link'), ('undoes', None)), fields=('recipient',), name='notice_read_once_by_link'),
        ),
        migrations.AddConstraint(
            model_name='reached',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by', None), ('how', 'link'), ('link__isnull', False)), models.Q(models.Q(('how', 'link'), _negated=True), ('by__isnull', False), ('link', None)), _connector='OR'), name='notice_told_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='wording',
            constraint=models.UniqueConstraint(fields=('compound', 'usual'), name='notice_wording_once_a_compound'),
        ),
        migrations.RunPython(guard_facts, lift_guards),
    ]
