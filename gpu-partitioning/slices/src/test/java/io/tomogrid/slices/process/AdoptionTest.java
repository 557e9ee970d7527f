package io.tomogrid.slices.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SLC-45: a child that outlives its supervisor is the next one's, or ends. */
class AdoptionTest {
    private static final int PATIENT = 600;

    @TempDir
    Path folder;

    private Process other;

    @AfterEach
    void nothing_is_left() throws Exception {
        if (other != null) {
            other.destroyForcibly().waitFor();
        }
        Bond.find(folder).ifPresent(left -> left.process().destroyForcibly());
        SupervisorTest.await(() -> !Bond.hasChild(folder));
    }

    /** Main of a supervisor in a process of its own. */
    public static final class Keeping {
        public static void main(String[] args) throws Exception {
            Supervisor.adopt(spec(Path.of(args[0]), Integer.parseInt(args[1]), "t0ken"));
            Thread.sleep(120_000);
        }
    }

    @Test
    void the_child_of_a_killed_supervisor_goes_on_under_the_next_one() throws Exception {
        ProcessHandle child = kept(PATIENT);
        assertThatThrownBy(() -> Supervisor.adopt(spec(folder, PATIENT, "t0ken")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another process keeps this child already");
        other.destroyForcibly().waitFor();
        assertThat(child.isAlive()).isTrue();

        try (Supervised next = Supervisor.adopt(spec(folder, PATIENT, "t0ken"))) {
            assertThat(next.pid()).isEqualTo(child.pid());
            assertThat(next.restarts()).isZero();
            SupervisorTest.await(() -> next.silence().isPresent());
            child.destroyForcibly();
            SupervisorTest.await(() -> next.restarts() == 1 && next.pid() > 0 && next.pid() != child.pid());
            SupervisorTest.await(() -> Bond.hasChild(folder));
        }
        assertThat(Bond.hasChild(folder)).isFalse();
    }

    @Test
    void an_adopted_child_ends_with_close() throws Exception {
        ProcessHandle child = kept(PATIENT);
        other.destroyForcibly().waitFor();
        Supervisor.adopt(spec(folder, PATIENT, "t0ken")).close();
        assertThat(Bond.hasChild(folder)).isFalse();
        SupervisorTest.await(() -> !child.isAlive());
    }

    @Test
    void one_that_was_started_otherwise_is_ended_before_another_one_begins() throws Exception {
        ProcessHandle child = kept(PATIENT);
        other.destroyForcibly().waitFor();
        try (Supervised next = Supervisor.adopt(spec(folder, PATIENT, "another"))) {
            assertThat(next.pid()).isNotEqualTo(child.pid());
            SupervisorTest.await(() -> !child.isAlive());
            SupervisorTest.await(() -> Bond.find(folder)
                    .filter(it -> it.process().pid() == next.pid())
                    .isPresent());
        }
    }

    @Test
    void one_whom_nobody_adopts_ends() throws Exception {
        ProcessHandle child = kept(1);
        other.destroyForcibly().waitFor();
        SupervisorTest.await(() -> !child.isAlive());
        assertThat(folder.resolve("bound.log")).content().contains("no supervisor came back");
    }

    @Test
    void nobody_takes_the_place_of_a_child_that_runs() throws Exception {
        ProcessHandle child = kept(PATIENT);
        ChildSpec spec = spec(folder, PATIENT, "t0ken");
        Process second = new ProcessBuilder(spec.command())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("second.log").toFile())
                .start();
        assertThat(second.waitFor()).isNotZero();
        assertThat(folder.resolve("second.log")).content().contains("another process is this child already");
        assertThat(Bond.find(folder).orElseThrow().process().pid()).isEqualTo(child.pid());
    }

    /** Keeps a child in another process. @return the child */
    private ProcessHandle kept(int patience) throws Exception {
        other = new ProcessBuilder(SupervisorTest.java(Keeping.class, folder.toString(), Integer.toString(patience)))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keeping.log").toFile())
                .start();
        SupervisorTest.await(() -> Bond.find(folder).isPresent());
        return Bond.find(folder).orElseThrow().process();
    }

    private static ChildSpec spec(Path folder, int patience, String token) {
        ChildSpec plain = SupervisorTest.spec(
                folder,
                "bound",
                SupervisorTest.java(
                        SupervisorTest.Hanging.class, folder.resolve("pid").toString()));
        List<String> command = new ArrayList<>(plain.command());
        command.add(1, "-D" + ChildMain.BOND_PROPERTY + "=" + folder);
        command.add(1, "-D" + ChildMain.PATIENCE_PROPERTY + "=" + patience);
        command.add(1, "-D" + ChildMain.HEARTBEAT_PROPERTY + "=" + plain.heartbeat());
        return new ChildSpec("bound", command, Map.of("TOMOGRID_TOKEN", token), folder, plain.log(), plain.tmpDir());
    }
}
