package io.tomogrid.imaging.petsird;

import io.tomogrid.imaging.Vec3;
import io.tomogrid.imaging.pet.TofBins;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes what is generated as PETSIRD: a scanner of equal modules, its efficiencies, prompt and delayed coincidences. */
final class PetsirdWriter {
    private static final int PARTS = 10;
    private static final float DEPTH_MM = 20;

    private PetsirdWriter() {}

    /**
     * A whole stream.
     *
     * @param centre of the scanner in the patient, LPS, mm @param efficiencies of each element @param calibration counts per line integral of annihilations
     * @param prompts coincidences one after the other: two elements, the greater one first, and a
     *     bin of time of flight @param delayed likewise
     */
    static byte[] write(
            ModularScanner scanner,
            Vec3 centre,
            float[] efficiencies,
            double calibration,
            long durationMs,
            int[] prompts,
            int[] delayed) {
        String text = schema();
        YardlSchema schema;
        YardlType header;
        YardlType.Union blocks;
        try {
            Map<?, ?> json = (Map<?, ?>) Json.read(text);
            schema = new YardlSchema((List<?>) json.get("types"));
            header = schema.type("PETSIRD.Header");
            blocks = (YardlType.Union) schema.type("PETSIRD.TimeBlock");
        } catch (io.tomogrid.imaging.pet.PetRawException ownSchema) {
            throw new IllegalStateException(ownSchema);
        }
        YardlOutput out = new YardlOutput();
        for (byte b : PetsirdFormat.MAGIC) {
            out.put(b);
        }
        out.string(text);
        header.write(out, Map.of("scanner", header(scanner, centre, efficiencies, calibration)));
        for (int part = 0; part < PARTS; part++) {
            Map<String, Object> interval =
                    Map.of("start", durationMs * part / PARTS, "stop", durationMs * (part + 1) / PARTS);
            out.unsigned(1);
            blocks.write(
                    out,
                    new YardlType.Chosen(
                            "EventTimeBlock",
                            Map.of(
                                    "timeInterval",
                                    interval,
                                    "promptEvents",
                                    List.of(List.of(events(prompts, part))),
                                    "delayedEvents",
                                    List.of(List.of(events(delayed, part))))));
        }
        out.unsigned(0);
        return out.bytes();
    }

    /** The types of PETSIRD as every file of it states them. */
    private static String schema() {
        try (InputStream in = PetsirdWriter.class.getResourceAsStream("schema.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException ownResource) {
            throw new UncheckedIOException(ownResource);
        }
    }

    private static List<Map<String, Object>> events(int[] all, int part) {
        List<Map<String, Object>> events = new ArrayList<>();
        int count = all.length / 3;
        for (int n = (int) ((long) count * part / PARTS); n < (long) count * (part + 1) / PARTS; n++) {
            events.add(Map.of("detectionBins", List.of(all[3 * n], all[3 * n + 1]), "tofIdx", all[3 * n + 2]));
        }
        return events;
    }

    private static Map<String, Object> header(
            ModularScanner scanner, Vec3 centre, float[] efficiencies, double calibration) {
        return Map.ofEntries(
                Map.entry("modelName", "Tomogrid synthetic scanner"),
                Map.entry("scannerGeometry", Map.of("replicatedModules", List.of(modules(scanner)))),
                Map.entry("gantryAlignment", Map.of("matrix", new float[] {
                    1, 0, 0, (float) centre.x(), 0, 1, 0, (float) centre.y(), 0, 0, 1, (float) centre.z()
                })),
                Map.entry("collimatorType", "NONE"),
                Map.entry("tofBinEdges", List.of(List.of(Map.of("edges", edges(scanner.tof()))))),
                Map.entry(
                        "tofResolution",
                        List.of(new float[] {(float) scanner.tof().fwhmMm()})),
                Map.entry("eventEnergyBinEdges", List.of(Map.of("edges", new float[] {
                    (float) scanner.window().lowerKeV(),
                    (float) scanner.window().upperKeV()
                }))),
                Map.entry(
                        "energyResolutionAt511",
                        new float[] {(float) scanner.window().resolution()}),
                Map.entry("promptEventPolicy", 1),
                Map.entry("delayedEventPolicy", 1),
                Map.entry("detectionEfficiencies", efficiencies(scanner, efficiencies, calibration)));
    }

    private static float[] edges(TofBins tof) {
        float[] edges = new float[tof.count() + 1];
        for (int n = 0; n < edges.length; n++) {
            edges[n] = (float) ((n - tof.count() / 2.0) * tof.widthMm());
        }
        return edges;
    }

    private static Map<String, Object> efficiencies(ModularScanner scanner, float[] efficiencies, double calibration) {
        List<Object> groups = new ArrayList<>();
        for (int module = 0; module < scanner.modules(); module++) {
            List<Object> row = new ArrayList<>();
            for (int other = 0; other <= module; other++) {
                row.add(scanner.coincident(module, other) ? 0 : -1);
            }
            groups.add(row);
        }
        return Map.of(
                "methodDescription",
                "generated",
                "calibrationFactor",
                calibration,
                "detectionBinEfficiencies",
                List.of(efficiencies),
                "modulePairSGIDLUT",
                List.of(List.of(groups)));
    }

    /** Every module is turned to its place; in it, every crystal. */
    private static Map<String, Object> modules(ModularScanner scanner) {
        List<Object> modules = new ArrayList<>();
        for (int n = 0; n < scanner.modules(); n++) {
            modules.add(turned(2 * Math.PI * n / scanner.modules(), 0, 0));
        }
        List<Object> elements = new ArrayList<>();
        for (int crystal = 0; crystal < scanner.crystals(); crystal++) {
            for (int ring = 0; ring < scanner.rings(); ring++) {
                elements.add(turned(
                        2 * Math.PI * (crystal + 0.5) / scanner.perRing(),
                        scanner.radiusMm(),
                        (ring - (scanner.rings() - 1) / 2.0) * scanner.pitchMm()));
            }
        }
        float width = (float) (2 * Math.PI * scanner.radiusMm() / scanner.perRing());
        List<Object> corners = new ArrayList<>();
        for (int n = 0; n < 8; n++) {
            corners.add(Map.of("c", new float[] {
                (n & 1) * DEPTH_MM - DEPTH_MM / 2,
                (n >> 1 & 1) * width - width / 2,
                (float) ((n >> 2) * scanner.pitchMm() - scanner.pitchMm() / 2)
            }));
        }
        return Map.of(
                "object",
                Map.of(
                        "detectingElements",
                        Map.of("object", Map.of("shape", Map.of("corners", corners)), "transforms", elements)),
                "transforms",
                modules);
    }

    /** Out by a distance along x, then turned around z. */
    private static Map<String, Object> turned(double angle, double outMm, double z) {
        float cosine = (float) Math.cos(angle);
        float sine = (float) Math.sin(angle);
        return Map.of("matrix", new float[] {
            cosine,
            -sine,
            0,
            (float) (outMm * Math.cos(angle)),
            sine,
            cosine,
            0,
            (float) (outMm * Math.sin(angle)),
            0,
            0,
            1,
            (float) z
        });
    }
}
