package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
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
 * standard input stays open as long as this process lives (see {@link ChildMain}), or it outlives us until another one of us
 * adopts it (SLC-45). One that has begun to beat and is silent
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
    private static final long GRACE_MILLIS = 10_000;
    private static final long LARGE_LOG = 10 << 20;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 500;
    private static final Duration SPARE_AFTER = Duration.ofSeconds(10);
    private static final Duration SPARE_PATIENCE = Duration.ofSeconds(60);

    private final ChildSpec spec;
    private final Duration longestSilence;
    private final Heartbeat heartbeat;
    private final StoppedProcesses stopped = new StoppedProcesses();
    private final Thread keeper;
    /** Open as long as a child that outlives us is ours. */
    private final Optional<FileChannel> bond;

    private final Optional<Spare> spare;

    private volatile Child child;
    private volatile State state = State.RUNNING;
    private volatile int restarts;
    private volatile boolean closing;

    private Supervisor(ChildSpec spec, Duration longestSilence, Optional<FileChannel> bond, Optional<Spare> spare)
            throws IOException {
        this.spec = spec;
        this.longestSilence = longestSilence;
        this.heartbeat = new Heartbeat(spec.heartbeat());
        this.bond = bond;
        this.spare = spare;
        this.child = begin();
        this.keeper = new Thread(this::keepRunning, "keeps-" + spec.name());
        keeper.setDaemon(true);
    }

    /** @throws IOException if it cannot be started the first time */
    public static Supervised keep(ChildSpec spec) throws IOException {
        return keep(spec, LONGEST_SILENCE);
    }

    static Supervised keep(ChildSpec spec, Duration longestSilence) throws IOException {
        return keep(spec, longestSilence, Optional.empty(), Optional.empty());
    }

    /**
     * Keeps a child and, beside it, a warm process that takes its place at once when it ends (HEAL-09).
     *
     * @param warmUp class whose {@code main} that process runs before it waits
     * @throws IOException if the child cannot be started the first time
     */
    public static Supervised keepWithSpare(ChildSpec spec, String warmUp) throws IOException {
        return keepWithSpare(spec, new Spare(spec, warmUp, SPARE_AFTER, SPARE_PATIENCE));
    }

    static Supervised keepWithSpare(ChildSpec spec, Spare spare) throws IOException {
        return keep(spec, LONGEST_SILENCE, Optional.empty(), Optional.of(spare));
    }

    /**
     * Keeps a child that outlives us for a while, and first takes over the one that runs as this spec has it; one that runs
     * otherwise is ended. Its command must name the folder where it runs, which is its own, by {@value ChildMain#BOND_PROPERTY}.
     *
     * @throws IOException if it cannot be started the first time, or another process keeps it
     */
    public static Supervised adopt(ChildSpec spec) throws IOException {
        FileChannel bond = Bond.keep(Files.createDirectories(spec.workDir()));
        try {
            return keep(spec, LONGEST_SILENCE, Optional.of(bond), Optional.empty());
        } catch (IOException e) {
            bond.close();
            throw e;
        }
    }

    private static Supervised keep(
            ChildSpec spec, Duration longestSilence, Optional<FileChannel> bond, Optional<Spare> spare)
            throws IOException {
        Supervisor supervisor = new Supervisor(spec, longestSilence, bond, spare);
        supervisor.keeper.start();
        return supervisor;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public long pid() {
        Child now = child;
        return now.isAlive() ? now.handle().pid() : -1;
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
            spare.ifPresent(Spare::close);
            end(child);
        }
        try {
            empty(spec.tmpDir());
            if (bond.isPresent()) {
                bond.get().close();
            }
        } catch (IOException e) {
            log.warn("not all is cleared away behind {}: {}", spec.name(), e.toString());
        }
    }

    private void keepRunning() {
        long next = FIRST_PAUSE_MILLIS;
        try {
            while (!closing) {
                long since = System.nanoTime();
                awaitEnd(child);
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
                log.warn("{} ended {}; starts again in {} ms", spec.name(), child.ending(), pause);
                Thread.sleep(pause);
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By our own clock that stands while the machine sleeps, since a heartbeat's time does not. */
    private void awaitEnd(Child now) throws InterruptedException {
        while (!now.endsWithin(LOOK_MILLIS)) {
            heartbeat.look();
            Optional<Duration> silence = heartbeat.silence();
            if (silence.isPresent() && silence.get().compareTo(longestSilence) > 0) {
                log.warn(
                        "{} hangs: it was silent for {} s; it is killed",
                        spec.name(),
                        silence.get().toSeconds());
                now.handle().destroyForcibly();
            }
            stopped.kill(now.handle());
            if (!closing) {
                spare.ifPresent(Spare::look);
            }
        }
        heartbeat.forget();
    }

    private synchronized void restart() {
        if (closing) {
            return;
        }
        restarts++;
        try {
            child = begin();
            state = State.RUNNING;
        } catch (IOException e) {
            log.error("{} cannot be started: {}", spec.name(), e.toString());
        }
    }

    private Child begin() throws IOException {
        if (bond.isEmpty()) {
            Optional<Process> warm = spare.flatMap(Spare::take);
            warm.ifPresent(process -> log.info("{}: process {} takes its place", spec.name(), process.pid()));
            return new Child.Started(warm.isPresent() ? warm.get() : launch(spec, Map.of(), true), false);
        }
        String as = Bond.digest(spec);
        Optional<Bond.Found> found = Bond.find(spec.workDir());
        if (found.isPresent()) {
            Child left = new Child.Adopted(found.get().process(), spec.workDir());
            if (found.get().as().equals(as)) {
                log.info("{} goes on as process {}", spec.name(), left.handle().pid());
                return left;
            }
            log.info("{} runs otherwise than it shall; it is ended", spec.name());
            end(left);
        }
        return new Child.Started(launch(spec, Map.of(Bond.AS, as), true), true);
    }

    /** @param more for its environment @param alone whether no other process has its temporary files */
    static Process launch(ChildSpec spec, Map<String, String> more, boolean alone) throws IOException {
        Files.createDirectories(spec.workDir());
        Files.createDirectories(spec.log().toAbsolutePath().getParent());
        if (alone) {
            empty(spec.tmpDir());
        }
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
        environment.putAll(more);
        return builder.start();
    }

    /** Asks, waits, then uses force; the child's own children do not outlive it. */
    private static void end(Child child) {
        List<ProcessHandle> descendants = child.handle().descendants().toList();
        try {
            child.dismiss();
            if (!child.endsWithin(GRACE_MILLIS)) {
                child.handle().destroyForcibly();
                child.endsWithin(GRACE_MILLIS);
            }
        } catch (IOException e) {
            child.handle().destroyForcibly();
        } catch (InterruptedException e) {
            child.handle().destroyForcibly();
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
