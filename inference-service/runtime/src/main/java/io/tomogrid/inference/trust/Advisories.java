package io.tomogrid.inference.trust;

import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import io.tomogrid.inference.pack.Versions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Advisories about packages in OSV's format (osv.dev), a folder with one JSON file each: what a site brings in by hand,
 * for nothing is asked over the network.
 */
public final class Advisories {
    private static final Advisories NONE = new Advisories(Map.of());

    private final Map<String, List<Affected>> byPackage;

    private Advisories(Map<String, List<Affected>> byPackage) {
        this.byPackage = byPackage;
    }

    /** @param ids its id first, then the aliases @param events of one range, in order: introduced or fixed at a version */
    private record Affected(
            List<String> ids,
            Sbom.Severity severity,
            Set<String> versions,
            List<List<Map.Entry<String, String>>> ranges) {
        boolean has(String version) {
            return versions.contains(version) || ranges.stream().anyMatch(r -> within(r, version));
        }

        private static boolean within(List<Map.Entry<String, String>> events, String version) {
            boolean affected = false;
            for (Map.Entry<String, String> event : events) {
                int order = event.getValue().equals("0") ? 1 : Versions.ORDER.compare(version, event.getValue());
                switch (event.getKey()) {
                    case "introduced" -> affected |= order >= 0;
                    case "fixed" -> affected &= order < 0;
                    default -> affected &= order <= 0;
                }
            }
            return affected;
        }
    }

    public static Advisories none() {
        return NONE;
    }

    /** @throws OciException naming the file that is no advisory */
    public static Advisories read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new OciException("advisories: " + folder + " is no folder");
        }
        Map<String, List<Affected>> byPackage = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                add(Document.read(file), byPackage);
            }
        }
        return new Advisories(byPackage);
    }

    /** @param accepted ids that an operator has ruled out: none of these is given */
    List<Sbom.Vulnerability> of(Sbom.Component component, Set<String> accepted) {
        return byPackage.getOrDefault(component.ecosystem() + "/" + component.name(), List.of()).stream()
                .filter(a -> a.ids().stream().noneMatch(accepted::contains) && a.has(component.version()))
                .map(a -> new Sbom.Vulnerability(a.ids().get(0), a.severity(), component.toString()))
                .toList();
    }

    private static void add(Document osv, Map<String, List<Affected>> byPackage) throws OciException {
        if (osv.has("withdrawn")) {
            return;
        }
        List<String> ids = new ArrayList<>(List.of(osv.text("id")));
        ids.addAll(osv.texts("aliases"));
        String rated =
                osv.has("database_specific") ? osv.object("database_specific").text("severity", "") : "";
        for (Document affected : osv.objects("affected")) {
            if (!affected.has("package")) {
                continue;
            }
            Document about = affected.object("package");
            List<List<Map.Entry<String, String>>> ranges = new ArrayList<>();
            for (Document range : affected.objects("ranges")) {
                if (!range.text("type").equals("GIT")) {
                    ranges.add(events(range));
                }
            }
            String ecosystem = about.text("ecosystem").split(":", 2)[0];
            byPackage
                    .computeIfAbsent(ecosystem + "/" + about.text("name"), k -> new ArrayList<>())
                    .add(new Affected(ids, Sbom.Severity.of(rated), new HashSet<>(affected.texts("versions")), ranges));
        }
    }

    private static List<Map.Entry<String, String>> events(Document range) throws OciException {
        List<Map.Entry<String, String>> events = new ArrayList<>();
        for (Document event : range.objects("events")) {
            for (String kind : List.of("introduced", "fixed", "last_affected")) {
                if (event.has(kind)) {
                    events.add(Map.entry(kind, event.text(kind)));
                }
            }
        }
        return events;
    }
}
