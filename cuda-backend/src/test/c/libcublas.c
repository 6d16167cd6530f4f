/*
 * A stand-in for libcublas.so and, with -DLT_PART, for libcublasLt.so, over the stand-in for libcuda.so.1: the memory of its device is the
 * host's, so F32 products are computed. Arguments in another order, of another size or kind are found, since handles point to
 * structures with a number of their kind; what is wrong is CUBLAS_STATUS_INVALID_VALUE (7). At the end of the process it prints what
 * is still alive. -DMAJOR=n is the version.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM = 0xC0DE04, HANDLE = 0xB1A501, LT, MATMUL, LAYOUT, PREFERENCE };
typedef struct {
    uint64_t kind;
    int mode, type, transa, transb, epilogue, batch, compute, scale, schemes, alignment[4];
    uint64_t rows, columns, space;
    int64_t leading, stride;
    void *stream, *bias, *workspace;
} Object;
static long alive, products;

static int is(const void *object, uint64_t kind) { return object && ((const Object *)object)->kind == kind; }
static Object *make(void **to, uint64_t kind) {
    Object *object = calloc(1, sizeof(Object));
    object->kind = kind;
    object->batch = 1;
    object->epilogue = 1;
    alive++;
    *to = object;
    return object;
}
static int drop(void *object, uint64_t kind) {
    if (!is(object, kind)) return 7;
    alive--;
    ((Object *)object)->kind = 0;
    free(object);
    return 0;
}

typedef struct {
    const char *memory;
    int type, transpose;
    int64_t leading, stride;
} Matrix;
static int types(int a, int b, int c) { return a == b && (a == 0 || a == 1 || a == 2 || a == 14) && (c == a || (c == 0 && a != 1)); }
static float at(Matrix x, int64_t product, int64_t row, int64_t column) {
    int64_t place = x.transpose ? column + row * x.leading : row + column * x.leading;
    return ((const float *)x.memory)[product * x.stride + place];
}
/* Column by column; only F32 is computed. */
static void multiply(int64_t m, int64_t n, int64_t k, float alpha, Matrix a, Matrix b, float beta, Matrix c, Matrix d, int64_t batch,
                     int epilogue, const float *bias) {
    products++;
    if (a.type != 0) return;
    for (int64_t p = 0; p < batch; p++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t i = 0; i < m; i++) {
                double sum = 0;
                for (int64_t t = 0; t < k; t++) sum += (double)at(a, p, i, t) * at(b, p, t, j);
                float value = alpha * (float)sum + (beta == 0 ? 0 : beta * at(c, p, i, j));
                if (epilogue & 4) value += bias[i];
                if (epilogue & 2) value = fmaxf(value, 0);
                ((float *)d.memory)[p * d.stride + i + j * d.leading] = value;
            }
}

