"""The operator's commands, and the ways of running the stack."""
