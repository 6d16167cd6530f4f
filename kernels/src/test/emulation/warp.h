/*
 * Instructions of a whole warp, with the meaning that the PTX ISA gives them: every lane brings its operands, the last to
 * arrive computes for all. Registers that hold several elements have the lowest-numbered one in the low bits.
 */
#pragma once
#include "clocks.h"

struct WarpCall {
    const char *what = nullptr;
    u32 arrived = 0;
    u64 generation = 0;
    void *operands[WARP];
};

inline std::vector<WarpCall> warpCalls;

/* Collects the lanes' operands and calls compute(operands) once. */
template <class Operands, class Compute>
inline void together(const char *what, Operands &operands, Compute compute) {
    WarpCall &call = warpCalls[me() / WARP];
    if (call.arrived > 0 && strcmp(call.what, what) != 0) {
        fail("a lane executes %s while others of its warp are at %s", what, call.what);
    }
    call.what = what;
    call.operands[me() % WARP] = &operands;
    u64 before = call.generation;
    if (++call.arrived == WARP) {
        Operands *all[WARP];
        for (u32 i = 0; i < WARP; i++) {
            all[i] = (Operands *)call.operands[i];
        }
        compute(all);
        call.arrived = 0;
        call.generation++;
        scheduler.progress++;
        return;
    }
    waitUntil(what, [&] { return call.generation != before; });
}

inline f32 bitsToFloat(u32 bits) {
    f32 value;
    memcpy(&value, &bits, 4);
    return value;
}

inline u32 floatToBits(f32 value) {
    u32 bits;
    memcpy(&bits, &value, 4);
    return bits;
}

inline f32 bfloatToFloat(u16 bits) {
    return bitsToFloat((u32)bits << 16);
}

inline u16 floatToBfloat(f32 value) {
    u32 bits = floatToBits(value);
    return (u16)(value != value ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* By a table: the compiler's own conversion is a call. */
inline f32 halfToFloat(u16 bits) {
    static const std::vector<f32> values = [] {
        std::vector<f32> all(1 << 16);
        for (u32 i = 0; i < all.size(); i++) {
            u16 word = (u16)i;
            _Float16 value;
            memcpy(&value, &word, 2);
            all[i] = (f32)value;
        }
        return all;
    }();
    return values[bits];
}

inline u16 floatToHalf(f32 value) {
    _Float16 half = (_Float16)value;
    u16 bits;
    memcpy(&bits, &half, 2);
    return bits;
}

/*
 * The tensor cores add exact products and round once a step; towards zero, which is the worst that was measured of them. A step of
 * mma.sync is half of an instruction's terms, as on an A100; of wgmma all of them.
 */
inline f32 towardZero(f64 value) {
    f32 rounded = (f32)value;
    return std::fabs((f64)rounded) > std::fabs(value) && std::isfinite(value) ? std::nextafterf(rounded, 0) : rounded;
}

struct MmaOperands {
    f32 *d;
    const u32 *a;
    const u32 *b;
};

enum class Element { BF16, F16, TF32 };

inline f32 elementOf(Element type, u32 word, u32 half) {
    switch (type) {
    case Element::BF16:
        return bfloatToFloat((u16)(word >> 16 * half));
    case Element::F16:
        return halfToFloat((u16)(word >> 16 * half));
    case Element::TF32:
        break;
    }
    /* The low 13 bits are not looked at. */
    return bitsToFloat(word & 0xFFFFE000u);
}

/* mma.sync.aligned.m16n8k16 on 16-bit elements, m16n8k8 on TF32. */
inline void emulatedMma(Element type, f32 *d, const u32 *a, const u32 *b) {
    MmaOperands mine = {d, a, b};
    together("mma.sync", mine, [type](MmaOperands **lanes) {
        static f32 left[16][16];
        static f32 right[16][8];
        u32 depth = type == Element::TF32 ? 8 : 16;
        for (u32 lane = 0; lane < WARP; lane++) {
            u32 group = lane / 4;
            u32 within = lane % 4;
            for (u32 i = 0; i < 4; i++) {
                u32 row = group + 8 * (i & 1);
                for (u32 h = 0; h < depth / 8; h++) {
                    u32 column = type == Element::TF32 ? within + 4 * (i >> 1) : 2 * within + h + 8 * (i >> 1);
                    left[row][column] = elementOf(type, lanes[lane]->a[i], h);
                }
            }
            for (u32 i = 0; i < 2; i++) {
                for (u32 h = 0; h < depth / 8; h++) {
                    u32 row = type == Element::TF32 ? within + 4 * i : 2 * within + h + 8 * i;
                    right[row][group] = elementOf(type, lanes[lane]->b[i], h);
                }
            }
        }
        for (u32 lane = 0; lane < WARP; lane++) {
            for (u32 i = 0; i < 4; i++) {
                u32 row = lane / 4 + 8 * (i >> 1);
                u32 column = 2 * (lane % 4) + (i & 1);
                f64 sum = lanes[lane]->d[i];
                for (u32 k = 0; k < depth; k++) {
                    sum += (f64)left[row][k] * right[k][column];
                    if (k + 1 == depth / 2 || k + 1 == depth) {
                        sum = towardZero(sum);
                    }
                }
                lanes[lane]->d[i] = (f32)sum;
            }
        }
    });
}

struct MatrixOperands {
    u32 *registers;
    u32 address;
};

/* ldmatrix.sync.aligned.m8n8.x4 of 16-bit elements: lanes 8 j to 8 j + 7 give the rows' addresses of matrix j. */
inline void emulatedLoadMatrices(u32 *registers, u32 address, bool transposed) {
    MatrixOperands mine = {registers, address};
    together(transposed ? "ldmatrix.trans" : "ldmatrix", mine, [transposed](MatrixOperands **lanes) {
        for (u32 j = 0; j < 4; j++) {
            u16 matrix[8][8];
            for (u32 row = 0; row < 8; row++) {
                u32 at = lanes[8 * j + row]->address;
                checkShared(at, 16, 16);
                noteRead(at, 16, me() / WARP * WARP + 8 * j + row, false);
                memcpy(matrix[row], sharedAt(at), 16);
            }
            for (u32 lane = 0; lane < WARP; lane++) {
                u32 g = lane / 4;
                u32 t = 2 * (lane % 4);
                lanes[lane]->registers[j] = transposed ? matrix[t][g] | (u32)matrix[t + 1][g] << 16
                                                       : matrix[g][t] | (u32)matrix[g][t + 1] << 16;
            }
        }
    });
}

struct ShuffleOperands {
    u32 value;
    u32 source;
    u32 result;
};

inline u32 emulatedShuffle(u32 value, u32 source) {
    ShuffleOperands mine = {value, source, 0};
    together("shfl.sync", mine, [](ShuffleOperands **lanes) {
        for (u32 i = 0; i < WARP; i++) {
            lanes[i]->result = lanes[lanes[i]->source % WARP]->value;
        }
    });
    return mine.result;
}

inline u32 emulatedVote(bool value) {
    ShuffleOperands mine = {value, 0, 0};
    together("vote.sync", mine, [](ShuffleOperands **lanes) {
        u32 any = 0;
        for (u32 i = 0; i < WARP; i++) {
            any |= lanes[i]->value;
        }
        for (u32 i = 0; i < WARP; i++) {
            lanes[i]->result = any;
        }
    });
    return mine.result;
}
