import pytest

from residents.phones import PhoneError, normalise_phone


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("   ", ""),
        ("13800138000", "13800138000"),
        (" 138-0013 8000 ", "13800138000"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("58881234", "58881234"),
        ("021-58881234", "02158881234"),
        ("(021) 5888 1234", "02158881234"),
        ("+86-021-58881234", "02158881234"),
        ("+49 (30) 123-4567", "+49301234567"),
        ("0049301234567", "+49301234567"),
    ],
)
def test_numbers_are_brought_into_one_form(written, kept):
    assert normalise_phone(written) == kept


@pytest.mark.parametrize(
    "written",
    ["1", "1380013800", "138001380000", "12800138000", "abc", "110", "+1", "+86", "138 0013 8000 / 139 0013 8000"],
)
def test_what_is_not_a_number_is_refused(written):
    with pytest.raises(PhoneError):
        normalise_phone(written)
