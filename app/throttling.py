"""How often somebody may knock: per address for tokens that do not fit, per token for all requests.

Each serving process counts for itself, in memory; a restart begins again at nothing.
"""

import math
import threading
import time
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from app.domain.errors import TooManyRequests

BAD_TOKENS_A_MINUTE = 20
BURST_SECONDS = 3
TRAINING_REQUESTS_A_SECOND = 200
"""Of all people in one network with the code of one training."""
MOST_KNOWN = 10_000
_SWEEP_EVERY = 1000


class Doorkeeper:
    """Counts bad tokens per address and requests per token; 0 is no limit.

    Behind one address there can be a whole office. So a blocked address still lets tokens in that were
    seen to work: one broken program does not lock out the others.
    """

    def __init__(self, *, bad_tokens_a_minute: int = 0, requests_a_second: int = 0) -> None:
        self._bad = RateLimitItemPerMinute(bad_tokens_a_minute) if bad_tokens_a_minute else None
        # Three seconds' worth within three seconds: on average as set, and a burst of three times that.
        self._requests = (
            RateLimitItemPerSecond(requests_a_second * BURST_SECONDS, BURST_SECONDS)
            if requests_a_second
            else None
        )
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._until_sweep = _SWEEP_EVERY
        self._guard = threading.Lock()

    def check(self, address: str, token_hash: str | None) -> None:
        """Count a request before anything is looked up. Raises `TooManyRequests`."""
        with self._guard:
            if self._bad and token_hash not in self._known:
                network = network_of(address)
                if not self._limiter.test(self._bad, network):
                    raise TooManyRequests(self._seconds_left(self._bad, network))
            if self._requests and token_hash:
                self._sweep()
                if not self._limiter.hit(self._requests, token_hash):
                    raise TooManyRequests(self._seconds_left(self._requests, token_hash))

    def bad(self, address: str, token_hash: str | None = None) -> None:
        """Remember that a token from this address is none of ours, or not any more."""
        with self._guard:
            if token_hash:
                self._known.pop(token_hash, None)
            if self._bad:
                self._sweep()
                self._limiter.hit(self._bad, network_of(address))

    def good(self, token_hash: str) -> None:
        """Remember that a token works; the one that was not used for longest is forgotten first."""
        if self._bad:
            with self._guard:
                self._known[token_hash] = None
                self._known.move_to_end(token_hash)
                if len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)

    def _seconds_left(self, limit: RateLimitItem, key: str) -> int:
        reset, _ = self._limiter.get_window_stats(limit, key)
        return max(1, math.ceil(reset - time.time()))

    def _sweep(self) -> None:
        # The library keeps a name for ever once it has counted something for it.
        self._until_sweep -= 1
        if self._until_sweep == 0:
            self._until_sweep = _SWEEP_EVERY
            for key in [key for key, moments in list(self._storage.events.items()) if not moments]:
                self._storage.events.pop(key, None)


def network_of(address: str) -> str:
    """Return what one caller has: an IPv4 address, or the /64 in which an IPv6 address can be changed."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))
    return str(found)
