/*
 * A stand-in for libcuda.so.1, so that the real calls (JCuda's and Panama's) are made without a device: one "device", or as many as
 * STAND_IN_DEVICES says (up to 4), whose memory is the host's and whose work is done when it is asked for. Handles are pointers to structures with a number of their kind, so
 * that arguments in another order are found; what is wrong is CUDA_ERROR_INVALID_VALUE (1). Kernels read their first parameter's
 * address and write nothing. STAND_IN_LIKE=A100 or H100 gives a device these sizes, STAND_IN_PTX=FOLDER keeps what is loaded there.
 * At the end of the process it prints what is still alive.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Object {
    uint64_t kind;
    int capturing, shared;
    /* The context it was made in. */
    struct Object *context;
} Object;
enum { CONTEXT = 0xC0DE01, MODULE, FUNCTION, STREAM, EVENT, POOL, GRAPH, EXECUTABLE };
static const char *names[] = {"context", "module", "function", "stream", "event", "pool", "graph", "executable"};
static long alive[8], memory, pinned, launches, peers;
static int retained, reach;
#define DEVICES 4
static Object contexts[DEVICES] = {{CONTEXT}, {CONTEXT}, {CONTEXT}, {CONTEXT}};
static __thread Object *current;

static int is(const void *object, uint64_t kind) { return object && ((const Object *)object)->kind == kind; }
/* What only calls in its own context may be given. */
static int here(const void *object, uint64_t kind) { return is(object, kind) && ((const Object *)object)->context == current; }
static int devices(void) {
    const char *wanted = getenv("STAND_IN_DEVICES");
    return wanted ? atoi(wanted) : 1;
}
static int absent(int device) { return device < 0 || device >= devices() ? 101 : 0; }
static int make(void **to, uint64_t kind) {
    Object *object = calloc(1, sizeof(Object));
    object->kind = kind;
    object->context = current;
    alive[kind - CONTEXT]++;
    *to = object;
    return current || kind == CONTEXT ? 0 : 201;
}
static int drop(void *object, uint64_t kind) {
    if (!is(object, kind)) return 1;
    alive[kind - CONTEXT]--;
    ((Object *)object)->kind = 0;
    free(object);
    return 0;
}
__attribute__((destructor)) static void report(void) {
    for (int i = 1; i < 8; i++) {
        if (alive[i] && i != FUNCTION - CONTEXT) printf("left: %ld %s\n", alive[i], names[i]);
    }
    if (peers) printf("copied from one device to another: %ld times, %d devices let reach others\n", peers, reach);
    printf("left: %d contexts, %ld blocks, %ld pinned; %ld launches\n", retained, memory, pinned, launches);
    fflush(stdout);
}

int cuInit(unsigned flags) { return flags != 0; }
int cuDriverGetVersion(int *version) {
    const char *wanted = getenv("STAND_IN_DRIVER_VERSION");
    *version = wanted ? atoi(wanted) : 12040;
    return 0;
}
int cuDeviceGetCount(int *count) { *count = devices(); return 0; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return absent(ordinal); }
int cuDeviceCanAccessPeer(int *can, int device, int other) { *can = 1; return device == other ? 101 : absent(device) | absent(other); }
int cuDeviceGetName(char *name, int length, int device) { snprintf(name, length, "Stand-in %d", device); return 0; }
int cuDeviceTotalMem_v2(size_t *bytes, int device) { *bytes = 1ul << 32; return absent(device); }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    const char *like = getenv("STAND_IN_LIKE");
    int ampere = like && !strcmp(like, "A100"), hopper = like && !strcmp(like, "H100");
    *value = attribute == 75 ? (ampere ? 8 : 9) : attribute == 76 ? 0 : attribute == 115 ? 1
           : attribute == 16 ? (ampere ? 108 : hopper ? 132 : 28)
           : attribute == 97 ? (ampere ? 166912 : 232448) : 1000 + attribute;
    return absent(device);
}
int cuDevicePrimaryCtxRetain(void **to, int device) { retained++; *to = &contexts[device]; return absent(device); }
int cuDevicePrimaryCtxRelease_v2(int device) { retained--; return absent(device); }
int cuCtxSetCurrent(void *to) { current = to; return is(to, CONTEXT) ? 0 : 1; }

