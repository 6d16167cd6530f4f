package dev.tenon.kernels.tuning;

import static dev.tenon.kernels.plan.Setting.ATTENTION_GROUP;
import static dev.tenon.kernels.plan.Setting.ATTENTION_GROUPS;
import static dev.tenon.kernels.plan.Setting.ATTENTION_KEYS;
import static dev.tenon.kernels.plan.Setting.ATTENTION_PART;
import static dev.tenon.kernels.plan.Setting.ATTENTION_ROWS;
import static dev.tenon.kernels.plan.Setting.COLUMN_GROUP;
import static dev.tenon.kernels.plan.Setting.ELEMENT_GROUP;
import static dev.tenon.kernels.plan.Setting.FEW_ROWS;
import static dev.tenon.kernels.plan.Setting.PANEL_COLUMNS;
import static dev.tenon.kernels.plan.Setting.PANEL_MEGABYTES;
import static dev.tenon.kernels.plan.Setting.PANEL_ROWS;
import static dev.tenon.kernels.plan.Setting.ROW_GROUP;
import static dev.tenon.kernels.plan.Setting.SUB_GROUP;
import static dev.tenon.kernels.plan.Setting.TILE;
import static dev.tenon.kernels.plan.Setting.TILE_DEPTH;
import static dev.tenon.kernels.plan.Setting.TILE_ITEM;
import static dev.tenon.kernels.plan.Setting.VECTOR_BYTES;

import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.Setting;
import dev.tenon.kernels.plan.Tuning;
import dev.tenon.op.Attention;
import dev.tenon.op.Binary;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.Reduce;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Softmax;
import dev.tenon.op.Unary;
import dev.tenon.spi.TuningStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What is worth trying: other forms for CPUs, where a group is a loop, than for devices whose items run side by side. */
final class TuningSteps {
    /** Most rows of a matmul that the kernel for few rows can take. */
    private static final int FEW = 8;

    private final DeviceTraits traits;
    private final List<TuningStep> steps = new ArrayList<>();

    private TuningSteps(DeviceTraits traits) {
        this.traits = traits;
    }

    /** The steps for a device; what it does not allow, or has already, is left out. */
    static List<TuningStep> of(DeviceTraits traits) {
        TuningSteps steps = new TuningSteps(traits);
        if (traits.cpu()) {
            steps.cpu();
        } else {
            steps.gpu();
        }
        steps.rowsAndElements();
        return steps.steps;
    }

    private void cpu() {
        Setting[] panel = {PANEL_ROWS, PANEL_COLUMNS};
        add("matmul's panels", op -> rows(op) > FEW, panel, new int[][] {
            {4, 32}, {8, 32}, {12, 16}, {8, 16}, {14, 16}, {3, 64}, {4, 64}
        });
        add("matmul's packed pieces", op -> rows(op) > FEW, new Setting[] {PANEL_MEGABYTES}, new int[][] {{8}, {64}});
        add("matmul of few rows", op -> rows(op) > 1 && rows(op) <= FEW, new Setting[] {FEW_ROWS}, new int[][] {{1}});
        Setting[] tile = {ATTENTION_ROWS, ATTENTION_KEYS};
        add("attention's tiles", TuningSteps::isPrefill, tile, new int[][] {
            {16, 32}, {32, 32}, {128, 32}, {32, 64}, {64, 64}, {64, 16}
        });
        parts();
    }

    private void gpu() {
        Setting[] tile = {TILE, TILE_DEPTH, TILE_ITEM};
        add("matmul's tiles", op -> rows(op) > FEW, tile, new int[][] {
            {32, 16, 2}, {32, 32, 4}, {64, 8, 4}, {64, 32, 4}, {64, 16, 8}, {128, 8, 8}, {128, 16, 8}
        });
        add("matmul of few rows", op -> rows(op) >= 1 && rows(op) <= FEW, new Setting[] {COLUMN_GROUP}, new int[][] {
            {16}, {32}, {128}, {256}
        });
        Setting[] attention = {ATTENTION_ROWS, ATTENTION_KEYS, ATTENTION_GROUP};
        add("attention's tiles", TuningSteps::isPrefill, attention, new int[][] {
            {16, 32, 64}, {16, 32, 256}, {32, 32, 128}, {32, 32, 256}, {16, 64, 128}, {8, 32, 128}
        });
        parts();
        add(
                "vectors",
                op -> op instanceof Unary
                        || op instanceof Binary
                        || op instanceof GatedActivation
                        || op instanceof RmsNorm,
                new Setting[] {VECTOR_BYTES},
                new int[][] {{1}, {4}, {8}, {16}});
    }

    private void parts() {
        Setting[] parts = {ATTENTION_GROUPS, ATTENTION_PART};
        add("attention's parts", op -> op instanceof Attention a && a.query().size(2) == 1, parts, new int[][] {
            {1, 128}, {2, 128}, {8, 64}, {16, 64}
        });
    }

    private void rowsAndElements() {
        add(
                "groups of a row",
                op -> op instanceof Softmax || op instanceof RmsNorm,
                new Setting[] {ROW_GROUP},
                new int[][] {{16}, {32}, {64}, {128}, {256}});
        add(
                "reductions of a group",
                op -> op instanceof Softmax || op instanceof RmsNorm || op instanceof Reduce,
                new Setting[] {SUB_GROUP},
                new int[][] {{0}, {8}, {16}, {32}, {64}, {128}});
        add(
                "groups of elements",
                op -> op instanceof Unary || op instanceof Binary || op instanceof GatedActivation,
                new Setting[] {ELEMENT_GROUP},
                new int[][] {{64}, {128}, {256}, {512}, {1024}});
    }

    private static long rows(Op op) {
        return op instanceof Matmul matmul ? matmul.out().size(-2) : 0;
    }

    private static boolean isPrefill(Op op) {
        return op instanceof Attention attention && attention.query().size(2) > 1;
    }

    private void add(String name, Predicate<Op> shownBy, Setting[] settings, int[][] values) {
        List<Map<String, Integer>> candidates = new ArrayList<>();
        for (int[] choice : values) {
            Map<Setting, Integer> chosen = new LinkedHashMap<>();
            Map<String, Integer> byName = new LinkedHashMap<>();
            boolean differs = false;
            for (int i = 0; i < settings.length; i++) {
                chosen.put(settings[i], choice[i]);
                byName.put(settings[i].label(), choice[i]);
                differs |= traits.tuning().get(settings[i]) != choice[i];
            }
            Tuning tuning = traits.tuning().with(chosen);
            if (differs && traits.refusal(tuning).isEmpty()) {
                candidates.add(byName);
            }
        }
        if (!candidates.isEmpty()) {
            steps.add(new TuningStep(name, shownBy, candidates));
        }
    }
}