#ifndef LT_PART
__attribute__((destructor)) static void report(void) {
    printf("cublas: %ld alive, %ld products\n", alive, products);
    fflush(stdout);
}
int cublasGetProperty(int part, int *value) {
    *value = part == 0 ? MAJOR : part == 1 ? 6 : 4;
    return part < 0 || part > 2 ? 7 : 0;
}
int cublasCreate_v2(void **to) { make(to, HANDLE); return 0; }
int cublasDestroy_v2(void *handle) { return drop(handle, HANDLE); }
int cublasSetMathMode(Object *handle, int mode) { handle->mode = mode; return is(handle, HANDLE) && mode == 16 ? 0 : 7; }
int cublasSetStream_v2(Object *handle, void *stream) {
    if (!is(handle, HANDLE) || (stream && !is(stream, STREAM))) return 7;
    handle->stream = stream;
    handle->workspace = NULL;
    return 0;
}
#ifndef WITHOUT_WORKSPACE
int cublasSetWorkspace_v2(Object *handle, void *workspace, size_t bytes) {
    if (!is(handle, HANDLE) || bytes != 32u << 20) return 7;
    memset(workspace, 0x55, bytes);
    handle->workspace = workspace;
    return 0;
}
#endif
int cublasGemmStridedBatchedEx(Object *handle, int transa, int transb, int m, int n, int k, const float *alpha, const void *a, int typeA,
                               int lda, long long strideA, const void *b, int typeB, int ldb, long long strideB, const float *beta, void *c,
                               int typeC, int ldc, long long strideC, int batch, int compute, int algorithm) {
    if (!is(handle, HANDLE) || !handle->stream || !handle->workspace || handle->mode != 16) return 7;
    if (transa >> 1 || transb >> 1 || m <= 0 || n <= 0 || k <= 0 || batch <= 0 || !types(typeA, typeB, typeC)) return 7;
    if (lda < (transa ? k : m) || ldb < (transb ? n : k) || ldc < m || algorithm != -1) return 7;
    if (compute != (typeC == 1 ? 70 : 68)) return 15;
    if (typeC == 1) return *(const double *)alpha == 0 ? 7 : 0;
    Matrix out = {c, typeC, 0, ldc, strideC};
    multiply(m, n, k, *alpha, (Matrix){a, typeA, transa, lda, strideA}, (Matrix){b, typeB, transb, ldb, strideB}, *beta, out, out, batch, 0, NULL);
    return 0;
}
int cublasGemmEx(Object *handle, int transa, int transb, int m, int n, int k, const float *alpha, const void *a, int typeA, int lda,
                 const void *b, int typeB, int ldb, const float *beta, void *c, int typeC, int ldc, int compute, int algorithm) {
    return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, a, typeA, lda, 0, b, typeB, ldb, 0, beta, c, typeC, ldc, 0, 1,
                                      compute, algorithm);
}
#else
__attribute__((destructor)) static void report(void) {
    printf("cublasLt: %ld alive, %ld products\n", alive, products);
    fflush(stdout);
}
int cublasLtCreate(void **to) { make(to, LT); return 0; }
int cublasLtDestroy(void *lt) { return drop(lt, LT); }
int cublasLtMatmulDescCreate(void **to, int compute, int scale) {
    Object *made = make(to, MATMUL);
    made->compute = compute;
    made->scale = scale;
    return (compute == 68 && scale == 0) || (compute == 70 && scale == 1) ? 0 : 7;
}
int cublasLtMatmulDescSetAttribute(Object *matmul, int attribute, const void *value, size_t bytes) {
    if (!is(matmul, MATMUL) || bytes != (attribute == 8 ? 8 : 4)) return 7;
    switch (attribute) {
    case 3: matmul->transa = *(const int *)value; return 0;
    case 4: matmul->transb = *(const int *)value; return 0;
    case 7: matmul->epilogue = *(const int *)value; return 0;
    case 8: matmul->bias = *(void *const *)value; return 0;
    default: return 7;
    }
}
int cublasLtMatmulDescDestroy(void *matmul) { return drop(matmul, MATMUL); }
int cublasLtMatrixLayoutCreate(void **to, int type, uint64_t rows, uint64_t columns, int64_t leading) {
    Object *made = make(to, LAYOUT);
    made->type = type;
    made->rows = rows;
    made->columns = columns;
    made->leading = leading;
    return rows && columns && leading >= (int64_t)rows ? 0 : 7;
}
int cublasLtMatrixLayoutSetAttribute(Object *layout, int attribute, const void *value, size_t bytes) {
    if (!is(layout, LAYOUT) || bytes != (attribute == 6 ? 8 : 4)) return 7;
    switch (attribute) {
    case 5: layout->batch = *(const int *)value; return 0;
    case 6: layout->stride = *(const int64_t *)value; return 0;
    default: return 7;
    }
}
int cublasLtMatrixLayoutDestroy(void *layout) { return drop(layout, LAYOUT); }
int cublasLtMatmulPreferenceCreate(void **to) { make(to, PREFERENCE); return 0; }
int cublasLtMatmulPreferenceSetAttribute(Object *preference, int attribute, const void *value, size_t bytes) {
    if (!is(preference, PREFERENCE) || bytes != (attribute == 1 ? 8 : 4)) return 7;
    switch (attribute) {
    case 1: preference->space = *(const uint64_t *)value; return 0;
    case 3: preference->schemes = *(const int *)value; return 0;
    case 5: case 6: case 7: case 8: preference->alignment[attribute - 5] = *(const int *)value; return 0;
    default: return 7;
    }
}
int cublasLtMatmulPreferenceDestroy(void *preference) { return drop(preference, PREFERENCE); }

typedef struct {
    uint64_t algorithm[8];
    size_t space;
    int state;
    float waves;
    int reserved[4];
} Result;
int cublasLtMatmulAlgoGetHeuristic(void *lt, Object *matmul, Object *a, Object *b, Object *c, Object *d, Object *preference, int wanted,
                                   Result *results, int *found) {
    if (!is(lt, LT) || !is(matmul, MATMUL) || !is(a, LAYOUT) || !is(b, LAYOUT) || !is(c, LAYOUT) || !is(d, LAYOUT)) return 7;
    if (!is(preference, PREFERENCE) || wanted != 1 || preference->space != 32u << 20 || preference->schemes != 2) return 7;
    for (int i = 0; i < 4; i++) {
        if (preference->alignment[i] < 4 || preference->alignment[i] > 256) return 7;
    }
    *found = 0;
    if (!types(a->type, b->type, d->type) || c->type != d->type) return 15;
    memset(results, 0, sizeof(Result));
    for (int i = 0; i < 8; i++) results->algorithm[i] = 1000 + i;
    results->space = 4096;
    *found = 1;
    return 0;
}
int cublasLtMatmul(void *lt, Object *matmul, const float *alpha, const void *a, Object *la, const void *b, Object *lb, const float *beta,
                   const void *c, Object *lc, void *d, Object *ld, const uint64_t *algorithm, void *workspace, size_t bytes, void *stream) {
    if (!is(lt, LT) || !is(matmul, MATMUL) || !is(la, LAYOUT) || !is(lb, LAYOUT) || !is(lc, LAYOUT) || !is(ld, LAYOUT)) return 7;
    if (!is(stream, STREAM) || bytes != 32u << 20 || algorithm[0] != 1000 || algorithm[7] != 1007) return 7;
    if (lc->rows != ld->rows || lc->columns != ld->columns || la->batch != ld->batch || lb->batch != ld->batch) return 7;
    if (((matmul->epilogue & 4) != 0) != (matmul->bias != NULL)) return 7;
    memset(workspace, 0x55, 4096);
    int64_t k = matmul->transa ? la->rows : la->columns;
    multiply(ld->rows, ld->columns, k, *alpha, (Matrix){a, la->type, matmul->transa, la->leading, la->stride},
             (Matrix){b, lb->type, matmul->transb, lb->leading, lb->stride}, *beta, (Matrix){c, lc->type, 0, lc->leading, lc->stride},
             (Matrix){d, ld->type, 0, ld->leading, ld->stride}, ld->batch, matmul->epilogue, matmul->bias);
    return 0;
}
#endif
