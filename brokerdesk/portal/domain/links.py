"""Secrets that travel in links and mails: made from the portal's own secret, stored as hashes only.

A link is derived from the invitation's id and generation, so that every mail can carry the living link although the
database holds none (protocol.md § 14).
"""

from __future__ import annotations

from brokerdesk.portal.domain.keys import Keys, token_hash

LINK_BYTES = 16


def link_token(keys: Keys, invitation_id: str, generation: int) -> str:
    """The 128-bit token of one generation of an invitation's link, as 22 URL-safe characters."""
    return keys.token("invitation-link", invitation_id, generation, length=LINK_BYTES)


def link_hash(keys: Keys, invitation_id: str, generation: int) -> str:
    """What is stored of it."""
    return token_hash(link_token(keys, invitation_id, generation))


def invitation_url(public_url: str, keys: Keys, invitation_id: str, generation: int) -> str:
    """The link a customer gets."""
    return f"{public_url.rstrip('/')}/i/{link_token(keys, invitation_id, generation)}"


def reset_token(keys: Keys, purpose: str, nonce: str) -> str:
    """The token of a mailed one-time link; `nonce` is random and may be stored."""
    return keys.token("mailed-link", purpose, nonce, length=LINK_BYTES)


def reset_url(public_url: str, keys: Keys, purpose: str, nonce: str) -> str:
    """The mailed one-time link."""
    return f"{public_url.rstrip('/')}/r/{reset_token(keys, purpose, nonce)}"
