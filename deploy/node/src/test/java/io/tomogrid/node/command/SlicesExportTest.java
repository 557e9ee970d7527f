package io.tomogrid.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.SimulatedInventory;
import io.tomogrid.slices.SliceKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;

/** SLC-40, SLC-41 on the manager's document and on the command line. */
class SlicesExportTest {
    @TempDir
    Path folder;

    @Test
    void what_is_cut_is_exported_for_other_tools() throws Exception {
        Map.Entry<String, List<Gpu>> host = SlicesExportCommand.gpus(document("node1"), null);
        Map<?, ?> yaml = new Yaml(new SafeConstructor(new LoaderOptions()))
                .load(SlicesExportCommand.text("mig-parted", host, false));
        assertThat(yaml.get("mig-configs").toString())
                .isEqualTo("{tomogrid-node1=[{devices=[0], mig-enabled=true, mig-devices={1g.5gb=1, 3g.20gb=1}}]}");
        assertThat(SlicesExportCommand.text("k8s-labels", host, false)).contains("nvidia.com/mig-3g.20gb.count=1\n");
        assertThat(JSON.std.mapFrom(SlicesExportCommand.text("k8s-labels", host, true)))
                .containsEntry("nvidia.com/mig.strategy", "mixed");
        Map<String, Object> spark = JSON.std.mapFrom(SlicesExportCommand.text("spark-discovery", host, false));
        assertThat(spark).containsEntry("name", "gpu");
        assertThat((List<?>) spark.get("addresses")).hasSize(2);
        assertThatThrownBy(() -> SlicesExportCommand.text("xml", host, false)).hasMessageContaining("got xml");
    }

    @Test
    void of_several_hosts_one_must_be_named() throws Exception {
        Map<String, Object> document = document("node1", "node2");
        assertThatThrownBy(() -> SlicesExportCommand.gpus(document, null)).hasMessageContaining("[node1, node2]");
        assertThatThrownBy(() -> SlicesExportCommand.gpus(document, "node3")).hasMessageContaining("got node3");
        assertThat(SlicesExportCommand.gpus(document, "node2").getValue()).hasSize(1);
    }

    @Test
    void what_was_exported_is_imported_with_placements() throws Exception {
        String yaml = SlicesExportCommand.text("mig-parted", SlicesExportCommand.gpus(document("node1"), null), false);
        Path file = Files.writeString(folder.resolve("mig.yaml"), yaml);
        assertThat(JSON.std.mapFrom(imported(file, "tomogrid-node1", "A100-40GB")))
                .isEqualTo(Map.of(
                        "gpu",
                        "A100-40GB",
                        "layouts",
                        List.of(Map.of(
                                "devices", List.of(0), "mig-enabled", true, "placements", List.of("3g-4", "1g-0")))));
        assertThat(imported(file, "tomogrid-node1", "A30-24GB")).contains("is no profile of A30-24GB");
        Path tooMuch = Files.writeString(folder.resolve("much.yaml"), yaml.replace("\"1g.5gb\": 1", "\"7g.40gb\": 1"));
        assertThat(imported(tooMuch, "tomogrid-node1", "A100-40GB")).contains("no A100-40GB can be cut into");
        Path text = Files.writeString(folder.resolve("text.yaml"), "- a\n b: [");
        assertThat(imported(text, "x", "A100-40GB")).contains("is no YAML");
    }

    /** What it says, be it the document or why there is none. */
    private static String imported(Path file, String config, String model) {
        StringWriter said = new StringWriter();
        new CommandLine(new SlicesImportCommand())
                .setOut(new PrintWriter(said, true))
                .setExecutionExceptionHandler((failure, line, result) -> {
                    said.append(failure.getMessage());
                    return 1;
                })
                .execute(file.toString(), "--config", config, "--gpu", model, "--json");
        return said.toString().strip();
    }

    private Map<String, Object> document(String... hosts) throws Exception {
        List<Map<String, Object>> gpus = new ArrayList<>();
        for (String host : hosts) {
            gpus.add(gpu(host));
        }
        return Map.of("gpus", gpus);
    }

    private Map<String, Object> gpu(String host) throws Exception {
        try (SimulatedInventory inventory = new SimulatedInventory(host, folder.resolve(host), key -> false)) {
            inventory.create(SliceKey.parse(host + "-gpu0-3g-4"));
            inventory.create(SliceKey.parse(host + "-gpu0-1g-0"));
            Map<String, Object> map = inventory.read().gpus().get(0).toMap();
            map.put("host", host);
            return map;
        }
    }
}
