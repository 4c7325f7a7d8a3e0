/* Tournaments of drawn individuals, won by the fittest: selTournament. */

#include "core.h"

#include <math.h>

/* As tuples of weighted values compare; none is nan. */
static int is_greater(const double *mine, const double *theirs, Py_ssize_t columns)
{
    for (Py_ssize_t i = 0; i < columns; i++)
        if (mine[i] != theirs[i])
            return mine[i] > theirs[i];
    return 0;
}

/* Of equals, the one that was drawn first. */
static Py_ssize_t winner(const Weighted *weighted, Py_ssize_t size, Draws *draws)
{
    Py_ssize_t columns = weighted->columns, best = draw_below(draws, weighted->rows);
    for (Py_ssize_t i = 1; i < size; i++) {
        Py_ssize_t drawn = draw_below(draws, weighted->rows);
        if (is_greater(weighted->values + drawn * columns, weighted->values + best * columns,
                       columns))
            best = drawn;
    }
    return best;
}

static PyObject *winners(const Weighted *weighted, Py_ssize_t k, Py_ssize_t size, Draws *draws)
{
    PyObject *chosen = PyList_New(0);
    for (Py_ssize_t i = 0; chosen && i < k; i++)
        if (PyList_Append(chosen, PyTuple_GetItem(weighted->individuals,
                                                  winner(weighted, size, draws))) < 0)
            Py_CLEAR(chosen);
    return chosen;
}

PyObject *core_contests(PyObject *module, PyObject *args)
{
    PyObject *state, *individuals, *fitness_class, *scalar, *chosen = NULL;
    Py_ssize_t k, size;
    Draws draws;
    Weighted weighted;
    (void)module;
    if (!PyArg_ParseTuple(args, "OO(nn)(OO)", &state, &individuals, &k, &size,
                          &fitness_class, &scalar))
        return NULL;
    Outcome outcome = draws_read(&draws, state);
    if (outcome == DONE)
        outcome = weighted_read(&weighted, individuals, fitness_class, scalar);
    if (outcome != DONE)
        return answer(outcome, NULL);
    /* Beyond 32 bits, Python draws otherwise. */
    if (size < 1 || weighted.rows > INT32_MAX || !weighted_within(&weighted, INFINITY))
        outcome = UNUSUAL;
    else if (!(chosen = winners(&weighted, k, size, &draws)))
        outcome = FAILED;
    weighted_free(&weighted);
    return outcome == DONE ? Py_BuildValue("NN", chosen, draws_state(&draws))
                           : answer(outcome, NULL);
}
