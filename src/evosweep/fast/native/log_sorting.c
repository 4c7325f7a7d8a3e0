/* Non-dominated sorting for two or more objectives, with the fronts and the order of DEAP's
   sortLogNondominated.

   Individuals stand by falling values, compared from the first objective on; equal ones stay in
   their order. So nobody is dominated by a later one, and whoever is dominated by a member of a
   front is dominated by a member of each front before it: bisection finds everybody's front. */

#include "core.h"

#include <string.h>

#define MANY 2048 /* rows of four or more objectives, beyond which other algorithms are faster */

/* Members that may dominate a later point. With up to three objectives they are a staircase: by
   falling second and rising third value. With more, they are all members. */
typedef struct {
    Py_ssize_t *members, count, room;
} Front;

typedef struct {
    Py_ssize_t count, columns;
    const double *values;
    Keyed *items, *space;
    Py_ssize_t *rank;   /* of the individual at each place of the order */
    Py_ssize_t *start;  /* where in `parted` each front starts */
    Py_ssize_t *parted; /* individuals, front by front */
    Front *fronts;
    Py_ssize_t front_count;
} Sort;

static Outcome sort_open(Sort *sort, const Weighted *weighted)
{
    size_t n = (size_t)weighted->rows;
    *sort = (Sort){.count = weighted->rows,
                   .columns = weighted->columns,
                   .values = weighted->values,
                   .items = PyMem_Calloc(2 * n, sizeof(Keyed)),
                   .rank = PyMem_Calloc(3 * n + 2, sizeof(Py_ssize_t)),
                   .fronts = PyMem_Calloc(n, sizeof(Front))};
    if (!sort->items || !sort->rank || !sort->fronts) {
        PyErr_NoMemory();
        return FAILED;
    }
    sort->space = sort->items + n;
    sort->parted = sort->rank + n;
    sort->start = sort->parted + n;
    for (size_t i = 0; i < n; i++)
        sort->items[i].place = (Py_ssize_t)i;
    return DONE;
}

static void sort_close(Sort *sort)
{
    for (Py_ssize_t i = 0; sort->fronts && i < sort->front_count; i++)
        PyMem_Free(sort->fronts[i].members);
    PyMem_Free(sort->items);
    PyMem_Free(sort->rank);
    PyMem_Free(sort->fronts);
}

/* Order by this objective, and those with equal values by the next ones. */
static void order(Sort *sort, Keyed *items, Py_ssize_t count, Py_ssize_t column)
{
    for (Py_ssize_t i = 0; i < count; i++)
        items[i].key = -sort->values[items[i].place * sort->columns + column];
    sort_keyed(items, sort->space, count);
    if (column + 1 == sort->columns)
        return;
    for (Py_ssize_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && items[end].key == items[i].key;)
            end++;
        if (end - i > 1)
            order(sort, items + i, end - i, column + 1);
    }
}

static const double *row(const Sort *sort, Py_ssize_t individual)
{
    return sort->values + individual * sort->columns;
}

