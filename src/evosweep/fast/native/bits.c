/* Crossover at points or gene by gene, and flips, of a whole population of lists of bits or ints:
   DEAP's varAnd with cxOnePoint, cxTwoPoint or cxUniform, and mutFlipBit. */

#include "core.h"

typedef struct {
    int points;             /* of the crossover: 1 or 2; 0: gene by gene, */
    double exchanged;       /* each with this probability */
    double flipped;         /* the probability of each gene of a mutant */
} Operators;

typedef struct {
    Py_ssize_t rows, size;
    PyObject *genomes; /* a list of lists: copies of the parents', which are varied in place */
    char *new;         /* for each row: its fitness is no longer its parent's */
} Children;

/* Exactly ints or truth values, whose types a flip keeps; all lists have one length. */
static int is_usual(PyObject *parent, Py_ssize_t size)
{
    if (PyList_Size(parent) != size)
        return 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *gene = PyList_GetItem(parent, i);
        if (!PyLong_CheckExact(gene) && gene != Py_True && gene != Py_False)
            return 0;
    }
    return 1;
}

static Outcome children_read(Children *children, PyObject *parents)
{
    children->rows = PyTuple_Size(parents);
    children->size = PyList_Size(PyTuple_GetItem(parents, 0));
    if (children->size < 2 || children->size > INT32_MAX) /* Python draws longer ones otherwise */
        return UNUSUAL;
    for (Py_ssize_t row = 0; row < children->rows; row++)
        if (!is_usual(PyTuple_GetItem(parents, row), children->size))
            return UNUSUAL;
    children->genomes = PyList_New(children->rows);
    children->new = PyMem_Calloc((size_t)children->rows, 1);
    if (!children->genomes || !children->new) {
        PyErr_NoMemory();
        return FAILED;
    }
    for (Py_ssize_t row = 0; row < children->rows; row++) {
        PyObject *copy = PyList_GetSlice(PyTuple_GetItem(parents, row), 0, children->size);
        if (!copy || PyList_SetItem(children->genomes, row, copy) < 0)
            return FAILED;
    }
    return DONE;
}

static void children_free(Children *children)
{
    Py_XDECREF(children->genomes);
    PyMem_Free(children->new);
}

static Outcome exchange(PyObject *one, PyObject *two, Py_ssize_t start, Py_ssize_t end)
{
    PyObject *mine = PyList_GetSlice(one, start, end);
    PyObject *theirs = mine ? PyList_GetSlice(two, start, end) : NULL;
    int failed = !theirs || PyList_SetSlice(one, start, end, theirs) < 0 ||
                 PyList_SetSlice(two, start, end, mine) < 0;
    Py_XDECREF(mine);
    Py_XDECREF(theirs);
    return failed ? FAILED : DONE;
}

static Outcome exchange_one(PyObject *one, PyObject *two, Py_ssize_t i)
{
    PyObject *mine = PyList_GetItem(one, i), *theirs = PyList_GetItem(two, i);
    Py_INCREF(mine);
    Py_INCREF(theirs);
    int failed = PyList_SetItem(one, i, theirs) < 0; /* it takes over the reference, always */
    failed |= PyList_SetItem(two, i, mine) < 0;
    return failed ? FAILED : DONE;
}

static Outcome mate(const Children *children, Py_ssize_t row, Draws *draws, const Operators *by)
{
    Py_ssize_t size = children->size;
    PyObject *one = PyList_GetItem(children->genomes, row);
    PyObject *two = PyList_GetItem(children->genomes, row + 1);
    if (by->points == 1)
        return exchange(one, two, 1 + draw_below(draws, size - 1), size);
    if (by->points == 2) {
        Py_ssize_t first = 1 + draw_below(draws, size), second = 1 + draw_below(draws, size - 1);
        if (second >= first)
            return exchange(one, two, first, second + 1);
        return exchange(one, two, second, first);
    }
    for (Py_ssize_t i = 0; i < size; i++)
        if (draw(draws) < by->exchanged && exchange_one(one, two, i) != DONE)
            return FAILED;
    return DONE;
}

/* `type(gene)(not gene)` */
static PyObject *other(PyObject *gene)
{
    int is_set = PyObject_IsTrue(gene);
    if (is_set < 0)
        return NULL;
    return PyLong_CheckExact(gene) ? PyLong_FromLong(!is_set) : PyBool_FromLong(!is_set);
}

static Outcome mutate(const Children *children, Py_ssize_t row, Draws *draws, double flipped)
{
    PyObject *genome = PyList_GetItem(children->genomes, row);
    for (Py_ssize_t i = 0; i < children->size; i++)
        if (draw(draws) < flipped) {
            PyObject *gene = other(PyList_GetItem(genome, i));
            if (!gene || PyList_SetItem(genome, i, gene) < 0)
                return FAILED;
        }
    return DONE;
}

/* All pairs mate, then all individuals mutate, each with a probability. */
static Outcome vary(Children *children, Draws *draws, const Operators *by, const double *rates)
{
    Outcome outcome = DONE;
    for (Py_ssize_t row = 0; outcome == DONE && row + 1 < children->rows; row += 2)
        if (draw(draws) < rates[0]) {
            outcome = mate(children, row, draws, by);
            children->new[row] = children->new[row + 1] = 1;
        }
    for (Py_ssize_t row = 0; outcome == DONE && row < children->rows; row++)
        if (draw(draws) < rates[1]) {
            outcome = mutate(children, row, draws, by->flipped);
            children->new[row] = 1;
        }
    return outcome;
}

PyObject *core_vary_bits(PyObject *module, PyObject *args)
{
    PyObject *state, *individuals, *born = NULL;
    double rates[2];
    Operators by;
    Generation generation;
    Children children = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "OO(dd)(idd)", &state, &individuals, rates, rates + 1, &by.points,
                          &by.exchanged, &by.flipped))
        return NULL;
    Outcome outcome = generation_open(&generation, individuals, state);
    if (outcome == DONE)
        outcome = children_read(&children, generation.parents);
    if (outcome == DONE)
        outcome = vary(&children, &generation.draws, &by, rates);
    if (outcome == DONE) {
        born = litter_born(&generation.litter, children.genomes, generation.parents, children.new);
        outcome = born ? DONE : FAILED;
    }
    children_free(&children);
    return generation_close(&generation, outcome, born);
}
