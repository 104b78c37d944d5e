"""The smallest server there can be: it tells how much the clients themselves can do.

Prints `{"port": ...}` and answers every request that comes in one piece with the same 4,000 bytes.
"""

import asyncio
import json
from typing import cast

import uvloop

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n" + b" " * 4000


class Trivial(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer, whatever it was."""
        del data
        self._transport.write(_ANSWER)


async def serve() -> None:
    """Serve until told to stop."""
    server = await asyncio.get_running_loop().create_server(Trivial, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
