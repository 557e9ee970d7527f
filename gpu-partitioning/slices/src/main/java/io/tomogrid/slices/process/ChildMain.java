package io.tomogrid.slices.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Main class of a Java child: {@code ChildMain MAIN-CLASS [ARGUMENT …]}. Its standard input is a pipe that the supervisor
 * holds open; when it ends, the supervisor is gone, and so goes the child. Once a second it touches the file that the system
 * property {@value #HEARTBEAT_PROPERTY} names, so that the supervisor knows a child that hangs from one that is silent.
 */
public final class ChildMain {
    /** System property: the file to touch; without it nothing is touched. */
    public static final String HEARTBEAT_PROPERTY = "tomogrid.heartbeat";

    private static final long GRACE_MILLIS = 5000;
    private static final long BEAT_MILLIS = 1000;

    private ChildMain() {}

    public static void main(String[] args) throws Throwable {
        if (args.length == 0) {
            throw new IllegalArgumentException("usage: ChildMain MAIN-CLASS [ARGUMENT ...]");
        }
        Thread watch = new Thread(ChildMain::endWithSupervisor, "supervisor-watch");
        watch.setDaemon(true);
        watch.start();
        String heartbeat = System.getProperty(HEARTBEAT_PROPERTY);
        if (heartbeat != null) {
            Thread beat = new Thread(() -> beat(Path.of(heartbeat)), "heartbeat");
            beat.setDaemon(true);
            beat.start();
        }
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void beat(Path file) {
        try {
            while (true) {
                Files.writeString(file, Long.toString(System.nanoTime()));
                Thread.sleep(BEAT_MILLIS);
            }
        } catch (IOException e) {
            System.err.println("no more heartbeats: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
