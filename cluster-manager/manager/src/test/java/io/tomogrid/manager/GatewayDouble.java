package io.tomogrid.manager;

import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.InstanceRef;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.ResultObject;
import io.tomogrid.gateway.contract.SeriesRef;
import io.tomogrid.gateway.contract.StudyComplete;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A gateway with a feed that a scene fills and one destination. Guarded by this. */
final class GatewayDouble extends PeerDouble {
    private final List<Map<String, Object>> feed = new ArrayList<>();
    private final List<Archived> archive = new ArrayList<>();
    private final Map<String, Results> results = new LinkedHashMap<>();
    private final Map<String, List<String>> priors = new LinkedHashMap<>();
    private Pacs pacs = Pacs.UP;
    private boolean storing = true;
    private int feedRead;

    enum Pacs {
        UP,
        DOWN,
        REFUSES
    }

    /** A study that a query finds. @param document null if it never came to rest */
    private record Archived(String studyUid, String accession, int revision, Map<String, Object> document) {}

    private static final class Results {
        private final ResultManifest manifest;
        private String state = "STORING";
        private String delivery = "PENDING";
        private String reason = "";
        private int attempts;
        private int puts;

        Results(ResultManifest manifest) {
            this.manifest = manifest;
        }
    }

    GatewayDouble() throws IOException {
        up();
    }

    /** Completes a study with one instance per modality. */
    synchronized StudyComplete complete(String studyUid, int revision, String... modalities) {
        StudyComplete study = study(feed.size() + 1L, studyUid, revision, modalities);
        feed.add(Documents.toMap(study));
        archive.add(0, new Archived(studyUid, "", revision, Documents.toMap(study)));
        return study;
    }

    /** A study that this AE title sent comes to rest. */
    synchronized void completeFrom(String callingAe, String studyUid, String... modalities) {
        StudyComplete bare = study(feed.size() + 1L, studyUid, 1, modalities);
        feed.add(Documents.toMap(new StudyComplete(
                bare.sequence(), studyUid, 1, bare.completeness(), bare.series(), List.of(callingAe))));
    }

    /** A study that came to rest before this manager began to read the feed; or that has not yet, as revision 0. */
    synchronized void archived(String studyUid, String accession, int revision, String... modalities) {
        archive.add(
                0,
                new Archived(
                        studyUid,
                        accession,
                        revision,
                        revision == 0 ? null : Documents.toMap(study(1, studyUid, revision, modalities))));
    }

    private static StudyComplete study(long sequence, String studyUid, int revision, String... modalities) {
        List<SeriesRef> series = new ArrayList<>();
        for (String modality : modalities) {
            String uid = studyUid + "." + (series.size() + 1);
            var instance =
                    new InstanceRef("1.2.840.10008.5.1.4.1.1.128", uid + ".1", "1.2.840.10008.1.2.1", "s1", 0, 9, "ab");
            series.add(new SeriesRef(uid, modality, List.of(instance)));
        }
        return new StudyComplete(sequence, studyUid, revision, StudyComplete.Completeness.QUIET_PERIOD, series);
    }

    /** The patient of a study was here before, the last time first. */
    synchronized void priors(String studyUid, String... earlier) {
        priors.put(studyUid, List.of(earlier));
    }

    /** An entry as another version of the gateway might write it. */
    synchronized void completeUnreadable() {
        feed.add(Map.of("format-version", 99, "sequence", feed.size() + 1));
    }

    /** Tells everything again from the beginning, under new numbers, as after the loss of its database. */
    synchronized void repeatFeed() {
        for (Map<String, Object> entry : List.copyOf(feed)) {
            var again = new LinkedHashMap<>(entry);
            again.put("sequence", feed.size() + 1);
            feed.add(again);
        }
    }

    synchronized void pacs(Pacs is) {
        pacs = is;
    }

    /** Whether what it has taken is stored, or stays in the queue. */
    synchronized void storing(boolean does) {
        storing = does;
    }

    synchronized int feedRead() {
        return feedRead;
    }

    synchronized ResultManifest manifest(String jobId) {
        Results ours = results.get(jobId);
        return ours == null ? null : ours.manifest;
    }

    @Override
    synchronized Answer answer(Asked asked) throws IOException {
        if (asked.is("GET", "api", "feed")) {
            return feed(asked.query());
        }
        if (asked.is("GET", "api", "revisions")) {
            return revisions(asked.query());
        }
        if (asked.is("GET", "api", "studies", "*", "revisions", "*")) {
            return archive.stream()
                    .filter(s -> s.studyUid.equals(asked.path().get(2)))
                    .filter(s -> String.valueOf(s.revision).equals(asked.path().get(4)) && s.document != null)
                    .findFirst()
                    .map(s -> new Answer(200, s.document))
                    .orElseGet(() -> new Answer(404, Map.of("error", "no such revision")));
        }
        if (asked.is("GET", "api", "studies", "*", "priors")) {
            return new Answer(
                    200, Map.of("studies", priors.getOrDefault(asked.path().get(2), List.of())));
        }
        if (asked.is("PUT", "api", "results", "*")) {
            return put(asked.path().get(2), Documents.resultManifest(asked.json()));
        }
        if (asked.is("POST", "api", "results", "*", "retry")) {
            Results ours = results.get(asked.path().get(2));
            if (ours == null) {
                return new Answer(404, Map.of("error", "no such results"));
            }
            if (ours.delivery.equals("REFUSED") || ours.delivery.equals("DEAD")) {
                ours.delivery = "PENDING";
            }
            return new Answer(202, Map.of());
        }
        if (asked.is("GET", "api", "results", "*")) {
            Results ours = results.get(asked.path().get(2));
            return ours == null
                    ? new Answer(404, Map.of("error", "no such results"))
                    : new Answer(200, describe(asked.path().get(2), ours));
        }
        throw new IllegalArgumentException("a gateway is not asked this");
    }

