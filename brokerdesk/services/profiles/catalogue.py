"""Which profiles this user has, by name or path, and which one was used last.

Named profiles lie below the data folder; profiles elsewhere are known by their path. What is remembered here (paths, the
last profile, the language of the unlock page) is no secret and stands in `profiles.json` of the settings folder.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brokerdesk.core.errors import KnownError, register
from brokerdesk.core.files import write_atomically
from brokerdesk.core.paths import Folders
from brokerdesk.core.texts import LANGUAGES
from brokerdesk.store.book import FILE_NAME as BOOK_NAME
from brokerdesk.vault import slot_file

PROFILE_NONE = register("profile-none")
PROFILE_UNKNOWN = register("profile-unknown", "name")
PROFILE_NAME = register("profile-name-invalid")

_LONGEST_NAME = 80
_FORBIDDEN = set('<>:"/\\|?*')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))}


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile: its shown name and its folder. The folder holds the book, the key slots and the backups."""

    name: str
    folder: Path

    @property
    def backups(self) -> Path:
        """Where automatic backups go."""
        return self.folder / "backups"


def list_profiles(folders: Folders) -> list[Profile]:
    """All profiles of this user, by name: those below the data folder and those elsewhere that still exist."""
    places = {p.resolve() for p in _root(folders).glob("*") if _is_profile(p) and not p.name.startswith(".")}
    places |= {Path(p) for p in _remembered(folders).get("known", []) if _is_profile(Path(p))}
    return sorted((Profile(p.name, p) for p in places), key=lambda p: (p.name.casefold(), str(p.folder)))


def find_profile(folders: Folders, name: str | None = None) -> Profile:
    """The profile of a name or path; without one the profile used last, else the only one there is.

    Raises `KnownError` with profile-unknown or profile-none.
    """
    if name is None:
        return _default(folders)
    wanted = new_profile(folders, name)
    if _is_profile(wanted.folder):
        return wanted
    for profile in list_profiles(folders):
        if profile.name.casefold() == name.casefold():
            return profile
    raise KnownError(PROFILE_UNKNOWN, name=name)


def _default(folders: Folders) -> Profile:
    last = _remembered(folders).get("last")
    if isinstance(last, str) and _is_profile(Path(last)):
        return Profile(Path(last).name, Path(last))
    profiles = list_profiles(folders)
    if len(profiles) != 1:
        raise KnownError(PROFILE_NONE)
    return profiles[0]


def new_profile(folders: Folders, name: str) -> Profile:
    """The profile that a new name or path would have; nothing is made. Raises `KnownError(profile-name-invalid)`.

    A text with a path separator, `~` or a drive is a path, everything else a name.
    """
    if _is_path(name):
        folder = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 - resolve() would follow links
        return Profile(folder.name, folder)
    clean = " ".join(name.split())
    bad = any(c in _FORBIDDEN or not c.isprintable() for c in clean)
    if not clean or bad or len(clean) > _LONGEST_NAME or clean[0] == "." or clean[-1] == ".":
        raise KnownError(PROFILE_NAME)
    if clean.partition(".")[0].casefold() in _RESERVED:
        raise KnownError(PROFILE_NAME)
    return Profile(clean, _root(folders) / clean)


def remember_profile(folders: Folders, profile: Profile) -> None:
    """Make `profile` the one that opens next time; a folder elsewhere is put on the list."""
    kept = _remembered(folders)
    known = [p for p in kept.get("known", []) if _is_profile(Path(p))]
    if profile.folder.parent != _root(folders) and str(profile.folder) not in known:
        known.append(str(profile.folder))
    _write(folders, {**kept, "last": str(profile.folder), "known": known})


def remember_language(folders: Folders, language: str) -> None:
    """Keep the language in which first run and unlock page speak."""
    _write(folders, {**_remembered(folders), "language": language})


def last_language(folders: Folders) -> str | None:
    """The language kept by `remember_language`, or None."""
    found = _remembered(folders).get("language")
    return found if found in LANGUAGES else None


def _root(folders: Folders) -> Path:
    return folders.data.absolute() / "profiles"


def _is_profile(folder: Path) -> bool:
    return slot_file.exists(folder) or (folder / BOOK_NAME).exists()


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.startswith("~") or name in {".", ".."} or Path(name).is_absolute()


def _file(folders: Folders) -> Path:
    return folders.config / "profiles.json"


def _remembered(folders: Folders) -> dict[str, Any]:
    """What the file holds; a missing or broken one holds nothing, for everything in it can be chosen again."""
    try:
        found = json.loads(_file(folders).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(folders: Folders, values: dict[str, Any]) -> None:
    folders.config.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(_file(folders), json.dumps(values, indent=1).encode())
