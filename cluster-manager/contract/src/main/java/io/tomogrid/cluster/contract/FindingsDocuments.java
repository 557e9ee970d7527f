package io.tomogrid.cluster.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON form of {@link Quantification} and {@link Provenance}; findings from before they were kept have neither. */
final class FindingsDocuments {
    private FindingsDocuments() {}

    static Map<String, Object> toMap(Quantification q) {
        var map = new LinkedHashMap<String, Object>();
        map.put("series", q.series().stream().map(FindingsDocuments::derivation).toList());
        map.put("scales", q.scales().stream().map(FindingsDocuments::scale).toList());
        map.put("volumes", q.volumes().stream().map(FindingsDocuments::volume).toList());
        map.put("burden", q.burden().stream().map(FindingsDocuments::burden).toList());
        map.put("liver", liver(q.liver()));
        map.put("tracking", tracking(q.tracking()));
        return map;
    }

    static Quantification quantification(Fields map) {
        return new Quantification(
                map.list("series", FindingsDocuments::derivation),
                map.list(
                        "scales",
                        f -> new Quantification.Scale(
                                f.text("kind"), f.text("unit"), f.number("per-suv-bw"), f.text("how"))),
                map.list(
                        "volumes",
                        f -> new Quantification.Volume(
                                f.whole("lesion"),
                                f.text("method"),
                                f.number("threshold"),
                                f.number("mtv-ml"),
                                f.number("tlg"),
                                f.text("reason"))),
                map.list(
                        "burden",
                        f -> new Quantification.Burden(
                                f.text("method"), f.number("mtv-ml"), f.number("tlg"), f.text("reason"))),
                liver(map.object("liver")),
                tracking(map.object("tracking")));
    }

    static Map<String, Object> toMap(Provenance p) {
        var map = new LinkedHashMap<String, Object>();
        map.put("software", p.software());
        map.put("backend", p.backend());
        map.put("slice", p.slice());
        map.put("simulated", p.simulated());
        map.put("steps", p.steps().stream().map(FindingsDocuments::step).toList());
        map.put("inputs", p.inputs().stream().map(FindingsDocuments::input).toList());
        return map;
    }

    static Provenance provenance(Fields map) {
        return new Provenance(
                map.text("software"),
                map.text("backend"),
                map.text("slice"),
                map.flag("simulated"),
                map.list("steps", f -> new Provenance.Step(f.text("name"), f.texts("parameters"))),
                map.list(
                        "inputs",
                        f -> new Provenance.Input(
                                f.text("series-uid"), f.text("modality"), f.whole("instances"), f.text("sha256"))));
    }

    private static Map<String, Object> derivation(Quantification.Derivation d) {
        var map = new LinkedHashMap<String, Object>();
        map.put("series-uid", d.seriesUid());
        map.put("path", d.path());
        map.put(
                "attributes",
                d.attributes().stream()
                        .map(a -> {
                            var attribute = new LinkedHashMap<String, Object>();
                            attribute.put("tag", a.tag());
                            attribute.put("name", a.name());
                            attribute.put("value", a.value());
                            return attribute;
                        })
                        .toList());
        map.put("steps", d.steps());
        map.put("refused", d.refused());
        return map;
    }

    private static Quantification.Derivation derivation(Fields f) {
        return new Quantification.Derivation(
                f.text("series-uid"),
                f.text("path"),
                f.list("attributes", a -> new Quantification.Attribute(a.text("tag"), a.text("name"), a.text("value"))),
                f.texts("steps"),
                f.text("refused"));
    }

    private static Map<String, Object> scale(Quantification.Scale s) {
        var map = new LinkedHashMap<String, Object>();
        map.put("kind", s.kind());
        map.put("unit", s.unit());
        map.put("per-suv-bw", finite(s.perSuvBw()));
        map.put("how", s.how());
        return map;
    }

    private static Map<String, Object> volume(Quantification.Volume v) {
        var map = new LinkedHashMap<String, Object>();
        map.put("lesion", v.lesion());
        map.put("method", v.method());
        map.put("threshold", finite(v.threshold()));
        map.put("mtv-ml", finite(v.mtvMl()));
        map.put("tlg", finite(v.tlg()));
        map.put("reason", v.reason());
        return map;
    }