/* In the order in which they are loaded. */
static int keep(const char *image) {
    static int loaded;
    const char *folder = getenv("STAND_IN_PTX");
    char name[4096];
    if (!folder) return 0;
    snprintf(name, sizeof(name), "%s/%03d.ptx", folder, __sync_fetch_and_add(&loaded, 1));
    FILE *file = fopen(name, "w");
    if (!file) return 1;
    int written = fputs(image, file);
    return fclose(file) || written < 0;
}
int cuModuleLoadDataEx(void **to, const char *image, unsigned count, int *options, void **values) {
    if (count != 2 || options[0] != 5 || options[1] != 6 || (uintptr_t)values[1] < 1024) return 1;
    if (!strstr(image, ".entry")) {
        strcpy(values[0], "no entry in this text");
        return 218;
    }
    return keep(image) || make(to, MODULE);
}
int cuModuleUnload(void *module) { return drop(module, MODULE); }
int cuModuleGetFunction(void **to, void *module, const char *name) {
    if (!is(module, MODULE)) return 1;
    return strlen(name) > 0 ? make(to, FUNCTION) : 500;
}
int cuFuncGetAttribute(int *value, int attribute, void *function) { *value = attribute == 0 ? 1024 : 0; return !is(function, FUNCTION); }

int cuFuncSetAttribute(void *function, int attribute, int value) {
    if (!is(function, FUNCTION) || attribute != 8 || value < 0 || value > 232448) return 1;
    ((Object *)function)->shared = value;
    return 0;
}

int cuStreamCreate(void **to, unsigned flags) { return flags == 1 ? make(to, STREAM) : 1; }
int cuStreamDestroy_v2(void *stream) { return drop(stream, STREAM); }
int cuStreamSynchronize(void *stream) { return !is(stream, STREAM); }
int cuStreamWaitEvent(void *stream, void *event, unsigned flags) { return !here(stream, STREAM) || !is(event, EVENT) || flags; }
int cuEventCreate(void **to, unsigned flags) { return flags == 1 || flags == 3 ? make(to, EVENT) : 1; }
int cuEventDestroy_v2(void *event) { return drop(event, EVENT); }
int cuEventRecord(void *event, void *stream) { return !here(event, EVENT) || !here(stream, STREAM); }
int cuEventQuery(void *event) {
    if (!is(event, EVENT)) return 1;
    ((Object *)event)->capturing ^= 1;
    return ((Object *)event)->capturing ? 600 : 0;
}
int cuEventSynchronize(void *event) { return !is(event, EVENT); }
int cuEventElapsedTime(float *to, void *from, void *until) { *to = 0.25f; return !is(from, EVENT) || !is(until, EVENT); }

typedef struct {
    int allocType, handleTypes, locationType, locationId;
} Properties;
int cuMemPoolCreate(void **to, const Properties *p) {
    return p->allocType == 1 && p->handleTypes == 0 && p->locationType == 1 && current == &contexts[p->locationId] ? make(to, POOL) : 1;
}
int cuMemPoolDestroy(void *pool) { return drop(pool, POOL); }
int cuMemPoolTrimTo(void *pool, size_t keep) { return !is(pool, POOL) || keep; }
int cuMemPoolSetAttribute(void *pool, int attribute, uint64_t *value) { return !is(pool, POOL) || attribute != 4 || *value == 0; }
int cuMemPoolGetAttribute(void *pool, int attribute, uint64_t *value) { *value = 4096; return !is(pool, POOL) || attribute != 5; }
int cuMemPoolSetAccess(void *pool, const int *access, size_t count) {
    reach++;
    /* A location's kind and number, then read and write. */
    return !here(pool, POOL) || count != 1 || access[0] != 1 || absent(access[1]) || current == &contexts[access[1]] || access[2] != 3;
}
int cuMemAllocFromPoolAsync(void **to, size_t bytes, void *pool, void *stream) {
    if (!here(pool, POOL) || !here(stream, STREAM) || bytes % 512) return 1;
    if (bytes > 1ul << 31) return 2;
    memory++;
    *to = calloc(1, bytes);
    return 0;
}
int cuMemFreeAsync(void *pointer, void *stream) {
    if (!is(stream, STREAM)) return 1;
    memory--;
    free(pointer);
    return 0;
}
int cuMemHostAlloc(void **to, size_t bytes, unsigned flags) { pinned++; *to = malloc(bytes); return flags != 1; }
int cuMemFreeHost(void *pointer) { pinned--; free(pointer); return 0; }
static int copy(void *to, const void *from, size_t bytes, void *stream) {
    if (!here(stream, STREAM)) return 1;
    memcpy(to, from, bytes);
    return 0;
}
int cuMemcpyHtoDAsync_v2(void *to, const void *from, size_t bytes, void *stream) { return copy(to, from, bytes, stream); }
int cuMemcpyDtoHAsync_v2(void *to, const void *from, size_t bytes, void *stream) { return copy(to, from, bytes, stream); }

