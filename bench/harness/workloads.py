"""What is measured: for each workload, what each contender is asked."""

from collections.abc import Callable
from dataclasses import dataclass

from .chancery import JWT, SEALED
from .contenders import CLIENTS, POSTGRES, World
from .requests import ID
from .wrk import Load

# Different tokens at introspection; families whose refresh tokens are rotated.
TOKENS, FAMILIES = 10_000, 1000
# Nobody uses up more codes, or more tokens that were not seen, in a second; others use fewer codes, and take so long to make
# more that the first would expire.
CODES, CODES_OF_OTHERS, UNSEEN = 50_000, 12_000, 32_000


@dataclass
class Workload:
    """Contenders by what the table calls them. The limit comes first that the others are held against."""

    name: str
    # By contender: its process, and what that is asked for so many seconds.
    asked: dict[str, tuple[str, Callable[[object, int], Load]]]
    connections: tuple[int, ...] = (32,)
    quick: bool = False
    # What is asked is used up, and prepared anew for each round.
    is_used_up: bool = False


def limit(path: str):
    return "limit", lambda it, _: it.ask(path)


def token(path: str, clients: int = 1, server: str = "chancery"):
    return server, lambda it, _: it.credentials(path, clients)


def peer(alg: str = "", clients: int = 1, server: str = "oidc-provider"):
    return server, lambda it, _: it.credentials(alg, clients)


def get(path: str, server: str = "chancery"):
    return server, lambda it, _: it.get(path)


CONSTANT = limit("/constant")
ROW = limit("/row")
TWO = "oidc-provider, two processes"
VERIFY = "limit", lambda it, _: it.verifications(TOKENS)
EXCHANGE = lambda it, seconds: it.exchanges(CODES * seconds)
EXCHANGE_OF_OTHERS = lambda it, seconds: it.exchanges(CODES_OF_OTHERS * seconds)
REFRESH = lambda it, _: it.refreshes(FAMILIES)
CREATE = lambda it, _: it.creates()


def tokens(alg: str, quick: bool = False) -> list[Workload]:
    """Client credentials for a token that is signed so, with one client and with many."""
    server = "chancery" if alg == "ES256" else f"chancery, {alg}"
    found = []
    for clients, connections in ((1, (32, 256) if quick else (32,)), (CLIENTS, (32,))):
        asked = {
            "limit": limit(f"/jwt/{alg.lower()}"),
            "chancery": token(JWT, clients, server),
            "oidc-provider": peer(alg, clients),
        }
        if clients == 1:
            asked[TWO] = peer(alg, server=TWO)
        name = f"client credentials, JWT {alg}" + ("" if clients == 1 else f", {clients:,} clients")
        found.append(Workload(name, asked, connections, quick))
    return found


ALL = [
    Workload(
        "client credentials, sealed",
        {
            "limit": CONSTANT,
            "limit that seals": limit("/sealed"),
            "chancery": token(SEALED),
            "oidc-provider": peer(),
            TWO: peer(server=TWO),
        },
        (32, 256),
        quick=True,
    ),
    Workload(
        f"client credentials, sealed, {CLIENTS:,} clients",
        {"limit": CONSTANT, "chancery": token(SEALED, CLIENTS), "oidc-provider": peer(clients=CLIENTS)},
        quick=True,
    ),
    *tokens("ES256", quick=True),
    *tokens("EdDSA"),
    *tokens("RS256"),
    Workload(
        "introspection, JWT, warm",
        {
            "limit": CONSTANT,
            "chancery": ("chancery", lambda it, _: it.introspections(JWT, TOKENS)),
            "oidc-provider": ("oidc-provider", lambda it, _: it.introspections(TOKENS)),
        },
        (32, 256),
        quick=True,
    ),
    Workload(
        "introspection, JWT, cold",
        {"limit": VERIFY, "chancery": ("chancery", lambda it, seconds: it.introspections(JWT, UNSEEN * seconds, "once"))},
        quick=True,
        is_used_up=True,
    ),
    Workload(
        "introspection, sealed",
        {
            "limit": CONSTANT,
            "chancery": ("chancery", lambda it, _: it.introspections(SEALED, TOKENS)),
            "oidc-provider": ("oidc-provider", lambda it, _: it.introspections(TOKENS)),
        },
    ),
    Workload("read of a client", {"limit": CONSTANT, "chancery": get(f"/api/v2/oauth/clients/{ID}")}, (32, 256), quick=True),
    Workload("read of the own token", {"limit": CONSTANT, "chancery": get("/api/v2/tokens/me")}),
    Workload(f"list of {CLIENTS:,} clients", {"limit": limit("/list"), "chancery": get("/api/v2/oauth/clients")}),
    Workload(
        "code exchange, durable",
        {
            "limit": ROW,
            "chancery": ("chancery", EXCHANGE),
            "on PostgreSQL": (POSTGRES, EXCHANGE_OF_OTHERS),
            "oidc-provider": ("oidc-provider", EXCHANGE_OF_OTHERS),
        },
        quick=True,
        is_used_up=True,
    ),
    Workload(
        "refresh rotation, durable",
        {"limit": ROW, "chancery": ("chancery", REFRESH), "on PostgreSQL": (POSTGRES, REFRESH), "oidc-provider": ("oidc-provider", REFRESH)},
        (32, 256),
        quick=True,
        is_used_up=True,
    ),
    Workload(
        "create of a client, durable",
        {"limit": limit("/client"), "chancery": ("chancery", CREATE), "on PostgreSQL": (POSTGRES, CREATE)},
    ),
    Workload(
        "discovery",
        {"limit": CONSTANT, **{it: get("/.well-known/openid-configuration", it) for it in ("chancery", "oidc-provider")}},
    ),
    Workload("JWKS", {"limit": CONSTANT, "chancery": get("/.well-known/jwks.json"), "oidc-provider": get("/jwks", "oidc-provider")}),
    Workload(
        "client credentials, sealed, TLS",
        {"limit": ("limit, TLS", CONSTANT[1]), "chancery": token(SEALED, server="chancery, TLS")},
    ),
    Workload(
        "client credentials, JWT ES256, TLS",
        {"limit": ("limit, TLS", limit("/jwt/es256")[1]), "chancery": token(JWT, server="chancery, TLS")},
    ),
]


def ready(workload: Workload, world: World, seconds: int) -> dict[str, Load]:
    """What each contender that is up is asked."""
    asked = workload.asked.items()
    return {name: make(world[server], seconds) for name, (server, make) in asked if server in world.servers}
