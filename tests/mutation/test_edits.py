"""Each guard is still where it is to be removed; to remove them all takes long."""

import pytest

from mutation.guard import Guard
from mutation.guards import GUARDS
from mutation.run import PACKAGES


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_what_removes_a_guard_is_once_in_the_source(guard: Guard) -> None:
    folders = {package.name: package.parent for package in PACKAGES}

    for edit in guard.edits:
        source = folders[edit.file.split("/")[0]] / edit.file
        assert source.read_text().count(edit.old) == 1, edit.file
