"""Leaderboards: pages and exports made from run directories."""

from medgauge.plugins import Plugin

plugin = Plugin(
    commands={
        "leaderboard": "medgauge_leaderboards.site.build:build",
        "compare": "medgauge_leaderboards.compare:compare",
        "compare-paper": "medgauge_leaderboards.paper.beside:beside",
        "audit-paper": "medgauge_leaderboards.paper.audit:audit",
        "audit-paper-page": "medgauge_leaderboards.paper.audit:page",
    }
)
