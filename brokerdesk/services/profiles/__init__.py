"""Profiles: a folder with one book and the slots of its key. Create, unlock, guard, back up, restore.

What window, command line and self-test call. Nothing here asks or prints; the recovery sheet is drawn by `documents`.
"""

from brokerdesk.services.profiles.backups import (
    BackupInfo,
    automatic_backup,
    backup,
    list_backups,
    newest_backup,
    read_info,
    thin_backups,
)
from brokerdesk.services.profiles.catalogue import (
    Profile,
    find_profile,
    last_language,
    list_profiles,
    new_profile,
    remember_language,
    remember_profile,
)
from brokerdesk.services.profiles.guarding import (
    change_passphrase,
    confirm_recovery,
    new_recovery_code,
    recovery_confirmed,
    remember_on_device,
    remembered_on_device,
)
from brokerdesk.services.profiles.opening import (
    Created,
    Verification,
    create_profile,
    lock,
    unlock,
    verify,
)
from brokerdesk.services.profiles.places import place_warning
from brokerdesk.services.profiles.restoring import Restored, restore

__all__ = [
    "BackupInfo",
    "Created",
    "Profile",
    "Restored",
    "Verification",
    "automatic_backup",
    "backup",
    "change_passphrase",
    "confirm_recovery",
    "create_profile",
    "find_profile",
    "last_language",
    "list_backups",
    "list_profiles",
    "lock",
    "new_profile",
    "new_recovery_code",
    "newest_backup",
    "place_warning",
    "read_info",
    "recovery_confirmed",
    "remember_language",
    "remember_on_device",
    "remember_profile",
    "remembered_on_device",
    "restore",
    "thin_backups",
    "unlock",
    "verify",
]
