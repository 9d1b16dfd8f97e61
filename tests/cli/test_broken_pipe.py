"""A reader that goes away is no verdict."""

import os
import subprocess
import sys

CODE = """
import sys, click
import medgauge.cli.main as main
@main.cli.command()
def gate():
    {say}
    return 10
main.main(["gate"])
"""
SAYS = (
    "click.echo('x')",
    "sys.stdout.write('x' * 10)",
    "[click.echo('x' * 10000) for _ in range(100)]",
    "raise BrokenPipeError(32, 'Broken pipe')",
)


def test_a_failing_gate_never_ends_in_0_because_the_reader_had_enough() -> None:
    for say in SAYS:
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [sys.executable, "-c", CODE.format(say=say)], stdout=write, stderr=subprocess.PIPE, text=True, check=False
        )
        os.close(write)
        assert done.returncode == 1, (say, done.returncode, done.stderr)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
