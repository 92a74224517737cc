"""The bearer token's file: made once, for its owner only."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hubspot_skill.app.places import TOKEN_BYTES, Places, bearer_token, default_places
from hubspot_skill.domain.errors import PlaceError


def _places(folder: Path) -> Places:
    return Places(config=folder / "config", data=folder / "data")


@pytest.mark.promise("token-owner-only")
def test_the_token_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    places = _places(tmp_path)

    first = bearer_token(places)

    assert len(first.reveal()) >= TOKEN_BYTES
    assert bearer_token(places) == first
    assert stat.S_IMODE(places.token_file.stat().st_mode) == 0o600
    assert list(places.config.iterdir()) == [places.token_file]


def test_programs_that_start_at_the_same_moment_get_the_same_token(tmp_path: Path) -> None:
    places = _places(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: bearer_token(places), range(32)))

    assert len(set(tokens)) == 1


def test_a_token_that_others_may_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    places = _places(tmp_path)
    bearer_token(places)
    places.token_file.chmod(0o644)

    with pytest.raises(PlaceError) as caught:
        bearer_token(places)

    assert f"chmod 600 {places.token_file}" in caught.value.hint


def test_an_emptied_token_file_is_refused(tmp_path: Path) -> None:
    places = _places(tmp_path)
    bearer_token(places)
    places.token_file.write_text("\n")

    with pytest.raises(PlaceError, match="holds 0 characters"):
        bearer_token(places)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")

    with pytest.raises(PlaceError, match="config"):
        bearer_token(_places(tmp_path))


def test_the_data_folder_can_be_set_and_the_token_stays_apart_from_it(tmp_path: Path) -> None:
    places = default_places(tmp_path)

    assert places.portals.is_relative_to(tmp_path)
    assert not places.token_file.is_relative_to(tmp_path)
