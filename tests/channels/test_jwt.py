"""JSON Web Tokens, with PyJWT as the signer."""

from __future__ import annotations

import base64
from typing import Any

import jwt as signer
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from channels import jwt, public_keys
from router.errors import Unverified

SECRET = "s3cret-" * 12
NOW = 1_772_445_600
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_set(**more: Any) -> str:
    """Write our key as a key set, some of its fields changed, after one that is not RSA."""
    entry = RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "one", "use": "sig"} | more
    return msgspec.json.encode({"keys": [{"kty": "EC", "kid": "one"}, 7, entry]}).decode()


def tampered(token: str, **claims: Any) -> str:
    """Change the claims of a token and leave its signature."""
    head, body, code = token.split(".")
    found = msgspec.json.decode(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(msgspec.json.encode(found | claims)).rstrip(b"=").decode()
    return f"{head}.{changed}.{code}"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_what_is_signed_with_the_secret_holds(algorithm: str) -> None:
    """Each hash, and the claims are given as they were."""
    token = signer.encode({"iss": "me", "n": 1}, SECRET, algorithm=algorithm)
    assert jwt.hmac_claims(token, SECRET, tuple(jwt.HMACS)) == {"iss": "me", "n": 1}


def test_a_token_of_ours_is_one_that_others_read() -> None:
    """PyJWT finds the claims, in every script; without the secret they are what is claimed, and no more."""
    claims = {"sub": "visitor", "exp": NOW, "name": "Ada \u2603"}
    token = jwt.hs256(claims, SECRET)
    read = signer.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False})
    assert read == claims == jwt.hmac_claims(token, SECRET, ("HS256",))
    assert jwt.unproven(tampered(token, sub="other")) == claims | {"sub": "other"}
    with pytest.raises(Unverified):
        jwt.unproven("a.b")


@pytest.mark.parametrize(
    ("secret", "algorithms"),
    [("another" * 12, ("HS256",)), ("", ("HS256",)), (SECRET, ("HS512",)), (SECRET, ())],
)
def test_another_secret_or_algorithm_does_not_hold(secret: str, algorithms: tuple[str, ...]) -> None:
    """The caller says which algorithm, never the token; an empty secret proves nothing."""
    with pytest.raises(Unverified):
        jwt.hmac_claims(signer.encode({}, SECRET, algorithm="HS256"), secret, algorithms)


def test_a_token_signed_with_nothing_does_not_hold() -> None:
    """``none`` is no algorithm, even where somebody names it."""
    token = signer.encode({"iss": "me"}, None, algorithm="none")
    with pytest.raises(Unverified):
        jwt.hmac_claims(token, SECRET, tuple(jwt.HMACS))
    with pytest.raises(Unverified):
        jwt.rs256_claims(token, public_keys.read(PEM))


def test_a_public_key_is_no_secret() -> None:
    """A token that is signed by HMAC with the text of our public key is not the owner's of the key."""
    with pytest.raises(Unverified):
        jwt.rs256_claims(_hs256(PEM), public_keys.read(PEM))


def _hs256(secret: str) -> str:
    """Sign by HS256 with anything: PyJWT refuses a public key as the secret."""
    import hashlib  # noqa: PLC0415 - only for this forgery
    import hmac  # noqa: PLC0415 - the same

    parts = [base64.urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"HS256"}', b'{"iss":"me"}')]
    code = hmac.new(secret.encode(), b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(code).rstrip(b"=")]).decode()


@pytest.mark.parametrize("secret", [PEM, f"  \n{PEM}\n", key_set(), key_set(kid="")])
def test_what_is_signed_with_the_private_key_holds(secret: str) -> None:
    """By a PEM key, and by the key of a set."""
    token = signer.encode({"iss": "me"}, KEY, algorithm="RS256", headers={"kid": "one"})
    assert jwt.rs256_claims(token, public_keys.read(secret))[0] == {"iss": "me"}


def test_another_key_does_not_hold() -> None:
    """Not another's signature, not another's id, not other claims, not another algorithm of RSA."""
    tokens = [
        signer.encode({"iss": "me"}, OTHER, algorithm="RS256", headers={"kid": "one"}),
        signer.encode({"iss": "me"}, KEY, algorithm="RS256", headers={"kid": "two"}),
        signer.encode({"iss": "me"}, KEY, algorithm="RS512", headers={"kid": "one"}),
        tampered(signer.encode({"iss": "me"}, KEY, algorithm="RS256", headers={"kid": "one"}), iss="you"),
        signer.encode({"iss": "me"}, KEY, algorithm="RS256", headers={"kid": "one", "crit": ["x"]}),
    ]
    for token in tokens:
        with pytest.raises(Unverified):
            jwt.rs256_claims(token, public_keys.read(key_set()))


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_x",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "{",
        key_set(n="!!"),
        key_set(e="AA"),
    ],
)
def test_what_is_no_key_is_refused(secret: str) -> None:
    """A secret that is none of the two forms verifies nothing, and breaks nothing."""
    with pytest.raises(Unverified):
        public_keys.read(secret)


def test_a_key_of_another_sort_is_no_key() -> None:
    """An elliptic key cannot check RS256."""
    pem = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert public_keys.read(pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()) == ()


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "é.é.é",
        "\ud800",
        "=" * 70_000,
        "e30.e30.",
        "bm8.e30.e30",
        "W10.e30.e30",
        "a+b.e30.e30",
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    """Whatever stands there."""
    with pytest.raises(Unverified):
        jwt.hmac_claims(token, SECRET, tuple(jwt.HMACS))


@given(st.text(st.characters(), max_size=60))
def test_junk_is_refused(token: str) -> None:
    """No text is taken for a token, and none breaks the reader."""
    with pytest.raises(Unverified):
        jwt.rs256_claims(token, public_keys.read(PEM))


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"exp": NOW + 1}, True), ({"exp": NOW + 1, "nbf": NOW}, True), ({"exp": NOW - 59}, True),
        ({"exp": NOW - 60}, False), ({"exp": NOW + 1, "nbf": NOW + 60}, True),
        ({"exp": NOW + 1, "nbf": NOW + 61}, False), ({}, False), ({"exp": "never"}, False),
        ({"exp": True}, False), ({"exp": NOW + 1, "nbf": "x"}, False), ({"exp": None}, False),
        ({"exp": 1e308}, True), ({"exp": -(2**62)}, False),
    ],
)  # fmt: skip
def test_a_token_holds_for_its_time(claims: dict[str, Any], good: bool) -> None:
    """Between nbf and exp, give or take a minute; without exp never, unless the provider sets none."""
    if good:
        jwt.check_times(claims, NOW, leeway_s=60)
        return
    with pytest.raises(Unverified):
        jwt.check_times(claims, NOW, leeway_s=60)


def test_a_provider_may_set_no_end() -> None:
    """Where its tokens never have one."""
    jwt.check_times({}, NOW, leeway_s=0, expires=False)
    with pytest.raises(Unverified):
        jwt.check_times({"exp": NOW - 1}, NOW, leeway_s=0, expires=False)
