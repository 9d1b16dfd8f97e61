"""Leaderboards: pages and exports made from run directories."""

from medgauge.plugins import Plugin

plugin = Plugin(
    commands={
        "leaderboard": "medgauge_leaderboards.site.build:build",
        "compare": "medgauge_leaderboards.compare:compare",
    }
)
