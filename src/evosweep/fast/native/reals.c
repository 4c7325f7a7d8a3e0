/* Simulated binary crossover and polynomial mutation of a whole population, in bounds.

   The arithmetic is that of DEAP's cxSimulatedBinaryBounded and mutPolynomialBounded, operation by
   operation; every power is `pow` of positive or zero bases, as Python's floats compute it. */

#include "core.h"

#include <math.h>
#include <string.h>

#define EPSILON 1e-14 /* genes with a smaller difference are not crossed */

typedef struct {
    double low, up, indpb;
    double power, root;               /* of the crossover: eta + 1 and 1 / (eta + 1) */
    double mutation_power, mutation_root; /* of the mutation */
} Operators;

typedef struct {
    Py_ssize_t rows, size;
    double *genes; /* rows of genes, varied in place */
    char *changed; /* for each gene */
    char *new;     /* for each row: its fitness is no longer its parent's */
} Children;

static double clipped(double value, const Operators *by)
{
    value = by->low > value ? by->low : value;
    return by->up < value ? by->up : value;
}

/* The distance between two children, given the room up to a bound. */
static double spread(double room, double span, double rand, const Operators *by)
{
    double alpha = 2.0 - pow(1.0 + 2.0 * room / span, -by->power);
    double scaled = rand * alpha;
    return pow(rand <= 1.0 / alpha ? scaled : 1.0 / (2.0 - scaled), by->root);
}

static void mate(Children *children, Py_ssize_t row, Draws *draws, const Operators *by)
{
    Py_ssize_t size = children->size;
    double *one = children->genes + row * size, *two = one + size;
    char *changed = children->changed + row * size;
    for (Py_ssize_t i = 0; i < size; i++) {
        if (draw(draws) > 0.5 || !(fabs(one[i] - two[i]) > EPSILON))
            continue;
        double x1 = one[i] < two[i] ? one[i] : two[i], x2 = one[i] < two[i] ? two[i] : one[i];
        double span = x2 - x1, rand = draw(draws);
        double lower = clipped(0.5 * (x1 + x2 - spread(x1 - by->low, span, rand, by) * span), by);
        double upper = clipped(0.5 * (x1 + x2 + spread(by->up - x2, span, rand, by) * span), by);
        int swap = draw(draws) <= 0.5;
        one[i] = swap ? upper : lower;
        two[i] = swap ? lower : upper;
        changed[i] = changed[size + i] = 1;
    }
}

static double mutant(double gene, double rand, const Operators *by)
{
    double width = by->up - by->low, value, step;
    if (rand < 0.5) {
        double near = pow(1.0 - (gene - by->low) / width, by->mutation_power);
        value = 2.0 * rand + (1.0 - 2.0 * rand) * near;
        step = pow(value, by->mutation_root) - 1.0;
    } else {
        double near = pow(1.0 - (by->up - gene) / width, by->mutation_power);
        value = 2.0 * (1.0 - rand) + 2.0 * (rand - 0.5) * near;
        step = 1.0 - pow(value, by->mutation_root);
    }
    return clipped(gene + step * width, by);
}

static void mutate(Children *children, Py_ssize_t row, Draws *draws, const Operators *by)
{
    double *genes = children->genes + row * children->size;
    char *changed = children->changed + row * children->size;
    for (Py_ssize_t i = 0; i < children->size; i++)
        if (draw(draws) <= by->indpb) {
            genes[i] = mutant(genes[i], draw(draws), by);
            changed[i] = 1;
        }
}

/* varAnd: all pairs mate, then all individuals mutate, each with a probability. */
static void vary_all(Children *children, Draws *draws, const Operators *by, const double *rates)
{
    for (Py_ssize_t row = 0; row + 1 < children->rows; row += 2)
        if (draw(draws) < rates[0]) {
            mate(children, row, draws, by);
            children->new[row] = children->new[row + 1] = 1;
        }
    for (Py_ssize_t row = 0; row < children->rows; row++)
        if (draw(draws) < rates[1]) {
            mutate(children, row, draws, by);
            children->new[row] = 1;
        }
}

/* DEAP's example of NSGA-II: each pair may mate, then both mutate; a last one alone stays. */
static void vary_pairs(Children *children, Draws *draws, const Operators *by, double cxpb)
{
    for (Py_ssize_t row = 0; row + 1 < children->rows; row += 2) {
        if (draw(draws) <= cxpb)
            mate(children, row, draws, by);
        mutate(children, row, draws, by);
        mutate(children, row + 1, draws, by);
        children->new[row] = children->new[row + 1] = 1;
    }
}

