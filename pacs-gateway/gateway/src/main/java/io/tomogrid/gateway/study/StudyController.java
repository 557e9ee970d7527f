package io.tomogrid.gateway.study;

import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.contract.Documents;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Studies and the feed of those that came to rest, docs/interfaces.md. */
@RestController
class StudyController {
    private static final int MOST = 1000;

    private final Studies studies;

    StudyController(Studies studies) {
        this.studies = studies;
    }

    /** The documents are kept as JSON and go out as they were written. */
    @GetMapping(value = "/api/feed", produces = "application/json")
    String feed(@RequestParam(defaultValue = "0") long after, @RequestParam(defaultValue = "100") int limit) {
        return "{\"format-version\":1,\"studies\":[" + String.join(",", studies.feed(after, limit(limit))) + "]}";
    }

    @GetMapping(value = "/api/studies", produces = "application/json")
    String studies(@RequestParam(defaultValue = "100") int limit) {
        var map = new LinkedHashMap<String, Object>();
        map.put(
                "studies",
                studies.newest(limit(limit)).stream()
                        .map(Studies.Summary::toMap)
                        .toList());
        return Documents.json(map);
    }

    @GetMapping(value = "/api/studies/{uid}", produces = "application/json")
    String study(@PathVariable String uid) {
        return Documents.json(summary(uid));
    }

    /** As the feed told it. */
    @GetMapping(value = "/api/studies/{uid}/revisions/{revision}", produces = "application/json")
    String revision(@PathVariable String uid, @PathVariable int revision) {
        return studies.revision(uid, revision)
                .orElseThrow(() -> RequestFault.notFound("no study with this UID has a revision " + revision));
    }

    /** UIDs only: nothing is said of the patient whose studies they are. */
    @GetMapping(value = "/api/studies/{uid}/priors", produces = "application/json")
    String priors(@PathVariable String uid, @RequestParam(defaultValue = "20") int limit) {
        summary(uid);
        return Documents.json(new LinkedHashMap<>(Map.of("studies", studies.priors(uid, limit(limit)))));
    }

    @PostMapping(value = "/api/studies/{uid}/complete", produces = "application/json")
    String complete(@PathVariable String uid) {
        summary(uid);
        studies.complete(uid);
        return Documents.json(summary(uid));
    }

    private Map<String, Object> summary(String uid) {
        return studies.find(uid)
                .orElseThrow(() -> RequestFault.notFound("no image of a study with this UID came in"))
                .toMap();
    }

    private static int limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw RequestFault.malformed("limit: expected 1 to " + MOST + ", got " + limit);
        }
        return limit;
    }
}
