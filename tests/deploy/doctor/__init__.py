"""The doctor of a local run. A package, so that its stack ends with the last of its tests."""
