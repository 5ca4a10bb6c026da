import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from tests.serving import open_client
from tests.support.demo import Demo

ROOT = Path(__file__).resolve().parents[2]


def test_the_answer_in_the_readme_is_the_answer_of_the_demo(demo_files: Demo, tmp_path: Path) -> None:
    """What the first screen shows is what `make run` serves, to the last digit."""
    session = re.search(
        r"\$ curl -s (\S+) +# wrapped here, its links left out\n(.*?)\n```",
        (ROOT / "README.md").read_text(),
        re.DOTALL,
    )
    assert session is not None
    shown = json.loads(re.sub(r"\n ", "", session[2]))
    database = demo_files.copy_to(tmp_path / "park.gpkg")
    with open_client(database) as client:
        answered = client.get(urlsplit(session[1]).path).json()
        assert answered.pop("links")
        assert answered == shown
    database.dispose()


def test_links_between_the_documents_lead_somewhere() -> None:
    """Every relative link of README, CONTRIBUTING and docs names a file that is there."""
    for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
