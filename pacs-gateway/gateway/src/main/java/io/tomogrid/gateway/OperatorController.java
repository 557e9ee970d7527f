package io.tomogrid.gateway;

import io.tomogrid.archive.SegmentLog;
import io.tomogrid.dicom.net.DimseProvider;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.delivery.Deliveries;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What an operator looks at: how the gateway is, and what was kept aside, docs/interfaces.md. */
@RestController
class OperatorController {
    private static final int MOST = 1000;

    private final GatewayProperties properties;
    private final DimseServer server;
    private final SegmentLog archive;
    private final Deliveries deliveries;
    private final JdbcTemplate jdbc;

    OperatorController(
            GatewayProperties properties,
            DimseServer server,
            SegmentLog archive,
            Deliveries deliveries,
            JdbcTemplate jdbc) {
        this.properties = properties;
        this.server = server;
        this.archive = archive;
        this.deliveries = deliveries;
        this.jdbc = jdbc;
    }

    @GetMapping(value = "/api/status", produces = "application/json")
    String status() {
        DimseServer.Stats stats = server.stats();
        var dicom = new LinkedHashMap<String, Object>();
        dicom.put("host", properties.dicom().host());
        dicom.put("port", server.port());
        dicom.put("ae-title", properties.dicom().aeTitle());
        dicom.put("provider", DimseProvider.chosen().name());
        dicom.put("associations", stats.open());
        dicom.put("stores", stats.stores());
        dicom.put("bytes", stats.bytes());
        var root = new LinkedHashMap<String, Object>();
        root.put("root", properties.archiveRoot().toString());
        try {
            root.put("free-bytes", archive.freeBytes());
        } catch (IOException unavailable) {
            root.put("fault", unavailable.getMessage());
        }
        List<Map<String, Object>> destinations = deliveries.backlogs().stream()
                .<Map<String, Object>>map(b -> Map.of(
                        "name", b.destination(), "pending", b.pending(), "dead", b.dead(), "trouble", b.trouble()))
                .toList();
        var map = new LinkedHashMap<String, Object>();
        map.put("dicom", dicom);
        map.put("archive", root);
        map.put("destinations", destinations);
        return Documents.json(map);
    }

    @GetMapping(value = "/api/conflicts", produces = "application/json")
    String conflicts() {
        return Documents.json(Map.of("conflicts", aside("conflict")));
    }

    @GetMapping(value = "/api/quarantine", produces = "application/json")
    String quarantine() {
        return Documents.json(Map.of("quarantine", aside("quarantine")));
    }

    /** Dead letters. */
    @GetMapping(value = "/api/deliveries/lost", produces = "application/json")
    String lost() {
        return Documents.json(Map.of(
                "lost",
                deliveries.lost(MOST).stream()
                        .map(lost -> Map.of(
                                "job-id", lost.jobId(),
                                "sop-instance-uid", lost.sopInstanceUid(),
                                "destination", lost.destination(),
                                "state", lost.state(),
                                "attempts", lost.attempts(),
                                "reason", lost.reason()))
                        .toList()));
    }

    @PostMapping(value = "/api/destinations/{name}/retry", produces = "application/json")
    @ResponseStatus(HttpStatus.ACCEPTED)
    String retry(@PathVariable String name) {
        int count = deliveries
                .retryAll(name)
                .orElseThrow(() -> RequestFault.notFound("no destination of this name gets results"));
        return Documents.json(Map.of("retried", count));
    }

    /** Newest first. */
    private List<Map<String, Object>> aside(String table) {
        return jdbc.query(
                "SELECT id, sop_instance_uid, received, calling_ae, reason FROM " + table + " ORDER BY id DESC LIMIT "
                        + MOST,
                (row, n) -> {
                    var map = new LinkedHashMap<String, Object>();
                    map.put("id", row.getLong(1));
                    map.put("sop-instance-uid", row.getString(2));
                    map.put("received", row.getTimestamp(3).toInstant().toString());
                    map.put("calling-ae", row.getString(4));
                    map.put("reason", row.getString(5));
                    return map;
                });
    }
}
