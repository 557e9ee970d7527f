package io.tomogrid.slices.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * Main class of a Java child: {@code ChildMain MAIN-CLASS [ARGUMENT …]}. Its standard input is a pipe that the supervisor
 * holds open; when it ends, the supervisor is gone, and so goes the child.
 */
public final class ChildMain {
    private static final long GRACE_MILLIS = 5000;

    private ChildMain() {}

    public static void main(String[] args) throws Throwable {
        if (args.length == 0) {
            throw new IllegalArgumentException("usage: ChildMain MAIN-CLASS [ARGUMENT ...]");
        }
        Thread watch = new Thread(ChildMain::endWithSupervisor, "supervisor-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void endWithSupervisor() {
        try {
            while (System.in.read() >= 0) {
                // nothing is ever written: only the end counts
            }
        } catch (IOException e) {
            System.err.println("the supervisor's pipe broke: " + e);
        }
        Thread halt = new Thread(() -> {
            try {
                Thread.sleep(GRACE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(0);
        });
        halt.setDaemon(true);
        halt.start();
        System.exit(0);
    }
}
