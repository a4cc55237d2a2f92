"""From which address a request comes, for the limits."""

import ipaddress

from aiohttp import web

PROXIES = web.AppKey("proxies", int)
"""How many reverse proxies stand before the server, each of which appends to ``X-Forwarded-For``."""


def address_of(request: web.Request) -> str:
    """Address that the limits count by; an IPv6 address counts as its /64 network, which is one customer.

    With ``--proxies N`` it is the N-th entry of ``X-Forwarded-For`` from the right: what stands further left was sent by the
    client, who may write anything there.
    """
    hops = request.config_dict.get(PROXIES, 0)
    address = request.remote or "unknown"
    if hops:
        named = [part.strip() for part in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        if len(named) >= hops and named[-hops]:
            address = named[-hops]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return address
