"""The key store of the operating system: allow-list, size guard, time limit, one name per secret (S-31, S-32)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brokerdesk.core.errors import KnownError
from brokerdesk.core.logs import Secret
from brokerdesk.vault import credentials, key_store
from brokerdesk.vault.key_store import LONGEST, SystemVault
from tests.support import fake_keyring
from tests.support.fake_keyring import absent_vault, fresh_back_end, memory_vault, vault_of

ROOT = Path(__file__).resolve().parents[3]
ONE = "019cadd2-42e0-7587-9aa7-9d1cd87f1936"
TWO = "019cadd2-42e0-7587-9aa7-9d1cd87f1937"
_EVIL = """
import os, pathlib
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 99

    def get_password(self, service, user):
        pathlib.Path(os.environ["MARK"]).write_text("asked")
        return "evil"

    def set_password(self, service, user, value):
        pathlib.Path(os.environ["MARK"]).write_text(value)

    def delete_password(self, service, user):
        pass
"""
_ASK_US = """
from brokerdesk.core.errors import KnownError
from brokerdesk.vault.key_store import SystemVault, allowed_back_ends
vault = SystemVault(limit_s=10)
for call in (lambda: vault.read("a"), lambda: vault.write("a", "canary")):
    try:
        print(call())
    except KnownError as problem:
        print(problem.code)
assert "evil_keyring" not in {c.__module__ for c in allowed_back_ends()}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> dict[str, str]:
    """An environment in which every way to smuggle in a back end is used at once."""
    (tmp_path / "evil_keyring.py").write_text(_EVIL, encoding="utf-8")
    info = tmp_path / "evil_keyring-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: evil-keyring\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[keyring.backends]\nevil = evil_keyring\n", encoding="utf-8")
    config = tmp_path / "config" / "python_keyring"
    config.mkdir(parents=True)
    (config / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=evil_keyring.Keyring\n", encoding="utf-8")
    return {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PYTHON_KEYRING_BACKEND": "evil_keyring.Keyring",
        "KEYRING_PROPERTY_APPID": "evil",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
        "MARK": str(tmp_path / "mark"),
    }


def _python(code: str, environment: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms have a real key store")
def test_hostile_variable_configuration_and_plug_in_are_ignored(hostile: dict[str, str], tmp_path: Path) -> None:
    assert "evil" in _python("import keyring; print(keyring.get_password('a', 'b'))", hostile), "the trap works"
    (tmp_path / "mark").unlink()
    answers = [line for line in _python(_ASK_US, hostile).splitlines() if not line.startswith("20")]
    assert answers == ["key-store-absent", "key-store-absent"]
    assert not (tmp_path / "mark").exists()


def test_properties_from_the_environment_do_not_reach_a_back_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backend import KeyringBackend

    monkeypatch.setenv("KEYRING_PROPERTY_APPID", "evil")
    monkeypatch.setenv("KEYRING_PROPERTY_PERSIST", "enterprise")

    class WindowsLike(KeyringBackend):
        priority = 5.0
        appid = "fine"
        persist = "enterprise"
        keychain = "/evil"

        def get_password(self, service: str, username: str) -> str | None:
            return f"{self.appid} {self.persist} {self.keychain}"

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    assert vars(WindowsLike())["appid"] == "evil", "the trap works"
    assert SystemVault(back_ends=[WindowsLike]).read("a") == "fine local machine None"


def test_the_allow_list_names_only_the_four_known_back_ends() -> None:
    names = {module.rpartition(".")[2] for places in key_store.ALLOWED.values() for module, _ in places}
    assert names == {"Windows", "macOS", "SecretService", "kwallet"}


def test_secrets_of_two_profiles_stay_apart() -> None:
    vault = memory_vault()
    for profile in (ONE, TWO):
        assert credentials.store(vault, profile, "token", Secret(profile))
    assert [credentials.load(vault, p, "token").reveal() for p in (ONE, TWO)] == [ONE, TWO]  # type: ignore[union-attr]
    assert credentials.delete(vault, ONE, "token")
    assert credentials.load(vault, ONE, "token") is None
    assert credentials.load(vault, TWO, "token") is not None
    assert credentials.delete(vault, ONE, "token"), "twice changes nothing"


def test_every_secret_has_a_service_name_of_its_own() -> None:
    back_end = fresh_back_end()
    vault = vault_of(back_end)
    for profile in (ONE, TWO):
        for name in ("token", "refresh"):
            credentials.store(vault, profile, name, Secret("x"))
    services = [service for service, _ in back_end.kept]
    assert len(services) == len(set(services)) == 4


def test_a_long_secret_belongs_into_the_book() -> None:
    vault = memory_vault()
    assert credentials.store(vault, ONE, "token", Secret("short"))
    assert credentials.store(vault, ONE, "token", Secret("x" * LONGEST))
    assert not credentials.store(vault, ONE, "token", Secret("x" * (LONGEST + 1)))
    assert credentials.load(vault, ONE, "token") is None, "the shorter one before it would be read instead"
    with pytest.raises(KnownError) as problem:
        vault.write("token", "x" * 1_281)
    assert problem.value.parameters == {"found": 1_281, "limit": LONGEST}
    assert "xxx" not in str(problem.value)


def test_without_a_key_store_the_book_keeps_the_secret() -> None:
    vault = absent_vault()
    assert not credentials.store(vault, ONE, "token", Secret("x"))
    assert credentials.load(vault, ONE, "token") is None
    assert not credentials.delete(vault, ONE, "token")


@pytest.mark.parametrize(
    ("back_end", "code"),
    [
        (fake_keyring.DeniedBackEnd, "key-store-denied"),
        (fake_keyring.AbsentBackEnd, "key-store-absent"),
        (fake_keyring.ForgetfulBackEnd, "key-store-denied"),
    ],
)
def test_failures_have_codes(back_end: type, code: str) -> None:
    with pytest.raises(KnownError, match=code):
        vault_of(back_end).write("a", "b")


def test_a_hanging_key_store_is_left_after_the_limit_and_not_asked_again() -> None:
    vault = vault_of(fake_keyring.BlockedBackEnd, limit_s=0.1)
    for _ in range(2):
        with pytest.raises(KnownError, match="key-store-blocked"):
            vault.read("a")


def test_the_limit_of_the_program_is_twenty_seconds() -> None:
    assert key_store.LIMIT_S == 20.0


def test_a_fault_of_ours_is_not_hidden_as_a_key_store_problem() -> None:
    class Broken(fake_keyring.FakeBackEnd):
        def get_password(self, service: str, user: str) -> str | None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        vault_of(Broken).read("a")