/* Exactly floats within the bounds (nan is not); as many as the first parent has. */
static Outcome read_genes(Children *children, PyObject *parents, const Operators *by)
{
    double *gene = children->genes;
    for (Py_ssize_t row = 0; row < children->rows; row++) {
        PyObject *parent = PyTuple_GetItem(parents, row);
        if (PyList_Size(parent) != children->size)
            return UNUSUAL;
        for (Py_ssize_t i = 0; i < children->size; i++, gene++) {
            PyObject *item = PyList_GetItem(parent, i);
            if (!PyFloat_CheckExact(item))
                return UNUSUAL;
            *gene = PyFloat_AsDouble(item);
            if (!(*gene >= by->low && *gene <= by->up))
                return UNUSUAL;
        }
    }
    return DONE;
}

static Outcome children_read(Children *children, PyObject *parents, const Operators *by)
{
    children->rows = PyTuple_Size(parents);
    children->size = PyList_Size(PyTuple_GetItem(parents, 0));
    if (children->size < 1)
        return UNUSUAL;
    size_t genes = (size_t)children->rows * (size_t)children->size;
    children->genes = PyMem_Calloc(genes, sizeof(double));
    children->changed = PyMem_Calloc(genes, 1);
    children->new = PyMem_Calloc((size_t)children->rows, 1);
    if (children->genes && children->changed && children->new)
        return read_genes(children, parents, by);
    PyErr_NoMemory();
    return FAILED;
}

static void children_free(Children *children)
{
    PyMem_Free(children->genes);
    PyMem_Free(children->changed);
    PyMem_Free(children->new);
}

/* The parent's genes are shared, as deepcopy shares them; those that vary are new. */
static Outcome set_genes(PyObject *child, PyObject *parent, const Children *children,
                         Py_ssize_t row)
{
    if (PyList_SetSlice(child, 0, 0, parent) < 0)
        return FAILED;
    for (Py_ssize_t i = 0; i < children->size; i++)
        if (children->changed[row * children->size + i]) {
            PyObject *gene = PyFloat_FromDouble(children->genes[row * children->size + i]);
            if (!gene || PyList_SetItem(child, i, gene) < 0)
                return FAILED;
        }
    return DONE;
}

static PyObject *born(const Litter *litter, PyObject *parent, const Children *children,
                      Py_ssize_t row)
{
    PyObject *child = litter_child(litter, parent, children->new[row]);
    if (child && set_genes(child, parent, children, row) == DONE)
        return child;
    Py_XDECREF(child);
    return NULL;
}

static PyObject *all_born(const Litter *litter, PyObject *parents, const Children *children)
{
    PyObject *list = PyList_New(children->rows);
    for (Py_ssize_t row = 0; list && row < children->rows; row++) {
        PyObject *child = born(litter, PyTuple_GetItem(parents, row), children, row);
        if (!child || PyList_SetItem(list, row, child) < 0)
            Py_CLEAR(list);
    }
    return list;
}

/* Two rates: varAnd's. One: that of DEAP's example. */
static Outcome vary(Children *children, Draws *draws, const Operators *by, PyObject *rates)
{
    double rate[2];
    if (!PyArg_ParseTuple(rates, "d|d", rate, rate + 1))
        return FAILED;
    if (PyTuple_Size(rates) == 2)
        vary_all(children, draws, by, rate);
    else
        vary_pairs(children, draws, by, rate[0]);
    return DONE;
}

PyObject *core_vary_reals(PyObject *module, PyObject *args)
{
    PyObject *state, *individuals, *rates, *born = NULL;
    Operators by;
    Generation generation;
    Children children = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "OOO!(ddddddd)", &state, &individuals, &PyTuple_Type, &rates,
                          &by.low, &by.up, &by.power, &by.root, &by.mutation_power,
                          &by.mutation_root, &by.indpb))
        return NULL;
    Outcome outcome = generation_open(&generation, individuals, state);
    if (outcome == DONE)
        outcome = children_read(&children, generation.parents, &by);
    if (outcome == DONE)
        outcome = vary(&children, &generation.draws, &by, rates);
    if (outcome == DONE) {
        born = all_born(&generation.litter, generation.parents, &children);
        outcome = born ? DONE : FAILED;
    }
    children_free(&children);
    return generation_close(&generation, outcome, born);
}
