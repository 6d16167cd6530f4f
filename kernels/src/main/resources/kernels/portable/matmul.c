/*
 * Matmul: tiles of TILE_M x TILE_N by a group, TILE_K terms at a time through local memory; an item has PER_M x PER_N results,
 * TILE_M / PER_M rows and TILE_N / PER_N columns apart. For any strides and types. Groups are counted along one axis, columns of
 * tiles first, then rows, then the batch: CUDA has no more than 65535 along the others.
 */
#define OPERANDS 4
#include "tenon.h"
#include "matmul.h"
#include "epilogue.h"
#define ACROSS (TILE_N / PER_N)
#define DOWN (TILE_M / PER_M)
#define GROUP (ACROSS * DOWN)

TN_KERNEL matmul(const TN_GLOBAL TN_STORAGE(A) * a, const TN_GLOBAL B_STORAGE *b, const TN_GLOBAL TN_STORAGE(BIAS) * bias,
                 const TN_GLOBAL TN_STORAGE(OUT) * residual, TN_GLOBAL TN_STORAGE(OUT) * out, const TnAxes batch,
                 const MatmulShape s, const f32 scale) {
    /* A column more than the tile, so that its columns lie in different banks. */
    TN_LOCAL REAL tileA[TILE_K][TILE_M + 1];
    TN_LOCAL REAL tileB[TILE_K][TILE_N + 1];
    i32 me = TN_LOCAL_ID();
    i32 column = me % ACROSS;
    i32 row = me / ACROSS;
    i64 tilesN = (s.n + TILE_N - 1) / TILE_N;
    i64 tilesM = (s.m + TILE_M - 1) / TILE_M;
    i64 fromN = TN_GROUP_ID(0) % tilesN * TILE_N;
    i64 fromM = TN_GROUP_ID(0) / tilesN % tilesM * TILE_M;
    TN_PLACES(at, batch, TN_GROUP_ID(0) / tilesN / tilesM)
    REAL sums[PER_M][PER_N];
    for (i32 i = 0; i < PER_M; i++) {
        for (i32 j = 0; j < PER_N; j++) {
            sums[i][j] = 0;
        }
    }
    for (i64 fromK = 0; fromK < s.k; fromK += TILE_K) {
        for (i32 i = me; i < TILE_M * TILE_K; i += GROUP) {
            /* Neighbouring items read along the axis that is contiguous. */
            i32 kk = s.aColumn == 1 ? i % TILE_K : i / TILE_M;
            i32 r = s.aColumn == 1 ? i / TILE_K : i % TILE_M;
            tileA[kk][r] = fromM + r < s.m && fromK + kk < s.k
                               ? TN_LOAD(A)(a, at[0] + (fromM + r) * s.aRow + (fromK + kk) * s.aColumn)
                               : (REAL)0;
        }
        for (i32 i = me; i < TILE_N * TILE_K; i += GROUP) {
            i32 kk = s.bRow == 1 ? i % TILE_K : i / TILE_N;
            i32 c = s.bRow == 1 ? i / TILE_K : i % TILE_N;
            tileB[kk][c] = fromN + c < s.n && fromK + kk < s.k ? B_AT(b, at[1], s, fromK + kk, fromN + c) : (REAL)0;
        }
        TN_BARRIER();
        for (i32 kk = 0; kk < TILE_K; kk++) {
            REAL x[PER_M];
            for (i32 i = 0; i < PER_M; i++) {
                x[i] = tileA[kk][row + i * DOWN];
            }
            for (i32 j = 0; j < PER_N; j++) {
                REAL y = tileB[kk][column + j * ACROSS];
                for (i32 i = 0; i < PER_M; i++) {
                    sums[i][j] = fma(x[i], y, sums[i][j]);
                }
            }
        }
        TN_BARRIER();
    }
    for (i32 i = 0; i < PER_M; i++) {
        for (i32 j = 0; j < PER_N; j++) {
            i64 r = fromM + row + i * DOWN;
            i64 c = fromN + column + j * ACROSS;
            if (r < s.m && c < s.n) {
                tn_finish(sums[i][j], r, c, out, at[2], bias, residual, at[3], s, scale);
            }
        }
    }
}
