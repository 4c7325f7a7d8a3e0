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

/* What both classes need: names, and how instances are made. Nothing is called after a failure,
   since it might clear the exception. */
static Outcome litter_names(Litter *litter)
{
    int made = (litter->fitness_name = PyUnicode_InternFromString("fitness")) &&
               (litter->values_name = PyUnicode_InternFromString("wvalues")) &&
               (litter->make_individual =
                    PyObject_GetAttrString(litter->individual_class, "__new__")) &&
               (litter->make_fitness = PyObject_GetAttrString(litter->fitness_class, "__new__"));
    return made ? DONE : FAILED;
}

/* The parents must be of one class that derives from list, their fitnesses too of one class. */
Outcome litter_open(Litter *litter, PyObject *parents)
{
    *litter = (Litter){0};
    if (PyTuple_Size(parents) < 1 || !PyList_Check(PyTuple_GetItem(parents, 0)))
        return UNUSUAL;
    PyObject *fitness, *first = PyTuple_GetItem(parents, 0);
    PyObject *name = PyUnicode_InternFromString("fitness");
    Outcome outcome = name ? attribute(first, name, &fitness) : FAILED;
    Py_XDECREF(name);
    if (outcome != DONE)
        return outcome;
    litter->individual_class = PyObject_Type(first);
    litter->fitness_class = PyObject_Type(fitness);
    Py_DECREF(fitness);
    outcome = litter_names(litter);
    return outcome == DONE ? are_alike(litter, parents) : outcome;
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

/* A fitness without values if it is `new`, else with those of the parent's. */
static PyObject *child_fitness(const Litter *litter, PyObject *parent, int new)
{
    PyObject *fitness = PyObject_CallFunctionObjArgs(litter->make_fitness,
                                                     litter->fitness_class, NULL);
    if (fitness && !new && copy_values(litter, fitness, parent) != DONE)
        Py_CLEAR(fitness);
    return fitness;
}

/* A child without genes; if it is `new`, its fitness has no values, else it has its parent's. */
PyObject *litter_child(const Litter *litter, PyObject *parent, int new)
{
    PyObject *child = PyObject_CallFunctionObjArgs(litter->make_individual,
                                                   litter->individual_class, NULL);
    PyObject *fitness = child ? child_fitness(litter, parent, new) : NULL;
    if (!fitness || PyObject_SetAttr(child, litter->fitness_name, fitness) < 0)
        Py_CLEAR(child);
    Py_XDECREF(fitness);
    return child;
}

/* A child for each genome, a list; it has its parent's fitness values unless it is new, and none
   where there are no parents. */
PyObject *litter_born(const Litter *litter, PyObject *genomes, PyObject *parents, const char *new)
{
    Py_ssize_t count = PyList_Size(genomes);
    PyObject *born = PyList_New(count);
    for (Py_ssize_t i = 0; born && i < count; i++) {
        PyObject *parent = parents ? PyTuple_GetItem(parents, i) : NULL;
        PyObject *child = litter_child(litter, parent, !parent || new[i]);
        if (child && PyList_SetSlice(child, 0, 0, PyList_GetItem(genomes, i)) < 0)
            Py_CLEAR(child);
        if (!child || PyList_SetItem(born, i, child) < 0)
            Py_CLEAR(born);
    }
    return born;
}

Outcome generation_open(Generation *generation, PyObject *individuals, PyObject *state)
{
    *generation = (Generation){.parents = PySequence_Tuple(individuals)};
    Outcome outcome = FAILED;
    if (generation->parents)
        outcome = litter_open(&generation->litter, generation->parents);
    return outcome == DONE ? draws_read(&generation->draws, state) : outcome;
}

/* The children, if all is done, and the words after the draws; takes over the reference. */
PyObject *generation_close(Generation *generation, Outcome outcome, PyObject *children)
{
    litter_close(&generation->litter);
    Py_CLEAR(generation->parents);
    if (outcome != DONE)
        return answer(outcome, children);
    return Py_BuildValue("NN", children, draws_state(&generation->draws));
}

static int are_lists(PyObject *genomes)
{
    for (Py_ssize_t i = 0; i < PyList_Size(genomes); i++)
        if (!PyList_CheckExact(PyList_GetItem(genomes, i)))
            return 0;
    return 1;
}

PyObject *core_bear(PyObject *module, PyObject *args)
{
    PyObject *genomes, *born = NULL;
    Litter litter = {0};
    (void)module;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyType_Type, &litter.individual_class, &PyType_Type,
                          &litter.fitness_class, &PyList_Type, &genomes))
        return NULL;
    Py_INCREF(litter.individual_class);
    Py_INCREF(litter.fitness_class);
    int lists = PyType_IsSubtype((PyTypeObject *)litter.individual_class, &PyList_Type);
    int usual = lists && are_lists(genomes);
    if (usual && litter_names(&litter) == DONE)
        born = litter_born(&litter, genomes, NULL, NULL);
    litter_close(&litter);
    return answer(!usual ? UNUSUAL : born ? DONE : FAILED, born);
}
