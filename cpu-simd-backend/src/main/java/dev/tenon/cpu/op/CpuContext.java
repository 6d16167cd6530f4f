package dev.tenon.cpu.op;

import dev.tenon.cpu.thread.ThreadTeam;

/** What the operators of one device share. */
public record CpuContext(ThreadTeam team) {}
