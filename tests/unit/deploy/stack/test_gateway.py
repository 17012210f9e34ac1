"""What the environment adds to the gateway's static configuration."""

from __future__ import annotations

from deploy.stack.gateway import static_configuration


def test_without_proxies_nobody_is_believed() -> None:
    for name in ("web", "websecure"):
        assert (
            not {"forwardedHeaders", "proxyProtocol"} & static_configuration({})["entryPoints"][name].keys()
        )


def test_trusted_proxies_may_name_their_client_in_either_way() -> None:
    points = static_configuration({"TESSERA_TRUSTED_PROXIES": "192.0.2.1, 2001:db8::/32"})["entryPoints"]
    trusted = {"trustedIPs": ["192.0.2.1", "2001:db8::/32"]}
    assert [points["web"][way] for way in ("forwardedHeaders", "proxyProtocol")] == [trusted, trusted]
    assert [points["websecure"][way] for way in ("forwardedHeaders", "proxyProtocol")] == [trusted, trusted]