    private Answer feed(String query) {
        long after = Long.parseLong(query.replaceAll(".*after=(\\d+).*", "$1"));
        int limit = Integer.parseInt(query.replaceAll(".*limit=(\\d+).*", "$1"));
        feedRead++;
        Stream<Map<String, Object>> behind =
                feed.stream().filter(entry -> ((Number) entry.get("sequence")).longValue() > after);
        return new Answer(
                200, Map.of("format-version", 1, "studies", behind.limit(limit).toList()));
    }

    /** Matches StudyInstanceUID (a list) and AccessionNumber (a star at its end), the newest study first. */
    private Answer revisions(String query) {
        Stream<Archived> found = archive.stream();
        long offset = 0;
        long limit = 1000;
        for (String term : query.split("&")) {
            String value = term.substring(term.indexOf('=') + 1);
            switch (term.substring(0, term.indexOf('='))) {
                case "offset" -> offset = Long.parseLong(value);
                case "limit" -> limit = Long.parseLong(value);
                case "StudyInstanceUID" ->
                    found = found.filter(s -> List.of(value.split(",")).contains(s.studyUid));
                case "AccessionNumber" -> {
                    String start = value.replaceAll("\\*$", "");
                    found = found.filter(
                            s -> start.equals(value) ? s.accession.equals(value) : s.accession.startsWith(start));
                }
                default -> {
                    return new Answer(400, Map.of("error", "search: not matched by that here"));
                }
            }
        }
        List<Archived> all = found.toList();
        List<Map<String, Object>> page = all.stream()
                .skip(offset)
                .limit(limit)
                .map(s -> Map.<String, Object>of("study-uid", s.studyUid, "revision", s.revision))
                .toList();
        return new Answer(200, Map.of("total", all.size(), "studies", page));
    }

    private Answer put(String jobId, ResultManifest manifest) {
        if (!manifest.jobId().equals(jobId)) {
            throw new IllegalArgumentException("results of another job");
        }
        Results ours = results.computeIfAbsent(jobId, id -> new Results(manifest));
        if (ours.state.equals("REJECTED") && !ours.manifest.equals(manifest)) {
            ours = new Results(manifest);
            results.put(jobId, ours);
        }
        if (!ours.manifest.equals(manifest)) {
            return new Answer(409, Map.of("error", "other results are stored"));
        }
        ours.puts++;
        return new Answer(202, Map.of());
    }

    private Map<String, Object> describe(String jobId, Results ours) {
        advance(ours);
        List<Map<String, Object>> objects = new ArrayList<>();
        for (ResultObject object : ours.manifest.objects()) {
            objects.add(Map.of(
                    "kind", object.kind(),
                    "sop-class-uid", object.sopClassUid(),
                    "sop-instance-uid", object.sopInstanceUid(),
                    "deliveries",
                            List.of(Map.of(
                                    "destination",
                                    "pacs",
                                    "state",
                                    ours.delivery,
                                    "attempts",
                                    ours.attempts,
                                    "reason",
                                    ours.delivery.equals("ACCEPTED") ? "" : ours.reason))));
        }
        String reason = ours.state.equals("REJECTED") ? ours.reason : "";
        return Map.of("job-id", jobId, "state", ours.state, "reason", reason, "objects", objects);
    }

    /** One step per look: stores, which needs the staged files once, then sends. */
    private void advance(Results ours) {
        if (ours.state.equals("STORING")) {
            if (storing) {
                boolean staged = ours.manifest.objects().stream()
                        .allMatch(o -> Files.exists(
                                Path.of(URI.create(ours.manifest.stagingRoot())).resolve(o.file())));
                ours.state = staged ? "DELIVERING" : "REJECTED";
                ours.reason = staged ? "" : "a staged file is missing";
            }
        } else if (!ours.state.equals("REJECTED") && !ours.delivery.equals("ACCEPTED")) {
            ours.attempts++;
            ours.reason = pacs == Pacs.UP ? "" : "nothing listens at its port";
            ours.delivery = switch (pacs) {
                case UP -> "ACCEPTED";
                case DOWN -> "PENDING";
                case REFUSES -> ours.attempts > 1 ? "DEAD" : "PENDING";
            };
            ours.state = ours.delivery.equals("PENDING") ? "DELIVERING" : "SETTLED";
        }
    }
}
