"""Where files live: folders of the operating system, and the program's own resources in every way it is installed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from platformdirs import PlatformDirs

_ENVIRONMENT = "BROKERDESK_RESOURCES"


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one user: settings, profiles (books), logs. `BROKERDESK_HOME` moves all of them."""

    config: Path
    data: Path
    logs: Path

    @classmethod
    def of_user(cls) -> Folders:
        """The folders the operating system foresees, or everything below `BROKERDESK_HOME`."""
        home = os.environ.get("BROKERDESK_HOME")
        if home:
            base = Path(home)
            return cls(base / "config", base / "data", base / "logs")
        dirs = PlatformDirs("BrokerDesk", appauthor=False, roaming=False)
        return cls(Path(dirs.user_config_dir), Path(dirs.user_data_dir), Path(dirs.user_log_dir))


def resource_root() -> Path:
    """The folder of the program's resources: environment, frozen program, wheel, repository, in this order."""
    given = os.environ.get(_ENVIRONMENT)
    package = Path(__file__).resolve().parent.parent
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(given)] if given else []
    places += [Path(frozen) / "resources"] if frozen else []
    places += [package / "_resources", package.parent / "resources"]
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError("the program's resources are missing")


def resource(name: str) -> Path:
    """The path of one resource such as `lines.toml` or `fonts/SourceSans3-Regular.ttf`.

    Raises `ValueError` for a name that leaves the folder and `FileNotFoundError` when it is missing.
    """
    root = resource_root()
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise ValueError("a resource lies inside the resource folder")
    if not path.exists():
        raise FileNotFoundError(f"resource {name} is missing")
    return path


def has_module(name: str) -> bool:
    """Whether an optional part (such as `fastapi` of the portal) is installed, without importing it."""
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
