"""Where a book may live (reliability.md S4): never on a network drive, with a warning in a cloud-synced folder.

WAL needs shared memory on one host; a folder that another program synchronises can be torn while we write.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from brokerdesk.core.errors import KnownError, register

PLACE_NETWORK = register("place-network")
PLACE_CLOUD = register("place-cloud")

_NETWORK = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs afs afpfs ncpfs davfs webdav fuse.sshfs fuse.rclone fuse.davfs2 fuse.s3fs".split()
)
_CLOUD_NAMES = re.compile(
    r"(onedrive|dropbox|google ?drive|my drive|icloud|mobile documents|cloudstorage|nextcloud|owncloud|pcloud|mega(sync)?$"
    r"|syncthing|seafile|magentacloud|hidrive|box sync)",
    re.IGNORECASE,
)
_CLOUD_MARKS = (".dropbox", ".stfolder", ".nextcloudsync.log", ".owncloudsync.log")
_DRIVE_REMOTE = 4
_MOUNT_LINE = re.compile(r" on (?P<place>.+) \((?P<kind>\w+)[,)]")


def place_warning(folder: Path) -> str | None:
    """The error code place-cloud when `folder` seems to be synchronised with a cloud, else None; the user decides."""
    whole = folder.absolute()
    if any(_CLOUD_NAMES.match(part) for part in whole.parts):
        return PLACE_CLOUD
    for place in (whole, *whole.parents):
        if any((place / mark).exists() for mark in _CLOUD_MARKS):
            return PLACE_CLOUD
    return None


def refuse_network_place(folder: Path, *, mounts: dict[str, str] | None = None) -> None:
    """Raise `KnownError(place-network)` when `folder` is, or would be, on a network drive.

    `mounts` (place → kind of file system) is read from the operating system when it is not given.
    """
    if sys.platform == "win32":
        if _remote_on_windows(folder):
            raise KnownError(PLACE_NETWORK)
        return
    whole = folder.absolute()
    known = _mounts() if mounts is None else mounts
    for place in (whole, *whole.parents):
        kind = known.get(str(place))
        if kind is not None:
            if kind in _NETWORK:
                raise KnownError(PLACE_NETWORK)
            return


def _mounts() -> dict[str, str]:
    """Mounted places with the kind of their file system; empty where the system does not tell."""
    try:
        if sys.platform == "darwin":
            told = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=True).stdout
            return {m["place"]: m["kind"] for m in map(_MOUNT_LINE.search, told.splitlines()) if m}
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, subprocess.SubprocessError):
        return {}
    found = {}
    for line in lines:
        _, place, kind, *_rest = line.split(" ")
        found[re.sub(r"\\([0-7]{3})", lambda m: chr(int(m[1], 8)), place)] = kind
    return found


def _remote_on_windows(folder: Path) -> bool:
    whole = str(folder.absolute())
    if whole.startswith("\\\\"):
        return True
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    return bool(kernel.GetDriveTypeW(str(folder.absolute().anchor)) == _DRIVE_REMOTE)
