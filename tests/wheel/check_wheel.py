"""Build the wheel, install it into a clean environment, and use it from an empty directory. Called by `make check`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UV = ROOT / ".tools" / "bin" / "uv"


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(w) for w in words], cwd=cwd, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.exit(f"wheel check: {' '.join(map(str, words))} exited {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        run(UV, "build", "--wheel", "-q", "-o", work / "dist", cwd=ROOT)
        (wheel,) = (work / "dist").glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        roots = {n.split("/")[0] for n in names if not n.split("/")[0].endswith(".dist-info")}
        assert roots == {"bidctl", "policies", "sim"}, f"wheel carries {roots}"
        for wanted in ("sim/figures.json", "sim/scenarios/demo.toml", "policies/steady-profit.toml"):
            assert wanted in names, f"wheel lacks {wanted}"
        assert any(n.startswith("bidctl/adapters/store/migrations/versions/") for n in names), "wheel lacks migrations"
        run(UV, "venv", "-q", "--python", sys.executable, work / "venv", cwd=work)
        python = work / "venv" / "bin" / "python"
        pins = ROOT / "requirements" / "run.txt"
        run(UV, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", pins, cwd=work)
        run(UV, "pip", "install", "-q", "--python", python, "--no-deps", wheel, cwd=work)
        empty = work / "empty"
        empty.mkdir()
        bidctl = work / "venv" / "bin" / "bidctl"
        assert "demo" in run(bidctl, "--help", cwd=empty)
        assert "ok" in run(bidctl, "doctor", "--offline", "--lang", "en", cwd=empty)
        found = run(
            python, "-c", "from bidctl import catalog; catalog.check_ownership(); print(catalog.shipped())", cwd=empty
        )
        assert "policies.handbook:Handbook" in found and "steady-profit" in found, found
    print("wheel: builds, installs clean, answers from an empty directory")


main()
