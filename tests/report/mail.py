"""Takes mail on a port of its own, which it prints, and puts each into a file
of the folder given; while there is a file `refuse` in it, says 451. Ends with
its standard input."""

import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP

folder = pathlib.Path(sys.argv[1])


class Handler:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        if (folder / "refuse").exists():
            with (folder / "refused").open("a") as file:
                file.write("451\n")
            return "451 come again"
        self.count += 1
        (folder / f"mail-{self.count}").write_bytes(envelope.content)
        return "250 taken"


async def main():
    loop = asyncio.get_running_loop()
    handler = Handler()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
