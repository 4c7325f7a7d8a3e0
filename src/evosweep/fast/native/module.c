/* The module evosweep.fast._core. */

#include "core.h"

PyObject *answer(Outcome outcome, PyObject *result)
{
    if (outcome == DONE)
        return result;
    Py_XDECREF(result);
    if (outcome == FAILED)
        return NULL;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"floats", core_floats, METH_VARARGS,
     "floats(words, count): `count` draws of random.random(), and the words after them."},
    {"shuffled", core_shuffled, METH_VARARGS,
     "shuffled(capsule, count): the numbers below `count` as numpy.random.shuffle leaves them."},
    {"powers", core_powers, METH_VARARGS,
     "powers(bases, exponent): the power of each of an array's floats, as bytes."},
    {"genes", core_genes, METH_VARARGS,
     "genes(individuals, kind): the genes of lists, all of this kind of float, as bytes."},
    {"weighted", core_weighted, METH_VARARGS,
     "weighted(individuals, fitness_class, scalar, most): how many each has; all, as bytes."},
    {"row_sums", core_row_sums, METH_VARARGS,
     "row_sums(terms, columns): the sum of each row, from the left, as bytes."},
    {"bear", core_bear, METH_VARARGS,
     "bear(kind, fitness_class, genomes): lists with these genes, with new fitnesses."},
    {"blend", core_blend, METH_VARARGS,
     "blend(out, (x, y), a, b): a * x + b * y into `out`, and True."},
    {"add_ranks", core_add_ranks, METH_VARARGS,
     "add_ranks(out, (C, path, product), rates): CMA-ES's covariance into `out`, and True."},
    {"vary_reals", core_vary_reals, METH_VARARGS,
     "vary_reals(words, individuals, rates, operators): the children, and the words after them."},
    {"vary_bits", core_vary_bits, METH_VARARGS,
     "vary_bits(words, individuals, rates, operators): the children, and the words after them."},
    {"fronts_of_two", core_fronts_of_two, METH_VARARGS,
     "fronts_of_two(individuals, wanted, fitness_class): DEAP's fronts for two objectives."},
    {"log_fronts", core_log_fronts, METH_VARARGS,
     "log_fronts(individuals, wanted, fitness_class): sortLogNondominated's fronts, and values."},
    {"extreme_points", core_extreme_points, METH_VARARGS,
     "extreme_points(values, best): the row that is extreme in each objective."},
    {"fill_niches", core_fill_niches, METH_VARARGS,
     "fill_niches(capsule, arrays, taken, k): NSGA-III's places of the last front."},
    {"assign_crowding", core_assign_crowding, METH_VARARGS,
     "assign_crowding(individuals, fitness_class, weights): set each crowding_dist."},
    {"tournament", core_tournament, METH_VARARGS,
     "tournament(words, individuals, k, fitness_class): those chosen, and the words after them."},
    {"contests", core_contests, METH_VARARGS,
     "contests(words, individuals, (k, size), classes): the winners, and the words after them."},
    {"encode_lists", core_encode_lists, METH_VARARGS,
     "encode_lists(lists): the bytes of marshal, version 2, of lists of numbers."},
    {"encode_values", core_encode_values, METH_VARARGS,
     "encode_values(individuals, fitness_class, scalar, weights): those of their fitness values."},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "evosweep.fast._core",
    .m_doc = "Parts of evosweep.fast in C; each returns None where the interpreted part must do.",
    .m_methods = methods,
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
