package io.tomogrid.node.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.node.engine.KubernetesFiles.Devices;
import io.tomogrid.slices.GpuModel;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** ENG-06, ENG-07: what is rendered, against the names that Kubernetes, NVIDIA's plugins and Spark publish. */
class RenderingTest {
    @TempDir
    Path folder;

    static Stream<Arguments> everyProfile() {
        return GpuModel.KNOWN.stream()
                .flatMap(model -> model.driverNames().stream().map(name -> Arguments.of(model.name(), name)));
    }

    @ParameterizedTest
    @MethodSource("everyProfile")
    void a_pod_asks_for_one_slice_by_the_name_that_the_device_plugin_gives_it(String model, String profile) {
        Map<?, ?> pod = pod(render(model, profile, Devices.PLUGIN));
        // strategy mixed: nvidia.com/mig-<profile>, as nvidia-smi writes it
        assertThat(resources(pod)).isEqualTo(Map.of("limits", Map.of("nvidia.com/mig-" + profile, 1)));
    }

    @ParameterizedTest
    @MethodSource("everyProfile")
    void a_claim_selects_a_mig_device_by_its_profile(String model, String profile) {
        List<Map<?, ?>> objects = render(model, profile, Devices.DRA);
        Map<?, ?> template = object(objects, "ResourceClaimTemplate");
        assertThat(template.get("apiVersion")).isEqualTo("resource.k8s.io/v1");
        List<?> requests = (List<?>) at(template, "spec", "spec", "devices", "requests");
        assertThat(requests).hasSize(1);
        Map<?, ?> exactly = (Map<?, ?>) ((Map<?, ?>) requests.get(0)).get("exactly");
        assertThat(exactly.get("deviceClassName")).isEqualTo("mig.nvidia.com");
        assertThat(exactly.get("count")).isEqualTo(1);
        assertThat(exactly.get("selectors"))
                .isEqualTo(List.of(Map.of(
                        "cel",
                        Map.of("expression", "device.attributes[\"gpu.nvidia.com\"].profile == \"" + profile + "\""))));
        Map<?, ?> pod = pod(objects);
        assertThat(at(pod, "spec", "resourceClaims"))
                .isEqualTo(List.of(
                        Map.of("name", "slice", "resourceClaimTemplateName", at(template, "metadata", "name"))));
        assertThat(resources(pod)).isEqualTo(Map.of("claims", List.of(Map.of("name", "slice"))));
    }

    @ParameterizedTest
    @EnumSource(Devices.class)
    void every_object_has_the_fields_of_its_kind_and_no_others(Devices devices) {
        for (String slice : List.of("2g.20gb", "whole")) {
            List<Map<?, ?>> objects = render("A100-80GB", slice, devices);
            objects.forEach(KubernetesFields::check);
            KubernetesFields.check(pod(objects));
            assertThat(objects).hasSize(devices == Devices.DRA ? 6 : 5);
            assertThat(objects).allSatisfy(object -> {
                assertThat(at(object, "metadata", "namespace")).isEqualTo("imaging");
                assertThat((String) at(object, "metadata", "name")).matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");
            });
        }
    }

    @Test
    void a_whole_gpu_is_asked_for_without_a_profile() {
        assertThat(resources(pod(render("H100-80GB", "whole", Devices.PLUGIN))).get("limits"))
                .isEqualTo(Map.of("nvidia.com/gpu", 1));
        List<?> requests = (List<?>) at(
                object(render("H100-80GB", "whole", Devices.DRA), "ResourceClaimTemplate"),
                "spec",
                "spec",
                "devices",
                "requests");
        assertThat(((Map<?, ?>) ((Map<?, ?>) requests.get(0)).get("exactly")))
                .isEqualTo(Map.of("deviceClassName", "gpu.nvidia.com", "allocationMode", "ExactCount", "count", 1));
    }

    @Test
    void the_objects_refer_to_each_other() throws Exception {
        List<Map<?, ?>> objects = render("A100-80GB", "3g", Devices.PLUGIN);
        Map<?, ?> binding = object(objects, "RoleBinding");
        assertThat(at(binding, "roleRef", "name")).isEqualTo(at(object(objects, "Role"), "metadata", "name"));
        Map<?, ?> subject = (Map<?, ?>) ((List<?>) binding.get("subjects")).get(0);
        assertThat(subject.get("name")).isEqualTo(at(object(objects, "ServiceAccount"), "metadata", "name"));
        Properties spark = new Properties();
        spark.load(new StringReader((String) at(object(objects, "ConfigMap"), "data", "driver.properties")));
        Map<?, ?> service = object(objects, "Service");
        assertThat(spark.getProperty("spark.driver.host")).isEqualTo(at(service, "metadata", "name") + ".imaging.svc");
        assertThat(((List<?>) at(service, "spec", "ports")))
                .extracting(port -> String.valueOf(((Map<?, ?>) port).get("port")))
                .containsExactly(
                        spark.getProperty("spark.driver.port"), spark.getProperty("spark.driver.blockManager.port"));
        Map<?, ?> pod = pod(objects);
        Map<?, ?> container = (Map<?, ?>) ((List<?>) at(pod, "spec", "containers")).get(0);
        assertThat(spark.getProperty("spark.kubernetes.executor.podTemplateContainerName"))
                .isEqualTo(container.get("name"));
        assertThat(spark.getProperty("spark.kubernetes.namespace")).isEqualTo("imaging");
        assertThat(spark.getProperty("spark.executor.instances")).isEqualTo("3");
        assertThat(at(pod, "spec", "nodeSelector"))
                .isEqualTo(Map.of("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"));
        assertThat(((Map<?, ?>) ((List<?>) container.get("volumeMounts")).get(0)).get("name"))
                .isEqualTo(((Map<?, ?>) ((List<?>) at(pod, "spec", "volumes")).get(0)).get("name"));
        // Spark 4.2, "Running Spark on Kubernetes" and "Configuration"; the last is ours
        assertThat(spark.stringPropertyNames())
                .containsExactlyInAnyOrder(
                        "spark.kubernetes.namespace",
                        "spark.kubernetes.container.image",
                        "spark.kubernetes.executor.podTemplateFile",
                        "spark.kubernetes.executor.podTemplateContainerName",
                        "spark.executor.instances",
                        "spark.driver.host",
                        "spark.driver.bindAddress",
                        "spark.driver.port",
                        "spark.driver.blockManager.port",
                        "spark.tomogrid.discovery");
    }

