package io.tomogrid.gateway.integrity;

import io.tomogrid.gateway.contract.Documents;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tells how far the archive is read through and what is damaged, docs/interfaces.md. */
@RestController
class ScrubController {
    private final ScrubStore store;
    private final Scrubber scrubber;

    ScrubController(ScrubStore store, Scrubber scrubber) {
        this.store = store;
        this.scrubber = scrubber;
    }

    @GetMapping(value = "/api/scrub", produces = "application/json")
    String scrub() {
        ScrubStore.Round round = store.round();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("began", round.began().map(Instant::toString).orElse(null));
        map.put("ended", round.ended().map(Instant::toString).orElse(null));
        map.put("instances", round.instances());
        map.put("bytes", round.bytes());
        map.put(
                "damaged",
                store.damaged().stream()
                        .map(damaged -> Map.of(
                                "sop-instance-uid", damaged.sopInstanceUid(),
                                "found", damaged.found().toString(),
                                "reason", damaged.reason()))
                        .toList());
        return Documents.json(map);
    }

    @PostMapping(value = "/api/scrub", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String beginNow() {
        scrubber.beginNow();
        return scrub();
    }
}
