package io.tomogrid.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.cluster.contract.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ENG-02: what a node cannot use is refused before anything starts, with what to do about it. */
class ExistingEngineTest {
    @TempDir
    Path folder;

    @Test
    void options_are_read_or_refused() {
        assertThat(ExistingEngine.of("ours", List.of())).isEmpty();
        assertThat(ExistingEngine.of("yarn", List.of("spark.yarn.queue=imaging", "spark.executor.instances=2")))
                .contains(new ExistingEngine(
                        new Engine.Yarn(), Map.of("spark.yarn.queue", "imaging", "spark.executor.instances", "2")));
        assertThatThrownBy(() -> ExistingEngine.of("yarn", List.of("yarn.queue=imaging")))
                .hasMessage("engine-conf: expected spark.NAME=VALUE, got yarn.queue=imaging");
        assertThatThrownBy(() -> ExistingEngine.of("ours", List.of("spark.cores.max=2")))
                .hasMessageContaining("say --engine too");
    }

    @Test
    void a_master_must_be_there() throws Exception {
        int closed;
        try (ServerSocket master = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = master.getLocalPort();
            assertThat(engine("spark://127.0.0.1:" + closed).check(Map.of()))
                    .isEqualTo("a program listens at 127.0.0.1:" + closed);
        }
        assertThatThrownBy(() -> engine("spark://127.0.0.1:" + closed).check(Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no Master answers at spark://127.0.0.1:" + closed)
                .hasMessageContaining("start it first");
    }

    @Test
    void another_machine_would_not_reach_this_node() {
        // an address for documentation, RFC 5737: nobody's
        assertThatThrownBy(() -> engine("spark://192.0.2.7:7077").check(Map.of()))
                .hasMessageContaining("is another machine")
                .hasMessageContaining("docs/engines.md");
        assertThatThrownBy(() -> engine("k8s://https://192.0.2.7:6443").check(Map.of()))
                .hasMessageContaining("pods do not reach the services of this node")
                .hasMessageContaining("engine render --engine k8s");
    }

    @Test
    void yarn_needs_hadoops_configuration_and_a_way_to_find_devices() throws Exception {
        assertThatThrownBy(() -> engine("yarn").check(Map.of()))
                .hasMessageContaining("HADOOP_CONF_DIR")
                .hasMessageEndingWith("it is not set");
        Map<String, String> environment = Map.of("HADOOP_CONF_DIR", folder.toString());
        assertThatThrownBy(() -> engine("yarn").check(environment)).hasMessageEndingWith("it is " + folder);
        Files.writeString(folder.resolve("yarn-site.xml"), "<configuration/>");
        assertThatThrownBy(() -> engine("yarn").check(environment))
                .hasMessageContaining("--engine-conf spark.executor.resource.gpu.discoveryScript=PATH");
        ExistingEngine whole = ExistingEngine.of(
                        "yarn", List.of("spark.executor.resource.gpu.discoveryScript=/opt/devices.sh"))
                .orElseThrow();
        assertThat(whole.check(environment)).isEqualTo("the YARN of " + folder);
    }

    private static ExistingEngine engine(String text) {
        return ExistingEngine.of(text, List.of()).orElseThrow();
    }
}
