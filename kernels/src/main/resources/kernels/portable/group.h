/* Reductions over a work group of GROUP items (a power of two), through local memory. Every item gets the result. */
#define TN_ADD(a, b) ((a) + (b))
#define TN_TIMES(a, b) ((a) * (b))
#define TN_LARGER(a, b) ((a) > (b) ? (a) : (b))
/* A NaN wins. */
#define TN_LARGEST(a, b) ((a) != (a) || (a) > (b) ? (a) : (b))
#define TN_SMALLEST(a, b) ((a) != (a) || (a) < (b) ? (a) : (b))

#define TN_REDUCE(value, scratch, me, combine)                                                                         \
    (scratch)[me] = value;                                                                                             \
    TN_BARRIER();                                                                                                      \
    for (i32 tn_width = GROUP / 2; tn_width > 0; tn_width /= 2) {                                                      \
        if ((me) < tn_width) {                                                                                         \
            (scratch)[me] = combine((scratch)[me], (scratch)[(me) + tn_width]);                                        \
        }                                                                                                              \
        TN_BARRIER();                                                                                                  \
    }                                                                                                                  \
    value = (scratch)[0];                                                                                              \
    TN_BARRIER();