int cuMemsetD8Async(void *to, unsigned char value, size_t bytes, void *stream) {
    if (!is(stream, STREAM) || value != 0 || bytes == 0) return 1;
    memset(to, value, bytes);
    return 0;
}
/* 16-bit elements, lines of 128 bytes swizzled, zeros outside; reads what it is pointed to. */
int cuTensorMapEncodeTiled(void *to, int type, unsigned rank, void *from, const uint64_t *sizes, const uint64_t *strides,
                           const unsigned *box, const unsigned *steps, int interleave, int swizzle, int promotion, int outside) {
    if ((uintptr_t)to % 64 || (uintptr_t)from % 16 || (type != 6 && type != 9) || rank < 3 || rank > 5) return 1;
    if (interleave || swizzle != 3 || promotion != 2 || outside) return 1;
    uint64_t last = (sizes[0] - 1) * 2;
    for (unsigned i = 0; i < rank; i++) {
        if (sizes[i] == 0 || box[i] == 0 || box[i] > 256 || steps[i] != 1) return 1;
        if (i && (strides[i - 1] == 0 || strides[i - 1] % 16)) return 1;
        if (i) last += (sizes[i] - 1) * strides[i - 1];
    }
    volatile char end = ((char *)from)[last];
    (void)end;
    memset(to, 0, 128);
    memcpy(to, &from, sizeof(from));
    return 0;
}

int cuMemcpyPeerAsync(void *to, void *toContext, const void *from, void *fromContext, size_t bytes, void *stream) {
    peers++;
    return is(toContext, CONTEXT) && is(fromContext, CONTEXT) && toContext != fromContext && toContext == current ? copy(to, from, bytes, stream) : 1;
}

int cuLaunchKernel(void *function, unsigned x, unsigned y, unsigned z, unsigned tx, unsigned ty, unsigned tz, unsigned shared,
                   void *stream, void **parameters, void **extra) {
    if (!here(function, FUNCTION) || !here(stream, STREAM) || !x || !y || !z || !tx || !ty || !tz || extra) return 1;
    if (tx * ty * tz > 1024 || shared > 232448 || (shared > 49152 && shared > ((Object *)function)->shared) || !parameters || !parameters[0]) return 1;
    volatile uint64_t first = *(uint64_t *)parameters[0];
    launches++;
    return first == 0;
}
int cuStreamBeginCapture_v2(void *stream, int mode) {
    if (!is(stream, STREAM) || mode != 1) return 1;
    ((Object *)stream)->capturing = 1;
    return 0;
}
int cuStreamEndCapture(void *stream, void **graph) {
    if (!is(stream, STREAM) || !((Object *)stream)->capturing) return 1;
    ((Object *)stream)->capturing = 0;
    return make(graph, GRAPH);
}
int cuGraphInstantiateWithFlags(void **to, void *graph, unsigned long long flags) { return !is(graph, GRAPH) || flags ? 1 : make(to, EXECUTABLE); }
int cuGraphExecUpdate_v2(void *executable, void *graph, void *information) { return !is(executable, EXECUTABLE) || !is(graph, GRAPH) || !information; }
int cuGraphLaunch(void *executable, void *stream) { return !here(executable, EXECUTABLE) || !here(stream, STREAM); }
int cuGraphExecDestroy(void *executable) { return drop(executable, EXECUTABLE); }
int cuGraphDestroy(void *graph) { return drop(graph, GRAPH); }
