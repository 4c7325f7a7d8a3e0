"""The report's statements on how numbers are computed and tests are chosen."""

from evosweep.compare.numbers.efficiency import FEWEST_RATIOS, NOISE, SHORTEST
from evosweep.compare.numbers.intervals import RESAMPLES
from evosweep.compare.numbers.ranking import FEWEST_PROBLEMS
from evosweep.compare.numbers.significance import EXACT_UP_TO, MOST_PAIRS
from evosweep.compare.numbers.words import listed
from evosweep.config.stages import Stages

_SPENDING = {"pocock": "Pocock", "obrien_fleming": "O'Brien and Fleming"}


def boundary_in_words(stages: Stages, alpha: float) -> str:
    """Return a sentence on the looks, what they went on for, and their level."""
    looks = listed([str(count) for count in stages.looks])
    return (
        f"Seeds came in stages, with looks after {looks} seeds, fixed before the first run, until "
        f"{stages.aim} or the most were there. The looks share the level of {alpha:g} by Lan and "
        f"DeMets' spending function after {_SPENDING[stages.spending]} (Biometrika 70, 1983)."
    )


def sentences_for_paper(stages: Stages | None = None) -> list[str]:
    """Return sentences on the tests for a paper's section on methods."""
    if stages is not None:
        return [
            *sentences_for_paper(),
            f"{boundary_in_words(stages, 0.05)} Holm's correction was applied to repeated p-values "
            "(Jennison and Turnbull 2000), so that the level holds over pairs and looks.",
        ]
    return [
        "Two algorithms on a problem were compared by Wilcoxon's signed-rank test where seeds pair "
        "the runs, else by the Mann-Whitney U test (two-sided, level 0.05), with Holm's correction "
        "over the pairs of a problem; effect sizes are A12 (Vargha and Delaney 2000).",
        "Over all problems, algorithms were compared by Friedman's test with the correction of "
        "Iman and Davenport, and Nemenyi's test after it (Demsar 2006).",
        "Where budgets differ, results were compared at the largest budget that every run of the "
        "problem has used. Pairs with too few runs to reach the level were not tested.",
    ]


def _stages(stages: Stages | None, alpha: float) -> list[str]:
    """Return the rule on seeds in stages; nothing if they have none."""
    if stages is None:
        return []
    return [
        f"{boundary_in_words(stages, alpha)} A test takes all seeds of the last look at which each "
        "run is there. Its p over all looks is the repeated p-value, the smallest level over all "
        "looks whose boundary it reaches (Jennison and Turnbull 2000), which holds whatever ended "
        "the stages; Holm's correction is of these, over all pairs of a problem, tested or not. "
        "Whether tests are paired is decided by the most seeds. Intervals of A12 and delta are at "
        "the level of their look, and so hold over all looks. Medians, their intervals and ranks "
        "are those of the seeds that are there: a stop after a clear difference makes it look a "
        "little larger than it is. Ranks over the problems stay fair, for the rule treats all "
        "algorithms alike."
    ]


def methods(alpha: float, stages: Stages | None = None) -> list[str]:
    """Return a paragraph for each rule."""
    return [
        "Runs that differ in the backend alone are one observation: they repeat a result to the "
        "bit. Results, tests and curves use one run for each seed, the serial one where there is "
        "one.",
        "With several objectives, the result of a run is the hypervolume of its final front.",
        "Unequal budgets: where the median evaluations of two algorithms differ by more than 5 %, "
        "results are compared at the largest budget that every run of the problem has used; with "
        "several objectives by the hypervolume of all points evaluated until then. Final results "
        "stand beside them.",
        "Two algorithms on a problem: Wilcoxon's signed-rank test where seeds pair the runs (both "
        "have the same seeds and, for each seed, the same first population by its digest) and are "
        "enough to reach the level after Holm's correction, else the Mann-Whitney U test. "
        f"Two-sided; exact without ties and up to {EXACT_UP_TO} values a side, else the normal "
        "approximation corrected for ties "
        "and continuity. Holm's correction is over the tested pairs of a problem; beyond "
        f"{MOST_PAIRS} pairs, each algorithm is tested against the one with the best median only. "
        f"The level is {alpha:g}. A pair is not tested where all results are equal, or where even "
        "a perfect separation would give a corrected p above the level.",
        *_stages(stages, alpha),
        "Effect size: A12 (Vargha and Delaney 2000; small from 0.56, medium 0.64, large 0.71) and "
        "Cliff's delta with the asymmetric interval of Feng and Cliff (2004).",
        f"Over all problems, on medians: two algorithms by Wilcoxon's signed-rank test; three or "
        f"more by Friedman's test with the correction of Iman and Davenport, from "
        f"{FEWEST_PROBLEMS} problems on; where it rejects, the post-hoc test (Demsar 2006). "
        "Problems with one objective and with several are ranked apart, each over the largest "
        "complete block of problems and algorithms; what it leaves out is named.",
        f"Intervals of means and medians: bootstrap, percentile, {RESAMPLES} resamples.",
        "Success: the result reaches the target, which is the one given, else the declared one, "
        "else the optimum within 1e-8.",
        "ERT, the expected running time: evaluations of all runs, of unsuccessful ones all they "
        "made, divided by the number of successes (Hansen et al. 2010).",
        "Curves and profiles count every evaluation in the journal, in the order of generations "
        "and individuals; a run without a journal counts by generations, from its logbook.",
        "Efficiency: speed-up is wall time, start-up included, of the serial run of the same spec "
        "over that of this run, geometric mean over specs, with a 95 % interval by Student's t on "
        "logarithms; efficiency is speed-up by workers. Parallel evaluation paid where the whole "
        f"interval is above 1 and the mean is {NOISE} or more; nothing is said below "
        f"{SHORTEST:g} s of serial work or {FEWEST_RATIOS} runs. Break-even is the cost of an "
        "evaluation at which both take equally long: (S / N + d) / (1 - 1 / w) for w workers, N "
        "evaluations, a start-up longer by S, and d, the seconds per evaluation that neither "
        "variation nor evaluation by all workers explains.",
    ]
