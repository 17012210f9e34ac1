"""The doctor under Compose. A package, so that its stack ends with the last of its tests."""
