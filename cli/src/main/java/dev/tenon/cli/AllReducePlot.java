package dev.tenon.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bus bandwidths over sizes, both axes logarithmic, as an SVG picture. */
final class AllReducePlot {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 560;
    private static final int LEFT = 80;
    private static final int TOP = 40;
    private static final int RIGHT = 250;
    private static final int BOTTOM = 60;
    private static final String[] COLOURS = {
        "#1b6ca8", "#c0392b", "#2e7d32", "#8e44ad", "#e67e22", "#16a085", "#7f8c8d", "#2c3e50"
    };

    private final StringBuilder svg = new StringBuilder();
    private final double leastX;
    private final double mostX;
    private final int leastY;
    private final int mostY;

    private AllReducePlot(List<AllReduceRow> rows) {
        this.leastX = rows.stream().mapToDouble(row -> log2(row.bytes())).min().orElse(3);
        this.mostX = Math.max(
                leastX + 1,
                rows.stream().mapToDouble(row -> log2(row.bytes())).max().orElse(28));
        this.leastY = (int)
                Math.floor(rows.stream().mapToDouble(AllReducePlot::y).min().orElse(-3));
        this.mostY = Math.max(leastY + 1, (int)
                Math.ceil(rows.stream().mapToDouble(AllReducePlot::y).max().orElse(2)));
    }

    static String svg(List<AllReduceRow> rows) {
        // One rank alone sends nothing: it has no bus bandwidth to draw.
        List<AllReduceRow> drawn =
                rows.stream().filter(row -> row.busGigabytes() > 0).toList();
        return new AllReducePlot(drawn).draw(drawn);
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static double y(AllReduceRow row) {
        return Math.log10(row.busGigabytes());
    }

    private double atX(double log) {
        return LEFT + (log - leastX) / (mostX - leastX) * (WIDTH - LEFT - RIGHT);
    }

    private double atY(double log) {
        return TOP + (mostY - log) / (mostY - leastY) * (HEIGHT - TOP - BOTTOM);
    }

    private String draw(List<AllReduceRow> rows) {
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">%n"
                        .formatted(WIDTH, HEIGHT));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        text(LEFT, 24, "start", "All-reduce: bus bandwidth in GB/s over bytes");
        axes();
        Map<String, StringBuilder> lines = new LinkedHashMap<>();
        for (AllReduceRow row : rows) {
            lines.computeIfAbsent(
                            row.transport() + ", " + row.ranks() + " ranks, " + row.type(), name -> new StringBuilder())
                    .append("%.1f,%.1f ".formatted(atX(log2(row.bytes())), atY(y(row))));
        }
        int line = 0;
        for (Map.Entry<String, StringBuilder> each : lines.entrySet()) {
            String colour = COLOURS[line % COLOURS.length];
            svg.append("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n"
                    .formatted(colour, each.getValue().toString().strip()));
            int y = TOP + 16 + 22 * line++;
            svg.append("<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"4\" fill=\"%s\"/>%n"
                    .formatted(WIDTH - RIGHT + 14, y - 6, colour));
            text(WIDTH - RIGHT + 34, y, "start", each.getKey());
        }
        return svg.append("</svg>\n").toString();
    }

    private void axes() {
        for (int power = leastY; power <= mostY; power++) {
            rule(LEFT, atY(power), WIDTH - RIGHT, atY(power));
            text(LEFT - 8, atY(power) + 4, "end", "%s".formatted(Math.pow(10, power)));
        }
        for (int power = (int) Math.ceil(leastX); power <= mostX; power += 3) {
            rule(atX(power), TOP, atX(power), HEIGHT - BOTTOM);
            text(atX(power), HEIGHT - BOTTOM + 20, "middle", bytes(power));
        }
    }

    private static String bytes(int power) {
        return power >= 20
                ? (1L << (power - 20)) + " MiB"
                : power >= 10 ? (1L << (power - 10)) + " KiB" : (1L << power) + " B";
    }

    private void rule(double x1, double y1, double x2, double y2) {
        svg.append("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n"
                .formatted(x1, y1, x2, y2));
    }

    private void text(double x, double y, String anchor, String text) {
        svg.append("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n".formatted(x, y, anchor, text));
    }
}
