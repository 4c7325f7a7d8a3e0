/* Non-dominated sorting for two objectives, with the fronts and the order of DEAP's
   sortNondominated.

   Points with equal values are one point, at the place of its first individual. In the first front,
   points stand in this order; in each further one, in the order in which DEAP removes the last
   point that dominates them. */

#include "core.h"

typedef struct {
    Py_ssize_t count;      /* of individuals */
    const double *values;  /* two for each */
    Py_ssize_t *next;      /* the next individual with equal values, or -1 */
    Py_ssize_t *rank;      /* of each first individual of a point; -1 of the others */
    Py_ssize_t *swept;     /* points by falling first value, front by front */
    Py_ssize_t *start;     /* where in `swept` each front starts */
    Py_ssize_t *position;  /* of each point within its front */
    Py_ssize_t fronts;
    Keyed *items, *space;
    double *best; /* the best second value of each front so far */
} Sort;

static Outcome sort_open(Sort *sort, const Weighted *weighted)
{
    size_t n = (size_t)weighted->rows;
    *sort = (Sort){.count = weighted->rows, .values = weighted->values};
    sort->next = PyMem_Calloc(5 * n + 2, sizeof(Py_ssize_t));
    sort->items = PyMem_Calloc(2 * n, sizeof(Keyed));
    sort->best = PyMem_Calloc(n, sizeof(double));
    if (!sort->next || !sort->items || !sort->best) {
        PyErr_NoMemory();
        return FAILED;
    }
    sort->rank = sort->next + n;
    sort->swept = sort->rank + n;
    sort->position = sort->swept + n;
    sort->start = sort->position + n;
    sort->space = sort->items + n;
    return DONE;
}

static void sort_close(Sort *sort)
{
    PyMem_Free(sort->next);
    PyMem_Free(sort->items);
    PyMem_Free(sort->best);
}

/* Order all individuals by falling first value, then by falling second one. */
static void order(Sort *sort)
{
    for (Py_ssize_t i = 0; i < sort->count; i++)
        sort->items[i] = (Keyed){-sort->values[2 * i + 1], i};
    sort_keyed(sort->items, sort->space, sort->count);
    for (Py_ssize_t i = 0; i < sort->count; i++)
        sort->items[i].key = -sort->values[2 * sort->items[i].place];
    sort_keyed(sort->items, sort->space, sort->count);
}

/* The first front with no point that dominates this second value: the fronts' best ones fall. */
static Py_ssize_t front_of(const Sort *sort, double second)
{
    Py_ssize_t low = 0, high = sort->fronts;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (sort->best[middle] >= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int are_equal(const double *one, const double *two)
{
    return one[0] == two[0] && one[1] == two[1];
}

/* Find the points and the front of each, in one sweep over the order. */
static void rank_points(Sort *sort)
{
    Py_ssize_t last = -1; /* the individual before, if it has equal values */
    for (Py_ssize_t i = 0; i < sort->count; i++) {
        Py_ssize_t place = sort->items[i].place;
        sort->next[place] = sort->rank[place] = -1;
        if (last >= 0 && are_equal(sort->values + 2 * last, sort->values + 2 * place)) {
            sort->next[last] = place;
        } else {
            double second = sort->values[2 * place + 1];
            Py_ssize_t front = front_of(sort, second);
            sort->rank[place] = front;
            sort->best[front] = second;
            sort->fronts += front == sort->fronts;
        }
        last = place;
    }
}

/* Put the points of each front beside each other, by falling first value. */
static void part_fronts(Sort *sort)
{
    for (Py_ssize_t i = 0; i < sort->count; i++)
        if (sort->rank[i] >= 0)
            sort->start[sort->rank[i] + 2]++;
    for (Py_ssize_t front = 2; front <= sort->fronts; front++)
        sort->start[front] += sort->start[front - 1];
    for (Py_ssize_t i = 0; i < sort->count; i++) {
        Py_ssize_t rank = sort->rank[sort->items[i].place];
        if (rank >= 0)
            sort->swept[sort->start[rank + 1]++] = sort->items[i].place;
    }
}

/* The position, in the front before, of the last point that dominates this one.

   There, by falling first value, second values rise: who dominates stands side by side. */
static Py_ssize_t last_dominator(const Sort *sort, Py_ssize_t front, const double *point)
{
    Py_ssize_t last = 0, low = sort->start[front - 1], high = sort->start[front];
    while (low < high) { /* find the end of those with a first value as good */
        Py_ssize_t middle = (low + high) / 2;
        if (sort->values[2 * sort->swept[middle]] >= point[0])
            low = middle + 1;
        else
            high = middle;
    }
    for (Py_ssize_t i = low - 1; i >= sort->start[front - 1]; i--) {
        if (!(sort->values[2 * sort->swept[i] + 1] >= point[1]))
            break;
        if (sort->position[sort->swept[i]] > last)
            last = sort->position[sort->swept[i]];
    }
    return last;
}

/* Put the points of a front in DEAP's order, into `items`; returns their number. */
static Py_ssize_t order_front(Sort *sort, Py_ssize_t front)
{
    Py_ssize_t first = sort->start[front], count = sort->start[front + 1] - first;
    for (Py_ssize_t i = 0; i < count; i++)
        sort->items[i] = (Keyed){(double)sort->swept[first + i], sort->swept[first + i]};
    sort_keyed(sort->items, sort->space, count);
    if (front > 0) {
        for (Py_ssize_t i = 0; i < count; i++) {
            const double *point = sort->values + 2 * sort->items[i].place;
            sort->items[i].key = (double)last_dominator(sort, front, point);
        }
        sort_keyed(sort->items, sort->space, count);
    }
    for (Py_ssize_t i = 0; i < count; i++)
        sort->position[sort->items[i].place] = i;
    return count;
}

/* The individuals of the points in `items`. */
static PyObject *front_list(const Sort *sort, Py_ssize_t count, PyObject *individuals)
{
    PyObject *front = PyList_New(0);
    for (Py_ssize_t i = 0; front && i < count; i++)
        for (Py_ssize_t at = sort->items[i].place; front && at >= 0; at = sort->next[at])
            if (PyList_Append(front, PyTuple_GetItem(individuals, at)) < 0)
                Py_CLEAR(front);
    return front;
}

/* The fronts that hold `wanted` individuals together; the first one always. */
static PyObject *fronts(Sort *sort, Py_ssize_t wanted, PyObject *individuals)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t front = 0; list && front < sort->fronts; front++) {
        PyObject *members = front_list(sort, order_front(sort, front), individuals);
        if (!members || PyList_Append(list, members) < 0)
            Py_CLEAR(list);
        wanted -= members ? PyList_Size(members) : 0;
        Py_XDECREF(members);
        if (wanted <= 0)
            break;
    }
    return list;
}

static int is_usual(const Weighted *weighted)
{
    return weighted->columns == 2 && weighted_within(weighted, DBL_MAX);
}

PyObject *core_fronts_of_two(PyObject *module, PyObject *args)
{
    PyObject *list = NULL;
    Py_ssize_t wanted;
    Weighted weighted;
    Sort sort;
    (void)module;
    Outcome outcome = weighted_to_sort(&weighted, args, &wanted, is_usual);
    if (outcome != DONE)
        return answer(outcome, NULL);
    if (sort_open(&sort, &weighted) == DONE) {
        order(&sort);
        rank_points(&sort);
        part_fronts(&sort);
        list = fronts(&sort, wanted, weighted.individuals);
    }
    sort_close(&sort);
    weighted_free(&weighted);
    return list;
}
