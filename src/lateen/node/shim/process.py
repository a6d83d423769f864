"""Starting a program: fork, prepare, exec; what goes wrong before the program runs comes back as text."""

from __future__ import annotations

import os
import resource
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_OPEN_FILES = 65536


class Start:
    """A program being started: `pid`, and `report`, readable: at its end the program runs or the text says why not."""

    __slots__ = ("pid", "report")

    def __init__(self, pid: int, report: int) -> None:
        self.pid = pid
        self.report = report

    def failure(self) -> str:
        """Read the report; "" when the program runs. Call it when `report` is readable; closes it."""
        text = b""
        while chunk := os.read(self.report, 4096):
            text += chunk
        os.close(self.report)
        return text.decode(errors="replace")


def start(prepare: Callable[[], None], argv: list[str], env: dict[str, str], files: tuple[int, int, int]) -> Start:
    """Run `argv` in a child in a session of its own after `prepare`, with `files` as its stdin, stdout and stderr.

    Raises OSError when there can be no child.
    """
    report, sender = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(report)
        os.close(sender)
        raise
    if pid:
        os.close(sender)
        return Start(pid, report)
    try:
        _become(prepare, argv, env, files)
    except BaseException as failure:  # the child must never return into the shim's code
        os.write(sender, (str(failure) or type(failure).__name__).encode()[:4000])
    os._exit(128)


def _become(prepare: Callable[[], None], argv: list[str], env: dict[str, str], files: tuple[int, int, int]) -> None:
    os.setsid()
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for target, fd in enumerate(files):
        os.dup2(fd, target)
    prepare()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_OPEN_FILES, most), most))
    os.umask(0o022)
    try:
        os.execvpe(argv[0], argv, env)  # noqa: S606 - no shell is wanted
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError) and "/" not in argv[0]
        reason = "executable file not found in $PATH" if missing else os.strerror(error.errno or 0).lower()
        raise OSError(f'exec: "{argv[0]}": {reason}') from None
