package io.tomogrid.node.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The doors of the road one after the other: a progress bar on a terminal, a line for each door that was passed. */
final class Doors implements AutoCloseable {
    /** @param seconds how long it took */
    record Stage(String name, double seconds) {}

    private final PrintWriter out;
    private final ProgressBar bar;
    private final List<Stage> stages = new ArrayList<>();
    private long since = System.nanoTime();

    /** @param terminal whether a person looks on @param count doors in all */
    Doors(PrintWriter out, boolean terminal, int count) {
        this.out = out;
        this.bar = terminal
                ? new ProgressBarBuilder()
                        .setTaskName("tomogrid")
                        .setInitialMax(count)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(200)
                        .clearDisplayOnFinish()
                        .build()
                : null;
    }

    /** The next door's time begins. */
    void begin() {
        since = System.nanoTime();
    }

    /** What goes on behind the next door. */
    void doing(String what) {
        if (bar != null) {
            bar.setExtraMessage(" " + what);
        }
    }

    /** A door was passed: its time ends, the next one's begins. */
    void passed(String name, String result) {
        long now = System.nanoTime();
        passed(name, result, (now - since) * 1e-9);
        since = now;
    }

    /** A door that was passed with others: what they did not take is its time. */
    void passedRest(String name, String result, double others) {
        long now = System.nanoTime();
        passed(name, result, Math.max(0, (now - since) * 1e-9 - others));
        since = now;
    }

    /** A door whose time somebody else measured; NaN when it was not reached. */
    void passed(String name, String result, double seconds) {
        if (Double.isNaN(seconds)) {
            return;
        }
        stages.add(new Stage(name, seconds));
        if (bar != null) {
            bar.step();
        }
        out.printf(Locale.ROOT, "%s%-8s %7.2f s  %s%n", bar == null ? "" : "\r\u001b[K", name, seconds, result);
        out.flush();
    }

    List<Stage> stages() {
        return List.copyOf(stages);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
