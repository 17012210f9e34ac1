"""The container `init` of deploy/compose.yaml: writes into volumes what `tessera up` makes as files."""
