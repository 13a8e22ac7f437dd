"""Names and places of small secrets: the wrapping key of a profile, tokens of the portal.

A secret that is too long, or for which there is no key store, is kept in the encrypted book by the caller; this module
only says so. Nothing is ever written to a plain file.
"""

from __future__ import annotations

import base64
import binascii
import secrets

from brokerdesk.core.errors import KnownError
from brokerdesk.core.logs import Secret
from brokerdesk.vault.key_slots import KEY_BYTES
from brokerdesk.vault.key_store import LONGEST, Vault


def service_name(profile_id: str, name: str) -> str:
    """The service under which one secret of one profile stands; one name per secret (reliability.md § 2)."""
    return f"BrokerDesk/{profile_id}/{name}"


def store(vault: Vault, profile_id: str, name: str, value: Secret) -> bool:
    """Put a secret into the key store. False means: keep it in the encrypted book (no key store, or too long)."""
    text = value.reveal()
    try:
        if len(text) > LONGEST:
            vault.delete(service_name(profile_id, name))
            return False
        vault.write(service_name(profile_id, name), text)
    except KnownError:
        return False
    return True


def load(vault: Vault, profile_id: str, name: str) -> Secret | None:
    """A stored secret, or None when the key store has none or does not answer: look into the encrypted book."""
    try:
        found = vault.read(service_name(profile_id, name))
    except KnownError:
        return None
    return None if found is None else Secret(found)


def delete(vault: Vault, profile_id: str, name: str) -> bool:
    """Forget a secret; False when the key store did not answer."""
    try:
        vault.delete(service_name(profile_id, name))
    except KnownError:
        return False
    return True


def new_wrapping_secret(vault: Vault, profile_id: str, name: str) -> bytes:
    """Make 32 random bytes, keep them in the key store under `name` and return them. Raises key-store errors."""
    secret = secrets.token_bytes(KEY_BYTES)
    vault.write(service_name(profile_id, name), base64.b64encode(secret).decode())
    return secret


def wrapping_secret(vault: Vault, profile_id: str, name: str) -> bytes | None:
    """The 32 bytes kept under `name`, or None when there are none. Raises key-store errors."""
    found = vault.read(service_name(profile_id, name))
    try:
        secret = base64.b64decode(found, validate=True) if found else b""
    except binascii.Error:
        return None
    return secret if len(secret) == KEY_BYTES else None
