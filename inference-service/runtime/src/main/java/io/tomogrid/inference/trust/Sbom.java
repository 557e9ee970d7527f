package io.tomogrid.inference.trust;

import io.tomogrid.inference.oci.Document;
import io.tomogrid.inference.oci.OciException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A software bill of materials, CycloneDX or SPDX 2 as JSON.
 *
 * @param components what it lists @param known vulnerabilities that its author states and has not ruled out
 */
public record Sbom(List<Component> components, List<Vulnerability> known) {
    private static final int MAX_DEPTH = 32;
    private static final Set<String> RULED_OUT = Set.of("not_affected", "false_positive", "resolved");
    private static final Map<String, String> ECOSYSTEMS = Map.of(
            "pypi", "PyPI",
            "npm", "npm",
            "maven", "Maven",
            "deb", "Debian",
            "golang", "Go",
            "cargo", "crates.io",
            "nuget", "NuGet",
            "apk", "Alpine");

    public Sbom {
        components = List.copyOf(components);
        known = List.copyOf(known);
    }

    /** @param ecosystem as OSV names it, or empty if it is not known @param name as OSV writes it in that ecosystem */
    public record Component(String ecosystem, String name, String version) {
        @Override
        public String toString() {
            return name + " " + version;
        }
    }

    /** @param id such as CVE-2025-1234 @param in what has it */
    public record Vulnerability(String id, Severity severity, String in) {}

    /** Severities, mildest first; what is not rated counts as critical. */
    public enum Severity {
        LOW,
        MEDIUM,
        HIGH,
        CRITICAL;

        static Severity of(String text) {
            return switch (text.toUpperCase(Locale.ROOT)) {
                case "LOW", "NONE", "INFO" -> LOW;
                case "MEDIUM", "MODERATE" -> MEDIUM;
                case "HIGH" -> HIGH;
                default -> CRITICAL;
            };
        }
    }

    /** Whether a document of a package is meant to be a bill of materials. */
    public static boolean isSbom(String path) {
        return path.endsWith(".cdx.json") || path.endsWith(".spdx.json");
    }

    /** @throws OciException if it is neither CycloneDX nor SPDX 2, or malformed */
    public static Sbom parse(String path, byte[] json) throws OciException {
        Document document = Document.parse(path, json);
        if (document.text("bomFormat", "").equals("CycloneDX")) {
            List<Component> components = new ArrayList<>();
            addCycloneDx(document, components, 0);
            return new Sbom(components, knownOf(document));
        }
        if (document.text("spdxVersion", "").startsWith("SPDX-2")) {
            return new Sbom(spdx(document), List.of());
        }
        throw new OciException(path + " is neither CycloneDX nor SPDX 2 as JSON");
    }

    private static void addCycloneDx(Document document, List<Component> into, int depth) throws OciException {
        if (depth > MAX_DEPTH) {
            throw new OciException("bill of materials: components within components, deeper than " + MAX_DEPTH);
        }
        for (Document item : document.objects("components")) {
            into.add(component(item.text("purl", ""), item.text("name"), item.text("version", "")));
            addCycloneDx(item, into, depth + 1);
        }
    }

    private static List<Vulnerability> knownOf(Document document) throws OciException {
        List<Vulnerability> known = new ArrayList<>();
        for (Document item : document.objects("vulnerabilities")) {
            Optional<Document> analysis = item.optional("analysis");
            if (analysis.isPresent() && RULED_OUT.contains(analysis.get().text("state", ""))) {
                continue;
            }
            Severity worst = Severity.LOW;
            List<Document> ratings = item.objects("ratings");
            for (Document rating : ratings) {
                Severity severity = Severity.of(rating.text("severity", ""));
                worst = severity.compareTo(worst) > 0 ? severity : worst;
            }
            String in = item.objects("affects").stream()
                    .map(a -> String.valueOf(a.fields().get("ref")))
                    .findFirst()
                    .orElse("the package");
            known.add(new Vulnerability(
                    item.text("id"), ratings.isEmpty() ? Severity.CRITICAL : worst, Document.shown(in)));
        }
        return known;
    }

    private static List<Component> spdx(Document document) throws OciException {
        List<Component> components = new ArrayList<>();
        for (Document item : document.objects("packages")) {
            String purl = "";
            for (Document reference : item.objects("externalRefs")) {
                if (reference.text("referenceType", "").equals("purl")) {
                    purl = reference.text("referenceLocator");
                }
            }
            components.add(component(purl, item.text("name"), item.text("versionInfo", "")));
        }
        return components;
    }

    /** A package URL {@code pkg:type/namespace/name@version?qualifiers#subpath}, or what is known without one. */
    private static Component component(String purl, String name, String version) {
        if (!purl.startsWith("pkg:")) {
            return new Component("", name, version);
        }
        String plain = purl.substring("pkg:".length()).split("[?#]", 2)[0];
        int at = plain.lastIndexOf('@');
        String pinned = at > 0 ? decoded(plain.substring(at + 1)) : version;
        String[] parts = decoded(at > 0 ? plain.substring(0, at) : plain).split("/");
        String type = parts[0].toLowerCase(Locale.ROOT);
        String last = parts[parts.length - 1];
        List<String> namespace = List.of(parts).subList(Math.min(1, parts.length - 1), parts.length - 1);
        String full = switch (type) {
            case "maven" -> String.join(".", namespace) + ":" + last;
            case "npm", "golang" ->
                String.join("/", List.of(parts).subList(Math.min(1, parts.length - 1), parts.length));
            case "pypi" -> last.toLowerCase(Locale.ROOT).replace('_', '-');
            default -> last;
        };
        return new Component(ECOSYSTEMS.getOrDefault(type, ""), full, pinned);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }
}
