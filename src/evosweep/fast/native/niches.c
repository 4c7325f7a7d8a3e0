/* NSGA-III's niches: the reference line that is nearest to each individual.

   Distances are computed as DEAP's associate_to_niche does with NumPy, operation by operation;
   NumPy's sums over fewer than eight objectives run one after the other. */

#include "core.h"

#include <math.h>

#define LARGEST 1e30 /* beyond it, squares may overflow */
#define LONGEST 1e10 /* coordinates of reference points, and the inverse of their least length */

Outcome niches_open(Niches *niches)
{
    size_t points = (size_t)niches->niches, columns = (size_t)niches->columns;
    niches->axes = PyMem_Calloc((columns + 3) * points, sizeof(double));
    niches->distance = PyMem_Calloc((size_t)niches->rows, sizeof(double));
    niches->niche = PyMem_Calloc((size_t)niches->rows, sizeof(Py_ssize_t));
    if (!niches->axes || !niches->distance || !niches->niche) {
        PyErr_NoMemory();
        return FAILED;
    }
    niches->lengths = niches->axes + columns * points;
    niches->along = niches->lengths + points;
    niches->squares = niches->along + points;
    return DONE;
}

void niches_close(Niches *niches)
{
    PyMem_Free(niches->axes);
    PyMem_Free(niches->distance);
    PyMem_Free(niches->niche);
}

static Outcome read_points(Niches *niches)
{
    for (Py_ssize_t i = 0; i < niches->niches; i++) {
        double square = 0.0;
        for (Py_ssize_t column = 0; column < niches->columns; column++) {
            double x = niches->points[i * niches->columns + column];
            if (!(fabs(x) <= LONGEST))
                return UNUSUAL;
            niches->axes[column * niches->niches + i] = x;
            square += x * x;
        }
        niches->lengths[i] = sqrt(square);
        if (!(niches->lengths[i] >= 1.0 / LONGEST))
            return UNUSUAL;
    }
    return DONE;
}

/* Between the best point (0) and the intercepts (1). */
static Outcome scale(const Niches *niches, Py_ssize_t row, double *scaled)
{
    for (Py_ssize_t i = 0; i < niches->columns; i++) {
        double value = niches->values[row * niches->columns + i] - niches->best[i];
        scaled[i] = value / (niches->intercepts[i] - niches->best[i] + DBL_EPSILON);
        if (!(fabs(scaled[i]) <= LARGEST))
            return UNUSUAL;
    }
    return DONE;
}

/* The squared distances of one individual to all lines; one loop for each operation, so that the
   compiler makes several at a time. */
static void measure(const Niches *niches, const double *scaled)
{
    Py_ssize_t count = niches->niches;
    double *restrict along = niches->along, *restrict squares = niches->squares;
    const double *restrict lengths = niches->lengths;
    for (Py_ssize_t i = 0; i < count; i++)
        along[i] = squares[i] = 0.0;
    for (Py_ssize_t column = 0; column < niches->columns; column++) {
        const double *restrict axis = niches->axes + column * count;
        for (Py_ssize_t i = 0; i < count; i++)
            along[i] += scaled[column] * axis[i];
    }
    for (Py_ssize_t i = 0; i < count; i++)
        along[i] /= lengths[i];
    for (Py_ssize_t column = 0; column < niches->columns; column++) {
        const double *restrict axis = niches->axes + column * count;
        for (Py_ssize_t i = 0; i < count; i++) {
            double part = along[i] * axis[i] / lengths[i] - scaled[column];
            squares[i] += part * part;
        }
    }
}

/* The first of the least distances; roots of different squares may be equal. */
static void choose_line(Niches *niches, Py_ssize_t row)
{
    double square = niches->squares[0], distance = sqrt(square);
    Py_ssize_t nearest = 0;
    for (Py_ssize_t i = 1; i < niches->niches; i++) {
        if (!(niches->squares[i] < square))
            continue;
        double root = sqrt(niches->squares[i]);
        if (root < distance) {
            square = niches->squares[i];
            distance = root;
            nearest = i;
        }
    }
    niches->niche[row] = nearest;
    niches->distance[row] = distance;
}

Outcome associate(Niches *niches)
{
    double scaled[MOST_COLUMNS];
    Outcome outcome = read_points(niches);
    for (Py_ssize_t row = 0; outcome == DONE && row < niches->rows; row++) {
        outcome = scale(niches, row, scaled);
        if (outcome == DONE) {
            measure(niches, scaled);
            choose_line(niches, row);
        }
    }
    return outcome;
}
