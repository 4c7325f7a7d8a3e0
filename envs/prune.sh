#!/bin/sh
# Take out of the virtual environment $1 what no run opens: the large packages' own tests, C headers,
# Cython sources, static libraries, symbols for debuggers, Arrow's Flight, other systems' solvers.
# The libraries in *.libs stay as they are: wheels had them rewritten, and strip breaks such files.
set -eu
packages=$(echo "$1"/lib/python3.*/site-packages)

for name in joblib matplotlib numpy pandas pyarrow scipy sklearn statsmodels; do
    [ ! -d "$packages/$name" ] || find "$packages/$name" -depth -type d -name tests -exec rm -rf {} +
done
rm -rf "$packages/pyarrow/include" \
    "$packages/pulp/solverdir/cbc/osx" "$packages/pulp/solverdir/cbc/win"
find "$packages" -type f \
    \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.a' -o -name '*.h' -o -name '*.hpp' \
    -o -path '*/pyarrow/*flight*' \) -delete
find "$packages" -type f -name '*.so*' ! -path '*.libs/*' -newer "$2" \
    -exec strip --strip-unneeded {} +
