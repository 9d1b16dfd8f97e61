"""Rule-based finding agreement (unvalidated): findings, denials, sides and sizes read from reports by rules.

No weights, no downloads. The number says how far two reports agree in what a lexicon of nearly seventy findings can
read from them; it has not been compared with physicians, and it is no labeller of anybody else's.
"""
