"""What the documents say is tested: each test they name is there."""

import re

import pytest

from roost.program import ROOT

SWIFT = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "Tests").rglob("*.swift")))
PYTHON = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "Tests" / "Acceptance").rglob("test_*.py"))}


def document(name):
    return (ROOT / "docs" / name).read_text("utf-8")


def suite(name):
    """The text of a suite, with its extensions; empty for one that is not there."""
    return "".join(re.split(rf"\n(?:struct|extension|final class) {name}\b", "\n" + SWIFT)[1:])


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_every_test_that_a_document_names_is_there(name):
    text = document(name)
    missing = []
    for found in re.finditer(r"`(\w+Tests)\.(\w+)`((?:, `\w+`)*)", text):
        for test in [found[2], *re.findall(r"\w+", found[3])]:
            if not re.search(rf"\bfunc {test}\(", suite(found[1])):
                missing.append(f"{found[1]}.{test}")
    for found in re.finditer(r"`((?:pages/)?test_\w+\.py)(?:::(\w+))?`((?:, `::\w+`)*)", text):
        content = PYTHON.get(found[1].removeprefix("pages/"))
        if content is None:
            missing.append(found[1])
            continue
        for test in [*filter(None, [found[2]]), *re.findall(r"\w+", found[3])]:
            if f"def {test}(" not in content:
                missing.append(f"{found[1]}::{test}")
    assert not missing


def test_the_table_of_faults_has_every_step_and_every_fault():
    table = re.search(r"\| step \\ fault \|(.*)\n\|[ -|]+\n((?:\|.*\n)+)", document("payments.md"))
    faults = [cell.strip().split(" ")[0] for cell in table[1].strip("|").split("|")]
    tests = (ROOT / "Tests/PaymentServiceTests/Providers")
    cases = re.search(r"enum NetFault\b(.*?)\n}", (tests / "ProviderFaults.swift").read_text("utf-8"), re.DOTALL)
    assert faults == re.findall(r"^    case (\w+)$", cases[1], re.MULTILINE)
    steps = re.findall(r'name: "([^"]+)", provider: "(\w+)"', (tests / "FaultTableTests.swift").read_text("utf-8"))
    rows = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in table[2].splitlines()]
    assert [row[0] for row in rows] == [f"{provider} {name}" for name, provider in steps]
    assert all(row[1:] == ["cell"] * len(faults) for row in rows)


def test_every_setting_that_the_program_reads_is_listed_and_described():
    """A name that a file may hold is one that is read, and the table for operators has it."""
    sources = {path: path.read_text("utf-8") for path in (ROOT / "Sources").rglob("*.swift")}
    files = next(text for path, text in sources.items() if path.name == "SettingFiles.swift")
    listed = set(re.findall(r'"(ROOST_[A-Z_]+)"', re.search(r"static let names.*?\]", files, re.DOTALL)[0]))
    read = {name for text in sources.values() if text is not files for name in re.findall(r'"(ROOST_[A-Z_]+)"', text)}
    read |= {f"ROOST_{name}_DATABASE" for name in ("USERS", "PROPERTIES", "BOOKINGS", "PAYMENTS")}
    assert listed == read
    table = document("operating.md")
    assert not [name for name in sorted(listed) if f"`{name}`" not in table and name.removeprefix("ROOST_") not in table]
