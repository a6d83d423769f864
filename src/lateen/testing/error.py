"""What goes wrong with a mesh under test."""


class MeshError(Exception):
    """The mesh could not do what a test asked for; the message says why."""
