"""The results as bars: how many requests a second of CPU time serves."""

from html import escape

# Workload, and what stands for it in the picture.
SHOWN = {
    "client credentials, sealed": "Client credentials, opaque",
    "client credentials, JWT ES256": "Client credentials, JWT ES256",
    "introspection, JWT, warm": "Introspection, token seen before",
    "refresh rotation, durable": "Refresh rotation",
    "code exchange, durable": "Code exchange",
}
BARS = {"limit": "the same HTTP stack, doing the least possible", "chancery": "Chancery", "oidc-provider": "oidc-provider on Node, in memory"}
LEFT, WIDTH, BAR, GAP = 230, 470, 16, 18
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2933 }
  .limit { fill: #b8c2cc } .chancery { fill: #0b6e6e } .oidc-provider { fill: #c26a1b }
  @media (prefers-color-scheme: dark) { text { fill: #e4e7eb } .limit { fill: #52606d } .chancery { fill: #4fc3c3 } .oidc-provider { fill: #f0a35e } }
"""


def draw(rows: list[dict]) -> str:
    """An SVG document; light or dark, as its reader has it."""
    rates = {(r["workload"], r["contender"]): 1e6 / r["cpu_us_per_request"] for r in rows if r["connections"] == 32}
    most = max((rate for (work, name), rate in rates.items() if work in SHOWN and name in BARS), default=1)
    parts, y = [], 64
    for x, (name, title) in zip((0, 330, 430), BARS.items()):
        parts.append(f'<rect class="{name}" x="{x}" y="30" width="12" height="12"/><text x="{x + 18}" y="41">{escape(title)}</text>')
    for work, title in SHOWN.items():
        bars = [(name, rates[work, name]) for name in BARS if (work, name) in rates]
        if not bars:
            continue
        parts.append(f'<text x="0" y="{y + len(bars) * BAR / 2 + 5:g}">{escape(title)}</text>')
        for name, rate in bars:
            length = rate / most * WIDTH
            parts.append(f'<rect class="{name}" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 2}"/>')
            parts.append(f'<text x="{LEFT + length + 6:.1f}" y="{y + 12}">{rate:,.0f}</text>')
            y += BAR
        y += GAP
    label = "Requests that a second of CPU time serves"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y}" role="img" aria-label="{label}">'
    return f'{head}\n<style>{STYLE}</style>\n<text x="0" y="14" font-weight="600">{label}</text>\n' + "\n".join(parts) + "\n</svg>\n"
