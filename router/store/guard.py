"""Started as a program: becomes the engine, and sees to it that the engine ends with the router.

``python -I -S guard.py PARENT LIFE WATCH BINARY``: PARENT is the router's process id, LIFE a pipe
that the router holds open. With WATCH ``pdeathsig`` the kernel sends SIGTERM when the thread that
started us ends (Linux); with ``pipe`` a small process waits for the pipe to break (elsewhere).
A session of its own keeps the engine from the terminal's Ctrl-C until the router has drained.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def _tell_the_kernel() -> None:
    """Ask for SIGTERM at the parent's end; it outlives exec (prctl(2))."""
    import ctypes  # noqa: PLC0415  costs 10 ms where it is not needed

    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _post_a_watcher(life: int) -> None:
    """Leave a process that waits for the pipe to break and then ends the engine.

    It is a grandchild, so that the engine has no child that it does not know.
    """
    engine = os.getpid()
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    if os.fork() == 0:
        for stream in range(3):
            os.close(stream)
        os.read(life, 1)
        import contextlib  # noqa: PLC0415  only this mode needs it

        # The number cannot belong to a stranger: it is the name of our session as long as we are in it.
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine, signal.SIGTERM)
    os._exit(0)


def main(parent: str, life: str, watch: str, binary: str) -> None:
    """Prepare, and become the engine, which reads its configuration from stdin."""
    os.setsid()
    if watch == "pipe":
        _post_a_watcher(int(life))
    else:
        _tell_the_kernel()
    if os.getppid() != int(parent):
        sys.exit("the router ended before its engine began")
    os.set_inheritable(int(life), False)
    os.execv(binary, [binary, "-"])  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:5])
