"""The one error of the operator's commands."""


class DeployError(Exception):
    """What stopped a command, in words an operator can act on; shown without a traceback."""
