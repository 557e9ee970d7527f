package io.tomogrid.slices.process;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Main class of a Java child: {@code ChildMain MAIN-CLASS [ARGUMENT …]}. Its standard input is a pipe that the supervisor
 * holds open; when it ends, the supervisor is gone, and so goes the child. Where the system property {@value #BOND_PROPERTY} names
 * a folder, the child goes only when nobody has adopted it from there for a while, see {@link Supervisor#adopt}. Once a second it touches the file that the system
 * property {@value #HEARTBEAT_PROPERTY} names, so that the supervisor knows a child that hangs from one that is silent.
 */
public final class ChildMain {
    /** System property: the file to touch; without it nothing is touched. */
    public static final String HEARTBEAT_PROPERTY = "tomogrid.heartbeat";

    /** System property: the folder by which another supervisor finds this child when its own has ended. */
    public static final String BOND_PROPERTY = "tomogrid.bond";
    /** System property: for how many seconds it waits for that one. */
    public static final String PATIENCE_PROPERTY = "tomogrid.bond.seconds";

    /** In the environment of a {@link Spare}: main class of what it does before it waits for its first byte. */
    static final String STANDBY = "TOMOGRID_STANDBY";

    private static final CountDownLatch GO = new CountDownLatch(1);
    private static final int PATIENCE_SECONDS = 15;
    private static final long GRACE_MILLIS = 5000;
    private static final long BEAT_MILLIS = 1000;

    private ChildMain() {}

    public static void main(String[] args) throws Throwable {
        if (args.length == 0) {
            throw new IllegalArgumentException("usage: ChildMain MAIN-CLASS [ARGUMENT ...]");
        }
        Thread watch = new Thread(watch(System.getProperty(BOND_PROPERTY)), "supervisor-watch");
        watch.setDaemon(true);
        watch.start();
        String heartbeat = System.getProperty(HEARTBEAT_PROPERTY);
        if (heartbeat != null) {
            Thread beat = new Thread(() -> beat(Path.of(heartbeat)), "heartbeat");
            beat.setDaemon(true);
            beat.start();
        }
        String warmUp = System.getenv(STANDBY);
        if (warmUp != null) {
            run(warmUp);
            GO.await();
        }
        run(args[0], Arrays.copyOfRange(args, 1, args.length));
    }

    private static void run(String main, String... args) throws Throwable {
        try {
            Class.forName(main).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static Runnable watch(String bond) throws IOException {
        if (bond == null) {
            return ChildMain::endWithSupervisor;
        }
        Path folder = Path.of(bond);
        Bond.enter(folder);
        return () -> endWithoutSupervisor(folder);
    }

    private static void beat(Path file) {
        try {
            Files.writeString(file, "");
            while (true) {
                // needs no room on the disk
                Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
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
                // only to one that waits for it; of any other only the end counts
                GO.countDown();
            }
        } catch (IOException e) {
            System.err.println("the supervisor's pipe broke: " + e);
        }
        end();
    }

    private static void endWithoutSupervisor(Path folder) {
        long patience = TimeUnit.SECONDS.toNanos(Integer.getInteger(PATIENCE_PROPERTY, PATIENCE_SECONDS));
        long kept = System.nanoTime();
        try {
            while (System.nanoTime() - kept < patience) {
                Thread.sleep(BEAT_MILLIS);
                if (Bond.isKept(folder)) {
                    kept = System.nanoTime();
                }
            }
            System.err.println("no supervisor came back");
        } catch (IOException e) {
            System.err.println("whether there is a supervisor cannot be seen: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    private static void end() {
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
