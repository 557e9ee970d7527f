package io.tomogrid.manager;

import io.tomogrid.manager.maintenance.Target;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.slices.Decision;
import io.tomogrid.slices.HostInventory;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The maintenance windows that operators opened, and what they leave to be placed on. */
@Component
class Maintenance {
    /** Of a protocol that never had results. */
    private static final Duration UNKNOWN = Duration.ofMinutes(10);

    private final JdbcClient jdbc;

    Maintenance(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What a job may be placed on now.
     *
     * @param hosts with the GPUs on which it may begin
     * @param closed the windows that close others
     */
    record Open(List<HostInventory> hosts, List<Window> closed) {
        Open {
            hosts = Window.open(hosts, closed);
        }

        /** While something is closed nothing is impossible for good; and people want to know what is. */
        Decision judge(Decision decision) {
            if (closed.isEmpty() || decision instanceof Decision.Plan || decision instanceof Decision.Rearrange) {
                return decision;
            }
            String windows = closed.stream().map(Window::toString).collect(Collectors.joining("; "));
            boolean nothing = hosts.stream().allMatch(host -> host.gpus().isEmpty());
            return new Decision.Wait(nothing ? windows : decision.because() + "; " + windows);
        }
    }

    void drain(Window window) {
        jdbc.sql("insert into manager.maintenance (host, gpu, begins, ends, reason) values (?, ?, ?, ?, ?)")
                .params(Arrays.asList(
                        window.target().host(),
                        window.target().gpu(),
                        Sql.at(window.begins()),
                        window.ends().map(Sql::at).orElse(null),
                        window.reason()))
                .update();
    }

    /** Ends all windows of exactly this target, also those that have not begun. @return false if there are none */
    boolean undrain(Target target) {
        return jdbc.sql("delete from manager.maintenance where host = ? and gpu = ? and (ends is null or ends > ?)")
                        .params(target.host(), target.gpu(), Sql.at(Instant.now()))
                        .update()
                > 0;
    }

    /** Those that are not over. */
    List<Window> windows() {
        return jdbc.sql("select * from manager.maintenance where ends is null or ends > ? order by begins, id")
                .param(Sql.at(Instant.now()))
                .query((row, number) -> new Window(
                        new Target(row.getString("host"), row.getInt("gpu")),
                        Sql.instant(row, "begins"),
                        Optional.ofNullable(row.getObject("ends", OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant),
                        row.getString("reason")))
                .list();
    }

    /** The windows into which a job of the protocol would run if it began now. */
    List<Window> closed(String protocol) {
        List<Window> windows = windows();
        if (windows.isEmpty()) {
            return windows;
        }
        Instant now = Instant.now();
        Duration expected = expected(protocol);
        return windows.stream().filter(window -> window.closes(now, expected)).toList();
    }

    /** What nine of ten of the protocol's last hundred attempts with results did not exceed. */
    Duration expected(String protocol) {
        return jdbc.sql("select percentile_cont(0.9) within group (order by seconds) from (select"
                        + " extract(epoch from attempt.ended - attempt.started) seconds from manager.attempt"
                        + " join manager.job on job.id = job_id where protocol = ? and outcome = 'SUCCEEDED'"
                        + " order by attempt.ended desc limit 100) last")
                .param(protocol)
                .query((row, number) -> Optional.ofNullable((Double) row.getObject(1)))
                .single()
                .map(seconds -> Duration.ofMillis(Math.round(seconds * 1000)))
                .orElse(UNKNOWN);
    }
}
