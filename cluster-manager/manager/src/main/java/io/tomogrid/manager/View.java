package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.JobState;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.HostInventory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The manager's documents, read from the database and from what the peers last told. */
@Component
class View {
    private static final int VERSION = 1;
    private static final String JOBS =
            "select job.*, lease.slice, lease.simulated from manager.job left join manager.lease using (epoch)";

    private final JdbcClient jdbc;
    private final LeaseStore leases;
    private final FeedReader feed;
    private final Peers peers;
    private final Pauses pauses;
    private final Maintenance maintenance;
    private final Fence fence;

    View(
            JdbcClient jdbc,
            LeaseStore leases,
            FeedReader feed,
            Peers peers,
            Pauses pauses,
            Maintenance maintenance,
            Fence fence) {
        this.jdbc = jdbc;
        this.leases = leases;
        this.feed = feed;
        this.peers = peers;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.fence = fence;
    }

    /** The newest first. @param study only of this study, or empty for all */
    Map<String, Object> jobs(String study, int limit) {
        List<Map<String, Object>> jobs = jdbc.sql(
                        JOBS + " where :study = '' or study_uid = :study order by ordinal desc limit :limit")
                .param("study", study.replace('\0', ' '))
                .param("limit", limit)
                .query(View::job)
                .list();
        addTransitions(jobs);
        return document("jobs", jobs);
    }

    Optional<Map<String, Object>> job(String id) {
        List<Map<String, Object>> jobs = jdbc.sql(JOBS + " where id = ?")
                .param(id.replace('\0', ' '))
                .query(View::job)
                .list();
        addTransitions(jobs);
        return jobs.stream().findFirst();
    }

    Map<String, Object> slices() {
        var document = document(
                "gpus",
                peers.agents().inventories().stream()
                        .flatMap(host -> host.gpus().stream().map(gpu -> gpu(host, gpu)))
                        .toList());
        List<LeaseStore.Held> held = leases.held();
        document.put("leases", held.stream().map(View::lease).toList());
        document.put(
                "maintenance",
                maintenance.windows().stream().map(w -> window(w, held)).toList());
        return document;
    }

    private static Map<String, Object> gpu(HostInventory host, Gpu gpu) {
        Map<String, Object> map = gpu.toMap();
        map.put("host", host.host());
        map.put("draining", host.draining());
        return map;
    }

    Map<String, Object> pauses() {
        return document(
                "pauses",
                pauses.all().stream()
                        .map(pause -> Map.of(
                                "scope", pause.target().scope().name(),
                                "name", pause.target().name(),
                                "since", pause.since().toString(),
                                "reason", pause.reason()))
                        .toList());
    }

    Map<String, Object> status() {
        Map<JobState, Long> counts = new HashMap<>();
        jdbc.sql(
                        "select state, count(*) from manager.job where state not in ('DONE', 'FAILED', 'CANCELLED') group by state")
                .query((row, number) -> counts.put(JobState.valueOf(row.getString(1)), row.getLong(2)))
                .list();
        var document = document("feed-position", feed.position());
        document.put("queued", counts.getOrDefault(JobState.QUEUED, 0L));
        document.put("running", counts.getOrDefault(JobState.LEASED, 0L) + counts.getOrDefault(JobState.RUNNING, 0L));
        document.put(
                "delivering", counts.getOrDefault(JobState.STORING, 0L) + counts.getOrDefault(JobState.DELIVERING, 0L));
        document.put("role", fence.active() ? "active" : "standby");
        document.put("paused", pauses.all().stream().map(Pauses.Pause::toString).toList());
        document.put("driver", peers.driver().state());
        document.put(
                "agents",
                peers.agents().all().stream()
                        .map(agent ->
                                Map.of("url", agent.url().toString(), "state", agent.state(), "clock", agent.clock()))
                        .toList());
        return document;
    }

    Map<String, Object> unmatched(int limit) {
        return document(
                "studies",
                feed.unmatched(limit).stream()
                        .map(study -> Map.of(
                                "study-uid", study.studyUid(),
                                "revision", study.revision(),
                                "reason", study.reason(),
                                "noted", study.noted().toString()))
                        .toList());
    }

    private static Map<String, Object> document(String key, Object value) {
        var document = new LinkedHashMap<String, Object>();
        document.put("format-version", VERSION);
        document.put(key, value);
        return document;
    }

    private static Map<String, Object> job(ResultSet row, int number) throws SQLException {
        Job job = JobStore.job(row, number);
        String findings = row.getString("findings");
        var document = document("job-id", job.id());
        document.put("study-uid", job.studyUid());
        document.put("revision", job.revision());
        document.put("protocol", job.protocol());
        document.put("priority", job.priority().name());
        document.put("site", job.site());
        document.put("deadline", job.deadline().map(Instant::toString).orElse(""));
        document.put("batch", job.batch());
        document.put("state", job.state().name());
        document.put("stage", job.stage());
        document.put("reason", job.reason());
        document.put("remedy", job.remedy());
        document.put("sizing", row.getString("sizing"));
        document.put("attempt", job.attempt());
        document.put("slice", row.getString("slice"));
        document.put("simulated", row.getBoolean("simulated"));
        document.put("created", job.created().toString());
        document.put("updated", job.updated().toString());
        document.put("transitions", List.of());
        document.put("findings", findings == null ? null : Documents.parse(findings));
        return document;
    }

    private void addTransitions(List<Map<String, Object>> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        Map<String, List<Map<String, Object>>> byJob = new HashMap<>();
        List<Object> ids = jobs.stream().map(job -> job.get("job-id")).toList();
        jdbc.sql("select job_id, state, reason, at from manager.transition where job_id in (:ids) order by ordinal")
                .param("ids", ids)
                .query((row, number) -> byJob.computeIfAbsent(row.getString("job_id"), id -> new ArrayList<>())
                        .add(Map.of(
                                "state", row.getString("state"),
                                "reason", row.getString("reason"),
                                "at", Sql.instant(row, "at").toString())))
                .list();
        jobs.forEach(job -> job.put("transitions", byJob.getOrDefault((String) job.get("job-id"), List.of())));
    }

    private static Map<String, Object> window(Window window, List<LeaseStore.Held> held) {
        return Map.of(
                "target", window.target().toString(),
                "from", window.begins().toString(),
                "until", window.ends().map(Instant::toString).orElse(""),
                "moves", window.clears().toString(),
                "waits-for",
                        held.stream()
                                .filter(h -> h.live()
                                        && window.target()
                                                .covers(
                                                        h.slice().host(),
                                                        h.slice().gpu()))
                                .map(h -> h.lease().holder())
                                .distinct()
                                .toList(),
                "reason", window.reason());
    }

    private static Map<String, Object> lease(LeaseStore.Held held) {
        var document = held.lease().toMap();
        document.put("state", held.live() ? "LIVE" : "RELEASING");
        return document;
    }
}
