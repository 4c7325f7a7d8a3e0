#!/bin/sh
# usage: deploy/slurm/submit.sh SHARES [CONFIG [OPTIONS OF SBATCH ...]]
# Submits an array of SHARES tasks, and a job behind it that compares and tracks.
set -eu
shares=${1:?the number of shares, such as 10}
config=${2:-config/experiment.yaml}
shift "$(($# < 2 ? $# : 2))"
here=$(dirname "$0")

array=$(sbatch --parsable --array="1-$shares" "$@" "$here/array.sbatch" "$shares" "$config")
finish=$(sbatch --parsable --dependency="afterany:$array" "$@" "$here/finish.sbatch" "$config")
echo "array $array: $shares shares of $config; then $finish compares and tracks. How far: squeue --me"
