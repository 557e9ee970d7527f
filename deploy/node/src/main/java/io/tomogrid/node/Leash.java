package io.tomogrid.node;

import java.io.IOException;
import java.util.List;

/** A shell that waits for the end of our pipe, then ends a process that cannot watch for that itself. */
public final class Leash implements AutoCloseable {
    private final Process shell;

    private Leash(Process shell) {
        this.shell = shell;
    }

    /** @param signal for the process when we end, however that is: {@code INT}, {@code TERM} or {@code KILL} */
    public static Leash hold(long pid, String signal) throws IOException {
        return new Leash(new ProcessBuilder(List.of(
                        "sh",
                        "-c",
                        "trap '' INT TERM HUP; cat >/dev/null; kill -$1 $2 2>/dev/null",
                        "leash",
                        signal,
                        Long.toString(pid)))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Lets go: the process has ended. */
    @Override
    public void close() {
        shell.destroyForcibly();
    }
}
