"""Tests, on real parts of their own; what several test modules use is in `tests.support`."""

import pytest

# A failed assertion there shows its values, as it does in a test.
pytest.register_assert_rewrite("tests.support")