/* How many members of a staircase have at least this second value. */
static Py_ssize_t above(const Sort *sort, const Front *front, double second)
{
    Py_ssize_t low = 0, high = front->count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (row(sort, front->members[middle])[1] >= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether one that is no later in the order is nowhere worse than the other. */
static int is_no_worse(const Sort *sort, Py_ssize_t one, const double *other)
{
    const double *mine = row(sort, one);
    for (Py_ssize_t column = 1; column < sort->columns; column++)
        if (mine[column] < other[column])
            return 0;
    return 1;
}

static int has_dominator(const Sort *sort, const Front *front, const double *point)
{
    if (sort->columns <= 3) {
        Py_ssize_t end = above(sort, front, point[1]);
        return end > 0 && is_no_worse(sort, front->members[end - 1], point);
    }
    for (Py_ssize_t i = front->count; i > 0; i--)
        if (is_no_worse(sort, front->members[i - 1], point))
            return 1;
    return 0;
}

static Py_ssize_t front_of(const Sort *sort, const double *point)
{
    Py_ssize_t low = 0, high = sort->front_count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (has_dominator(sort, sort->fronts + middle, point))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Put the new step after those above it, in place of those that it makes useless. */
static void add_step(const Sort *sort, Front *front, Py_ssize_t individual)
{
    const double *point = row(sort, individual);
    Py_ssize_t at = above(sort, front, point[1]), end = at;
    while (end < front->count &&
           (sort->columns < 3 || row(sort, front->members[end])[2] <= point[2]))
        end++;
    memmove(front->members + at + 1, front->members + end,
            (size_t)(front->count - end) * sizeof *front->members);
    front->members[at] = individual;
    front->count += at + 1 - end;
}

static Outcome add(Sort *sort, Front *front, Py_ssize_t individual)
{
    if (front->count == front->room) {
        Py_ssize_t room = 2 * front->room + 8;
        Py_ssize_t *members = PyMem_Realloc(front->members, (size_t)room * sizeof *members);
        if (!members) {
            PyErr_NoMemory();
            return FAILED;
        }
        front->members = members;
        front->room = room;
    }
    if (sort->columns <= 3)
        add_step(sort, front, individual);
    else
        front->members[front->count++] = individual;
    return DONE;
}

/* Those with equal values are of one front. */
static int equals_last(const Sort *sort, Py_ssize_t place)
{
    const double *mine = row(sort, sort->items[place].place);
    const double *last = row(sort, sort->items[place - 1].place);
    for (Py_ssize_t column = 0; column < sort->columns; column++)
        if (mine[column] != last[column])
            return 0;
    return 1;
}

static Outcome rank_all(Sort *sort)
{
    Outcome outcome = DONE;
    for (Py_ssize_t i = 0; outcome == DONE && i < sort->count; i++) {
        if (i > 0 && equals_last(sort, i)) {
            sort->rank[i] = sort->rank[i - 1];
            continue;
        }
        Py_ssize_t individual = sort->items[i].place;
        sort->rank[i] = front_of(sort, row(sort, individual));
        sort->front_count += sort->rank[i] == sort->front_count;
        outcome = add(sort, sort->fronts + sort->rank[i], individual);
    }
    return outcome;
}

/* Put the individuals front by front. */
static void part(Sort *sort)
{
    for (Py_ssize_t i = 0; i < sort->count; i++)
        sort->start[sort->rank[i] + 2]++;
    for (Py_ssize_t front = 2; front <= sort->front_count; front++)
        sort->start[front] += sort->start[front - 1];
    for (Py_ssize_t i = 0; i < sort->count; i++)
        sort->parted[sort->start[sort->rank[i] + 1]++] = sort->items[i].place;
}

static PyObject *front_list(const Sort *sort, Py_ssize_t front, PyObject *individuals)
{
    PyObject *members = PyList_New(0);
    for (Py_ssize_t i = sort->start[front]; members && i < sort->start[front + 1]; i++)
        if (PyList_Append(members, PyTuple_GetItem(individuals, sort->parted[i])) < 0)
            Py_CLEAR(members);
    return members;
}

static PyObject *front_lists(const Sort *sort, Py_ssize_t count, PyObject *individuals)
{
    PyObject *fronts = PyList_New(0);
    for (Py_ssize_t front = 0; fronts && front < count; front++) {
        PyObject *members = front_list(sort, front, individuals);
        if (!members || PyList_Append(fronts, members) < 0)
            Py_CLEAR(fronts);
        Py_XDECREF(members);
    }
    return fronts;
}

/* The fronts that hold `wanted` individuals together, the first one always; and their values. */
static PyObject *fronts_and_values(const Sort *sort, Py_ssize_t wanted, PyObject *individuals)
{
    Py_ssize_t count = 1, width = sort->columns * (Py_ssize_t)sizeof(double);
    while (count < sort->front_count && sort->start[count] < wanted)
        count++;
    PyObject *fronts = front_lists(sort, count, individuals);
    if (!fronts)
        return NULL;
    PyObject *values = PyBytes_FromStringAndSize(NULL, sort->start[count] * width);
    for (Py_ssize_t i = 0; values && i < sort->start[count]; i++)
        memcpy(PyBytes_AsString(values) + i * width, row(sort, sort->parted[i]), (size_t)width);
    if (!values) {
        Py_DECREF(fronts);
        return NULL;
    }
    return Py_BuildValue("NN", fronts, values);
}

static int is_usual(const Weighted *weighted)
{
    return weighted->columns >= 2 && (weighted->columns <= 3 || weighted->rows <= MANY) &&
           weighted_within(weighted, DBL_MAX);
}

PyObject *core_log_fronts(PyObject *module, PyObject *args)
{
    PyObject *result = NULL;
    Py_ssize_t wanted;
    Weighted weighted;
    Sort sort;
    (void)module;
    Outcome outcome = weighted_to_sort(&weighted, args, &wanted, is_usual);
    if (outcome != DONE)
        return answer(outcome, NULL);
    if (sort_open(&sort, &weighted) == DONE) {
        order(&sort, sort.items, sort.count, 0);
        if (rank_all(&sort) == DONE) {
            part(&sort);
            result = fronts_and_values(&sort, wanted, weighted.individuals);
        }
    }
    sort_close(&sort);
    weighted_free(&weighted);
    return result;
}
