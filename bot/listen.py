"""The socket that the web chat listens on; apart from the page, so that a taken port is known before anything loads."""

from __future__ import annotations

import socket

from bot.errors import ServerError


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ServerError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ServerError(f"Cannot listen on {host}:{port} ({error.strerror}); choose another port or host.") from error
    except (TypeError, ValueError) as error:
        # A NUL, half a surrogate pair, or a label that IDNA refuses.
        listener.close()
        raise ServerError(f"Cannot listen on {host!r} (it is not a host name); choose another host.") from error
    return listener


def url(listener: socket.socket) -> str:
    """The address at which a browser on this machine finds it."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
