package io.tomogrid.manager.peer;

import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.ResultManifest;
import io.tomogrid.gateway.contract.StudyComplete;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The gateway. For use by one thread. */
public final class GatewayClient {
    private final HttpPeer peer;

    public GatewayClient(URI base, String token, HttpClient http, Duration timeout) {
        this.peer = new HttpPeer("the gateway", base, token, http, timeout);
    }

    /** One entry of the feed. */
    public sealed interface FeedEntry {
        /** Position in the feed. */
        long sequence();
    }

    /** An entry as agreed. */
    public record Complete(StudyComplete study) implements FeedEntry {
        @Override
        public long sequence() {
            return study.sequence();
        }
    }

    /** An entry whose position can be read, but not the rest. @param reason names what is wrong */
    public record Unreadable(long sequence, String reason) implements FeedEntry {}

    /** The studies that completed behind a position, in ascending order. */
    public List<FeedEntry> feed(long after, int limit) {
        String path = "/api/feed?after=" + after + "&limit=" + limit;
        HttpPeer.Answer answer = peer.send("GET", path, "");
        try {
            if (!(answer.json().get("studies") instanceof List<?> studies)) {
                throw new IllegalArgumentException("studies is missing");
            }
            List<FeedEntry> entries = new ArrayList<>();
            for (Object study : studies) {
                FeedEntry entry = entry(study);
                if (entry.sequence() > after) {
                    entries.add(entry);
                }
            }
            return entries;
        } catch (RuntimeException e) {
            throw peer.misunderstood("/api/feed", e);
        }
    }

    /** @param revision the study's last one, 0 if it never came to rest */
    public record Revision(String studyUid, int revision) {}

    /** @param total how many studies match @param page those of them that were asked for */
    public record Matches(long total, List<Revision> page) {
        public Matches {
            page = List.copyOf(page);
        }
    }

    /**
     * Which studies match, in an order that stays the same.
     *
     * @param query parameters of QIDO-RS, percent-encoded
     * @throws PeerRefused if it cannot be matched; says why
     */
    public Matches matches(String query, int offset, int limit) {
        String path = "/api/revisions";
        HttpPeer.Answer answer = peer.send("GET", path + "?" + query + "&offset=" + offset + "&limit=" + limit, "");
        try {
            Map<String, Object> json = answer.json();
            if (!(json.get("total") instanceof Number total) || !(json.get("studies") instanceof List<?> studies)) {
                throw new IllegalArgumentException("total or studies is missing");
            }
            List<Revision> page = new ArrayList<>();
            for (Object study : studies) {
                if (!(study instanceof Map<?, ?> map)
                        || !(map.get("study-uid") instanceof String uid)
                        || !(map.get("revision") instanceof Integer revision)) {
                    throw new IllegalArgumentException("a study without study-uid or revision");
                }
                page.add(new Revision(uid, revision));
            }
            return new Matches(total.longValue(), page);
        } catch (RuntimeException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** Earlier studies of the same patient, the latest first; none of a study that the gateway does not know. */
    public List<String> priors(String studyUid) {
        String path = "/api/studies/" + URLEncoder.encode(studyUid, StandardCharsets.UTF_8) + "/priors";
        HttpPeer.Answer answer = peer.send("GET", path, "");
        if (!answer.found()) {
            return List.of();
        }
        try {
            if (!(answer.json().get("studies") instanceof List<?> studies)) {
                throw new IllegalArgumentException("studies is missing");
            }
            return studies.stream().map(String.class::cast).toList();
        } catch (RuntimeException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** A revision as the feed told it; empty if the gateway has none such. */
    public Optional<FeedEntry> revision(String studyUid, int revision) {
        String path = "/api/studies/" + URLEncoder.encode(studyUid, StandardCharsets.UTF_8) + "/revisions/" + revision;
        HttpPeer.Answer answer = peer.send("GET", path, "");
        if (!answer.found()) {
            return Optional.empty();
        }
        try {
            return Optional.of(entry(answer.json()));
        } catch (RuntimeException e) {
            throw peer.misunderstood(path, e);
        }
    }

    /** Stores results and queues them for delivery; the same manifest again changes nothing. */
    public void putResults(ResultManifest manifest) {
        String path = results(manifest.jobId());
        if (!peer.send("PUT", path, Documents.json(Documents.toMap(manifest))).found()) {
            throw peer.misunderstood("PUT " + path, new IllegalArgumentException("404"));
        }
    }

    /** How a job's results stand; empty if the gateway has none of it. */
    public Optional<ResultState> resultState(String jobId) {
        HttpPeer.Answer answer = peer.send("GET", results(jobId), "");
        if (!answer.found()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ResultState.fromMap(answer.json()));
        } catch (RuntimeException e) {
            throw peer.misunderstood(results(jobId), e);
        }
    }

    /** Tries the deliveries again that were given up. */
    public void retryResults(String jobId) {
        peer.send("POST", results(jobId) + "/retry", "");
    }

    @SuppressWarnings("unchecked")
    private static FeedEntry entry(Object json) {
        if (!(json instanceof Map<?, ?> map) || !(map.get("sequence") instanceof Number sequence)) {
            throw new IllegalArgumentException("an entry without a sequence");
        }
        try {
            return new Complete(Documents.studyComplete((Map<String, Object>) map));
        } catch (RuntimeException e) {
            return new Unreadable(sequence.longValue(), String.valueOf(e.getMessage()));
        }
    }

    private static String results(String jobId) {
        return "/api/results/" + jobId;
    }
}
