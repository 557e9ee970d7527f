package io.tomogrid.sparkjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.cluster.contract.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriverArgumentsTest {
    @Test
    void everything_can_be_said() {
        assertThat(DriverArguments.parse(
                        ("--master spark://127.0.0.1:7077 --port 8124 --port-file /run/port --locks /run/locks"
                                        + " --executor-memory 512m --idle-timeout 90s")
                                .split(" ")))
                .isEqualTo(new DriverArguments(
                        new Engine.Ours("spark://127.0.0.1:7077"),
                        8124,
                        Optional.of(Path.of("/run/port")),
                        Path.of("/run/locks"),
                        "512m",
                        Duration.ofSeconds(90)));
    }

    @Test
    void what_is_not_said_is_safe_to_assume() {
        DriverArguments arguments = DriverArguments.parse("--locks", "locks", "--master", "spark://h:1");
        assertThat(arguments.port()).isZero();
        assertThat(arguments.portFile()).isEmpty();
        assertThat(arguments.executorMemory()).isEqualTo("3g");
        assertThat(arguments.idleTimeout()).isEqualTo(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "--locks l,                                              --master is missing",
        "--master spark://h:1 --engine yarn --locks l,           '--master names our own Master and --engine another cluster: give one'",
        "--engine ours --locks l,                                '--engine: for our own give --master'",
        "--engine mesos --locks l,                               'engine: expected ours, spark://HOST:PORT'",
        "--master spark://h:1,                                   --locks is missing",
        "--master local[2] --locks l,                            --master: local[2] is not of the form",
        "--master spark://h:1 --locks,                           --locks: its value is missing",
        "--master spark://h:1 --locks l --port 70000,            '--port: expected at most 65535, got 70000'",
        "--master spark://h:1 --locks l --executor-memory 3,     --executor-memory: 3 is not of the form",
        "--master spark://h:1 --locks l --idle-timeout 0s,       '--idle-timeout: expected at least 1s, got 0s'",
        "--master spark://h:1 --locks l --mastre spark://h:1,    --mastre: no such option"
    })
    void a_wrong_command_line_is_refused_and_the_option_named(String line, String message) {
        assertThatThrownBy(() -> DriverArguments.parse(line.split(" ")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
