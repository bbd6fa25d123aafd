"""The first booking of the README, pasted into a shell as it stands there."""

import re
import subprocess

from roost import program
from roost.mail import Post
from roost.trade import eventually

ADDRESS = "http://127.0.0.1:8080"


def walk_through():
    """The commands between the marks in the README; only the address is this server's."""
    text = (program.ROOT / "README.md").read_text("utf-8")
    part = text.split("<!-- first booking -->")[1].split("<!-- /first booking -->")[0]
    blocks = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)
    assert blocks
    return "\n".join(blocks)


def test_the_first_booking_of_the_readme_works_when_pasted(demo_server, tmp_path):
    script = walk_through()
    assert script.count(ADDRESS) == 1, "the address is said once, so that it can be changed in one place"
    for turn in range(2):
        result = subprocess.run(
            ["bash", "-eu"], input=script.replace(ADDRESS, demo_server.url), env=program.clean_environment(), cwd=tmp_path,
            capture_output=True, encoding="utf-8", timeout=120)
        assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
        assert '"status":"confirmed"' in result.stdout.replace(" ", ""), f"{result.stdout}\n{result.stderr}"
    post = Post(demo_server)
    eventually(post.all, lambda letters: len(letters) >= 4, what="a letter to guest and host for each of two confirmed bookings")


def test_every_file_that_the_documents_name_is_there():
    missing = []
    for path in [program.ROOT / "README.md", *(program.ROOT / "docs").rglob("*.md")]:
        text = path.read_text("utf-8")
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
            if not (path.parent / link).exists():
                missing.append(f"{path.relative_to(program.ROOT)}: {link}")
    assert not missing, "\n".join(missing)


def test_every_make_target_of_the_readme_is_there():
    targets = set(re.findall(r"^([a-z]+):", (program.ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", (program.ROOT / "README.md").read_text("utf-8")))
    assert named and named <= targets
