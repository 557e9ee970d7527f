package io.tomogrid.node.compose;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** {@code deploy/compose/compose.yaml} as its services. */
record ComposeFile(Map<String, Service> services) {
    /** @param command program arguments, {@code java} left out @param ours whether it is one of our own services */
    record Service(
            String image, List<String> command, Map<String, String> environment, List<String> ports, boolean ours) {
        /** The class that the command runs: the first word after the class path. */
        String mainClass() {
            return command.get(command.indexOf("-cp") + 2);
        }

        /** What follows the main class. */
        List<String> arguments() {
            return command.subList(command.indexOf("-cp") + 3, command.size());
        }

        /** The value of {@code --key=value} or {@code --key value}. */
        String argument(String key) {
            List<String> arguments = arguments();
            for (int i = 0; i < arguments.size(); i++) {
                if (arguments.get(i).startsWith("--" + key + "=")) {
                    return arguments.get(i).substring(key.length() + 3);
                }
                if (arguments.get(i).equals("--" + key)) {
                    return arguments.get(i + 1);
                }
            }
            throw new AssertionError(mainClass() + " has no --" + key);
        }
    }

    static Path folder() {
        return Path.of(System.getProperty("tomogrid.root"), "deploy", "compose");
    }

    static ComposeFile read() throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Map<String, Service> services = new LinkedHashMap<>();
        try (Reader reader = Files.newBufferedReader(folder().resolve("compose.yaml"))) {
            Map<?, ?> file = new Yaml(new SafeConstructor(options)).load(reader);
            ((Map<?, ?>) file.get("services"))
                    .forEach((name, of) -> services.put((String) name, service((Map<?, ?>) of)));
        }
        return new ComposeFile(services);
    }

    /** Our programs in the order of the file. */
    Map<String, Service> ours() {
        Map<String, Service> ours = new LinkedHashMap<>(services);
        ours.values().removeIf(service -> !service.ours());
        return ours;
    }

    Service service(String name) {
        return services.get(name);
    }

    private static Service service(Map<?, ?> of) {
        Map<String, String> environment = new LinkedHashMap<>();
        if (of.get("environment") instanceof Map<?, ?> given) {
            given.forEach((key, value) -> environment.put((String) key, String.valueOf(value)));
        }
        return new Service(
                (String) of.get("image"),
                words(of.get("command")),
                environment,
                words(of.get("ports")),
                List.of("java").equals(of.get("entrypoint")));
    }

    private static List<String> words(Object given) {
        List<String> words = new ArrayList<>();
        if (given instanceof List<?> list) {
            list.forEach(word -> words.add(String.valueOf(word)));
        }
        return words;
    }
}
