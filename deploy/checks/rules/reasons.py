"""Groups of codes, as patterns of fnmatch, that explain what other checks find (`follows`)."""

SLOW = ("machine-overloaded",)
DOWN = ("not-running", "port-taken", "secret-missing", "disk-full", "container-down")
CONTAINER = (
    "port-unpublished",
    "network-missing",
    "alias-missing",
    "only-loopback",
    "out-of-memory",
    "container-down",
)
GATEWAY = ("gateway-down", "gateway-silent", "gateway-no-routes", "router-disabled", "backend-*")
DATABASE = ("database-*", "migrations-missing", "schema-newer", "keys-missing")
BROKER = ("broker-*",)
PROCESS = ("crash-loop", "process-*")
INFRASTRUCTURE = (*DOWN, *CONTAINER, *GATEWAY, *PROCESS, *DATABASE, *BROKER)
