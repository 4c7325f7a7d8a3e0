#!/bin/sh
# Take out of the virtual environment $1 what no run opens: the large packages' own tests, C headers,
# Cython sources, type stubs, static libraries, symbols for debuggers, Arrow's Flight,
# ioh's instances of problems on graphs, other systems' solvers.
# Then compile what is newer than the file $2, and give it the time SOURCE_DATE_EPOCH, so that two
# builds of an image are the same.
# The libraries in *.libs stay as they are: wheels had them rewritten, and strip breaks such files.
set -eu
packages=$(echo "$1"/lib/python3.*/site-packages)

for name in joblib matplotlib numpy pandas pyarrow scipy sklearn statsmodels; do
    [ ! -d "$packages/$name" ] || find "$packages/$name" -depth -type d -name tests -exec rm -rf {} +
done
# Some wheels put their tests beside their package. Arrow has three copies of the same libraries;
# the one that is loaded ends in .so and one number.
rm -rf "$packages/tests" "$packages/pyarrow/include" "$packages/pyarrow/src" \
    "$packages"/pyarrow/libarrow_python*.so "$packages"/pyarrow/libarrow_python*.so.*.*.* \
    "$packages/ioh/static/example_graphs" "$packages/ioh/static/example_pwt" \
    "$packages/pulp/solverdir/cbc/osx" "$packages/pulp/solverdir/cbc/win"
find "$packages" -type f \
    \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.pyi' -o -name '*.a' -o -name '*.h' \
    -o -name '*.hpp' -o -path '*/pyarrow/*flight*' \
    -o -path '*/pyarrow/*cpp_tests*' \) -delete
find "$packages" -type f -name '*.so*' ! -path '*.libs/*' -newer "$2" \
    -exec strip --strip-unneeded {} +

# Byte code states the time of its source, so the sources come first.
settle() { find "$1" -cnewer "$2" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +; }
settle "$1" "$2"
# Some packages have templates that are no Python, which are left as they are.
env --unset SOURCE_DATE_EPOCH "$1/bin/python" -m compileall -qq -j 1 "$packages" || true
settle "$1" "$2"
