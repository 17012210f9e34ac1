"""Codes that people read and type."""

from __future__ import annotations

from services.auth.tokens.opaque import hash_readable_code, make_readable_code


def test_codes_are_four_groups_without_characters_that_look_alike() -> None:
    codes = {make_readable_code() for _ in range(200)}
    assert len(codes) == 200
    assert all([len(group) for group in code.split("-")] == [4, 4, 4, 4] for code in codes)
    assert not set("".join(codes)) & set("01ILOU")


def test_a_code_is_recognised_however_it_is_typed() -> None:
    code = "ABCD-2345-EFGH-6789"
    assert {
        hash_readable_code(typed) for typed in (code, code.lower(), code.replace("-", " "), f" {code}\t")
    } == {hash_readable_code(code)}
    assert hash_readable_code("ABCD-2345-EFGH-678A") != hash_readable_code(code)
