"""Runs a command in a terminal of its own: terminal.py COMMAND...

What comes on standard input is typed, what the terminal shows goes to standard output. The exit
code is the command's, or 128 + the signal that ended it. When standard input ends, the terminal
stays; on SIGUSR1 it closes, as a window does: the command gets SIGHUP from the kernel.
"""

import os
import pty
import select
import signal
import sys

child, master = pty.fork()
if child == 0:
    for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(s, signal.SIG_DFL)
    os.execvp(sys.argv[1], sys.argv[1:])

closed = False


def close(*_):
    global closed
    closed = True


signal.signal(signal.SIGUSR1, close)
sources = [master, sys.stdin.fileno()]
while master in sources and not closed:
    for source in select.select(sources, [], [], 0.05)[0]:
        try:
            data = os.read(source, 65536)
        except OSError:  # the last one in the terminal has gone
            data = b""
        if not data:
            sources.remove(source)
        elif source == master:
            os.write(sys.stdout.fileno(), data)
        else:
            os.write(master, data)
os.close(master)
status = os.waitpid(child, 0)[1]
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