    @Test
    void what_was_not_run_says_so_in_the_output_itself() {
        for (Devices devices : Devices.values()) {
            Rendering rendering = KubernetesFiles.of(SliceChoice.of("A30-24GB", "1g"), setting(devices));
            assertThat(rendering.text()).startsWith("# Rendered, not run");
            assertThat(rendering.status()).startsWith("Rendered, not run");
        }
        assertThat(HadoopFiles.of(SliceChoice.of("A30-24GB", "whole"), 1).text())
                .contains("rendered, not run");
        assertThat(StandaloneFiles.of(SliceChoice.of("A30-24GB", "1g"), 4).text())
                .contains("rendered, not run");
    }

    @ParameterizedTest
    @CsvSource({
        "A100-80GB, 5g,       'A100-80GB has no profile \"5g\"; it has 1g (1g.10gb)'",
        "A100-80GB, 2g.10gb,  'A100-80GB has no profile \"2g.10gb\"'",
        "A30-24GB,  3g,       'A30-24GB has no profile \"3g\"'",
        "V100,      1g,       'no GPU model V100 is known; there are A100-40GB'"
    })
    void a_profile_that_no_such_gpu_has_is_refused_with_those_that_there_are(String gpu, String slice, String message) {
        assertThatThrownBy(() -> SliceChoice.of(gpu, slice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void what_the_cluster_would_refuse_is_refused_here() {
        SliceChoice slice = SliceChoice.of("A100-80GB", "2g");
        assertThatThrownBy(() -> HadoopFiles.of(slice, 1))
                .hasMessageContaining("gives whole GPUs, not A100-80GB, 2g.20gb");
        assertThatThrownBy(() -> new KubernetesFiles.Setting(Devices.DRA, 0, "imaging", "i", ""))
                .hasMessageContaining("--executors: expected at least 1, got 0");
        assertThatThrownBy(() -> new KubernetesFiles.Setting(Devices.DRA, 1, "Imaging", "i", ""))
                .hasMessageContaining("--namespace: Imaging is not of the form");
        assertThatThrownBy(() -> new KubernetesFiles.Setting(Devices.DRA, 1, "imaging", "i", "A\"B"))
                .hasMessageContaining("--product");
    }

    /** Lines as nvidia-smi -L prints them (MIG user guide). */
    @Test
    void the_discovery_script_prefers_mig_devices_and_prints_what_spark_reads() throws Exception {
        String gpu = "GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)\n";
        String mig = "  MIG 2g.20gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)\n"
                + "  MIG 1g.10gb     Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)\n";
        assertThat(discovered(gpu + mig))
                .isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f\","
                        + "\"MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb\"]}\n");
        assertThat(discovered(gpu))
                .isEqualTo("{\"name\":\"gpu\",\"addresses\":[\"GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77\"]}\n");
        assertThat(discovered("No devices found.\n")).contains("nvidia-smi -L names no device");
    }

    private String discovered(String listing) throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.writeString(folder.resolve("listing"), listing);
        Path smi = Files.writeString(bin.resolve("nvidia-smi"), "#!/bin/sh\ncat " + folder.resolve("listing") + "\n");
        Files.setPosixFilePermissions(smi, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder script = new ProcessBuilder(
                        Path.of(System.getProperty("tomogrid.root"), "deploy/engines/devices.sh")
                                .toString())
                .redirectErrorStream(true);
        script.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        Process process = script.start();
        String printed = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(printed.startsWith("{") ? 0 : 1);
        return printed;
    }

    private static KubernetesFiles.Setting setting(Devices devices) {
        return new KubernetesFiles.Setting(
                devices, 3, "imaging", "registry.example/tomogrid-spark:0.1.0", "NVIDIA-A100-SXM4-80GB");
    }

    private static List<Map<?, ?>> render(String model, String slice, Devices devices) {
        Rendering rendering = KubernetesFiles.of(SliceChoice.of(model, slice), setting(devices));
        List<Map<?, ?>> objects = new ArrayList<>();
        for (Object object : yaml().loadAll(rendering.text())) {
            objects.add((Map<?, ?>) object);
        }
        return objects;
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }

    private static Map<?, ?> object(List<Map<?, ?>> objects, String kind) {
        return objects.stream()
                .filter(object -> kind.equals(object.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    /** The executors' template, out of the ConfigMap. */
    private static Map<?, ?> pod(List<Map<?, ?>> objects) {
        return yaml().load((String) at(object(objects, "ConfigMap"), "data", "executor.yaml"));
    }

    private static Map<?, ?> resources(Map<?, ?> pod) {
        List<?> containers = (List<?>) at(pod, "spec", "containers");
        assertThat(containers).hasSize(1);
        return (Map<?, ?>) ((Map<?, ?>) containers.get(0)).get("resources");
    }

    private static Object at(Map<?, ?> object, String... path) {
        Object value = object;
        for (String name : path) {
            value = ((Map<?, ?>) value).get(name);
            assertThat(value).as(name).isNotNull();
        }
        return value;
    }
}
