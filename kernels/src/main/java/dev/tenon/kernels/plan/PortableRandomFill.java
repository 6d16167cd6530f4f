package dev.tenon.kernels.plan;

import dev.tenon.op.RandomFill;
import dev.tenon.op.RandomFill.Bernoulli;
import dev.tenon.op.RandomFill.Normal;
import dev.tenon.op.RandomFill.Uniform;
import dev.tenon.random.RandomValues;

final class PortableRandomFill {
    private PortableRandomFill() {}

    static void bind(RandomFill op, Work work) {
        Loop loop = Loop.over(op.out().shape(), op.out());
        String function = switch (op.distribution()) {
            case Uniform _ -> "uniform";
            case Normal _ -> "normal";
            case Bernoulli _ -> "bernoulli";
        };
        Launch launch = work.launch(
                        "random_fill",
                        "random_fill",
                        "TYPE=" + op.out().dtype() + " FUNCTION=" + function + (loop.isDense() ? " DENSE" : ""))
                .storage(op.out())
                .loop(loop)
                .value(op.seed())
                .value(op.offset());
        switch (op.distribution()) {
            case Uniform(float low, float high) ->
                launch.value(low)
                        .value(high - low)
                        .value(RandomValues.last(low, high, op.out().dtype()));
            case Normal(float mean, float deviation) ->
                launch.value(mean).value(deviation).value(0f);
            case Bernoulli(float probability) ->
                launch.value(probability).value(0f).value(0f);
        }
        launch.elements(loop.count());
    }
}
