"""The demo on real servers: the report's figures come out, and nothing stays behind."""

from pathlib import Path

import orjson
import psutil
import pytest

from dev.demo import demo
from dev.stack import FREE

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


async def test_the_played_pilot_gives_the_figures_and_todays_candidate_a_mail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(psutil.Process().children(recursive=True))

    code = await demo(ends=True, report=tmp_path / "figures.json", ports=FREE)

    told = capsys.readouterr().out
    figures = orjson.loads((tmp_path / "figures.json").read_bytes())
    assert code == 0
    assert [figure for figure in figures if figure["equal"] is False] == []
    assert len([figure for figure in figures if figure["equal"] is None]) == 3
    assert len(figures) == 156
    assert "To: desk@example.org" in told
    assert "As of 2020-12-01, the day on which the authors looked:\n" in told
    assert "Where the report says a thing in two ways" in told
    assert "Printed figures that no event gives" in told
    assert "single records are constructed" in told
    assert set(psutil.Process().children(recursive=True)) <= before
