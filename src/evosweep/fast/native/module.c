/* The module evosweep.fast._core. */

#include "core.h"

#include <math.h>

PyObject *answer(Outcome outcome, PyObject *result)
{
    if (outcome == DONE)
        return result;
    Py_XDECREF(result);
    if (outcome == FAILED)
        return NULL;
    Py_RETURN_NONE;
}

PyObject *core_powers(PyObject *module, PyObject *args)
{
    PyObject *bases;
    double exponent;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!d", &PyList_Type, &bases, &exponent))
        return NULL;
    PyObject *powers = PyList_New(0);
    for (Py_ssize_t i = 0; powers && i < PyList_Size(bases); i++) {
        double base = PyFloat_AsDouble(PyList_GetItem(bases, i));
        PyObject *power = PyErr_Occurred() ? NULL : PyFloat_FromDouble(pow(base, exponent));
        if (!power || PyList_Append(powers, power) < 0)
            Py_CLEAR(powers);
        Py_XDECREF(power);
    }
    return powers;
}

static PyMethodDef methods[] = {
    {"floats", core_floats, METH_VARARGS,
     "floats(words, count): `count` draws of random.random(), and the words after them."},
    {"powers", core_powers, METH_VARARGS, "powers(bases, exponent): the power of each."},
    {"vary_reals", core_vary_reals, METH_VARARGS,
     "vary_reals(words, individuals, rates, operators): the children, and the words after them."},
    {"fronts_of_two", core_fronts_of_two, METH_VARARGS,
     "fronts_of_two(individuals, wanted, fitness_class): DEAP's fronts for two objectives."},
    {"assign_crowding", core_assign_crowding, METH_VARARGS,
     "assign_crowding(individuals, fitness_class, weights): set each crowding_dist."},
    {"tournament", core_tournament, METH_VARARGS,
     "tournament(words, individuals, k, fitness_class): those chosen, and the words after them."},
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
