/* Individuals that are lists with a fitness and nothing else, and children like them. */

#include "core.h"

/* A new reference to the only attribute, if it is the fitness; NULL without an exception if not. */
static PyObject *only_fitness(PyObject *individual)
{
    PyObject *fitness = NULL, *attributes = PyObject_GenericGetDict(individual, NULL);
    if (!attributes)
        PyErr_Clear(); /* it has no __dict__ */
    else if (PyDict_Size(attributes) == 1)
        fitness = PyDict_GetItemString(attributes, "fitness");
    Py_XINCREF(fitness);
    Py_XDECREF(attributes);
    return fitness;
}

/* All of one class, which derives from list, and their fitnesses of one class. */
Outcome are_bare_lists(PyObject *individuals)
{
    PyTypeObject *kind = NULL, *shape = NULL;
    Py_ssize_t count = PyTuple_Size(individuals);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *individual = PyTuple_GetItem(individuals, i);
        PyObject *fitness = PyList_Check(individual) ? only_fitness(individual) : NULL;
        if (!fitness)
            return UNUSUAL;
        if (i == 0) {
            kind = Py_TYPE(individual);
            shape = Py_TYPE(fitness);
        }
        int alike = Py_TYPE(individual) == kind && Py_TYPE(fitness) == shape;
        Py_DECREF(fitness);
        if (!alike)
            return UNUSUAL;
    }
    return count ? DONE : UNUSUAL;
}

Outcome litter_open(Litter *litter, PyObject *parent)
{
    PyObject *fitness = PyObject_GetAttrString(parent, "fitness");
    *litter = (Litter){
        .fitness_name = PyUnicode_InternFromString("fitness"),
        .values_name = PyUnicode_InternFromString("wvalues"),
        .individual_class = PyObject_Type(parent),
        .fitness_class = fitness ? PyObject_Type(fitness) : NULL,
    };
    Py_XDECREF(fitness);
    if (!fitness || !litter->fitness_name || !litter->values_name)
        return FAILED;
    litter->make_individual = PyObject_GetAttrString(litter->individual_class, "__new__");
    litter->make_fitness = PyObject_GetAttrString(litter->fitness_class, "__new__");
    return litter->make_individual && litter->make_fitness ? DONE : FAILED;
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
