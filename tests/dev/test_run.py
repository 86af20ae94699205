"""Run folders: one each, known as running while they are, and swept when they are not."""

from pathlib import Path

from dev.run import KEPT, run_folder, running


def test_a_run_is_known_as_running_until_it_ends(tmp_path: Path) -> None:
    with run_folder("demo", tmp_path) as folder:
        assert running(tmp_path) == [folder]

    assert running(tmp_path) == []


def test_two_runs_side_by_side_have_a_folder_each(tmp_path: Path) -> None:
    with run_folder("demo", tmp_path) as one, run_folder("demo", tmp_path) as other:
        assert one != other
        assert set(running(tmp_path)) == {one, other}


def test_logs_of_the_last_runs_stay_and_data_go(tmp_path: Path) -> None:
    for _ in range(KEPT + 3):
        with run_folder("demo", tmp_path) as folder:
            (folder / "casefile.log").write_text("said")
            (folder / "kafka").mkdir()

    with run_folder("demo", tmp_path) as folder:
        finished = [path for path in (tmp_path / ".run").iterdir() if path.is_dir()]
        finished.remove(folder)

    assert len(finished) == KEPT
    assert all((path / "casefile.log").exists() for path in finished)
    assert not any((path / "kafka").exists() for path in finished)


def test_a_running_neighbour_keeps_its_data(tmp_path: Path) -> None:
    with run_folder("demo", tmp_path) as neighbour:
        (neighbour / "kafka").mkdir()
        for _ in range(KEPT + 3):
            with run_folder("test", tmp_path):
                pass

        assert (neighbour / "kafka").exists()
