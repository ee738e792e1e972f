"""`bidctl` without its start-up time: a process that has imported everything forks one child a command.

`python warm.py serve SOCKET` serves; `python -S warm.py call SOCKET WORDS...` runs one command with this call's own
standard streams, folder and environment, and leaves with its exit code. The command itself is `bidctl.cli.main`.
"""

import json
import os
import socket
import sys


def serve(path: str) -> None:
    import importlib

    from bidctl.cli import COMMANDS, main

    for place, _ in COMMANDS.values():
        importlib.import_module(place.partition(":")[0])
    for name in (
        "bidctl.wiring.doctor",
        "bidctl.wiring.advice",
        "bidctl.wiring.account",
        "bidctl.adapters.scheduler",
        "sim.emulator",
    ):
        importlib.import_module(name)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    while True:
        caller, _ = listening.accept()
        if os.fork():
            caller.close()
            continue
        listening.close()
        told, streams, _, _ = socket.recv_fds(caller, 1 << 20, 3)
        call = json.loads(told)
        pid = os.fork()
        if not pid:
            for target, stream in enumerate(streams):
                os.dup2(stream, target)
            sys.stdout, sys.stderr = (open(n, "w", encoding="utf-8", closefd=False) for n in (1, 2))  # noqa: SIM115
            os.chdir(call["folder"])
            os.environ.clear()
            os.environ.update(call["environ"])
            sys.argv = ["bidctl", *call["words"]]
            try:
                main()
            except SystemExit as leaving:
                code = leaving.code if isinstance(leaving.code, int) else 1
            else:
                code = 0
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(pid, 0)
        caller.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))
        os._exit(0)


def call(path: str, words: list[str]) -> None:
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    told = json.dumps({"folder": os.getcwd(), "environ": dict(os.environ), "words": words}).encode()  # noqa: PTH109 - pathlib costs time
    socket.send_fds(server, [told], [0, 1, 2])
    answer = server.recv(1)
    sys.exit(answer[0] if answer else 1)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        call(sys.argv[2], sys.argv[3:])
