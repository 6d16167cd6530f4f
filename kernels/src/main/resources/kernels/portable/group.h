/*
 * Reductions over a work group. Every item gets the result, and the order of a sum is fixed by the sizes. A group has ITEMS work items, a
 * power of two: GROUP, or with AHEAD as many as it was launched with and GROUP at most.
 *
 * Without sub-groups the reduction is a tree in local memory. With SUB_GROUPS, their size, the items of a sub-group exchange their values
 * directly, in a butterfly; then the sub-groups' results, a few, go through local memory once. A group has whole sub-groups.
 */
#define TN_ADD(a, b) ((a) + (b))
#define TN_TIMES(a, b) ((a) * (b))
#define TN_LARGER(a, b) ((a) > (b) ? (a) : (b))
#define TN_LESSER(a, b) ((a) < (b) ? (a) : (b))
/* A NaN wins. */
#define TN_LARGEST(a, b) ((a) != (a) || (a) > (b) ? (a) : (b))
#define TN_SMALLEST(a, b) ((a) != (a) || (a) < (b) ? (a) : (b))

#ifdef AHEAD
#define ITEMS TN_LOCAL_SIZE()
#else
#define ITEMS GROUP
#endif

#ifdef SUB_GROUPS

#ifdef __CUDACC__
#define TN_SUB_GROUP_SIZE() SUB_GROUPS
#define TN_SUB_GROUP_ITEM() (TN_LOCAL_ID() % SUB_GROUPS)
#define TN_SUB_GROUP_ID() (TN_LOCAL_ID() / SUB_GROUPS)
#define TN_SUB_GROUP_COUNT() (TN_LOCAL_SIZE() / SUB_GROUPS)
#define TN_EXCHANGE(value, mask) __shfl_xor_sync(0xFFFFFFFFu, value, mask)
/* Numbers of local memory that a reduction needs. */
#define TN_SCRATCH 32
#else
#pragma OPENCL EXTENSION cl_khr_subgroups : enable
#define TN_SUB_GROUP_SIZE() ((i32)get_sub_group_size())
#define TN_SUB_GROUP_ITEM() ((i32)get_sub_group_local_id())
#define TN_SUB_GROUP_ID() ((i32)get_sub_group_id())
#define TN_SUB_GROUP_COUNT() ((i32)get_num_sub_groups())
#ifdef cl_khr_subgroup_shuffle
#pragma OPENCL EXTENSION cl_khr_subgroup_shuffle : enable
#define TN_EXCHANGE(value, mask) sub_group_shuffle_xor(value, (u32)(mask))
#endif
#define TN_SCRATCH GROUP
#endif

/* value becomes that of all items of the sub-group. */
#ifdef TN_EXCHANGE
#define TN_ACROSS(type, value, combine)                                                                                \
    for (i32 tn_mask = TN_SUB_GROUP_SIZE() / 2; tn_mask > 0; tn_mask /= 2) {                                           \
        type tn_other = TN_EXCHANGE(value, tn_mask);                                                                   \
        value = combine(value, tn_other);                                                                              \
    }
#else
/* The driver's order: the same for the same sizes, though not told. */
#define TN_ACROSS(type, value, combine) TN_CAT(TN_ACROSS_, combine)(type, value)
#define TN_ACROSS_TN_ADD(type, value) value = sub_group_reduce_add(value);
#define TN_ACROSS_TN_LARGER(type, value) value = sub_group_reduce_max(value);
#define TN_ACROSS_TN_LESSER(type, value) value = sub_group_reduce_min(value);
/* A sum with a NaN is one. */
#define TN_ACROSS_TN_LARGEST(type, value)                                                                              \
    value = sub_group_any((value) != (value)) ? sub_group_reduce_add(value) : sub_group_reduce_max(value);
#define TN_ACROSS_TN_SMALLEST(type, value)                                                                             \
    value = sub_group_any((value) != (value)) ? sub_group_reduce_add(value) : sub_group_reduce_min(value);
/* There is no product among a sub-group's reductions. */
#define TN_ACROSS_TN_TIMES(type, value)                                                                                \
    {                                                                                                                  \
        type tn_all = sub_group_broadcast(value, 0);                                                                   \
        for (u32 tn_item = 1; tn_item < get_sub_group_size(); tn_item++) {                                             \
            tn_all *= sub_group_broadcast(value, tn_item);                                                             \
        }                                                                                                              \
        value = tn_all;                                                                                                \
    }
#endif

#define TN_REDUCE_AS(type, value, scratch, me, combine)                                                                \
    TN_ACROSS(type, value, combine)                                                                                    \
    if (TN_SUB_GROUP_COUNT() > 1) {                                                                                    \
        if (TN_SUB_GROUP_ITEM() == 0) {                                                                                \
            (scratch)[TN_SUB_GROUP_ID()] = value;                                                                      \
        }                                                                                                              \
        TN_BARRIER();                                                                                                  \
        value = (scratch)[0];                                                                                          \
        for (i32 tn_part = 1; tn_part < TN_SUB_GROUP_COUNT(); tn_part++) {                                             \
            value = combine(value, (scratch)[tn_part]);                                                                \
        }                                                                                                              \
        TN_BARRIER();                                                                                                  \
    }

#else

#define TN_SCRATCH GROUP
#define TN_REDUCE_AS(type, value, scratch, me, combine)                                                                \
    (scratch)[me] = value;                                                                                             \
    TN_BARRIER();                                                                                                      \
    for (i32 tn_width = ITEMS / 2; tn_width > 0; tn_width /= 2) {                                                      \
        if ((me) < tn_width) {                                                                                         \
            (scratch)[me] = combine((scratch)[me], (scratch)[(me) + tn_width]);                                        \
        }                                                                                                              \
        TN_BARRIER();                                                                                                  \
    }                                                                                                                  \
    value = (scratch)[0];                                                                                              \
    TN_BARRIER();

#endif

#define TN_REDUCE(value, scratch, me, combine) TN_REDUCE_AS(VALUE, value, scratch, me, combine)
