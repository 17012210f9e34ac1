"""Verifying of second factors, each use of one in the transaction that it is for."""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import pyotp

from services.auth.accounts.model import Account
from services.auth.factors import store
from services.auth.factors.passkeys import Passkeys
from services.auth.factors.rules import RECOVERY_CODES, STEP_SECONDS, Proof, is_totp, steps_at
from services.auth.keys.cipher import KeyCipher
from services.auth.tokens.opaque import hash_readable_code, make_readable_code
from shared.db import Connection
from shared.errors import Conflict


class FactorVerifier:
    """Makes and verifies codes of authenticator apps (RFC 6238) and recovery codes, and verifies passkeys.

    `site` is the public address of the site, by whose host an app names its entry.
    """

    def __init__(self, cipher: KeyCipher, passkeys: Passkeys, site: str) -> None:
        self._cipher = cipher
        self._passkeys = passkeys
        self._issuer = f"Tessera ({urlsplit(site).hostname})"

    async def begin_totp(self, conn: Connection, account: Account) -> tuple[str, str]:
        """Store a new secret for an app and return it, also as the URI that apps read.

        Raises Conflict `totp_active` if the account has an app already.
        """
        secret = pyotp.random_base32()
        sealed = self._cipher.encrypt(secret.encode(), _name(account.id))
        if not await store.replace_secret(conn, account.id, sealed):
            raise Conflict("totp_active", "There is an authenticator app already; remove it first.")
        totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
        return secret, totp.provisioning_uri(name=account.username, issuer_name=self._issuer)

    async def confirm_totp(self, conn: Connection, account_id: int, code: str) -> Sequence[str] | None:
        """Confirm the app by a code and return new recovery codes; None if the code is wrong."""
        if not await self._use_totp(conn, account_id, code, is_confirmed=False):
            return None
        return await self.replace_recovery_codes(conn, account_id)

    async def replace_recovery_codes(self, conn: Connection, account_id: int) -> Sequence[str]:
        """Replace the account's recovery codes, and return the new ones; they are stored as hashes."""
        codes = [make_readable_code() for _ in range(RECOVERY_CODES)]
        await store.replace_codes(conn, account_id, [hash_readable_code(code) for code in codes])
        return codes

    async def use(self, conn: Connection, account_id: int, proof: Proof) -> bool:
        """Use up what proves that it is the owner of the account; returns False if it does not."""
        if proof.assertion is not None:
            used = await self._passkeys.use(conn, proof.assertion)
            return used is not None and used.account_id == account_id
        return proof.code is not None and await self._use_code(conn, account_id, proof.code)

    async def _use_code(self, conn: Connection, account_id: int, code: str) -> bool:
        """Use up a code of the app, or a recovery code; returns False if it is wrong or was used before."""
        if is_totp(code):
            return await self._use_totp(conn, account_id, code, is_confirmed=True)
        return await store.use_code(conn, account_id, hash_readable_code(code))

    async def _use_totp(self, conn: Connection, account_id: int, code: str, *, is_confirmed: bool) -> bool:
        if not is_totp(code):
            return False
        stored = await store.get_secret(conn, account_id)
        if stored is None or stored.is_confirmed is not is_confirmed:
            return False
        totp = pyotp.TOTP(
            self._cipher.decrypt(stored.sealed, _name(account_id)).decode(), interval=STEP_SECONDS
        )
        steps = steps_at(time.time())
        shown = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code.strip())]
        # Of two steps with the same code by chance, the later one also uses up the earlier.
        return bool(shown) and await store.use_step(conn, account_id, shown[-1], is_confirmed=is_confirmed)


def _name(account_id: int) -> str:
    return f"totp of account {account_id}"
