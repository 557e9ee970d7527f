package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one child running: restarts it at once when it has lived for 10 s, else after 0.5 s, then 1 s, up to 30 s. The child's
 * standard input stays open as long as this process lives (see {@link ChildMain}). One that has begun to beat and is silent
 * for half a minute hangs: it is killed and started again (SLC-36). One that is stopped by a signal, or has started a process
 * that is, is seen so within a few seconds however loaded the machine is: that process is killed (SLC-44).
 */
public final class Supervisor implements Supervised {
    private static final Logger log = LoggerFactory.getLogger(Supervisor.class);
    /**
     * The last three: where a container image keeps the GPU's driver, whether executors shall use it, and who reads the
     * archive where that is on HDFS.
     */
    private static final List<String> INHERITED =
            List.of("PATH", "HOME", "LANG", "JAVA_HOME", "LD_LIBRARY_PATH", "TOMOGRID_BACKEND", "HADOOP_USER_NAME");

    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long HEALTHY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long GRACE_SECONDS = 10;
    private static final long LARGE_LOG = 10 << 20;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 500;

    private final ChildSpec spec;
    private final Duration longestSilence;
    private final Heartbeat heartbeat;
    private final StoppedProcesses stopped = new StoppedProcesses();
    private final Thread keeper;
    private volatile Process process;
    private volatile State state = State.RUNNING;
    private volatile int restarts;
    private volatile boolean closing;

    private Supervisor(ChildSpec spec, Duration longestSilence, Process first) {
        this.spec = spec;
        this.longestSilence = longestSilence;
        this.heartbeat = new Heartbeat(spec.heartbeat());
        this.process = first;
        this.keeper = new Thread(this::keepRunning, "keeps-" + spec.name());
        keeper.setDaemon(true);
    }

    /** @throws IOException if it cannot be started the first time */
    public static Supervised keep(ChildSpec spec) throws IOException {
        return keep(spec, LONGEST_SILENCE);
    }

    static Supervised keep(ChildSpec spec, Duration longestSilence) throws IOException {
        Supervisor supervisor = new Supervisor(spec, longestSilence, launch(spec));
        supervisor.keeper.start();
        return supervisor;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long pid() {
        return process.isAlive() ? process.pid() : -1;
    }

    @Override
    public int restarts() {
        return restarts;
    }

    @Override
    public Optional<Duration> silence() {
        return heartbeat.silence();
    }

    @Override
    public void close() {
        closing = true;
        state = State.STOPPED;
        keeper.interrupt();
        synchronized (this) {
            end(process);
        }
        try {
            empty(spec.tmpDir());
        } catch (IOException e) {
            log.warn("temporary files of {} could not be deleted: {}", spec.name(), e.toString());
        }
    }

    private void keepRunning() {
        long next = FIRST_PAUSE_MILLIS;
        try {
            while (!closing) {
                long since = System.nanoTime();
                int code = awaitEnd(process);
                if (closing) {
                    return;
                }
                long pause = next;
                if (System.nanoTime() - since > HEALTHY_NANOS) {
                    pause = 0;
                    next = FIRST_PAUSE_MILLIS;
                } else {
                    next = Math.min(2 * next, LONGEST_PAUSE_MILLIS);
                }
                state = State.RESTARTING;
                log.warn("{} ended with code {}; starts again in {} ms", spec.name(), code, pause);
                Thread.sleep(pause);
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By our own clock that stands while the machine sleeps, since a heartbeat's time does not. */
    private int awaitEnd(Process child) throws InterruptedException {
        while (!child.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            heartbeat.look();
            Optional<Duration> silence = heartbeat.silence();
            if (silence.isPresent() && silence.get().compareTo(longestSilence) > 0) {
                log.warn(
                        "{} hangs: it was silent for {} s; it is killed",
                        spec.name(),
                        silence.get().toSeconds());
                child.destroyForcibly();
            }
            stopped.kill(child.toHandle());
        }
        heartbeat.forget();
        return child.exitValue();
    }

    private synchronized void restart() {
        if (closing) {
            return;
        }
        restarts++;
        try {
            process = launch(spec);
            state = State.RUNNING;
        } catch (IOException e) {
            log.error("{} cannot be started: {}", spec.name(), e.toString());
        }
    }

    private static Process launch(ChildSpec spec) throws IOException {
        Files.createDirectories(spec.workDir());
        Files.createDirectories(spec.log().toAbsolutePath().getParent());
        empty(spec.tmpDir());
        Files.createDirectories(spec.tmpDir());
        if (Files.exists(spec.log()) && Files.size(spec.log()) > LARGE_LOG) {
            Files.move(
                    spec.log(),
                    spec.log().resolveSibling(spec.log().getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .directory(spec.workDir().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(INHERITED);
        environment.putAll(spec.env());
        return builder.start();
    }

    /** Closes the pipe, waits, then uses force; the child's own children do not outlive it. */
    private static void end(Process process) {
        List<ProcessHandle> descendants = process.descendants().toList();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private static void empty(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
