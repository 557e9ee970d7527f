package io.tomogrid.slices.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLI-02: nothing outlives whoever started it. */
class SupervisorTest {
    @TempDir
    Path folder;

    /** Main of a child: writes its process id and hangs. */
    public static final class Hanging {
        public static void main(String[] args) throws Exception {
            Files.writeString(
                    Path.of(args[0]), Long.toString(ProcessHandle.current().pid()));
            Thread.sleep(120_000);
        }
    }

    /** Main of a supervisor in a process of its own: keeps a child that hangs. */
    public static final class Keeping {
        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            Supervisor.keep(spec(
                    folder, "kept", java(Hanging.class, folder.resolve("pid").toString())));
            Thread.sleep(120_000);
        }
    }

    @Test
    void a_killed_child_is_started_again_and_ends_with_close() throws Exception {
        Path pidFile = folder.resolve("pid");
        try (Supervised kept = Supervisor.keep(spec(folder, "kept", java(Hanging.class, pidFile.toString())))) {
            long first = kept.pid();
            await(() -> Files.exists(pidFile) && Files.readString(pidFile).equals(Long.toString(first)));
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            await(() -> kept.pid() > 0 && kept.pid() != first && kept.restarts() == 1);
            long second = kept.pid();
            await(() -> Files.readString(pidFile).equals(Long.toString(second)));
            kept.close();
            assertThat(ProcessHandle.of(second).map(ProcessHandle::isAlive).orElse(false))
                    .isFalse();
            assertThat(kept.state()).isEqualTo(Supervised.State.STOPPED);
        }
        assertThat(folder.resolve("tmp-kept")).doesNotExist();
    }

    @Test
    void kill_9_of_the_supervisor_ends_its_child() throws Exception {
        Process supervisor = new ProcessBuilder(java(Keeping.class, folder.toString()))
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try {
            Path pidFile = folder.resolve("pid");
            await(() -> Files.exists(pidFile) && !Files.readString(pidFile).isEmpty());
            ProcessHandle child =
                    ProcessHandle.of(Long.parseLong(Files.readString(pidFile))).orElseThrow();
            assertThat(child.isAlive()).isTrue();
            supervisor.destroyForcibly();
            await(() -> !child.isAlive());
        } finally {
            supervisor.destroyForcibly();
        }
    }

    /** Main of a child that beats no more. */
    public static final class Silent {
        public static void main(String[] args) throws Exception {
            Path heartbeat = Path.of(System.getProperty(ChildMain.HEARTBEAT_PROPERTY));
            while (!Files.exists(heartbeat)) {
                Thread.sleep(10);
            }
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("heartbeat"))
                    .forEach(Thread::interrupt);
            Thread.sleep(120_000);
        }
    }

    /** SLC-36 */
    @Test
    void a_child_that_hangs_is_killed_and_started_again() throws Exception {
        try (Supervised kept = Supervisor.keep(beating("hung", Silent.class), Duration.ofSeconds(4))) {
            long first = kept.pid();
            await(() -> kept.silence().isPresent());
            await(() -> kept.pid() > 0 && kept.pid() != first && kept.restarts() == 1);
            await(() -> kept.silence().isPresent());
        }
    }

    private ChildSpec beating(String name, Class<?> main) {
        ChildSpec spec = spec(folder, name, java(main, folder.resolve("pid").toString()));
        List<String> command = new ArrayList<>(spec.command());
        command.add(1, "-D" + ChildMain.HEARTBEAT_PROPERTY + "=" + spec.heartbeat());
        return new ChildSpec(name, command, Map.of(), spec.workDir(), spec.log(), spec.tmpDir());
    }

    /** SLC-44: long before its silence would tell. */
    @Test
    void a_child_that_is_stopped_by_a_signal_is_killed_and_started_again() throws Exception {
        Path pidFile = folder.resolve("pid");
        try (Supervised kept =
                Supervisor.keep(spec(folder, "stopped", java(Hanging.class, pidFile.toString())), Duration.ofDays(1))) {
            long first = kept.pid();
            await(() -> Files.exists(pidFile) && Files.readString(pidFile).equals(Long.toString(first)));
            signal("-STOP", first);
            await(() -> kept.pid() > 0 && kept.pid() != first && kept.restarts() == 1);
        }
    }

    /** SLC-44: an executor is its Worker's child; the Worker is left alone. */
    @Test
    void what_a_child_has_started_is_killed_when_it_is_stopped() throws Exception {
        Path pidFile = folder.resolve("pid");
        try (Supervised kept = Supervisor.keep(spec(
                folder,
                "parent",
                List.of(
                        "sh",
                        "-c",
                        "sleep 120 & echo $! > " + pidFile + ".part; mv " + pidFile + ".part " + pidFile
                                + "; exec cat")))) {
            await(() -> Files.exists(pidFile));
            ProcessHandle grandchild = ProcessHandle.of(
                            Long.parseLong(Files.readString(pidFile).strip()))
                    .orElseThrow();
            signal("-STOP", grandchild.pid());
            // the parent reaps nothing, so what is left of it is no process any more, but still is listed
            await(() -> !Files.readString(Path.of("/proc", Long.toString(grandchild.pid()), "stat"))
                    .contains(") T "));
            assertThat(kept.restarts()).isZero();
        }
    }

    /** Main of what a spare does first. */
    public static final class WarmUp {
        public static void main(String[] args) throws IOException {
            Files.writeString(
                    Path.of("warm"), Long.toString(ProcessHandle.current().pid()));
        }
    }

    /** HEAL-09 */
    @Test
    void a_warm_process_takes_the_place_of_a_child_that_is_killed() throws Exception {
        Path pidFile = folder.resolve("pid");
        Path warm = folder.resolve("warm");
        ChildSpec spec = spec(folder, "spared", java(Hanging.class, pidFile.toString()));
        try (Supervised kept =
                Supervisor.keepWithSpare(spec, new Spare(spec, WarmUp.class.getName(), Duration.ZERO, Duration.ZERO))) {
            long first = kept.pid();
            await(() -> Files.exists(warm) && !Files.readString(warm).isEmpty());
            long spare = Long.parseLong(Files.readString(warm));
            await(() -> Files.exists(pidFile) && !Files.readString(pidFile).isEmpty());
            assertThat(Files.readString(pidFile)).isEqualTo(Long.toString(first));

            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            await(() -> Files.readString(pidFile).equals(Long.toString(spare)));
            assertThat(kept.pid()).isEqualTo(spare);
            // and the next one is warm
            await(() -> !Files.readString(warm).isEmpty() && Long.parseLong(Files.readString(warm)) != spare);
        }
        ProcessHandle next =
                ProcessHandle.of(Long.parseLong(Files.readString(warm))).orElse(null);
        await(() -> next == null || !next.isAlive());
    }

    private static void signal(String signal, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", signal, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void the_child_sees_only_the_environment_that_is_meant_for_it() throws Exception {
        Path out = folder.resolve("env.log");
        try (Supervised kept = Supervisor.keep(new ChildSpec(
                "env",
                List.of("sh", "-c", "env; exec cat"),
                Map.of("TOMOGRID_TOKEN", "t0ken"),
                folder,
                out,
                folder.resolve("tmp-env")))) {
            await(() -> Files.readString(out).contains("TOMOGRID_TOKEN=t0ken"));
            assertThat(Files.readAllLines(out).stream().map(line -> line.substring(0, Math.max(0, line.indexOf('=')))))
                    .isSubsetOf(
                            "PATH",
                            "HOME",
                            "LANG",
                            "JAVA_HOME",
                            "LD_LIBRARY_PATH",
                            "TOMOGRID_BACKEND",
                            "HADOOP_USER_NAME",
                            "TOMOGRID_TOKEN",
                            "PWD",
                            "SHLVL",
                            "_",
                            "OLDPWD");
            assertThat(kept.state()).isEqualTo(Supervised.State.RUNNING);
        }
    }

    static ChildSpec spec(Path folder, String name, List<String> command) {
        return new ChildSpec(
                name, command, Map.of(), folder, folder.resolve(name + ".log"), folder.resolve("tmp-" + name));
    }

    /** A Java child as all of ours are: under {@link ChildMain}. */
    static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ChildMain.class.getName(),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("nothing happened within 20 s");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
