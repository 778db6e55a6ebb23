"""Which passwords are taken, and how they are stored."""

import unicodedata

import pytest

from app.accounts.passwords import checked_password, hash_password, verify_password
from app.errors import InvalidInputError


@pytest.mark.parametrize(
    "password",
    [
        "a quiet harbour at dawn",
        "onlylowercaseletters",
        "4829175036482",
        "0f1e2d3c4b5a6978" * 4,
        "🦉🌊⛵🏔️🦉🌊⛵🏔️🌙🪁🧭🗺️",
        "пароль длинный и свой",
        "   spaces around it   ",
        "long " * 51,
    ],
)
def test_long_ones_of_any_kind_are_taken_and_work(password: str) -> None:
    stored = hash_password(checked_password(password))
    assert stored.startswith("$argon2id$")
    assert verify_password(password, stored) == (True, None)
    assert verify_password(password + "x", stored)[0] is False


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "PASSWORD1234",
        "passwordpassword",
        "letmeinletmein",
        "1q2w3e4r5t6y",
        "123456qwerty",
        "123456789012",
        "trigpoint1234",
        "trigpointtrigpoint",
        "administrator!",
        "111111111111",
        "abababababab",
        "abcdefghijkl",
        "!!!password!!!",
    ],
)
def test_common_ones_are_refused(password: str) -> None:
    with pytest.raises(InvalidInputError, match="tried first"):
        checked_password(password)


def test_ones_own_name_and_address_are_refused() -> None:
    for password in ("mira.sandoval@example.org", "MiraSandoval2026", "mira sandoval"):
        with pytest.raises(InvalidInputError):
            checked_password(password, personal=("mira.sandoval@example.org", "Mira Sandoval", "MiraSandoval"))


def test_too_short_and_too_long_are_refused_with_the_limit() -> None:
    with pytest.raises(InvalidInputError, match="at least 12"):
        checked_password("short pass!")
    with pytest.raises(InvalidInputError, match="at most 256"):
        checked_password("long " * 52)


def test_the_same_letters_typed_on_another_machine_fit() -> None:
    composed = "Käse über Brücken"
    stored = hash_password(checked_password(unicodedata.normalize("NFD", composed)))
    assert verify_password(composed, stored)[0]


def test_nobody_has_no_password() -> None:
    assert verify_password("", None) == (False, None)
    assert verify_password("a quiet harbour at dawn", None)[0] is False
