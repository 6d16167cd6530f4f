/*
 * The threads of a block, or of a cluster of blocks, as fibers of one OS thread. A thread runs until it waits for others (a
 * barrier, an instruction of the whole warp); the order in which waiting threads go on is drawn from a generator, warp by
 * warp, so that a result that hangs on the order differs from run to run. When all wait and none can go on, that is a
 * deadlock, and an error.
 */
#pragma once
#include "cuda.h"
#include <functional>
#include <vector>
#if !defined(__x86_64__)
#include <ucontext.h>
#endif

static const u32 WARP = 32;

struct Fiber {
    u32 index = 0;
    bool done = false;
    const char *waitsFor = "";
    std::vector<char> stack;
#if defined(__x86_64__)
    void *top = nullptr;
#else
    ucontext_t context;
#endif
};

#if defined(__x86_64__)
/* Saves the registers that a call keeps and the stack pointer, and takes up another's. */
extern "C" void switchStacks(void **from, void *to);
asm(R"(
.text
.type switchStacks, @function
switchStacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
)");
#endif

struct Scheduler {
    std::vector<Fiber> fibers;
    Fiber *current = nullptr;
    /* Those that run together; a block's fibers follow each other. */
    std::vector<dim3> blocks;
    u32 blockThreads = 1;
    /* Threads of each block that have not ended. */
    std::vector<u32> running;
    std::function<void()> body;
    /* Raised by whatever lets a waiting thread go on. */
    u64 progress = 0;
    u64 random = 1;
    /* Asked when every thread waits: completes an asynchronous operation if there is one. */
    std::function<bool()> idle;
    /* Told when the last thread of a block has ended. */
    std::function<void(u32)> blockEnds;
#if defined(__x86_64__)
    void *main = nullptr;
#else
    ucontext_t main;
#endif

    u32 draw(u32 below) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        return (u32)((random >> 33) % below);
    }

    void show(const Fiber &fiber) {
        threadIdx.x = fiber.index % blockThreads;
        blockIdx = blocks[fiber.index / blockThreads];
    }

    bool hasEnded(u32 block) const {
        return running[block] == 0;
    }

    void enter(Fiber &fiber) {
        current = &fiber;
        show(fiber);
#if defined(__x86_64__)
        switchStacks(&main, fiber.top);
#else
        swapcontext(&main, &fiber.context);
#endif
    }

    /* Gives the others a turn. */
    void yield() {
        Fiber &fiber = *current;
#if defined(__x86_64__)
        switchStacks(&fiber.top, main);
#else
        swapcontext(&fiber.context, &main);
#endif
    }

    void run(const std::vector<dim3> &cluster, u32 threads, const std::function<void()> &kernel);
};

inline Scheduler scheduler;

inline void fiberMain() {
    scheduler.body();
    scheduler.current->done = true;
    scheduler.progress++;
    u32 block = scheduler.current->index / scheduler.blockThreads;
    if (--scheduler.running[block] == 0) {
        scheduler.blockEnds(block);
    }
    scheduler.yield();
    abort();
}

inline void prepare(Fiber &fiber) {
    static const size_t STACK = 96 * 1024;
    fiber.stack.resize(STACK);
    /* Registers that a kernel never set hold no zeros by luck. */
    memset(fiber.stack.data(), 0xA5, STACK);
#if defined(__x86_64__)
    u64 top = ((u64)(fiber.stack.data() + STACK) & ~63ull) - 8;
    void **stack = (void **)top;
    *--stack = (void *)fiberMain;
    for (int i = 0; i < 6; i++) {
        *--stack = nullptr;
    }
    fiber.top = stack;
#else
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.data();
    fiber.context.uc_stack.ss_size = STACK;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, fiberMain, 0);
#endif
}

inline void Scheduler::run(const std::vector<dim3> &cluster, u32 threadsOfBlock, const std::function<void()> &kernel) {
    body = kernel;
    blocks = cluster;
    blockThreads = threadsOfBlock;
    running.assign(blocks.size(), blockThreads);
    u32 threads = (u32)blocks.size() * blockThreads;
    fibers.resize(threads);
    for (u32 i = 0; i < threads; i++) {
        fibers[i].index = i;
        fibers[i].done = false;
        prepare(fibers[i]);
    }
    u32 warps = (threads + WARP - 1) / WARP;
    for (;;) {
        u64 before = progress;
        bool left = false;
        u32 first = draw(warps);
        for (u32 w = 0; w < warps; w++) {
            u32 from = (first + w) % warps * WARP;
            for (u32 i = from; i < from + WARP && i < threads; i++) {
                if (!fibers[i].done) {
                    left = true;
                    enter(fibers[i]);
                }
            }
        }
        if (!left) {
            return;
        }
        if (progress == before && !(idle && idle())) {
            for (Fiber &fiber : fibers) {
                if (!fiber.done) {
                    show(fiber);
                    fail("deadlock: every thread waits, this one for %s", fiber.waitsFor);
                }
            }
        }
    }
}

/* Waits until a condition holds. */
template <class Condition> inline void waitUntil(const char *what, Condition condition) {
    scheduler.current->waitsFor = what;
    while (!condition()) {
        scheduler.yield();
    }
    scheduler.progress++;
}
