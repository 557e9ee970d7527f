package io.tomogrid.inference.service.runner;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a version can run in. */
public enum RunnerKind {
    /** This JVM. */
    IN_PROCESS,
    /** A JVM of its own: its memory goes back when it ends, and what it does to itself stays there. */
    CHILD;

    /** The word for it in documents and on the command line, e.g. {@code in-process}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException naming the words that there are */
    public static RunnerKind of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("runner: expected one of "
                        + Arrays.stream(values()).map(RunnerKind::word).collect(Collectors.joining(", ")) + ", got "
                        + word));
    }
}
