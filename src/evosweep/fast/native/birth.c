/* Individuals that are lists with a fitness and nothing else, and children like them. */

#include "core.h"

/* Whether an individual is like the first one, and its fitness is its only attribute. */
static int is_alike(const Litter *litter, PyObject *individual)
{
    if ((PyObject *)Py_TYPE(individual) != litter->individual_class)
        return 0;
    PyObject *fitness = NULL, *attributes = PyObject_GenericGetDict(individual, NULL);
    if (!attributes)
        PyErr_Clear(); /* it has no __dict__ */
    else if (PyDict_Size(attributes) == 1)
        fitness = PyDict_GetItemWithError(attributes, litter->fitness_name);
    int alike = fitness && (PyObject *)Py_TYPE(fitness) == litter->fitness_class;
    Py_XDECREF(attributes);
    return alike;
}

static Outcome are_alike(const Litter *litter, PyObject *individuals)
{
    Py_ssize_t count = PyTuple_Size(individuals);
    for (Py_ssize_t i = 0; i < count; i++)
        if (!is_alike(litter, PyTuple_GetItem(individuals, i)))
            return PyErr_Occurred() ? FAILED : UNUSUAL;
    return DONE;
}

/* The parents must be of one class that derives from list, their fitnesses too of one class. */
Outcome litter_open(Litter *litter, PyObject *parents)
{
    *litter = (Litter){0};
    if (PyTuple_Size(parents) < 1 || !PyList_Check(PyTuple_GetItem(parents, 0)))
        return UNUSUAL;
    litter->fitness_name = PyUnicode_InternFromString("fitness");
    litter->values_name = PyUnicode_InternFromString("wvalues");
    litter->individual_class = PyObject_Type(PyTuple_GetItem(parents, 0));
    if (!litter->fitness_name || !litter->values_name || !litter->individual_class)
        return FAILED;
    PyObject *fitness;
    Outcome outcome = attribute(PyTuple_GetItem(parents, 0), litter->fitness_name, &fitness);
    if (outcome != DONE)
        return outcome;
    litter->fitness_class = PyObject_Type(fitness);
    Py_DECREF(fitness);
    litter->make_individual = PyObject_GetAttrString(litter->individual_class, "__new__");
    litter->make_fitness = PyObject_GetAttrString(litter->fitness_class, "__new__");
    if (!litter->make_individual || !litter->make_fitness)
        return FAILED;
    return are_alike(litter, parents);
}

void litter_close(Litter *litter)
{
    Py_CLEAR(litter->fitness_name);
    Py_CLEAR(litter->values_name);
    Py_CLEAR(litter->individual_class);
    Py_CLEAR(litter->fitness_class);
    Py_CLEAR(litter->make_individual);
    Py_CLEAR(litter->make_fitness);
}

static Outcome copy_values(const Litter *litter, PyObject *fitness, PyObject *parent)
{
    PyObject *theirs = PyObject_GetAttr(parent, litter->fitness_name);
    PyObject *values = theirs ? PyObject_GetAttr(theirs, litter->values_name) : NULL;
    int failed = !values || PyObject_SetAttr(fitness, litter->values_name, values) < 0;
    Py_XDECREF(theirs);
    Py_XDECREF(values);
    return failed ? FAILED : DONE;
}

/* A child without genes; if it is `new`, its fitness has no values, else it has its parent's. */
PyObject *litter_child(const Litter *litter, PyObject *parent, int new)
{
    PyObject *child = PyObject_CallFunctionObjArgs(litter->make_individual,
                                                   litter->individual_class, NULL);
    PyObject *fitness = PyObject_CallFunctionObjArgs(litter->make_fitness,
                                                     litter->fitness_class, NULL);
    if (!child || !fitness || (!new && copy_values(litter, fitness, parent) != DONE) ||
        PyObject_SetAttr(child, litter->fitness_name, fitness) < 0)
        Py_CLEAR(child);
    Py_XDECREF(fitness);
    return child;
}
