"""Pictures of handovers: bare, small, kept apart from what is served, seen by few and not for long."""

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from residents.models import AccessRecord
from rounds.services import assign
from supplies.models import HandoverPhoto
from supplies.photos import PhotoError, forget_old_photos, path_of, read_photo, redraw
from supplies.tasks import forget_photos

WEI = "token-of-wei-0000000000"
PLACE = b"31.2304N121.4737E"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.PHOTO_DIR = tmp_path
    settings.LANGUAGE_CODE = "en"
    return tmp_path


def picture(size=(2000, 1500), kind="JPEG", **facts) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "#884422").save(out, kind, **facts)
    return out.getvalue()


def with_place() -> bytes:
    """As a phone's camera writes it: where, when, with what, and to be turned by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[29] = PLACE.decode()
    return picture(exif=exif, comment=PLACE)


@pytest.fixture
def told(world, store):
    """Wei's phone has told of the bag at 502."""
    row = store.open(store.prepare(store.arrive(9)))
    assign(round=row.round, volunteer=world.wei, building=world.building1, by=world.chen)
    return store.tell(row, world.lin_home, by=world.wei.user)


def send(client, mark, content=None, id=None, token=WEI, kind="image/jpeg", **headers):
    headers = {"Authorization": f"Bearer {token}", "X-Mark": str(mark)} | headers
    address = reverse("sync_photo", args=[id or uuid.uuid4()])
    return client.post(address, picture() if content is None else content, content_type=kind, headers=headers)


def test_what_is_kept_has_no_word_of_place_time_or_phone():
    bare = redraw(with_place())
    image = Image.open(BytesIO(bare))
    assert (image.format, image.size, dict(image.getexif()), image.info.get("comment")) == (
        "JPEG",
        (960, 1280),
        {},
        None,
    )
    assert (PLACE in with_place(), PLACE in bare, b"Exif" in bare) == (True, False, False)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0 broken", picture(kind="GIF"), picture(kind="BMP"), picture()[:900]],
)
def test_what_is_no_picture_is_refused_in_words(content):
    with pytest.raises(PhotoError, match="no photo that can be read"):
        redraw(content)


def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("supplies.photos.MOST_PIXELS", 100)
    with pytest.raises(PhotoError, match="too many pixels"):
        redraw(picture((11, 11)))
    with pytest.raises(PhotoError, match="at most 12 MB"):
        redraw(b"x" * (12 * 1024**2 + 1))


def test_the_file_lies_apart_and_cannot_be_read_there(folder, client, told):
    id = uuid.uuid4()
    answer = send(client, told.pk, id=id)
    assert (answer.status_code, answer.json()) == (200, {"portal": "shoulou", "photo": str(id), "result": "stored"})
    [file] = [path for path in folder.rglob("*") if path.is_file()]
    assert b"JFIF" not in file.read_bytes()
    assert Image.open(BytesIO(read_photo(HandoverPhoto.objects.get()))).size == (1280, 960)


def test_one_sent_twice_is_kept_once(client, told):
    id = uuid.uuid4()
    for again in (id, id, uuid.uuid4()):
        assert send(client, told.pk, id=again).status_code == 200
    assert [photo.pk for photo in HandoverPhoto.objects.all()] == [id]


def test_a_photo_before_its_mark_is_asked_for_later(client, told):
    answer = send(client, uuid.uuid4())
    assert (answer.status_code, answer.json()["error"]) == (409, "no_mark_yet")


def test_only_whose_mark_it_is_sends_its_photo(world, store, client, told):
    other = store.tell(store.row_of(told), world.elder_home, by=world.zhao)
    assert send(client, other.pk).status_code == 409
    assert HandoverPhoto.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"token": "token-of-nobody-000000"}, 401, "unknown_device"),
        ({"X-Mark": "gold"}, 400, "wrong_shape"),
        ({"kind": "application/json"}, 415, "not_an_image"),
        ({"kind": "image/svg+xml"}, 415, "not_an_image"),
        ({"content": b"x" * (3 * 1024**2 + 1)}, 413, "too_large"),
        ({"content": b"<script>"}, 422, "bad_photo"),
    ],
)
def test_whatever_is_sent_gets_an_answer_of_ours(folder, client, told, changes, status, error):
    answer = send(client, told.pk, **changes)
    assert (answer.status_code, answer.json()["portal"], answer.json()["error"]) == (status, "shoulou", error)
    assert (HandoverPhoto.objects.count(), list(folder.rglob("*.bin"))) == (0, [])


def test_a_full_disk_leaves_it_on_the_phone(client, told, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("supplies.photos.Path.write_bytes", full)
    answer = send(client, told.pk)
    assert (answer.status_code, answer["Retry-After"], HandoverPhoto.objects.count()) == (503, "15", 0)


def test_who_may_see_the_visit_sees_it_and_is_on_record(world, client, told):
    send(client, told.pk)
    photo = HandoverPhoto.objects.get()
    address = reverse("supplies:photo", args=[photo.pk])
    for user, status in ((world.chen, 200), (world.qian, 200), (world.zhao, 200), (world.sun, 404)):
        client.force_login(user)
        answer = client.get(address)
        assert (user, answer.status_code) == (user, status)
    client.force_login(world.zhao)
    answer = client.get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/jpeg", "no-store, private")
    assert set(AccessRecord.objects.values_list("deed", "subject")) == {
        ("look", f"visit {photo.visit_id}: photo {photo.pk}")
    }
    assert AccessRecord.objects.count() == 4
    assert address in client.get(reverse("visit", args=[photo.visit_id])).content.decode()


def test_it_is_deleted_after_its_days(client, world, told, settings, monkeypatch):
    monkeypatch.setattr("supplies.tasks.close_old_connections", lambda: None)  # it is the test's own
    send(client, told.pk)
    photo = HandoverPhoto.objects.get()
    path = path_of(photo.pk)
    assert (forget_old_photos(), path.exists()) == (0, True)
    HandoverPhoto.objects.update(received_at=timezone.now() - timedelta(days=settings.PHOTO_DAYS, minutes=1))
    forget_photos()
    photo.refresh_from_db()
    assert (path.exists(), photo.gone_at is not None) == (False, True)
    client.force_login(world.chen)
    assert client.get(reverse("supplies:photo", args=[photo.pk])).status_code == 404


def test_at_the_desk_a_bad_photo_costs_no_handover(world, store, client, told):
    client.force_login(world.zhao)
    for home, content, kept in ((world.elder_home, with_place(), 1), (world.tenant_home, b"GIF89a", 1)):
        visit = store.visit(store.row_of(told), home)
        upload = BytesIO(content)
        upload.name = "p.jpg"
        answer = client.post(
            reverse("supplies:handover", args=[visit.pk]), {"handover": "left", "photo": upload}, follow=True
        )
        visit.refresh_from_db()
        assert (visit.outcome, HandoverPhoto.objects.count()) == ("done", kept)
    assert "The handover is noted without a photo: This is no photo" in answer.content.decode()
