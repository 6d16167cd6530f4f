package com.example.backend;

import dev.tenon.op.Fill;

final class ScalarFill {
    private ScalarFill() {}

    static Runnable bind(Fill op) {
        Elements out = Elements.of(op.out());
        float value = (float) op.value();
        return () -> Elements.forEach(places -> out.set(places[0], value), out.layout());
    }
}
