"""Tests in a browser. A package, so that its stack and browser end with the last of its tests."""
