"""The wheel as a stranger gets it: it holds the package alone, installs into an empty environment, and starts there."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from hubspot_skill import __version__

ROOT = Path(__file__).parent.parent.parent
LIMIT_S = 120
SOURCES = "hubspot_skill/surfaces/web/frontend/"
"""What the console's script, style sheet and icons are built from; the wheel holds what was built."""

pytestmark = pytest.mark.timeout(2 * LIMIT_S)


def _uv() -> str:
    """Give the uv of `make setup`, else the one on the path."""
    own = ROOT / ".uv" / "bin" / "uv"
    found = str(own) if own.exists() else shutil.which("uv")
    assert found, "uv is neither in .uv (run `make setup`) nor on the path"
    return found


def _run(*command: str | Path, cwd: Path = ROOT) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, timeout=LIMIT_S)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _run(_uv(), "build", "--wheel", "--quiet", "--out-dir", folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an empty environment into which the wheel was installed, with the versions of the lock."""
    folder = tmp_path_factory.mktemp("empty")
    locked = folder / "locked.txt"
    locked.write_text(_run(_uv(), "export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes", "--quiet"))
    _run(_uv(), "venv", "--quiet", "--python", sys.executable, folder / "venv")
    scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    _run(_uv(), "pip", "install", "--quiet", "--python", scripts / "python", "--constraints", locked, wheel, cwd=folder)
    return scripts


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    code = {str(path.relative_to(ROOT)) for path in (ROOT / "hubspot_skill").rglob("*") if path.is_file()}
    wanted = {name for name in code if "__pycache__" not in name and not name.startswith(SOURCES)}

    assert {name.partition("/")[0] for name in names} == {"hubspot_skill", f"hubspot_skill-{__version__}.dist-info"}
    assert {name for name in names if name.startswith("hubspot_skill/")} == wanted
    assert {"SOURCE", "LICENCES.txt", "manifest.json"} <= {
        name.rpartition("/")[2] for name in names if "/static/" in name
    }
    assert f"hubspot_skill-{__version__}.dist-info/licenses/LICENSE" in names


@pytest.mark.promise("wheel-starts")
async def test_the_installed_program_starts_and_lists_its_tools(installed: Path, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HUBSPOT", "PYTHON"))}
    parameters = StdioServerParameters(
        command=str(installed / "hubspot-skill"), args=["mcp"], env=environ, cwd=str(tmp_path)
    )

    async with Client(parameters) as client:
        tools = (await client.list_tools()).tools
        answer = await client.call_tool("hubspot_whoami", {})

    assert "hubspot_search_deals" in {tool.name for tool in tools}
    assert answer.is_error


@pytest.mark.promise("wheel-starts")
async def test_the_installed_program_answers_from_the_sandbox_that_ships_with_it(
    installed: Path, tmp_path: Path
) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HUBSPOT", "PYTHON"))}
    here = {"HUBSPOT_ENVIRONMENT": "sandbox", "HUBSPOT_SKILL_DATA_DIR": str(tmp_path)}
    parameters = StdioServerParameters(command=str(installed / "hubspot-skill"), args=["mcp"], env={**environ, **here})

    async with Client(parameters) as client:
        answer = await client.call_tool("hubspot_whoami", {})

    assert answer.structured_content is not None, answer.content
    assert answer.structured_content["source"] == "sandbox"


def test_the_installed_program_explains_itself(installed: Path) -> None:
    assert "Commands:" in _run(installed / "hubspot-skill", "--help")
    assert _run(installed / "hubspot-skill", "--version") == f"hubspot-skill {__version__}\n"
    assert _run(installed / "python", "-m", "hubspot_skill", "--version") == f"hubspot-skill {__version__}\n"
