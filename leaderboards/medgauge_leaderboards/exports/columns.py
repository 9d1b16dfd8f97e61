"""What the columns of the long exports mean, and their types; the order here is that of the files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

SCHEMA_VERSION = 1
Kind: TypeAlias = Literal["string", "boolean", "Int64", "Float64"]
"""Types of pandas that can hold a missing value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    kind: Kind
    means: str


def _column(kind: Kind, means: str) -> Column:
    return Column(kind=kind, means=means)


SCORES: Mapping[str, Column] = {
    "task": _column("string", "Name of the task."),
    "language": _column("string", "Language that was asked in."),
    "family": _column("string", "Kind of the task."),
    "model": _column("string", "Name of the model."),
    "control": _column("string", "What was withheld from the model; none: nothing, the model itself."),
    "row": _column("string", "Short name of model and control together; no two share one."),
    "metric": _column("string", "Name of the metric."),
    "primary": _column("boolean", "Whether it is the metric that ranks."),
    "ranked": _column("boolean", "Whether values of models may be ordered: one end is better, all were made alike."),
    "higher_is_better": _column("boolean", "Missing: neither end is."),
    "slice_tag": _column("string", "Missing: all samples."),
    "slice_value": _column("string", "The samples whose tag has this value; missing: all samples."),
    "value": _column("Float64", "Missing: undefined on these samples."),
    "low": _column("Float64", "Lower end of the 95 % interval."),
    "high": _column("Float64", "Upper end of the 95 % interval."),
    "interval": _column("string", "How the interval was made."),
    "no_interval": _column("string", "Why there is no interval."),
    "n": _column("Int64", "Samples, all of them."),
    "n_undefined": _column("Int64", "Samples whose reference leaves the metric undefined."),
    "n_groups": _column("Int64", "Groups (patients, studies, images) in which the metric is defined."),
    "trials": _column("Int64", "How often every sample was asked."),
    "trial_sd": _column("Float64", "Standard deviation of the value over trials."),
    "rank_best": _column("Int64", "Best rank that the tests of all pairs leave to the model. Primary metric only."),
    "rank_worst": _column("Int64", "Worst such rank."),
    "gain": _column("Float64", "Value less that of the same model without the image. Primary metric only."),
    "gain_low": _column("Float64", "Lower end of the gain's 95 % interval."),
    "gain_high": _column("Float64", "Upper end of the gain's 95 % interval."),
    "no_gain": _column("string", "Why there is no gain."),
    "share_no_answer": _column("Float64", "Share of answers that could not be read. Of all samples only."),
    "share_refused": _column("Float64", "Share of answers that were refusals. Of all samples only."),
    "share_failed": _column("Float64", "Share of answers that never came. Of all samples only."),
    "truncated": _column("Int64", "Answers that were cut at the limit of tokens. Of all samples only."),
    "signature": _column("string", "How the metric was made, in full."),
    "task_version": _column("Int64", "Version of the task."),
    "prompts": _column("string", "Name of the wording."),
    "prompts_hash": _column("string", "Hash of the wording."),
    "samples_hash": _column("string", "Hash of the samples and their groups: with the same one, the same was asked."),
    "parameters_billions": _column("Float64", "Size of the model; missing: not known."),
    "open_weights": _column("boolean", "Missing: not known."),
    "model_licence": _column("string", "Licence of the weights."),
    "unverified": _column("string", "Statements about the model that nobody confirmed."),
    "data_licence": _column("string", "Licence of the data set."),
    "publish": _column("string", "How much of a sample the site may show."),
    "badges": _column("string", "What to know before comparing, words with blanks between them."),
    "synthetic": _column("boolean", "Whether the data set is made up; missing: not known."),
    "status": _column(
        "string", "What a check of submissions found; missing: the run is no submission, or none was checked."
    ),
    "medgauge": _column("string", "Version that made the run."),
}
"""One row for each task, language, model, control and metric; of the primary metric also one for each slice that the
page of the task shows."""

DIFFERENCES: Mapping[str, Column] = {
    "task": _column("string", "Name of the task."),
    "language": _column("string", "Language that was asked in."),
    "family": _column("string", "Kind of the task."),
    "metric": _column("string", "The metric that ranks."),
    "higher_is_better": _column("boolean", "Missing: neither end is."),
    "model": _column("string", "Name of the first model."),
    "control": _column("string", "Control of the first; none: the model itself."),
    "row": _column("string", "Short name of the first model and control together."),
    "other_model": _column("string", "Name of the second model."),
    "other_control": _column("string", "Control of the second; none: the model itself."),
    "other_row": _column("string", "Short name of the second model and control together."),
    "difference": _column("Float64", "First less second, on the same samples."),
    "low": _column("Float64", "Lower end of the 95 % interval."),
    "high": _column("Float64", "Upper end of the 95 % interval."),
    "p": _column("Float64", "Two-sided, not adjusted; missing: no test can be made."),
    "p_adjusted": _column("Float64", "Holm's, over all pairs of models of the task; missing beside a control."),
    "better": _column("boolean", "The first is significantly better, after the adjustment; missing: cannot be."),
    "worse": _column("boolean", "The first is significantly worse, after the adjustment; missing: cannot be."),
    "wins": _column("Int64", "Samples of the first trial on which the first is ahead; missing: no end is better."),
    "losses": _column("Int64", "Likewise for the second."),
    "ties": _column("Int64", "The others: both alike, or nothing can be said of one."),
    "n": _column("Int64", "Samples, all of them."),
    "test": _column("string", "Which test gave p."),
}
"""One row for each pair of rows that can be compared; a pair stands here once."""
