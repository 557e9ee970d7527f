package io.tomogrid.node.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tomogrid.gateway.GatewayProperties;
import io.tomogrid.manager.ManagerProperties;
import io.tomogrid.node.compose.ComposeFile.Service;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** DEP-02: the compose file says what the programs read. */
class ComposeTest {
    private static final Set<String> OF_SPRING =
            Set.of("server.address", "server.port", "spring.datasource.url", "spring.datasource.username");

    private static ComposeFile file;

    @BeforeAll
    static void read() throws IOException {
        file = ComposeFile.read();
    }

    @Test
    void every_image_is_pinned_and_every_main_class_exists() {
        assertThat(file.services()).hasSizeGreaterThan(8);
        file.services()
                .forEach((name, service) ->
                        assertThat(service.image()).as("image of %s", name).matches(".*:\\d+\\.\\d+(\\.\\d+)?}?"));
        file.ours()
                .forEach((name, service) -> assertThat(isProgram(service.mainClass()))
                        .as("%s runs %s", name, service.mainClass())
                        .isTrue());
    }

    /** Those of Spark's side are on another class path. */
    private static boolean isProgram(String name) {
        try {
            return Class.forName(name).getMethod("main", String[].class) != null;
        } catch (ClassNotFoundException notHere) {
            return name.equals("org.apache.spark.deploy.master.Master")
                    || Files.exists(root().resolve(
                                    "cluster-manager/spark-job/src/main/java/" + name.replace('.', '/') + ".java"));
        } catch (NoSuchMethodException noProgram) {
            return false;
        }
    }

    @Test
    void every_property_is_one_that_its_service_knows() throws Exception {
        bind("gateway", "tomogrid.gateway", GatewayProperties.class, "tomogrid.gateway.web");
        bind("gateway", "tomogrid.gateway.web", Class.forName("io.tomogrid.gateway.web.WebProperties"), "-");
        bind("manager", "tomogrid.manager", ManagerProperties.class, "-");
        bind(
                "inference",
                "tomogrid.inference",
                Class.forName("io.tomogrid.inference.service.InferenceProperties"),
                "-");
        for (String name : List.of("gateway", "manager", "inference")) {
            assertThat(properties(file.service(name)).keySet().stream().filter(key -> !key.startsWith("tomogrid.")))
                    .as("other properties of %s", name)
                    .isSubsetOf(OF_SPRING);
        }
    }

    private static void bind(String service, String prefix, Class<?> type, String but) {
        Map<String, String> under = new LinkedHashMap<>(properties(file.service(service)));
        under.keySet().removeIf(key -> !key.startsWith(prefix + ".") || key.startsWith(but));
        assertThat(under).as("%s of %s", prefix, service).isNotEmpty();
        assertThatCode(() -> new Binder(new MapConfigurationPropertySource(under))
                        .bind(prefix, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT)))
                .as("%s of %s", prefix, service)
                .doesNotThrowAnyException();
    }

    private static Map<String, String> properties(Service service) {
        Map<String, String> properties = new LinkedHashMap<>();
        for (String argument : service.arguments()) {
            Matcher property = Pattern.compile("--([^=]+)=(.*)").matcher(argument);
            assertThat(property.matches()).as(argument).isTrue();
            properties.put(property.group(1), property.group(2));
        }
        return properties;
    }

    @Test
    void agent_and_driver_take_their_options() throws Exception {
        Method parse = Class.forName("io.tomogrid.agent.AgentArguments").getDeclaredMethod("parse", String[].class);
        parse.setAccessible(true);
        Object agent =
                parse.invoke(null, (Object) file.service("agent").arguments().toArray(String[]::new));
        assertThat(agent.toString()).contains("spark://127.0.0.1:7077");
        String usage = Files.readString(
                root().resolve("cluster-manager/spark-job/src/main/java/io/tomogrid/sparkjob/DriverArguments.java"));
        assertThat(file.service("driver").arguments().stream().filter(word -> word.startsWith("--")))
                .isNotEmpty()
                .allSatisfy(option -> assertThat(usage).contains('"' + option + '"'));
    }

    @Test
    void whoever_calls_somebody_has_its_address() {
        Service manager = file.service("manager");
        assertThat(URI.create(manager.argument("tomogrid.manager.gateway-url")))
                .hasPort(port("gateway", "server.port"));
        assertThat(URI.create(manager.argument("tomogrid.manager.inference-url")))
                .hasPort(port("inference", "server.port"));
        assertThat(URI.create(manager.argument("tomogrid.manager.driver-url"))).hasPort(port("driver", "port"));
        assertThat(URI.create(manager.argument("tomogrid.manager.agents[0]"))).hasPort(port("agent", "port"));
        int master = port("spark-master", "port");
        for (String name : List.of("agent", "driver")) {
            assertThat(URI.create(file.service(name).argument("master"))).hasPort(master);
        }
        assertThat(manager.argument("tomogrid.manager.archive-root"))
                .isEqualTo(file.service("gateway").argument("tomogrid.gateway.archive-root"));
        assertThat(file.service("agent").argument("locks"))
                .isEqualTo(file.service("driver").argument("locks"));
        assertThat(file.service("loopback").ports())
                .containsExactlyInAnyOrder(
                        "127.0.0.1:11112:" + port("gateway", "tomogrid.gateway.dicom.port"),
                        "127.0.0.1:8080:" + port("gateway", "server.port"));
    }

    @Test
    void hdfs_is_where_its_daemons_say() throws IOException {
        URI archive = URI.create(file.service("gateway").argument("tomogrid.gateway.archive-root"));
        assertThat(Files.readString(ComposeFile.folder().resolve("hdfs/core-site.xml")))
                .contains("<value>hdfs://" + archive.getAuthority() + "</value>");
        assertThat(file.services()).containsKey(archive.getHost());
    }

    /** Read by the programs: {@code TOMOGRID_TOKEN}, Spark's and Spring's own; what is secret comes from outside. */
    @Test
    void secrets_come_from_the_environment() throws IOException {
        Set<String> secrets = new TreeSet<>();
        file.services()
                .forEach((name, service) -> service.environment().forEach((key, value) -> {
                    if (key.contains("TOKEN") || key.contains("PASSWORD") || key.contains("SECRET")) {
                        assertThat(value).as("%s of %s", key, name).matches("\\$\\{[A-Z_]+:\\?set it to .*}");
                        secrets.add(key);
                    }
                }));
        assertThat(secrets)
                .containsExactlyInAnyOrder(
                        "TOMOGRID_TOKEN", "POSTGRES_PASSWORD", "SPRING_DATASOURCE_PASSWORD", "_SPARK_AUTH_SECRET");
        for (String name : List.of("gateway", "manager", "inference", "agent", "driver")) {
            assertThat(file.service(name).environment()).as(name).containsKey("TOMOGRID_TOKEN");
        }
        String token = file.service("gateway").environment().get("TOMOGRID_TOKEN");
        for (String name : List.of("spark-master", "driver", "agent")) {
            assertThat(file.service(name).environment())
                    .as("the agent gives its Workers the token for it, so %s has the same", name)
                    .containsEntry("_SPARK_AUTH_SECRET", token);
        }
    }

    private static int port(String service, String argument) {
        return Integer.parseInt(file.service(service).argument(argument));
    }

    private static Path root() {
        return Path.of(System.getProperty("tomogrid.root"));
    }
}
