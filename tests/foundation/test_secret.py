"""A secret shows itself only when asked by name."""

import copy
import pickle

import pytest

from hubspot_skill.foundation.secret import Secret

TEXT = "pat-na1-11112222-3333"


@pytest.mark.promise("secrets-hidden")
@pytest.mark.parametrize("show", [str, repr, "{}".format, "{0!r}".format, "{:>40}".format, lambda s: f"{s}"])
def test_no_text_form_holds_its_characters(show) -> None:
    assert TEXT not in show(Secret(TEXT))
    assert TEXT not in repr([Secret(TEXT)])


def test_it_is_revealed_by_name() -> None:
    assert Secret(TEXT).reveal() == TEXT


def test_equal_characters_are_equal_secrets() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert not Secret("")


@pytest.mark.parametrize("carry", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_cannot_be_carried_elsewhere(carry) -> None:
    with pytest.raises(TypeError):
        carry(Secret(TEXT))
