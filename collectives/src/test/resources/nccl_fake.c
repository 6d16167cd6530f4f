/* NCCL's functions with the header's signatures, which write down how they were called. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct { char internal[128]; } ncclUniqueId;
typedef void *ncclComm_t;
typedef void *cudaStream_t;

static char log_text[65536];
static int async_error;

static int note(const char *text) {
    strncat(log_text, text, sizeof log_text - strlen(log_text) - 1);
    return 0;
}

const char *fake_log(void) { return log_text; }
void fake_fail(int code) { async_error = code; }

#define LOG(...) do { char line[512]; snprintf(line, sizeof line, __VA_ARGS__); return note(line); } while (0)

int ncclGetVersion(int *version) { *version = 22703; return 0; }
int ncclGetUniqueId(ncclUniqueId *id) {
    for (int i = 0; i < 128; i++) id->internal[i] = (char)(i + 1);
    return 0;
}
int ncclCommInitRank(ncclComm_t *comm, int ranks, ncclUniqueId id, int rank) {
    unsigned sum = 0;
    for (int i = 0; i < 128; i++) sum = sum * 31 + (unsigned char)id.internal[i];
    *comm = (void *)0x1234567890L;
    LOG("init %d %u %d\n", ranks, sum, rank);
}
int ncclGroupStart(void) { LOG("start\n"); }
int ncclGroupEnd(void) { LOG("end\n"); }
int ncclAllReduce(const void *in, void *out, size_t n, int type, int op, ncclComm_t c, cudaStream_t s) {
    LOG("allReduce %p %p %zu %d %d %p %p\n", in, out, n, type, op, c, s);
}
int ncclReduceScatter(const void *in, void *out, size_t n, int type, int op, ncclComm_t c, cudaStream_t s) {
    LOG("reduceScatter %p %p %zu %d %d %p %p\n", in, out, n, type, op, c, s);
}
int ncclReduce(const void *in, void *out, size_t n, int type, int op, int root, ncclComm_t c, cudaStream_t s) {
    LOG("reduce %p %p %zu %d %d %d %p %p\n", in, out, n, type, op, root, c, s);
}
int ncclAllGather(const void *in, void *out, size_t n, int type, ncclComm_t c, cudaStream_t s) {
    LOG("allGather %p %p %zu %d %p %p\n", in, out, n, type, c, s);
}
int ncclBroadcast(const void *in, void *out, size_t n, int type, int root, ncclComm_t c, cudaStream_t s) {
    LOG("broadcast %p %p %zu %d %d %p %p\n", in, out, n, type, root, c, s);
}
int ncclSend(const void *data, size_t n, int type, int peer, ncclComm_t c, cudaStream_t s) {
    LOG("send %p %zu %d %d %p %p\n", data, n, type, peer, c, s);
}
int ncclRecv(void *data, size_t n, int type, int peer, ncclComm_t c, cudaStream_t s) {
    LOG("recv %p %zu %d %d %p %p\n", data, n, type, peer, c, s);
}
int ncclCommGetAsyncError(ncclComm_t c, int *code) { *code = async_error; return c ? 0 : 4; }
const char *ncclGetErrorString(int code) { return code == 6 ? "remote process exited" : "other"; }
int ncclCommDestroy(ncclComm_t c) { LOG("destroy %p\n", c); }
int ncclCommAbort(ncclComm_t c) { LOG("abort %p\n", c); }
