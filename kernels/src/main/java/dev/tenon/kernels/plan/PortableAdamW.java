package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.AdamW;

final class PortableAdamW {
    private PortableAdamW() {}

    static void bind(AdamW op, Work work) {
        Tensor parameter = op.parameter();
        Loop loop = Loop.over(parameter.shape(), parameter, op.gradient(), op.firstMoment(), op.secondMoment());
        PortableElementwise.Form form =
                PortableElementwise.form(work, loop, 0, parameter, op.gradient(), op.firstMoment(), op.secondMoment());
        Launch launch = work.launch(
                        "adamw",
                        "adamw",
                        "TYPE=" + parameter.dtype() + " GRADIENT="
                                + op.gradient().dtype() + " " + form.defines())
                .storage(parameter)
                .storage(op.gradient())
                .storage(op.firstMoment())
                .storage(op.secondMoment())
                .storage(op.schedule())
                .loop(loop)
                .value(Rows.base(op.schedule()))
                .value(Rows.stepOf(op.schedule()));
        double[] constants = {
            op.beta1(), op.beta2(), Math.log(op.beta1()), Math.log(op.beta2()), op.epsilon(), op.weightDecay()
        };
        for (double constant : constants) {
            if (parameter.dtype() == DType.F64) {
                launch.value(constant);
            } else {
                launch.value((float) constant);
            }
        }
        launch.elements(loop.count() / form.vector());
    }
}
