"""Signing keys: created once, encrypted, published, replaced."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.auth.keys.cipher import KeyCipher, WrongSecret
from services.auth.keys.service import KeyRing
from shared.db import Database
from tests.support.auth import SECRET, Auth, StartAuth, rows, settings_for


async def test_the_published_keys_are_public_and_cacheable(auth: Auth) -> None:
    response = await auth.client.get("/.well-known/jwks.json")
    assert response.status == 200
    assert response.headers["Cache-Control"] == "public, max-age=60"
    assert response.headers["X-Service"] == "auth"
    [key] = (await response.json())["keys"]
    [(kid,)] = auth.rows("SELECT kid FROM signing_keys")
    assert len(key.pop("x")) == 43
    assert key == {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid}


async def test_replicas_that_start_together_create_one_key(database_url: str) -> None:
    databases = [Database.of(settings_for(database_url)) for _ in range(6)]
    rings = [KeyRing(database, KeyCipher(SECRET)) for database in databases]
    documents = await asyncio.gather(*(ring.load() for ring in rings))
    assert rows(database_url, "SELECT count(*) FROM signing_keys") == [(1,)]
    assert all(document == documents[0] for document in documents)
    for database in databases:
        await database.close()


async def test_a_token_of_one_replica_is_accepted_by_another(
    start_auth: StartAuth, database_url: str
) -> None:
    one, another = await start_auth(database_url), await start_auth(database_url)
    session = await one.register()
    assert (await another.call("GET", "/me", token=session["access_token"])).status == 200


async def test_the_private_key_is_encrypted_in_the_database(auth: Auth) -> None:
    [(kid, sealed, public)] = auth.rows("SELECT kid, sealed_private_key, public_key FROM signing_keys")
    private = Ed25519PrivateKey.from_private_bytes(KeyCipher(SECRET).decrypt(bytes(sealed), kid))
    assert private.public_key().public_bytes_raw() == bytes(public)
    assert private.private_bytes_raw() not in bytes(sealed)


async def test_a_key_encrypted_with_another_secret_is_named_in_the_error(auth: Auth) -> None:
    database = Database.of(settings_for(auth.database_url))
    with pytest.raises(WrongSecret, match="was not encrypted with this AUTH_SECRET"):
        await KeyRing(database, KeyCipher("another secret, also long enough for it")).load()
    await database.close()


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_afterwards(auth: Auth) -> None:
    database = Database.of(settings_for(auth.database_url))
    ring = KeyRing(database, KeyCipher(SECRET))
    await ring.load()
    following = Ed25519PrivateKey.generate()
    add = "INSERT INTO signing_keys (kid, public_key, sealed_private_key, signs_from) VALUES"
    values = {
        "kid": "following",
        "public": following.public_key().public_bytes_raw(),
        "sealed": KeyCipher(SECRET).encrypt(following.private_bytes_raw(), "following"),
        "wait": timedelta(minutes=2),
    }
    auth.rows(f"{add} (%(kid)s, %(public)s, %(sealed)s, now() + %(wait)s)", values)
    await ring.load()
    assert len(ring.get_jwks().keys) == 2
    assert not _signed_by(ring, "following")

    auth.rows("UPDATE signing_keys SET signs_from = now() WHERE kid = 'following'")
    await ring.load()
    assert len(ring.get_jwks().keys) == 2
    assert _signed_by(ring, "following")
    await database.close()


def _signed_by(ring: KeyRing, kid: str) -> bool:
    import jwt

    return bool(jwt.get_unverified_header(ring.sign({}, "at+jwt"))["kid"] == kid)
