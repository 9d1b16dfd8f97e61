"""`medgauge`: the commands, and what their errors turn into."""

import os
import signal
import sys
import traceback
from types import FrameType

import click

from medgauge import __version__
from medgauge.cli.audit_boxes import audit_boxes
from medgauge.cli.catalog import list_names
from medgauge.cli.compare import compare
from medgauge.cli.compare_paper import compare_paper
from medgauge.cli.data import data
from medgauge.cli.demo import demo
from medgauge.cli.records import score_records
from medgauge.cli.reference import reference
from medgauge.cli.run import run, score
from medgauge.cli.selfcheck_model import selfcheck_model
from medgauge.cli.selftest import selftest
from medgauge.cli.show import show
from medgauge.cli.site import leaderboard
from medgauge.cli.submissions import submissions
from medgauge.errors import MedGaugeError
from medgauge.progress import say

EXIT_CODES = """
Exit codes: 0 ok; 1 crash, failed selftest or selfcheck-model; 2 usage or configuration; 3 not comparable; 4 incomplete
or too many failures; 5 nothing selected; 10 a gate failed; 11 a gate cannot decide (--strict); 130 and 143 interrupted
(run the same command again to resume).
"""


class Terminated(BaseException):
    """SIGTERM, raised where the work is so that files are closed."""


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="medgauge")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Evaluate medical multimodal LLMs.

    \b
    medgauge demo                                          everything, embedded, in a minute
    medgauge list tasks                                    what can be run
    medgauge data list --data-dir DATA                     what of it is there, and where to get the rest
    medgauge run vqa-rad --data-dir DATA --model replay:predictions.jsonl --out runs/mine
    medgauge compare runs/base runs/mine                   paired differences, with intervals, tests and gates
    medgauge reference bless runs/base --name main --reason "release 1.2"
    medgauge leaderboard runs/* --out site
    medgauge submissions check submissions                 score again what others hand in
    medgauge selftest                                      whether this installation computes right numbers
    """
    del debug  # read by main, before any command runs


RUNS = (demo, run, score, score_records, show)
BOARDS = (compare, compare_paper, reference, leaderboard, submissions)
DATA = (list_names, data)
CHECKS = (audit_boxes, selfcheck_model, selftest)
for command in (*RUNS, *BOARDS, *DATA, *CHECKS):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: runs a command and leaves with an exit code of the table."""
    words = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = cli.main(words, prog_name="medgauge", standalone_mode=False)
        sys.stdout.flush()
    except MedGaugeError as error:
        if "--debug" in words:
            traceback.print_exc()
        say(f"medgauge: error: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)  # the reader had enough; whatever the command found, nobody was told, and that is no pass
    except OSError as error:
        if "--debug" in words:
            traceback.print_exc()
        say(f"medgauge: error: {error.filename or 'file'}: {error.strerror or error}")
        sys.exit(MedGaugeError.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("medgauge: interrupted; the same command resumes")
        sys.exit(130)
    except Terminated:
        say("medgauge: terminated; the same command resumes")
        sys.exit(143)
    sys.exit(code if isinstance(code, int) else 0)


def _terminate(signum: int, frame: FrameType | None) -> None:
    raise Terminated


if __name__ == "__main__":
    main()