    private static Map<String, Object> burden(Quantification.Burden b) {
        var map = new LinkedHashMap<String, Object>();
        map.put("method", b.method());
        map.put("mtv-ml", finite(b.mtvMl()));
        map.put("tlg", finite(b.tlg()));
        map.put("reason", b.reason());
        return map;
    }

    private static Map<String, Object> liver(Quantification.Liver l) {
        var map = new LinkedHashMap<String, Object>();
        map.put("mean", finite(l.mean()));
        map.put("deviation", finite(l.deviation()));
        map.put("threshold", finite(l.threshold()));
        map.put("ml", finite(l.ml()));
        map.put("centre-mm", l.centreMm());
        map.put("measurable", l.measurable());
        map.put("reason", l.reason());
        return map;
    }

    private static Quantification.Liver liver(Fields f) {
        return new Quantification.Liver(
                f.number("mean"),
                f.number("deviation"),
                f.number("threshold"),
                f.number("ml"),
                f.numbers("centre-mm"),
                f.numbers("measurable").stream().map(Double::intValue).toList(),
                f.text("reason"));
    }

    private static Map<String, Object> tracking(Quantification.Tracking t) {
        var map = new LinkedHashMap<String, Object>();
        map.put("frame-of-reference-uid", t.frameOfReferenceUid());
        map.put("prior-study-uid", t.priorStudyUid());
        map.put("by", t.by());
        map.put(
                "tracks",
                t.tracks().stream()
                        .map(track -> {
                            var of = new LinkedHashMap<String, Object>();
                            of.put("lesion", track.lesion());
                            of.put("prior", track.prior());
                            of.put("tracking-uid", track.trackingUid());
                            of.put("suv-peak-change", finite(track.suvPeakChange()));
                            of.put("mtv-change", finite(track.mtvChange()));
                            return of;
                        })
                        .toList());
        map.put("reason", t.reason());
        return map;
    }

    private static Quantification.Tracking tracking(Fields f) {
        return new Quantification.Tracking(
                f.text("frame-of-reference-uid"),
                f.text("prior-study-uid"),
                f.text("by"),
                f.list(
                        "tracks",
                        t -> new Quantification.Track(
                                t.whole("lesion"),
                                t.whole("prior"),
                                t.text("tracking-uid"),
                                t.number("suv-peak-change"),
                                t.number("mtv-change"))),
                f.text("reason"));
    }

    private static Map<String, Object> step(Provenance.Step s) {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", s.name());
        map.put("parameters", s.parameters());
        return map;
    }

    private static Map<String, Object> input(Provenance.Input i) {
        var map = new LinkedHashMap<String, Object>();
        map.put("series-uid", i.seriesUid());
        map.put("modality", i.modality());
        map.put("instances", i.instances());
        map.put("sha256", i.sha256());
        return map;
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** The members of one JSON object; what is missing or malformed is named. */
    record Fields(Map<String, Object> map) {
        String text(String key) {
            return cast(present(key), String.class, key);
        }

        boolean flag(String key) {
            return cast(present(key), Boolean.class, key);
        }

        int whole(String key) {
            return Math.toIntExact(cast(present(key), Number.class, key).longValue());
        }

        /** {@code null} is NaN. */
        double number(String key) {
            Object value = present(key);
            return value == null ? Double.NaN : cast(value, Number.class, key).doubleValue();
        }

        List<String> texts(String key) {
            return items(key).stream()
                    .map(item -> cast(item, String.class, key))
                    .toList();
        }

        List<Double> numbers(String key) {
            return items(key).stream()
                    .map(item -> cast(item, Number.class, key).doubleValue())
                    .toList();
        }

        <T> List<T> list(String key, java.util.function.Function<Fields, T> of) {
            return items(key).stream().map(item -> of.apply(fields(item, key))).toList();
        }

        Fields object(String key) {
            return fields(present(key), key);
        }

        private List<Object> items(String key) {
            return List.copyOf(cast(present(key), List.class, key));
        }

        @SuppressWarnings("unchecked")
        private static Fields fields(Object value, String key) {
            return new Fields(cast(value, Map.class, key));
        }

        private Object present(String key) {
            if (!map.containsKey(key)) {
                throw new IllegalArgumentException(key + " is missing");
            }
            return map.get(key);
        }

        private static <T> T cast(Object value, Class<T> type, String key) {
            if (type.isInstance(value)) {
                return type.cast(value);
            }
            throw new IllegalArgumentException(key + ": expected a " + type.getSimpleName() + ", got " + value);
        }
    }
}
