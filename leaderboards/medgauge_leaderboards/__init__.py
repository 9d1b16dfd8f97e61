"""Leaderboards: pages and exports made from run directories."""

from medgauge.plugins import Plugin

plugin = Plugin(
    commands={
        "leaderboard": "medgauge_leaderboards.site.command:run",
        "submissions-lock": "medgauge_leaderboards.submissions.command:lock",
        "submissions-check": "medgauge_leaderboards.submissions.command:check",
        "compare": "medgauge_leaderboards.command:run",
        "compare-render": "medgauge_leaderboards.command:render",
        "reference-bless": "medgauge_leaderboards.reference:bless",
        "reference-show": "medgauge_leaderboards.reference:shown",
        "reference-list": "medgauge_leaderboards.reference:listed",
        "reference-diff": "medgauge_leaderboards.reference:differences",
        "compare-paper": "medgauge_leaderboards.paper.beside:beside",
        "audit-paper": "medgauge_leaderboards.paper.audit:audit",
        "audit-paper-page": "medgauge_leaderboards.paper.audit:page",
    }
)
